"""The month worked out by hand, through the database: stored, asked for, and computed again from a changed date."""

import datetime as dt

import numpy as np
import pytest

from market.models import FxRate, Instrument, PriceBar
from portfolio.models import Portfolio, PortfolioBenchmark, PortfolioRiskMetrics, Transaction
from portfolio.services import valuation
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.record import record_of
from portfolio.services.standing import standing_of
from portfolio.services.valuation import portfolio_value
from tests.portfolio.values.books import ACME, CHAIN, DATES, VALUES, add, asset, bars, day, rates, stored

approx = pytest.approx

pytestmark = pytest.mark.django_db


def whole(portfolio: Portfolio) -> list[dict[str, object]]:
    """The rows as a computation from the beginning stores them."""
    assert portfolio_value(portfolio_id=portfolio.pk, whole=True).whole
    return stored(portfolio)


def test_the_month_by_hand(valued):
    rows = stored(valued)
    assert [str(row["date"]) for row in rows] == DATES
    assert [row["value"] for row in rows] == approx(VALUES)
    assert [row["twr_index"] for row in rows] == approx(np.cumprod(CHAIN))
    assert [row["daily_return"] for row in rows] == approx(100 * (np.array(CHAIN) - 1))
    assert [row["inflow"] for row in rows] == [10_000, 0, 5_000, 0, 0]
    assert [row["outflow"] for row in rows] == [0, 0, 0, 0, 1_000]
    assert [row["carried"] for row in rows] == [0, 0, 0, 1, 0]  # BERG has no bar on the 22nd
    assert rows[-1]["cash"] == approx(6299 + 300 * 1.2)
    assert (valued.valued_to, valued.is_stale, valued.valuation_error) == (day("2024-01-31"), False, "")


def test_positions_of_a_past_session(valued):
    found = standing_of(portfolio=valued, as_of=day("2024-01-25"))
    berg = next(one for one in found.held if one.instrument.ticker == "BERG")
    assert (found.as_of, found.value) == (day("2024-01-22"), approx(16051))
    assert (berg.price, berg.price_date, berg.rate) == (52, day("2024-01-16"), 1.15)
    assert berg.value == approx(5382)
    assert berg.weight == approx(100 * 5382 / 16051)
    assert found.cash == {"USD": approx(7324), "EUR": approx(300)}
    assert found.realised_average == approx(346.25)


def test_no_value_before_the_first_session(valued):
    with pytest.raises(PortfolioError, match="date: the portfolio has no value yet on 2023-12-31"):
        standing_of(portfolio=valued, as_of=day("2023-12-31"))


def test_without_its_last_transaction_the_values_are_gone(valued):
    valued.transactions.all().delete()
    portfolio_value(portfolio_id=valued.pk)
    valued.refresh_from_db()
    assert (stored(valued), valued.states.count(), valued.valued_to, valued.is_stale) == ([], 0, None, False)


def test_a_portfolio_without_transactions_has_no_value(owner):
    empty = Portfolio.objects.create(owner=owner, name="empty", base_currency="USD")
    assert portfolio_value(portfolio_id=empty.pk).sessions == 0
    with pytest.raises(PortfolioError, match="no value yet"):
        record_of(portfolio=empty)


def test_the_statistics_of_the_record_are_those_of_its_returns(valued):
    returns = np.array(CHAIN) - 1
    track = record_of(portfolio=valued).track()
    assert track.returns == approx(returns)
    assert track.moments.std == approx(returns.std(ddof=1))


