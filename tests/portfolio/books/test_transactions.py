"""Books that can have happened: what is refused, where, and that nothing of it is written."""

import datetime as dt
from decimal import Decimal

import pytest

from market.regions import Region
from portfolio.calc.accounting import shares
from portfolio.models import Transaction
from portfolio.services.drafts import today_of
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import (
    transaction_add,
    transaction_update,
    transactions_add,
    transactions_delete,
)

pytestmark = pytest.mark.django_db
BUY = {"date": "2024-03-04", "kind": "BUY", "asset": "US:AAA", "quantity": "10", "price": "50"}
SELL = BUY | {"kind": "SELL", "date": "2024-06-03"}


def added(book, **fields):
    return transaction_add(portfolio=book, **fields)


def test_a_buy_is_stored_to_the_last_digit(book, assets):
    entry = added(book, **BUY | {"quantity": "1,000.0000000001", "fee": "1.5", "note": " first "})
    entry.refresh_from_db()
    assert (entry.instrument, entry.quantity, entry.fee) == (assets["AAA"], Decimal("1000.0000000001"), Decimal("1.5"))
    assert (entry.currency, entry.note, entry.date) == ("USD", "first", dt.date(2024, 3, 4))


@pytest.mark.parametrize(
    ("symbol", "ticker"), [("aaa", "AAA"), ("US0000000017", "AAA"), ("us:DUP", "DUP"), ("KR:005930", "005930")]
)
def test_an_asset_by_its_names(book, symbol, ticker):
    assert added(book, **BUY | {"asset": symbol}).instrument.ticker == ticker


def test_cash_is_in_the_base_currency_unless_told(book):
    assert added(book, date="2024-03-04", kind="deposit", amount=100).currency == "USD"
    assert added(book, date="2024-03-04", kind="입금", amount=100, currency="krw").currency == "KRW"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"asset": "US:ZZZ"}, "asset: unknown asset 'US:ZZZ'"),
        ({"asset": "DUP"}, "asset: 'DUP' is in several regions: write one of KR:DUP, US:DUP"),
        ({"asset": "US:SPX"}, "asset: US:SPX is an index: it cannot be held"),
        ({"asset": "A" * 500}, "asset: unknown asset"),
        ({"asset": None}, "asset: is missing"),
        ({"quantity": "0"}, "quantity: must be above 0, not 0"),
        ({"quantity": "-3"}, "quantity: must be above 0, not -3"),
        ({"quantity": None}, "quantity: must be above 0, not nan"),
        ({"quantity": "NaN"}, "quantity: 'NaN' is not a number"),
        ({"quantity": "inf"}, "quantity: 'inf' is not a number"),
        ({"quantity": "1e400"}, "quantity: 1e400 is beyond 1e+18"),
        ({"quantity": "1e99999"}, "quantity: '1e99999' is not a number"),
        ({"quantity": "1,00"}, "quantity: '1,00' is not a number"),
        ({"quantity": "."}, "quantity: '.' is not a number"),
        ({"quantity": "١"}, "quantity: '١' is not a number"),
        ({"quantity": True}, "quantity: 'True' is not a number"),
        ({"quantity": [1]}, "quantity: '[1]' is not a number"),
        ({"price": None}, "price: is missing, and so is the amount"),
        ({"price": "-1"}, "price: must not be negative, found -1"),
        ({"amount": "600"}, "amount: 600 is not quantity x price"),
        ({"fee": "-1"}, "fee: must not be negative, found -1"),
        ({"date": "2024-13-01"}, "date: '2024-13-01' is not a date: write it as YYYY-MM-DD"),
        ({"date": ""}, "date: is missing"),
        ({"date": "1066-10-14"}, "date: 1066-10-14 is before 1900-01-01"),
        ({"kind": "SHORT"}, "kind: unknown kind 'SHORT'"),
        ({"kind": None}, "kind: is missing"),
        ({"currency": "US"}, "currency: 'US' is not a currency"),
        ({"currency": "ＵＳＤ"}, "currency: 'ＵＳＤ' is not a currency"),
        ({"note": "x" * 201}, "note: has 201 characters; at most 200 are kept"),
        ({"note": "a\u202eb"}, "note: holds characters that turn the direction of writing"),
        ({"note": "a\0b"}, "note: holds characters that cannot be stored"),
        ({"sequence": "1.5"}, "sequence: '1.5' is not a whole number"),
        ({"sequence": "1e12"}, "sequence: '1e12' is not a whole number"),
        ({"shares": 1}, "shares: unknown field"),
    ],
)  # fmt: skip
def test_what_is_refused(book, change, reason):
    with pytest.raises(PortfolioError) as refused:
        added(book, **BUY | change)
    assert str(refused.value).startswith(reason)
    assert not Transaction.objects.exists()


