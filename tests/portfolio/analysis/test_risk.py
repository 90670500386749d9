"""Risk metrics of a stored portfolio: equal to libraries on its stored history; explained; contributions; backtest."""

import datetime as dt

import empyrical
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from market.models import PriceBar
from portfolio.models import PortfolioBenchmark, PortfolioRiskMetrics
from portfolio.services.errors import PortfolioError
from portfolio.services.explaining import summary_explain
from portfolio.services.following import portfolio_follow
from portfolio.services.held_correlations import correlations_held
from portfolio.services.performance import performance_report
from portfolio.services.risk import risk_inputs, risk_metrics_compute, risk_row
from portfolio.services.risk_explain import risk_explain
from portfolio.services.risk_report import risk_contributions, var_backtest
from portfolio.services.standing import standing_of
from portfolio.services.summary import portfolio_summary
from portfolio.store.prices import prices_read
from tests.portfolio.analysis.world import DAYS, LAST, SEOUL_CLOSED, book, portfolio_of


def history(portfolio) -> pd.Series:
    rows = portfolio.performance.order_by("date").values_list("date", "daily_return")
    return pd.Series(dict(rows)) / 100


def test_the_row_equals_libraries_on_the_stored_returns(world):
    row, returns = risk_metrics_compute(portfolio=world.portfolio), history(world.portfolio)
    assert (row.date, len(returns)) == (LAST, 290)
    excess = returns - (1.02 ** (1 / 252) - 1)
    assert row.volatility == pytest.approx(100 * empyrical.annual_volatility(returns))
    assert row.sharpe_ratio == pytest.approx(empyrical.sharpe_ratio(excess))
    assert row.max_drawdown == pytest.approx(-100 * empyrical.max_drawdown(returns))
    assert row.var_95_1d == pytest.approx(-100 * np.quantile(returns.iloc[-252:], 0.05))
    assert row.cvar_99_1d == pytest.approx(
        -100 * returns.iloc[-252:][returns.iloc[-252:] <= np.quantile(returns.iloc[-252:], 0.01)].mean()
    )
    assert (row.risk_level, row.treynor_ratio) == ("LOW", None)


def test_weights_count_cash_as_one_position(world):
    row, standing = risk_metrics_compute(portfolio=world.portfolio), standing_of(portfolio=world.portfolio)
    close = {one: PriceBar.objects.get(instrument=one, date=LAST).close for one in (world.aaa, world.bbb, world.kkk)}
    won = standing.rates["KRW"]
    values = [300 * close[world.aaa], 200 * close[world.bbb], 400 * close[world.kkk] * won]
    assert sum(values) + standing.cash_value == pytest.approx(standing.value)
    weights = np.array([*values, standing.cash_value]) / standing.value
    assert row.hhi == pytest.approx((weights**2).sum())
    assert row.effective_assets == pytest.approx(1 / (weights**2).sum())


def test_a_second_run_replaces_the_row(world):
    first = risk_metrics_compute(portfolio=world.portfolio)
    assert risk_metrics_compute(portfolio=world.portfolio).pk == first.pk
    earlier = risk_metrics_compute(portfolio=world.portfolio, as_of=DAYS[100])
    assert earlier.date == DAYS[100]
    assert [row.date for row in world.portfolio.risk_metrics.all()] == [LAST, DAYS[100]]
    assert risk_row(portfolio=world.portfolio, on=DAYS[100]).pk == earlier.pk


def test_the_summary_tells_the_same_var(world):
    """Of the last 252 of 290 returns, as the row of risk metrics; of a period it is that of the period."""
    row, returns = risk_metrics_compute(portfolio=world.portfolio), history(world.portfolio)
    found = portfolio_summary(portfolio=world.portfolio)
    assert found["statistics"]["var_95_1d"] == row.var_95_1d
    trail = summary_explain(portfolio=world.portfolio)["figures"]["var_95_1d"]
    assert (trail["result"], trail["inputs"]["returns"]) == (row.var_95_1d, 252)
    whole = performance_report(portfolio=world.portfolio)["statistics"]["var_95_1d"]
    assert whole == pytest.approx(-100 * np.quantile(returns, 0.05))
    assert whole != pytest.approx(row.var_95_1d)


def test_a_session_without_a_row_is_computed_and_not_stored(world):
    risk_metrics_compute(portfolio=world.portfolio)
    found = risk_row(portfolio=world.portfolio, on=DAYS[150])
    assert (found.date, found.pk, world.portfolio.risk_metrics.count()) == (DAYS[150], None, 1)
    stored = risk_metrics_compute(portfolio=world.portfolio, as_of=DAYS[150])
    assert (found.hhi, found.var_95_1d) == (stored.hhi, stored.var_95_1d)


def test_what_comes_later_changes_nothing(world):
    before = risk_metrics_compute(portfolio=world.portfolio, as_of=DAYS[200])
    PriceBar.objects.filter(date__gt=DAYS[200]).delete()
    after = risk_metrics_compute(portfolio=world.portfolio, as_of=DAYS[200])
    assert before.pk == after.pk
    assert (before.average_correlation, before.hhi) == (after.average_correlation, after.hhi)


