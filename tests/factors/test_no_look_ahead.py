"""A score dated t knows nothing after t: delete the future, compute again, get the same bits (section 1)."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from django.db.models import F

from factors.models import FactorRun, FactorScore
from factors.services import factor_run_create, factor_run_execute
from market.models import CorporateAction, Fundamental, Instrument, PriceBar
from tests.factors.market_tables import add_bars, add_instrument, add_report, add_split, random_market, sessions

pytestmark = pytest.mark.django_db(transaction=True)


def compute(day: dt.date, region: str = "KR") -> FactorRun:
    run = factor_run_execute(run_id=factor_run_create(region=region, date=day).pk)
    assert run.state == FactorRun.State.DONE, run.errors
    return run


def scores(day: dt.date) -> dict[tuple[str, str], tuple]:
    rows = FactorScore.objects.filter(date=day).values_list(
        "instrument__ticker", "factor__name", "value", "score", "percentile"
    )
    return {(ticker, factor): figures for ticker, factor, *figures in rows}


def delete_the_future(day: dt.date) -> None:
    """Everything that was not known on ``day``; what a split after it did to earlier factors is undone too."""
    for action in CorporateAction.objects.filter(ex_date__gt=day):
        PriceBar.objects.filter(instrument=action.instrument, date__lt=action.ex_date).update(
            adjustment_factor=F("adjustment_factor") * action.ratio
        )
    CorporateAction.objects.filter(ex_date__gt=day).delete()
    PriceBar.objects.filter(date__gt=day).delete()
    Fundamental.objects.filter(available_on__gt=day).delete()


def split(stock: Instrument, ex_date: dt.date, ratio: float) -> None:
    """A split as a loader leaves it: the action, later prices lower, earlier factors divided."""
    add_split(stock, ex_date, ratio)
    later = PriceBar.objects.filter(instrument=stock, date__gte=ex_date)
    later.update(close=F("close") / ratio, high=F("high") / ratio, volume=F("volume") * ratio)
    PriceBar.objects.filter(instrument=stock, date__lt=ex_date).update(adjustment_factor=F("adjustment_factor") / ratio)


@pytest.fixture
def day() -> dt.date:
    return sessions(12)[0]  # eleven sessions of future follow


@pytest.fixture
def market(day) -> list[Instrument]:
    """Twelve stocks with splits before and after ``day``, a restatement after it, a newcomer, a delisting to come."""
    stocks = random_market(12, bars=275)
    days = sessions(275)
    split(stocks[0], days[-60], 5.0)  # before
    split(stocks[1], days[-5], 3.0)  # after
    split(stocks[2], days[-30], 7.0)  # both
    split(stocks[2], days[-3], 1.037)
    newest = Fundamental.objects.filter(instrument=stocks[3], available_on__lte=day).order_by("-period_end").first()
    add_report(
        stocks[3], newest.period_end, newest.period, on=days[-2], net_income=9e12, eps_basic=1e6, total_equity=1.0
    )
    add_report(stocks[4], dt.date(2024, 6, 15), "Q", on=days[-1], net_income=9e12)
    add_bars(add_instrument("NEW"), days[-8:], np.full(8, 10.0))
    PriceBar.objects.filter(instrument=stocks[5], date__in=days[-100:-40]).delete()  # paused for sixty sessions
    Instrument.objects.filter(pk=stocks[6].pk).update(delisted_on=days[-4])
    return stocks


def test_scores_are_bit_identical_after_the_future_is_deleted(market, day):
    compute(day)
    before = scores(day)
    assert len(before) > 12 * 33
    assert {name for _, name in before} >= {
        "price_momentum_12m",
        "beta",
        "pe_ratio",
        "earnings_momentum",
        "amihud_illiquidity",
    }
    delete_the_future(day)
    assert compute(day).cache == "rebuilt"
    assert scores(day) == before


def test_scores_of_a_past_day_do_not_depend_on_how_the_cache_grew(market, day, settings, tmp_path):
    compute(day)  # cold
    before = scores(day)
    for other in sessions(12)[3:6]:
        compute(other)
    assert compute(day).cache == "warm"
    assert scores(day) == before
    settings.PANEL_CACHE_DIR = tmp_path / "grown"
    compute(sessions(12)[-1])  # a cache of the last day, read for an earlier one
    compute(day)
    assert scores(day) == before


def test_korean_stocks_through_a_year(shared_data, settings):
    """The same on real bars: forty Korean stocks, computed on a day with forty-five sessions of future."""
    bars = pd.read_csv(shared_data / "prices" / "kr_196_2023_2025.csv.gz", dtype={"symbol": str}, parse_dates=["date"])
    wanted = [*sorted(bars["symbol"].unique())[:40], "009410", "004800"]  # two of them long suspended
    add_real_bars(bars[bars["symbol"].isin(wanted) & (bars["close"] > 0)])
    day = dt.date(2025, 4, 10)
    compute(day)
    before = scores(day)
    assert len({ticker for ticker, _ in before}) >= 40
    delete_the_future(day)
    compute(day)
    assert scores(day) == before


def add_real_bars(bars: pd.DataFrame) -> None:
    """Bars as published; a suspension (zero open) is a bar without a trade."""
    made = {symbol: add_instrument(symbol) for symbol in sorted(bars["symbol"].unique())}
    PriceBar.objects.bulk_create(
        (
            PriceBar(
                instrument=made[row.symbol], date=row.date.date(), close=row.close, volume=row.volume,
                high=row.high if row.high > 0 else row.close, adjustment_factor=1.0,
            )
            for row in bars.itertuples()
        ),
        batch_size=5000,
    )  # fmt: skip
