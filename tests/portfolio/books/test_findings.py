"""What is said about books that give wrong or surprising figures; nothing about good ones."""

import datetime as dt

import pytest

from market.models import CorporateAction, PriceBar
from portfolio.models import Transaction
from portfolio.services.corporate_actions import actions_book, actions_missing
from portfolio.services.findings import findings_of, portfolio_findings
from portfolio.services.record import record_of
from portfolio.services.standing import standing_of
from portfolio.services.summary import portfolio_summary
from portfolio.services.valuation import portfolio_value
from tests.factors.market_tables import add_bars, add_split
from tests.portfolio.books.test_commands import run

pytestmark = pytest.mark.django_db
DAYS = [dt.date(2024, 3, number) for number in (4, 5, 6, 7)]
LONG_AGO = dt.date(2020, 3, 4)
QUERIES = 8
KEPT_QUERIES = 2
DEPOSIT = {"kind": "DEPOSIT", "date": "2024-03-04", "amount": 1_000}
BUY = {"kind": "BUY", "date": "2024-03-04", "quantity": 10, "price": 50}


@pytest.fixture
def found(book, assets):
    """Findings of a book with these transactions of AAA, valued over its bars."""

    def found(*rows):
        for row in rows:
            asset = None if row["kind"] == "DEPOSIT" else assets["AAA"]
            Transaction.objects.create(portfolio=book, currency="USD", instrument=asset, **row)
        portfolio_value(portfolio_id=book.pk)
        book.refresh_from_db()
        return portfolio_findings(portfolio=book)

    return found


def bars(asset, closes=(50, 51, 52, 53), **columns) -> None:
    add_bars(asset, DAYS, closes, **columns)


def test_nothing_about_good_books(found, assets):
    bars(assets["AAA"])
    assert found(DEPOSIT, BUY) == []


def test_missing_splits_and_dividends(found, book, assets):
    bars(assets["AAA"], (50, 25, 26, 27))
    action = {"instrument": assets["AAA"]}
    CorporateAction.objects.create(**action, ex_date=DAYS[1], kind="SPLIT", ratio=2)
    for day in DAYS[2:]:
        CorporateAction.objects.create(**action, ex_date=day, kind="CASH_DIVIDEND", amount=0.5)
    assert found(DEPOSIT, BUY) == [
        "1 split of US:AAA not in the books: book what is missing under corporate-actions/",
        "2 dividends of US:AAA not in the books: book what is missing under corporate-actions/",
    ]
    early = findings_of(standing_of(portfolio=book, as_of=DAYS[1]), record_of(portfolio=book, end=DAYS[1]))
    assert early == ["1 split of US:AAA not in the books: book what is missing under corporate-actions/"]
    actions_book(portfolio=book, ids=[one.id for one in actions_missing(portfolio=book)])
    assert found() == []


def test_closes_that_are_not_those_traded(found, assets):
    bars(assets["AAA"], close_is_adjusted=True)
    adjusted = (
        "US:AAA: closes adjusted for splits, not those traded: quantities and prices must be split-adjusted, too,"
        " and no SPLIT booked"
    )
    assert found(DEPOSIT, BUY) == [adjusted]
    split = {"kind": "SPLIT", "date": "2024-03-05", "quantity": 3}
    assert found(split) == [
        adjusted, "US:AAA: a SPLIT is booked although the closes are adjusted for it: take it out"
    ]  # fmt: skip


def test_a_price_of_before_a_split(found, assets):
    """149 where the split-adjusted close is 49.83; 74.7 is 49.9 % above it, 24.9 is 50.03 % below."""
    bars(assets["AAA"], (49.83, 49.83, 49.83, 49.83))
    money = {**DEPOSIT, "amount": 10_000}
    wrong = {**BUY, "price": 149}
    told = found(money, wrong, {**BUY, "date": "2024-03-05", "price": "74.7"})
    assert told == [
        "US:AAA: booked on 2024-03-04 at 149, but the close of that day is 49.83: is it another share, or quantity and"
        " price of before a split?"
    ]
    (*_, last) = found(*({**BUY, "date": "2024-03-06", "price": "24.9"} for _ in range(6)))
    assert last == "2 more trades are booked at more than 50% from the close of their day"