def test_no_row_yet_is_told(world):
    empty = portfolio_of(world.owner, "empty")
    for service in (risk_row, risk_metrics_compute, risk_contributions, var_backtest, correlations_held):
        with pytest.raises(PortfolioError, match="no value yet"):
            service(portfolio=empty)


def test_cash_alone_has_a_row_without_pairs(world):
    only = portfolio_of(world.owner, "cash only")
    book(only, ("DEPOSIT", DAYS[250], None, None, 1_000))
    row = risk_metrics_compute(portfolio=only)
    assert (row.hhi, row.volatility, row.average_correlation, row.sharpe_ratio) == (1.0, 0.0, None, None)
    with pytest.raises(PortfolioError, match="holds nothing"):
        risk_contributions(portfolio=only)


def test_debts_leave_no_figures_of_returns_but_tell_why(world):
    short = portfolio_of(world.owner, "short of cash")
    book(short, ("BUY", DAYS[0], world.aaa, 10, 100.0), ("WITHDRAWAL", DAYS[3], None, None, 100_000))
    inputs = risk_inputs(portfolio=short)
    row = risk_metrics_compute(portfolio=short)
    assert (row.volatility, row.var_95_1d, row.hhi) == (None, None, None)
    told = risk_explain(inputs=inputs, stored=row)["figures"]
    assert "was below zero" in told["sharpe_ratio"]["inputs"]["problem"]


def test_every_figure_is_explained(world):
    PortfolioBenchmark.objects.create(portfolio=world.portfolio, instrument=world.spx, is_primary=True)
    row = risk_metrics_compute(portfolio=world.portfolio)
    told = risk_explain(inputs=risk_inputs(portfolio=world.portfolio), stored=row)
    columns = {field.name for field in PortfolioRiskMetrics._meta.concrete_fields} - {"id", "portfolio", "date"}
    assert set(told["figures"]) == columns
    for name, one in told["figures"].items():
        assert one["formula"], name
        assert one["source"] == "docs/statistics.md"
        assert one["inputs"]["stored"] == getattr(row, name)
        assert one["result"] == (row.volatility if name == "risk_level" else getattr(row, name))
    assert told["figures"]["var_95_1d"]["inputs"] | {"first": None} == told["figures"]["var_95_1d"]["inputs"] | {
        "first": None, "last": LAST, "returns": 252,
    }  # fmt: skip
    squares = [one["square"] for one in told["figures"]["hhi"]["rows"]]
    assert (len(squares), sum(squares)) == (4, pytest.approx(row.hhi))
    pairs = told["figures"]["average_correlation"]["rows"]
    assert np.mean([one["correlation"] for one in pairs]) == pytest.approx(row.average_correlation)
    assert told["figures"]["treynor_ratio"]["inputs"]["benchmark"] == "US:SPX"
    assert np.prod([1 + one["return"] / 100 for one in told["sessions"][1:]]) == pytest.approx(
        told["sessions"][-1]["index"]
    )


def test_an_outdated_row_is_seen_in_its_trail(world):
    row = risk_metrics_compute(portfolio=world.portfolio)
    row.hhi = 0.5
    one = risk_explain(inputs=risk_inputs(portfolio=world.portfolio), stored=row)["figures"]["hhi"]
    assert (one["inputs"]["stored"], one["result"] < 0.4) == (0.5, True)


def test_contributions_add_up(world):
    found = risk_contributions(portfolio=world.portfolio)
    for measure, total in found["totals"].items():
        assert sum(one[measure]["component"] for one in found["results"]) == pytest.approx(total)
        assert sum(one[measure]["percent"] for one in found["results"]) == pytest.approx(100)
    assert (found["returns"], found["last"], found["left_out"]) == (252, LAST, {})


def test_volatility_is_that_of_todays_weights(world):
    found, standing = risk_contributions(portfolio=world.portfolio), standing_of(portfolio=world.portfolio)
    ids = [one.instrument.pk for one in standing.held]
    bars = PriceBar.objects.filter(instrument__in=ids).values("date", "instrument_id", "close")
    table = pd.DataFrame(bars).pivot_table(index="date", columns="instrument_id", values="close")[ids]
    table[world.kkk.pk] *= pd.Series(dict(rates_of(world)))
    returns = table.dropna().pct_change().iloc[-252:]
    weights = np.array([one.weight for one in standing.held]) / 100
    earned = returns.to_numpy() @ weights
    # Seoul is closed on some days on which New York is open: a common return spans more than one session then
    a_year = 252 * 252 / (len(DAYS) - 1 - DAYS.index(table.dropna().index[-253]))
    assert 240 < a_year < 250
    assert found["returns_a_year"] == pytest.approx(a_year)
    assert found["totals"]["volatility"] == pytest.approx(100 * earned.std(ddof=1) * a_year**0.5)
    assert found["totals"]["cvar_95"] == pytest.approx(-100 * earned[earned <= np.quantile(earned, 0.05)].mean())


def rates_of(world):
    from market.models import FxRate

    return FxRate.objects.filter(base="KRW").values_list("date", "rate")


