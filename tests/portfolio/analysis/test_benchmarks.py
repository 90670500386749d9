"""Benchmarks: set as a whole, figures against SciPy and empyrical, in the portfolio's currency."""

import empyrical
import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError, transaction
from scipy import stats

from market.models import FxRate, PriceBar
from portfolio.models import PortfolioBenchmark
from portfolio.services.benchmarks import Wanted, benchmark_report, benchmarks_compute, benchmarks_set
from portfolio.services.errors import PortfolioError
from tests.portfolio.analysis.world import DAYS, LAST, instrument, portfolio_of


def closes(of) -> pd.Series:
    return pd.Series(dict(PriceBar.objects.filter(instrument=of).values_list("date", "close")))


@pytest.fixture
def index(world) -> pd.Series:
    """Of the portfolio, 1 on the evening before its first session."""
    rows = dict(world.portfolio.performance.order_by("date").values_list("date", "twr_index"))
    return pd.concat([pd.Series({DAYS[9]: 1.0}), pd.Series(rows)])


def test_figures_equal_regression_and_empyrical(world, index):
    benchmarks_set(portfolio=world.portfolio, benchmarks=[Wanted(world.spx)])
    (row,) = benchmarks_compute(portfolio=world.portfolio)
    both = pd.DataFrame({"own": index, "other": closes(world.spx)}).dropna()
    own, other = (both[name].pct_change().dropna() for name in both)
    line = stats.linregress(other, own)
    assert row.beta == pytest.approx(line.slope)
    assert row.alpha == pytest.approx(100 * 252 * line.intercept)
    assert row.tracking_error == pytest.approx(100 * empyrical.annual_volatility(own - other))
    assert row.information_ratio == pytest.approx(empyrical.excess_sharpe(own, other) * 252**0.5)
    total = both.iloc[-1] / both.iloc[0]
    assert row.excess_return == pytest.approx(100 * (total["own"] - total["other"]))
    assert (row.sessions, row.as_of) == (290, LAST)


def test_a_foreign_benchmark_is_converted_and_its_holidays_are_bridged(world, index):
    benchmarks_set(portfolio=world.portfolio, benchmarks=[Wanted(world.kospi)])
    (row,) = benchmarks_compute(portfolio=world.portfolio)
    won = pd.Series(dict(FxRate.objects.filter(base="KRW").values_list("date", "rate")))
    both = pd.DataFrame({"own": index, "other": closes(world.kospi) * won}).dropna()
    own, other = (both[name].pct_change().dropna() for name in both)
    assert row.beta == pytest.approx(stats.linregress(other, own).slope)
    assert row.sessions == len(own) < 290


def test_several_with_one_primary(world):
    rows = benchmarks_set(portfolio=world.portfolio, benchmarks=[Wanted(world.spx), Wanted(world.kospi)])
    assert [(str(row.instrument), row.is_primary) for row in rows] == [("US:SPX", True), ("KR:KOSPI", False)]
    kept = benchmarks_compute(portfolio=world.portfolio)[1]
    rows = benchmarks_set(portfolio=world.portfolio, benchmarks=[Wanted(world.kospi), Wanted(world.idle)])
    assert (rows[0].pk, rows[0].is_primary) == (kept.pk, True)
    assert rows[0].beta == kept.beta
    assert [str(row.instrument) for row in rows] == ["KR:KOSPI", "US:IDLE"]
    rows = benchmarks_set(
        portfolio=world.portfolio, benchmarks=[Wanted(world.kospi), Wanted(world.idle, is_primary=True)]
    )
    assert [str(row.instrument) for row in rows if row.is_primary] == ["US:IDLE"]
    assert benchmarks_set(portfolio=world.portfolio, benchmarks=[]) == []
    assert benchmarks_compute(portfolio=world.portfolio) == []


def test_the_database_keeps_one_primary(world):
    PortfolioBenchmark.objects.create(portfolio=world.portfolio, instrument=world.spx, is_primary=True)
    with pytest.raises(IntegrityError, match="benchmark_one_primary"), transaction.atomic():
        PortfolioBenchmark.objects.create(portfolio=world.portfolio, instrument=world.kospi, is_primary=True)


def test_what_cannot_be_a_benchmark_is_told(world):
    portfolio, spx = world.portfolio, Wanted(world.spx)
    benchmarks_set(portfolio=portfolio, benchmarks=[spx])
    nikkei = instrument("JP:NIKKEI225", "INDEX")
    PriceBar.objects.bulk_create(PriceBar(instrument=nikkei, date=day, close=100.0) for day in DAYS)
    for wrong, told in (
        ([spx, spx], "benchmarks: US:SPX is there twice"),
        ([Wanted(world.spx, is_primary=True), Wanted(world.kospi, is_primary=True)], "only one can be the primary"),
        ([spx] * 21, "at most 20"),
        ([spx, Wanted(nikkei)], "no exchange rate JPY/USD"),
    ):
        with pytest.raises(PortfolioError, match=told):
            benchmarks_set(portfolio=portfolio, benchmarks=wrong)
        assert [str(row.instrument) for row in portfolio.benchmarks.all()] == ["US:SPX"]


def test_a_benchmark_without_common_sessions_has_no_figures(world):
    new = instrument("US:NEW")
    PriceBar.objects.create(instrument=new, date=LAST, close=5.0)
    benchmarks_set(portfolio=world.portfolio, benchmarks=[Wanted(new)])
    (row,) = benchmarks_compute(portfolio=world.portfolio)
    assert (row.beta, row.excess_return, row.sessions, row.as_of) == (None, None, 0, None)
    (told,) = benchmark_report(portfolio=world.portfolio, explain=True)
    assert (told["correlation"], told["up_capture"], told["explain"]["sessions"]) == (None, None, [])


def test_the_report_explains_every_figure(world, index):
    benchmarks_set(portfolio=world.portfolio, benchmarks=[Wanted(world.spx)])
    benchmarks_compute(portfolio=world.portfolio)
    (row,) = benchmark_report(portfolio=world.portfolio, explain=True)
    figures = row["explain"]["figures"]
    names = ("tracking_error", "information_ratio", "alpha", "beta", "excess_return", "correlation", "up_capture")
    assert {name: figures[name]["result"] for name in names} == {name: row[name] for name in names}
    sessions = row["explain"]["sessions"]
    own, other = (np.array([one[name] for one in sessions[1:]]) for name in ("return", "benchmark_return"))
    assert row["correlation"] == pytest.approx(stats.pearsonr(own, other).statistic)
    assert row["tracking_error"] == pytest.approx((own - other).std(ddof=1) * 252**0.5)
    fell = other < 0
    growth = [np.prod(1 + series[fell] / 100) ** (1 / fell.sum()) - 1 for series in (own, other)]
    assert row["down_capture"] == pytest.approx(100 * growth[0] / growth[1])


def test_a_portfolio_without_a_value_can_have_benchmarks(world):
    empty = portfolio_of(world.owner, "empty")
    benchmarks_set(portfolio=empty, benchmarks=[Wanted(world.kospi)])
    (row,) = benchmark_report(portfolio=empty)
    assert (row["symbol"], row["beta"], row["correlation"]) == ("KR:KOSPI", None, None)