class TestOnlyWhatChanged:
    def test_nothing_new_computes_nothing(self, valued):
        assert portfolio_value(portfolio_id=valued.pk).sessions == 0

    def test_a_late_transaction_computes_its_session_and_later_ones(self, valued):
        before = stored(valued)
        add(valued, {"kind": "FEE", "date": "2024-01-22", "amount": 7})
        valued.refresh_from_db()
        assert valued.stale_from == day("2024-01-22")
        done = portfolio_value(portfolio_id=valued.pk)
        assert (done.first, done.last, done.whole) == (day("2024-01-22"), day("2024-01-31"), False)
        rows = stored(valued)
        assert rows[:3] == before[:3]
        assert [row["value"] for row in rows[3:]] == approx([16044, 15892])
        assert rows == whole(valued)

    @pytest.mark.parametrize("place", range(len(DATES)))
    def test_equals_a_computation_from_the_beginning(self, valued, place):
        kinds = ["DIVIDEND", "FEE", "DEPOSIT", "WITHDRAWAL", "TAX"]
        add(valued, {"kind": kinds[place], "date": DATES[place], "amount": 11.5})
        portfolio_value(portfolio_id=valued.pk)
        rows = stored(valued)
        assert rows == whole(valued)

    def test_a_deleted_and_a_moved_transaction(self, valued):
        valued.transactions.get(kind="SELL").delete()
        fee = valued.transactions.get(kind="FEE")
        fee.date = day("2024-01-16")
        fee.save()
        valued.refresh_from_db()
        assert valued.stale_from == day("2024-01-16")
        done = portfolio_value(portfolio_id=valued.pk)
        assert done.first == day("2024-01-16")
        rows = stored(valued)
        assert [row["value"] for row in rows][2] == approx(15752 - 25)
        assert rows == whole(valued)

    def test_a_new_session_goes_on_from_the_last(self, valued):
        bars(Instrument.objects.get(ticker="ACME"), {"2024-02-01": 70})
        # The ORM's own statement marks all bars as changed; a loader says from which date on.
        valued.refresh_from_db()
        portfolio_value(portfolio_id=valued.pk)
        last = stored(valued)[-1]
        assert (last["date"], last["value"]) == (day("2024-02-01"), approx(15899 + 50 * 4))
        assert last["carried"] == 1

    def test_another_asset_of_the_same_sessions_goes_on(self, valued):
        asset("CORN", [10, 11, 12, 13, 14])
        portfolio_value(portfolio_id=valued.pk)  # takes the bars that were added into account
        add(valued, {"kind": "BUY", "date": "2024-01-31", "asset": "CORN", "quantity": 5, "price": 14})
        done = portfolio_value(portfolio_id=valued.pk)
        assert (done.first, done.whole) == (day("2024-01-31"), False)
        assert standing_of(portfolio=valued).held[-1].price_date == day("2024-01-31")
        rows = stored(valued)
        again = whole(valued)
        assert [row["value"] for row in rows] == approx([row["value"] for row in again], rel=1e-14)

    def test_an_asset_with_other_sessions_computes_from_the_beginning(self, valued):
        asset("CORN", [10, 11], ["2024-01-03", "2024-01-31"])
        portfolio_value(portfolio_id=valued.pk)
        add(valued, {"kind": "BUY", "date": "2024-01-31", "asset": "CORN", "quantity": 5, "price": 11})
        assert portfolio_value(portfolio_id=valued.pk).whole
        assert [str(row["date"]) for row in stored(valued)] == sorted([*DATES, "2024-01-03"])

    def test_a_corrected_close_is_taken_over(self, valued):
        PriceBar.objects.filter(instrument__ticker="ACME", date="2024-01-22").update(close=61)
        portfolio_value(portfolio_id=valued.pk)
        assert stored(valued)[3]["value"] == approx(16051 + 50)

    def test_a_corrected_rate_is_taken_over(self, valued):
        FxRate.objects.filter(date="2024-01-31").update(rate=1.3)
        portfolio_value(portfolio_id=valued.pk)
        assert stored(valued)[4]["value"] == approx(6299 + 300 * 1.3 + 3300 + 90 * 55 * 1.3)

    def test_the_order_of_input_does_not_matter(self, valued):
        rows = stored(valued)
        columns = [
            field.attname for field in Transaction._meta.concrete_fields if field.name not in ("id", "created_at")
        ]
        kept = list(valued.transactions.order_by("-id").values(*columns))
        valued.transactions.all().delete()
        Transaction.objects.bulk_create(Transaction(**row) for row in kept)
        portfolio_value(portfolio_id=valued.pk)
        assert stored(valued) == rows