def test_a_young_asset_is_left_out_and_named(world):
    young = world.idle
    PriceBar.objects.filter(instrument=young, date__lt=DAYS[-10]).delete()
    book(world.portfolio, ("BUY", DAYS[-5], young, 10, 100.0))
    found = risk_contributions(portfolio=world.portfolio)
    assert list(found["left_out"]) == ["US:IDLE"]
    assert len(found["results"]) == 3


def test_exceptions_are_counted_as_by_hand(world):
    found, returns = var_backtest(portfolio=world.portfolio), history(world.portfolio).to_numpy()
    one = next(row for row in found["results"] if (row["method"], row["level"]) == ("normal", 95))
    limits = [
        -(window.mean() + stats.norm.ppf(0.05) * window.std(ddof=1))
        for window in (returns[at - 252 : at] for at in range(252, len(returns)))
    ]
    exceeded = returns[252:] < -np.array(limits)
    assert (one["tests"]["sessions"], one["tests"]["exceptions"]) == (38, exceeded.sum())
    assert len(one["exceptions"]) == exceeded.sum()
    share = exceeded.mean()
    likelihood = stats.binom(38, 0.05).logpmf(exceeded.sum()), stats.binom(38, share).logpmf(exceeded.sum())
    assert one["tests"]["failures"]["statistic"] == pytest.approx(2 * (likelihood[1] - likelihood[0]))


def test_a_short_record_has_var_but_no_backtest(world):
    young = portfolio_of(world.owner, "young")
    book(young, ("DEPOSIT", DAYS[-50], None, None, 50_000), ("BUY", DAYS[-50], world.aaa, 100, 100.0))
    found = var_backtest(portfolio=young)
    assert all(one["tests"] is None and one["var"] is not None for one in found["results"])


@pytest.mark.parametrize(
    ("window", "first"), [("1y", "2023-02-24"), ("1m", "2024-01-24"), ("20d", DAYS[-20].isoformat())]
)
def test_correlations_of_a_window(world, window, first):
    found = correlations_held(portfolio=world.portfolio, window=window)
    assert (found["first"].isoformat(), found["last"], found["symbols"]) == (
        first, LAST, ["US:AAA", "US:BBB", "KR:000001"],
    )  # fmt: skip
    closes = {
        one: pd.Series(dict(PriceBar.objects.filter(instrument=one).values_list("date", "close")))
        for one in (world.aaa, world.bbb)
    }
    table = pd.DataFrame(closes).pct_change()
    table = table[table.index >= found["first"]]
    pearson = stats.pearsonr(table[world.aaa], table[world.bbb])
    assert found["correlation"][0][1] == pytest.approx(pearson.statistic)
    assert found["p_value"][0][1] == pytest.approx(pearson.pvalue)
    assert found["n"][0][1] == len(table)


def test_the_last_dates_of_a_pair_are_those_on_which_both_exchanges_are_open(world):
    """Seoul has no bars over the new year, 9 and 12 February, on which it is closed, nor on the 5th, on which it is
    open: its pairs reach back two more days, and lose the returns that end on 5, 6 (over the 5th) and 13 February."""
    closed = [dt.date(2024, 2, 9), dt.date(2024, 2, 12)]
    assert dt.date(2024, 2, 5) in SEOUL_CLOSED
    PriceBar.objects.filter(instrument=world.kkk, date__in=closed).delete()
    found = correlations_held(portfolio=world.portfolio, window="20d")
    assert (found["first"], found["last"]) == (DAYS[-22], LAST)
    assert found["n"] == [[20, 20, 17], [20, 20, 17], [17, 17, 19]]  # by itself only the 5th
    assert (found["correlation"][0][2], found["correlation"][0][1] is None) == (None, False)


def test_correlations_need_a_window_and_two_assets(world):
    with pytest.raises(PortfolioError, match="window: must be one of 1m, 3m"):
        correlations_held(portfolio=world.portfolio, window="9y")
    alone = portfolio_of(world.owner, "alone")
    book(alone, ("BUY", DAYS[0], world.aaa, 1, 100.0))
    with pytest.raises(PortfolioError, match="fewer than two assets"):
        correlations_held(portfolio=alone)


def test_the_nightly_job_stores_risk_and_benchmarks_from_shared_prices(world, django_assert_max_num_queries):
    row = PortfolioBenchmark.objects.create(portfolio=world.portfolio, instrument=world.spx, is_primary=True)
    ids = [one.pk for one in (world.aaa, world.bbb, world.kkk, world.spx)]
    prices = prices_read(ids, DAYS[0], LAST)
    own = risk_metrics_compute(portfolio=world.portfolio)
    world.portfolio.risk_metrics.all().delete()
    with django_assert_max_num_queries(24):
        portfolio_follow(portfolio=world.portfolio, prices=prices)
    stored = world.portfolio.risk_metrics.get()
    names = ("hhi", "average_correlation", "var_95_1d", "treynor_ratio", "drawdown_duration")
    assert [getattr(stored, name) for name in names] == [getattr(own, name) for name in names]
    row.refresh_from_db()
    assert (row.as_of, row.sessions) == (LAST, 290)