def test_the_future_is_refused_by_the_day_at_the_exchange(book, monkeypatch):
    """It is 3 June in Seoul and still the 2nd in New York."""
    monkeypatch.setattr(Region, "today", lambda self: dt.date(2024, 6, 3 if self.code == "KR" else 2))
    third = {"date": "2024-06-03"}
    assert added(book, **BUY | third | {"asset": "KR:005930"})
    assert added(book, kind="DEPOSIT", amount=1, currency="KRW", **third)
    for wrong in (BUY, {"kind": "DEPOSIT", "amount": 1}):
        with pytest.raises(PortfolioError, match=r"^date: 2024-06-03 is in the future: today is 2024-06-02$"):
            added(book, **wrong | third)


def test_cash_of_no_region_goes_by_utc(book):
    today = dt.datetime.now(dt.UTC).date()
    assert today_of(None, "EUR") in (today, today + dt.timedelta(days=1))  # midnight may pass between the two
    with pytest.raises(PortfolioError, match=r"^date: .* is in the future"):
        added(book, date=str(today + dt.timedelta(days=2)), kind="DEPOSIT", amount=1, currency="EUR")


def test_a_foreign_asset_may_be_paid_in_another_currency(book):
    assert added(book, **BUY | {"asset": "KR:005930", "currency": "USD"}).currency == "USD"


def test_an_oversell_is_told_whatever_its_date(book):
    added(book, **BUY)
    added(book, **SELL)
    with pytest.raises(PortfolioError) as refused:
        added(book, **SELL | {"date": "2024-07-01", "quantity": "1"})
    assert str(refused.value) == "quantity: sells 1 of US:AAA on 2024-07-01, but only 0 are held"
    later = Transaction.objects.get(kind="SELL").pk
    with pytest.raises(PortfolioError) as refused:  # in time, but the shares of the later sale
        added(book, **SELL | {"date": "2024-04-01", "quantity": "1"})
    assert str(refused.value) == (
        f"quantity: sells 10 of US:AAA on 2024-06-03, but only 9 are held (transaction #{later} of the books)"
    )
    assert Transaction.objects.count() == 2


def test_a_list_is_booked_as_a_whole(book):
    rows = [SELL, BUY, {"date": "2024-03-01", "kind": "DEPOSIT", "amount": 1000}]  # the order of input does not count
    assert [one.kind for one in transactions_add(portfolio=book, rows=rows)] == ["SELL", "BUY", "DEPOSIT"]
    with pytest.raises(PortfolioError) as refused:
        transactions_add(
            portfolio=book, rows=[BUY, SELL | {"quantity": 11}, SELL | {"quantity": "x"}, BUY | {"fee": -1}]
        )
    assert [tuple(one) for one in refused.value.problems] == [(3, "quantity", "'x' is not a number")]
    with pytest.raises(PortfolioError) as refused:
        transactions_add(portfolio=book, rows=[BUY, SELL | {"quantity": 11}, BUY | {"fee": -1}])
    assert [tuple(one) for one in refused.value.problems] == [(3, "fee", "must not be negative, found -1")]
    with pytest.raises(PortfolioError) as refused:
        transactions_add(portfolio=book, rows=[BUY, SELL | {"quantity": 11}])
    assert [tuple(one)[:2] for one in refused.value.problems] == [(2, "quantity")]
    assert Transaction.objects.count() == 3
    with pytest.raises(PortfolioError, match="transactions: none of them"):
        transactions_add(portfolio=book, rows=[])