class TestWhatCannotBe:
    """A failed computation leaves the rows, and the reason, and stays to be done."""

    def check(self, portfolio: Portfolio, reason: str) -> None:
        before = stored(portfolio)
        with pytest.raises(PortfolioError, match=reason):
            portfolio_value(portfolio_id=portfolio.pk)
        portfolio.refresh_from_db()
        assert stored(portfolio) == before
        assert portfolio.valuation_error
        assert portfolio.is_stale

    def test_more_sold_than_was_held(self, valued):
        (wrong,) = add(valued, {"kind": "SELL", "date": "2024-01-31", "asset": "ACME", "quantity": 51, "price": 66})
        self.check(valued, rf"transactions: #{wrong.pk} of 2024-01-31, quantity: ")
        wrong.delete()
        portfolio_value(portfolio_id=valued.pk)
        valued.refresh_from_db()
        assert (valued.valuation_error, valued.is_stale) == ("", False)

    def test_no_exchange_rate(self, valued):
        add(valued, {"kind": "DEPOSIT", "date": "2024-01-31", "amount": 10, "currency": "JPY"})
        self.check(valued, "no exchange rate JPY/USD for 2024-01-31")

    def test_no_price(self, valued):
        Instrument.objects.create(ticker="NONE", region="US", currency="USD")
        add(valued, {"kind": "BUY", "date": "2024-01-31", "asset": "NONE", "quantity": 1, "price": 5})
        self.check(valued, "no price of US:NONE on or before 2024-01-31")


def test_a_purchase_before_the_assets_own_next_bar_takes_its_last_one(owner):
    asset("THIN", [20, 21], ["2023-12-20", "2024-01-16"])
    asset("ACME", ACME)
    book = Portfolio.objects.create(owner=owner, name="thin", base_currency="USD")
    add(
        book, {"kind": "DEPOSIT", "date": "2024-01-02", "amount": 1_000},
        {"kind": "BUY", "date": "2024-01-02", "asset": "THIN", "quantity": 10, "price": 22},
        {"kind": "BUY", "date": "2024-01-02", "asset": "ACME", "quantity": 1, "price": 100},
    )  # fmt: skip
    portfolio_value(portfolio_id=book.pk)
    assert [row["value"] for row in stored(book)][:3] == approx([980, 990, 950])
    first = standing_of(portfolio=book, as_of=day("2024-01-02"))
    assert (first.held[0].price, first.held[0].price_date) == (20, None)  # from before the first session


def test_the_newest_session_taken_back_leaves_no_row(valued):
    PriceBar.objects.filter(date="2024-01-31").delete()
    portfolio_value(portfolio_id=valued.pk)
    valued.refresh_from_db()
    assert ([str(row["date"]) for row in stored(valued)], valued.valued_to) == (DATES[:4], day("2024-01-22"))
    assert stored(valued) == whole(valued)


def test_a_missing_rate_at_the_end_keeps_the_sessions_before_it(month):
    FxRate.objects.filter(date__gte="2024-01-22").delete()
    add(month, {"kind": "DEPOSIT", "date": "2024-01-22", "amount": 10, "currency": "JPY"})
    with pytest.raises(PortfolioError, match="no exchange rate JPY/USD for 2024-01-22"):
        portfolio_value(portfolio_id=month.pk)
    month.refresh_from_db()
    assert [row["value"] for row in stored(month)] == approx(VALUES[:3])
    assert (month.valued_to, month.is_stale) == (day("2024-01-16"), True)
    assert "JPY/USD" in month.valuation_error


