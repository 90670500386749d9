"""What hostile or careless hands have tried on the books."""

import pytest

from portfolio.models import Portfolio, Transaction
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.portfolios import portfolio_create, portfolio_delete, portfolio_update
from portfolio.services.transactions import entry_check, transaction_add


@pytest.mark.parametrize("name", ["m\r\nBcc: evil@x.y", "a\x85b", "\u200e", "tab\tbed", "\u061c"])
def test_names_are_one_visible_line(owner, name):
    with pytest.raises(PortfolioError, match=r"^name: "):
        portfolio_create(owner=owner, name=name, base_currency="USD")


def test_a_description_has_several_lines(book):
    found = portfolio_update(portfolio=book, description="first\nsecond\tpart")
    assert found.description == "first\nsecond\tpart"
    with pytest.raises(PortfolioError, match=r"^description: "):
        portfolio_update(portfolio=book, description="first\n\u202esecond")


@pytest.mark.parametrize("ratio", ["999999999999999999", "0.0000001"])
def test_a_split_has_a_possible_ratio(book, ratio):
    transaction_add(portfolio=book, date="2024-03-01", kind="BUY", asset="US:AAA", quantity=1, price=50)
    with pytest.raises(PortfolioError, match="quantity: a split ratio is from"):
        transaction_add(portfolio=book, date="2024-03-04", kind="SPLIT", asset="US:AAA", quantity=ratio)


def test_forms_of_the_admin_are_told_the_same(book, assets):
    index = Transaction(portfolio=book, kind="BUY", date="2024-03-01", instrument=assets["SPX"], quantity=1, price=1)
    index.date = index._meta.get_field("date").to_python("2024-03-01")
    index.currency = "USD"
    with pytest.raises(PortfolioError, match="asset: US:SPX is an index"):
        entry_check(index)
    early = Transaction(portfolio=book, kind="DEPOSIT", amount=1, currency="USD")
    early.date = early._meta.get_field("date").to_python("1899-12-31")
    with pytest.raises(PortfolioError, match="date: 1899-12-31 is before 1900-01-01"):
        entry_check(early)


def test_files_of_portfolios_and_transactions(api, book):
    transaction_add(portfolio=book, date="2024-03-01", kind="DEPOSIT", amount="10")
    lines = b"".join(api.get("/api/portfolios/?format=csv")).decode().splitlines()
    assert lines[0].startswith("id,owner,name,base_currency")
    assert "is_stale" not in lines[0]
    assert lines[1].startswith(f"{book.pk},anna,core,USD")
    rows = b"".join(api.get(f"/api/portfolios/{book.pk}/transactions/?format=csv")).decode()
    assert "E-10" not in rows


def test_what_is_deleted_is_deleted_once(book):
    portfolio_delete(portfolio=book)
    assert not Portfolio.objects.filter(pk=book.pk).exists()
    with pytest.raises(PortfolioNotFound):
        portfolio_delete(portfolio=book)
