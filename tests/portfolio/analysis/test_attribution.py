"""Attribution: parts that add up, by hand, against targets and against a fund."""

import datetime as dt

import numpy as np
import pytest

from portfolio.calc.accounting.since import days_since
from portfolio.models import PortfolioAllocation, PortfolioBenchmark
from portfolio.services import attribution_against
from portfolio.services.attribution import attribution_report, days_of
from portfolio.services.errors import PortfolioError
from portfolio.services.performance import performance_report
from tests.etfs.builder import composition, fund
from tests.portfolio.analysis.world import DAYS, LAST, bars, book, instrument, portfolio_of, rates

FIRST, SECOND, THIRD = dt.date(2024, 1, 2), dt.date(2024, 1, 3), dt.date(2024, 1, 4)


def targets(portfolio, **percent) -> None:
    PortfolioAllocation.objects.bulk_create(
        PortfolioAllocation(portfolio=portfolio, instrument=percent_of[0], target=percent_of[1])
        for percent_of in percent.values()
    )


@pytest.fixture
def two(world):
    """1,000: 60 % ONE (10 -> 11 -> 11), 40 % TWO (20 -> 20 -> 18); the first session brings nothing."""
    one, other = instrument("US:ONE", sector="Energy"), instrument("US:TWO", sector="Utilities")
    eve = dt.date(2024, 1, 1)
    bars(one, {eve: 10, FIRST: 10, SECOND: 11, THIRD: 11})
    bars(other, {eve: 20, FIRST: 20, SECOND: 20, THIRD: 18})
    portfolio = portfolio_of(world.owner, "two")
    book(
        portfolio, ("DEPOSIT", FIRST, None, None, 1_000), ("BUY", FIRST, one, 60, 10.0), ("BUY", FIRST, other, 20, 20.0)
    )
    return portfolio, one, other


def test_contributions_by_hand(two):
    """+6 % by ONE, then -40 of 1,060 by TWO: 1.06 x (1 - 40/1060) = 1.02."""
    portfolio, *_ = two
    found = attribution_report(portfolio=portfolio)
    first, second = np.log(1.06) / 0.06, np.log(1020 / 1060) / (-40 / 1060)
    whole = np.log(1.02) / 0.02
    parts = {row["group"]: row["contribution"] for row in found["results"]}
    assert found["return"] == pytest.approx(2.0)
    assert parts == pytest.approx({"US:ONE": 6.0 * first / whole, "US:TWO": -100 * 40 / 1060 * second / whole})
    assert sum(parts.values()) == pytest.approx(2.0)


def test_a_single_session_against_targets_by_hand(two):
    """The second session: 60/40 against targets of 30/50/20 of cash; ONE earned 10 %, TWO and cash nothing."""
    portfolio, one, other = two
    targets(portfolio, a=(one, 30), b=(other, 50), c=(None, 20))
    found = attribution_report(portfolio=portfolio, by="sector", against="targets", start=SECOND, end=SECOND)
    rows = {row["group"]: row for row in found["results"]}
    assert (found["return"], found["benchmark_return"], found["excess_return"]) == pytest.approx((6, 3, 3))
    # allocation (w_p - w_b)(b_g - b): Energy 0.3 x 7 %, Utilities -0.1 x -3 %, cash -0.2 x -3 %
    assert rows["Energy"]["allocation"] == pytest.approx(2.1)
    assert rows["Utilities"]["allocation"] == pytest.approx(0.3)
    assert rows["cash"]["allocation"] == pytest.approx(0.6)
    assert sum(abs(row["selection"]) + abs(row["interaction"]) for row in rows.values()) == pytest.approx(0, abs=1e-9)
    assert (rows["Energy"]["weight"], rows["Energy"]["benchmark_weight"]) == pytest.approx((60, 30))