def test_exchanged_cash_needs_both_sides(book):
    leg = {"date": "2024-03-04", "kind": "TRANSFER", "amount": -100, "currency": "USD"}
    with pytest.raises(PortfolioError, match="amount: -100 has no counterpart on that day"):
        added(book, **leg)
    legs = transactions_add(portfolio=book, rows=[leg, leg | {"amount": 133_000, "currency": "KRW"}])
    with pytest.raises(PortfolioError, match="has no counterpart"):
        transactions_delete(portfolio=book, ids=[legs[0].pk])
    assert transactions_delete(portfolio=book, ids=[one.pk for one in legs]) == 2


def test_a_change_keeps_the_other_fields_and_the_books(book):
    bought, sold = added(book, **BUY | {"fee": 2, "note": "n"}), added(book, **SELL)
    changed = transaction_update(entry=bought, quantity="12", price="49")
    changed.refresh_from_db()
    assert (changed.pk, changed.quantity, changed.price, changed.fee, changed.note) == (bought.pk, 12, 49, 2, "n")
    for wrong, reason in (
        ({"quantity": 9}, "sells 10"), ({"date": "2024-06-04"}, "sells 10"), ({"asset": "US:DUP"}, "sells 10"),
        ({"kind": "SELL"}, "sells 12"), ({"price": "x"}, "not a number"),
    ):  # fmt: skip
        with pytest.raises(PortfolioError, match=reason):
            transaction_update(entry=bought, **wrong)
    bought.refresh_from_db()
    assert bought.quantity == 12
    with pytest.raises(PortfolioError, match="sells 10"):
        transactions_delete(portfolio=book, ids=[bought.pk])
    assert transactions_delete(portfolio=book, ids=[sold.pk, bought.pk]) == 2
    with pytest.raises(PortfolioNotFound):
        transaction_update(entry=bought, quantity=1)


def test_only_transactions_of_the_portfolio_are_deleted(book, other):
    foreign = added(portfolio_create(owner=other, name="x", base_currency="USD"), **BUY)
    with pytest.raises(PortfolioNotFound):
        transactions_delete(portfolio=book, ids=[foreign.pk])
    assert Transaction.objects.filter(pk=foreign.pk).exists()


def test_changes_make_values_stale_from_the_earlier_date(book):
    added(book, **BUY)
    book.refresh_from_db()
    assert (book.stale_from, book.revision) == (dt.date(2024, 3, 4), 1)


def test_only_what_is_booked_is_counted_again(book, assets, monkeypatch):
    """Of a book of two assets, the rows of the one: shares of the other cannot have changed."""
    for name in ("US:AAA", "US:DUP"):
        transactions_add(portfolio=book, rows=[
            {"date": "2024-03-04", "kind": "BUY", "asset": name, "quantity": 10, "price": 50} for _ in range(3)
        ])  # fmt: skip
    counted = []
    real = shares.share_entries
    monkeypatch.setattr(shares, "share_entries", lambda t, **more: counted.append(len(t)) or real(t, **more))
    with pytest.raises(PortfolioError, match=r"^quantity: sells 31 of US:AAA on 2024-03-05, but only 30 are held$"):
        transaction_add(portfolio=book, date="2024-03-05", kind="SELL", asset="US:AAA", quantity=31, price=50)
    transaction_add(portfolio=book, date="2024-03-05", kind="SELL", asset="US:AAA", quantity=30, price=50)
    assert counted == [4, 4]
    transaction_add(portfolio=book, date="2024-03-05", kind="DEPOSIT", amount=5)
    assert counted == [4, 4, 1]  # cash, which moves none