def test_dividends_in_adjusted_closes_alone(found, book, assets):
    """A dividend of 1 on a close of 50: the factor before it is 0.98."""
    bars(assets["AAA"], adjustment_factor=[0.98, 0.98, 1.0, 1.0])
    assert found(DEPOSIT, BUY) == [
        "US:AAA: dividends are in the adjusted closes, but none is booked: the portfolio is measured without them, a"
        " benchmark of adjusted closes with them"
    ]
    assert found({"kind": "DIVIDEND", "date": "2024-03-06", "amount": 10}) == []


def test_a_split_in_the_factor_is_no_dividend(found, book, assets):
    """Two for one: 0.5 before it; with a dividend of 2 %, 0.49."""
    bars(assets["AAA"], (50, 25, 26, 27), adjustment_factor=[0.5, 1.0, 1.0, 1.0])
    CorporateAction.objects.create(instrument=assets["AAA"], ex_date=DAYS[1], kind="SPLIT", ratio=2)
    assert found(DEPOSIT, BUY, {"kind": "SPLIT", "date": "2024-03-05", "quantity": 2}) == []
    PriceBar.objects.filter(instrument=assets["AAA"], date=DAYS[0]).update(adjustment_factor=0.49)
    assert [one[:17] for one in found()] == ["US:AAA: dividends"]


def test_transactions_after_the_last_session(found, assets):
    bars(assets["AAA"])
    assert found(DEPOSIT, BUY, {**BUY, "date": "2024-03-08"}) == [
        "1 transaction is dated after the last valued session (2024-03-07): not counted until there is a close of then"
    ]


def test_books_without_a_deposit(found, book, assets):
    bars(assets["AAA"])
    debt, nowhere = found(BUY)
    assert debt == "USD: cash is -500.00: a deposit is missing in the books, or it was lent"
    assert nowhere.startswith("3 sessions from 2024-03-05 to 2024-03-07 have no return and are left out of the record")
    assert nowhere.endswith("book the DEPOSIT that paid for what was bought")
    assert portfolio_summary(portfolio=book)["findings"] == [debt, nowhere]


def test_before_the_first_value(book):
    assert portfolio_findings(portfolio=book) == ["date: the portfolio has no value yet"]
    assert "date: the portfolio has no value yet" in run("list_portfolios", "--findings")[1]


def test_as_many_queries_for_two_assets(found, book, assets, django_assert_num_queries):
    bars(assets["AAA"])
    add_split(assets["AAA"], LONG_AGO, 2.0)
    found(DEPOSIT, BUY)
    bars(assets["DUP"])
    add_split(assets["DUP"], LONG_AGO, 2.0)
    standing, record = standing_of(portfolio=book), record_of(portfolio=book)
    with django_assert_num_queries(QUERIES):
        findings_of(standing, record)
    other = Transaction(portfolio=book, currency="USD", instrument=assets["DUP"], **{**BUY, "quantity": 1})
    other.save()
    portfolio_value(portfolio_id=book.pk)
    standing, record = standing_of(portfolio=book), record_of(portfolio=book)
    with django_assert_num_queries(QUERIES):
        assert findings_of(standing, record) == []
    with django_assert_num_queries(KEPT_QUERIES):  # what books and bars say was kept
        assert findings_of(standing, record) == []


def test_kept_findings_follow_books_and_bars(found, book, assets):
    bars(assets["AAA"])
    assert found(DEPOSIT, BUY) == []
    PriceBar.objects.filter(instrument=assets["AAA"]).update(close=1_000)
    assert any("booked on" in one for one in portfolio_findings(portfolio=book))
    Transaction.objects.filter(portfolio=book, kind="BUY").update(price=1_000)
    assert not any("booked on" in one for one in portfolio_findings(portfolio=book))