def test_bars_of_a_foreign_benchmark_that_come_later(valued):
    other = asset("KOSPI", [1, 2, 3, 4], DATES[:4], region="KR", asset_type="INDEX")
    PortfolioBenchmark.objects.create(portfolio=valued, instrument=other, is_primary=True)
    portfolio_value(portfolio_id=valued.pk, whole=True)
    assert stored(valued)[-1]["benchmark_return"] is None
    bars(other, {"2024-01-31": 5})
    portfolio_value(portfolio_id=valued.pk)
    assert stored(valued)[-1]["benchmark_return"] == approx(25)


def test_risk_of_sessions_that_changed_is_gone(valued):
    for date in ("2024-01-10", "2024-01-31"):
        PortfolioRiskMetrics.objects.create(portfolio=valued, date=date, hhi=0.5)
    add(valued, {"kind": "FEE", "date": "2024-01-16", "amount": 1})
    portfolio_value(portfolio_id=valued.pk)
    assert [str(one) for one in valued.risk_metrics.values_list("date", flat=True)] == ["2024-01-10"]


def test_a_past_session_is_not_told_while_it_is_stale(valued):
    add(valued, {"kind": "FEE", "date": "2024-01-10", "amount": 1})
    valued.refresh_from_db()
    assert standing_of(portfolio=valued).value == approx(15899)  # as it was
    assert standing_of(portfolio=valued, as_of=day("2024-01-02")).value == approx(9990)
    valued.states.filter(date="2024-01-16").delete()
    with pytest.raises(PortfolioBusy, match="from 2024-01-10 on are being computed anew"):
        standing_of(portfolio=valued, as_of=day("2024-01-16"))


def test_cash_alone_on_a_past_day(owner):
    book = Portfolio.objects.create(owner=owner, name="till", base_currency="USD")
    add(
        book, {"kind": "DEPOSIT", "date": "2024-03-04", "amount": 100},
        {"kind": "DEPOSIT", "date": "2024-03-06", "amount": 50},
    )  # fmt: skip
    portfolio_value(portfolio_id=book.pk)
    assert standing_of(portfolio=book, as_of=day("2024-03-06")).value == 150


def test_cash_alone_is_valued_on_weekdays(owner):
    rates("EUR", "USD", [1.10, 1.12, 1.13], ["2026-11-13", "2026-11-16", "2026-11-17"])
    book = Portfolio.objects.create(owner=owner, name="till", base_currency="USD")
    add(book, {"kind": "DEPOSIT", "date": "2026-11-14", "amount": 100, "currency": "EUR"})  # a Saturday
    portfolio_value(portfolio_id=book.pk)
    rows = stored(book)
    assert [(row["date"].isoformat(), row["value"]) for row in rows[:3]] == [
        ("2026-11-16", approx(112)), ("2026-11-17", approx(113)), ("2026-11-18", approx(113)),
    ]  # fmt: skip


def test_a_change_while_it_is_computed_stays_to_be_done(valued, monkeypatch):
    add(valued, {"kind": "FEE", "date": "2024-01-31", "amount": 1})
    real = valuation.daily_of

    def meanwhile(*args):
        add(valued, {"kind": "FEE", "date": "2024-01-22", "amount": 2})
        return real(*args)

    monkeypatch.setattr(valuation, "daily_of", meanwhile)
    portfolio_value(portfolio_id=valued.pk)
    valued.refresh_from_db()
    assert valued.stale_from == day("2024-01-22")
    monkeypatch.undo()
    portfolio_value(portfolio_id=valued.pk)
    valued.refresh_from_db()
    assert valued.stale_from is None
    assert stored(valued)[-1]["value"] == approx(15899 - 3)