def test_selection_against_a_fund_by_hand(two, world):
    """The fund is all Energy, but in OIL, which earned 5 %: ONE's 10 % is selection, Utilities an allocation."""
    portfolio, *_ = two
    oil, index = instrument("US:OIL", sector="Oil & Gas"), fund("US", "IDX")
    bars(oil, {FIRST: 100, SECOND: 105})
    bars(index.instrument, {FIRST: 40, SECOND: 42})
    composition(index, FIRST, {"OIL": 100})
    found = attribution_report(portfolio=portfolio, by="sector", against="US:IDX", start=SECOND, end=SECOND)
    rows = {row["group"]: row for row in found["results"]}
    assert (found["benchmark_return"], found["composition_date"]) == (pytest.approx(5), FIRST)
    assert rows["Energy"]["selection"] == pytest.approx(1.0 * 5)
    assert rows["Energy"]["interaction"] == pytest.approx(-0.4 * 5)
    assert rows["Energy"]["allocation"] == pytest.approx(0)
    # Utilities is not in the fund: its own 0 % stands for b_g: 0.4 x (0 - 5) %
    assert rows["Utilities"]["allocation"] == pytest.approx(-2)
    assert sum(row["total"] for row in rows.values()) == pytest.approx(found["excess_return"]) == pytest.approx(1)


def test_what_has_no_price_in_a_fund_is_a_group_of_its_own(two):
    """Half of the fund is OIL (+5 %); the fund earned 4 %, so the rest earned 3 %."""
    portfolio, *_ = two
    oil, index = instrument("US:OIL", sector="Energy"), fund("US", "IDX")
    bars(oil, {FIRST: 100, SECOND: 105})
    bars(index.instrument, {FIRST: 50, SECOND: 52})
    composition(index, FIRST, {"OIL": 50, "GONE": 50})
    found = attribution_report(portfolio=portfolio, by="sector", against="US:IDX", start=SECOND, end=SECOND)
    rows = {row["group"]: row for row in found["results"]}
    assert found["benchmark_return"] == pytest.approx(4)
    assert rows["not covered"]["benchmark_weight"] == pytest.approx(50)
    assert rows["not covered"]["allocation"] == pytest.approx(-0.5 * (3 - 4))
    assert found["notes"] == ["50.0 % of the fund has prices; weights are those of the composition, throughout"]


def test_parts_add_up_over_a_year_in_three_currencies(world):
    start = DAYS[100]
    for by in ("asset", "sector"):
        found = attribution_report(portfolio=world.portfolio, by=by, start=start)
        assert sum(row["contribution"] for row in found["results"]) == pytest.approx(found["return"])
        assert found["return"] == pytest.approx(performance_report(portfolio=world.portfolio, start=start)["twr"])
    targets(world.portfolio, a=(world.aaa, 50), b=(world.kkk, 30), c=(world.idle, 20))
    found = attribution_report(portfolio=world.portfolio, by="sector", against="targets", start=start)
    assert sum(row["total"] for row in found["results"]) == pytest.approx(found["excess_return"])
    assert sum(found["totals"].values()) == pytest.approx(found["excess_return"])
    assert sum(row["benchmark_weight"] for row in found["results"]) == pytest.approx(100)


def test_a_later_part_equals_the_whole_run(world):
    whole = days_of(portfolio=world.portfolio).days
    part = days_of(portfolio=world.portfolio, start=DAYS[280]).days
    assert (part.dates[0], part.dates[-1]) == (np.datetime64(DAYS[280]), np.datetime64(LAST))
    assert part.opening == pytest.approx(whole.value[-len(part.dates) - 1])
    assert part.gain.sum() == pytest.approx(whole.gain[-len(part.dates) :].sum())
    assert days_since(whole, whole.dates[0]) is whole


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"by": "region"}, "by: must be one of asset, sector"),
        ({"start": LAST, "end": FIRST - dt.timedelta(days=300)}, "start: .* is after the end"),
        ({"start": LAST + dt.timedelta(days=1)}, "no value yet in this period"),
        ({"against": "targets"}, "against: the portfolio has no targets"),
        ({"against": "US:NOPE", "by": "sector"}, "against: no instrument 'NOPE' in region US"),
    ],
)
def test_refusals(world, asked, told):
    with pytest.raises(PortfolioError, match=told):
        attribution_report(portfolio=world.portfolio, **asked)


def test_a_target_without_prices_is_named(two):
    portfolio, one, _ = two
    targets(portfolio, a=(one, 50), b=(instrument("US:LATER"), 50))
    with pytest.raises(PortfolioError, match="against: US:LATER has no price before 2024-01-02"):
        attribution_report(portfolio=portfolio, by="asset", against="targets")


