"""Splits and dividends that the books do not know."""

import datetime as dt

import pytest

from market.models import CorporateAction
from portfolio.models import Transaction
from portfolio.services.corporate_actions import actions_book, actions_missing
from portfolio.services.errors import PortfolioError
from portfolio.services.transactions import transaction_add
from tests.factors.market_tables import add_bars, add_split

pytestmark = pytest.mark.django_db


def add_dividend(instrument, day, amount):
    return CorporateAction.objects.create(
        instrument=instrument, ex_date=dt.date.fromisoformat(day), kind="CASH_DIVIDEND", amount=amount
    )


def told(portfolio):
    return [(str(one.ex_date), one.kind, one.quantity, one.amount) for one in actions_missing(portfolio=portfolio)]


@pytest.fixture
def held(book, assets):
    """10 shares from 4 March on, 4 of them sold on 3 June."""
    transaction_add(portfolio=book, date="2024-03-04", kind="BUY", asset="US:AAA", quantity=10, price=50)
    transaction_add(portfolio=book, date="2024-06-03", kind="SELL", asset="US:AAA", quantity=4, price=50)
    return book


def test_only_what_was_held_before_the_ex_date(held, assets):
    for day in ("2024-03-04", "2024-03-05", "2024-06-03", "2024-06-04", "2999-01-01"):
        add_dividend(assets["AAA"], day, 0.5)
    add_dividend(assets["DUP"], "2024-04-01", 1)
    assert told(held) == [
        ("2024-03-05", "DIVIDEND", 10.0, 5.0),
        ("2024-06-03", "DIVIDEND", 10.0, 5.0),  # who sells on the ex-date is paid
        ("2024-06-04", "DIVIDEND", 6.0, 3.0),
    ]


def test_what_is_booked_near_its_day_is_not_missing(held, assets):
    add_split(assets["AAA"], dt.date(2024, 4, 10), 2.0)
    for day in ("2024-04-01", "2024-05-01"):
        add_dividend(assets["AAA"], day, 0.5)
    transaction_add(portfolio=held, date="2024-04-15", kind="SPLIT", asset="US:AAA", quantity=2)
    assert [one[:2] for one in told(held)] == [("2024-04-01", "DIVIDEND"), ("2024-05-01", "DIVIDEND")]
    transaction_add(portfolio=held, date="2024-05-20", kind="DIVIDEND", asset="US:AAA", amount=10)
    assert [one[:2] for one in told(held)] == [("2024-04-01", "DIVIDEND")]  # paid for the nearer of both
    transaction_add(portfolio=held, date="2024-04-18", kind="DIVIDEND", asset="US:AAA", amount=5)
    assert told(held) == []


def test_a_split_six_days_off_is_another(held, assets):
    add_split(assets["AAA"], dt.date(2024, 4, 10), 2.0)
    transaction_add(portfolio=held, date="2024-04-16", kind="SPLIT", asset="US:AAA", quantity=2)
    assert told(held) == [("2024-04-10", "SPLIT", 10.0, None)]


def test_splits_of_adjusted_bars_and_rights_do_not_count(held, assets):
    add_bars(assets["AAA"], [dt.date(2024, 4, 9)], [50], close_is_adjusted=True)
    add_split(assets["AAA"], dt.date(2024, 4, 10), 2.0)
    CorporateAction.objects.create(instrument=assets["AAA"], ex_date=dt.date(2024, 4, 12), kind="RIGHTS", ratio=1.1)
    assert told(held) == []


def test_booking_splits_before_the_dividends_of_their_shares(held, assets):
    """10 shares become 20 on 10 April; 0.5 for each of them on 1 May."""
    add_split(assets["AAA"], dt.date(2024, 4, 10), 2.0)
    dividend = add_dividend(assets["AAA"], "2024-05-01", 0.5)
    split, paid = actions_missing(portfolio=held)
    assert (split.waits_for_split, paid.waits_for_split) == (False, True)
    with pytest.raises(PortfolioError, match=r"^ids: before the dividend of US:AAA on 2024-05-01 book its split$"):
        actions_book(portfolio=held, ids=[dividend.pk])
    made = actions_book(portfolio=held, ids=[dividend.pk, split.id])
    assert [(one.kind, one.date, one.quantity, one.amount) for one in made] == [
        ("SPLIT", dt.date(2024, 4, 10), 2, None), ("DIVIDEND", dt.date(2024, 5, 1), 20, 10),
    ]  # fmt: skip
    assert made[1].currency == "USD"
    assert told(held) == []


def test_what_is_not_missing_is_not_booked(held, assets):
    dividend = add_dividend(assets["AAA"], "2024-05-01", 0.5)
    for ids in ([], [dividend.pk, 999_999]):
        with pytest.raises(PortfolioError, match=r"^ids: "):
            actions_book(portfolio=held, ids=ids)
    actions_book(portfolio=held, ids=[dividend.pk, dividend.pk])
    with pytest.raises(PortfolioError, match="is not of what is missing"):
        actions_book(portfolio=held, ids=[dividend.pk])
    assert Transaction.objects.filter(kind="DIVIDEND").count() == 1


def test_a_reverse_split_after_which_less_is_there_than_was_sold(held, assets):
    """1 for 10 leaves one share, of which four were sold: nothing of it is booked."""
    split = CorporateAction.objects.create(
        instrument=assets["AAA"], ex_date=dt.date(2024, 4, 10), kind="SPLIT", ratio=0.1
    )
    with pytest.raises(PortfolioError, match="sells 4 of US:AAA on 2024-06-03, but only 1 are held"):
        actions_book(portfolio=held, ids=[split.pk])
    assert not Transaction.objects.filter(kind="SPLIT").exists()


def test_an_empty_book_misses_nothing(book):
    assert actions_missing(portfolio=book) == []