class TestGaps:
    """Sessions that no return leads to."""

    def book(self, owner, *rows) -> Portfolio:
        asset("ACME", ACME)
        made = Portfolio.objects.create(owner=owner, name="gaps", base_currency="USD")
        add(made, *rows)
        portfolio_value(portfolio_id=made.pk)
        return made

    def returns(self, book) -> list[float | None]:
        rows = [row["daily_return"] for row in stored(book)]
        assert rows == [row["daily_return"] for row in whole(book)]
        return rows

    def test_debts_end_with_the_deposit_that_pays_them(self, owner):
        book = self.book(
            owner, {"kind": "DEPOSIT", "date": "2024-01-02", "amount": 1_000},
            {"kind": "WITHDRAWAL", "date": "2024-01-10", "amount": 2_000},
            {"kind": "DEPOSIT", "date": "2024-01-22", "amount": 5_000},
            {"kind": "BUY", "date": "2024-01-22", "asset": "ACME", "quantity": 10, "price": 60},
        )  # fmt: skip
        # on the 22nd 4,000 are there; on the 31st 10 x 6 more
        assert self.returns(book) == [approx(0), approx(0), None, approx(0), approx(1.5)]
        assert record_of(portfolio=book).gaps.tolist() == [day("2024-01-16")]
        assert record_of(portfolio=book).track().values.tolist() == approx([1, 1, 1, 1, 1, 1.015])

    def test_a_dividend_after_everything_was_taken_out(self, owner):
        book = self.book(
            owner, {"kind": "DEPOSIT", "date": "2024-01-02", "amount": 1_000},
            {"kind": "WITHDRAWAL", "date": "2024-01-10", "amount": 1_000},
            {"kind": "DIVIDEND", "date": "2024-01-16", "asset": "ACME", "amount": 5},
            {"kind": "DEPOSIT", "date": "2024-01-31", "amount": 100},
        )  # fmt: skip
        assert self.returns(book) == [approx(0), approx(0), None, None, approx(0)]

    def test_from_a_state_in_the_middle_it_stays_what_it_was(self, owner):
        book = self.book(
            owner, {"kind": "BUY", "date": "2024-01-02", "asset": "ACME", "quantity": 10, "price": 100},
            {"kind": "DEPOSIT", "date": "2024-01-22", "amount": 1_000},
        )  # fmt: skip
        rows = stored(book)
        # nothing of its own; +100, -400 on debts; 1,000 paid into debts of 400 make 600, worth 660 later
        assert [row["daily_return"] for row in rows] == [approx(0), None, None, approx(0), approx(10)]
        add(book, {"kind": "FEE", "date": "2024-01-31", "amount": 1})
        portfolio_value(portfolio_id=book.pk)
        later = stored(book)
        assert later == whole(book)

    def test_no_return_at_all_says_what_to_book(self, owner):
        book = self.book(owner, {"kind": "FEE", "date": "2024-01-02", "amount": 5})
        with pytest.raises(PortfolioError, match="book the DEPOSIT that paid for the first purchase"):
            record_of(portfolio=book).track()


def test_states_are_thinned_out(owner):
    days = [str(day_) for day_ in np.arange("2021-01-01", "2024-01-01", dtype="datetime64[D]") if np.is_busday(day_)]
    asset("LONG", np.linspace(10, 20, len(days)).tolist(), days)
    book = Portfolio.objects.create(owner=owner, name="long", base_currency="USD")
    add(
        book, {"kind": "DEPOSIT", "date": days[0], "amount": 1_000},
        {"kind": "BUY", "date": days[0], "asset": "LONG", "quantity": 10, "price": 10},
    )  # fmt: skip
    portfolio_value(portfolio_id=book.pk)
    kept = sorted(book.states.values_list("date", flat=True))
    assert kept[:2] == [dt.date(2021, 12, 31), dt.date(2022, 11, 30)]
    assert [str(one) for one in kept[-5:]] == days[-5:]
    add(book, {"kind": "FEE", "date": "2022-06-15", "amount": 1})
    assert portfolio_value(portfolio_id=book.pk).first == dt.date(2022, 1, 3)  # from the end of 2021 on
    assert sorted(book.states.values_list("date", flat=True)) == kept
    rows = stored(book)
    assert rows == whole(book)