def test_a_target_without_an_exchange_rate_is_told_as_such(two):
    portfolio, one, _ = two
    tokyo = instrument("JP:7203")
    bars(tokyo, {dt.date(2024, 1, 1): 2000, FIRST: 2000, SECOND: 2100})
    rates("JPY", "USD", {SECOND: 0.007})
    targets(portfolio, a=(one, 50), b=(tokyo, 50))
    with pytest.raises(PortfolioError, match="against: JP:7203 has no exchange rate JPY/USD with its prices"):
        attribution_report(portfolio=portfolio, against="targets")


def test_an_index_is_compared_as_a_whole_by_hand(two):
    """The second session: 60 % ONE (+10 %), 40 % TWO (0): +6 %; the index +2 %. All invested: a selection."""
    portfolio, *_ = two
    index = instrument("US:IX", "INDEX")
    bars(index, {FIRST: 100, SECOND: 102})
    for by in ("asset", "sector"):
        found = attribution_report(portfolio=portfolio, by=by, against="US:IX", start=SECOND, end=SECOND)
        (row,) = found["results"]
        assert (found["groups"], row["group"]) == ("invested and cash", "invested")
        assert (row["allocation"], row["selection"], row["interaction"]) == pytest.approx((0, 4, 0), abs=1e-9)
        assert (found["benchmark_return"], found["excess_return"]) == pytest.approx((2, 4))
        assert "US:IX is compared as a whole" in found["notes"][0]
        assert sum(part["contribution"] for part in found["contributions"]) == pytest.approx(6)


def test_cash_beside_an_index_is_an_allocation(two):
    """As much cash again: half is invested at the start of the session; (w_p - w_b)(b_g - b): -1/2 x (0 - 2) % less."""
    portfolio, *_ = two
    bars(instrument("US:IX", "INDEX"), {FIRST: 100, SECOND: 102})
    book(portfolio, ("DEPOSIT", FIRST, None, None, 1_000))
    found = attribution_report(portfolio=portfolio, against="US:IX", start=SECOND, end=SECOND)
    rows = {row["group"]: row for row in found["results"]}
    assert rows["cash"]["allocation"] == pytest.approx(0.5 * (0 - 2))
    # selection w_b (r_g - b_g) = 6 - 2, interaction (w_p - w_b)(r_g - b_g) = -0.5 x 4
    assert (rows["invested"]["selection"], rows["invested"]["interaction"]) == pytest.approx((4, -2))
    assert found["excess_return"] == pytest.approx(3 - 2)


def test_without_against_the_primary_benchmark_is_meant(two):
    portfolio, *_ = two
    assert attribution_report(portfolio=portfolio)["against"] is None
    late = instrument("US:LATE", "INDEX")
    bars(late, {THIRD: 5})
    benchmark = PortfolioBenchmark.objects.create(portfolio=portfolio, instrument=late, is_primary=True)
    found = attribution_report(portfolio=portfolio)
    assert found["against"] is None
    assert found["notes"] == [
        "not compared with the primary benchmark: against: US:LATE has no price before 2024-01-02"
    ]
    benchmark.delete()
    index = instrument("US:IX", "INDEX")
    bars(index, {dt.date(2024, 1, 1): 100, FIRST: 100, SECOND: 102, THIRD: 102})
    PortfolioBenchmark.objects.create(portfolio=portfolio, instrument=index, is_primary=True)
    found = attribution_report(portfolio=portfolio)
    assert (found["against"], found["excess_return"]) == ("US:IX", pytest.approx(0.0, abs=1e-9))
    assert attribution_report(portfolio=portfolio, against="none")["against"] is None


def test_a_fund_of_too_many_lines_over_too_long_is_refused(two, monkeypatch):
    portfolio, *_ = two
    index = fund("US", "IDX")
    instrument("US:OIL")
    composition(index, FIRST, {"OIL": 100})
    monkeypatch.setattr(attribution_against, "MOST_PRICES", 2)
    with pytest.raises(PortfolioError, match="US:IDX has 1 lines, over 3 sessions more than 2 prices: ask for"):
        attribution_report(portfolio=portfolio, by="sector", against="US:IDX")


def test_queries_are_constant(world, django_assert_max_num_queries):
    targets(world.portfolio, a=(world.aaa, 50), b=(world.kkk, 50))
    with django_assert_max_num_queries(12):
        attribution_report(portfolio=world.portfolio, by="sector", against="targets")
