"""Two at once."""

import pytest
from django.test import Client

from portfolio.models import Portfolio, Transaction
from portfolio.services.errors import PortfolioError
from portfolio.services.importing import transactions_import
from portfolio.services.transactions import transaction_add
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "date,kind,asset,quantity,price\n" + "".join(f"2024-03-{day:02d},BUY,US:AAA,1,{day}\n" for day in range(1, 29))


def test_two_imports_of_one_file_bring_it_once(book):
    added = at_once(*[lambda: transactions_import(portfolio=book, content=FILE.encode()).added] * 2)
    assert sorted(added) == [0, 28]
    assert Transaction.objects.count() == 28


def test_the_same_shares_are_sold_once(book):
    transaction_add(portfolio=book, date="2024-03-01", kind="BUY", asset="US:AAA", quantity=10, price=1)

    def sell():
        transaction_add(portfolio=book, date="2024-03-02", kind="SELL", asset="US:AAA", quantity=10, price=1)
        return ""

    told = sorted(at_once(sell, sell, refusals=(PortfolioError,)))
    assert told[0] == ""
    assert "only 0 are held" in told[1]


def test_a_portfolio_is_deleted_once(book):
    """Whoever comes second is told that it is not there, on the page and by the API."""

    def delete(path, method):
        client = Client()
        client.force_login(book.owner)
        return getattr(client, method)(path, {"name": book.name}).status_code

    path = f"/portfolios/{book.pk}/delete/"
    assert sorted(at_once(*[lambda: delete(path, "post")] * 4)) == [302, 404, 404, 404]
    assert delete(f"/api/portfolios/{book.pk}/", "delete") == 404
    assert not Portfolio.objects.exists()
