"""A history is the panels of its sessions side by side: every factor has in it what the session's own panel gives."""

import datetime as dt

import numpy as np
import pytest

from factors.base import Factor
from factors.engine import Cross, cross_section
from factors.registry import all_factors
from market.models import Instrument, PriceBar
from market.panel import Panel
from market.store.histories import read_history, read_source
from market.store.panels import read_panel
from tests.factors.market_tables import add_bars, add_instrument, add_report, add_split, random_market, sessions
from tests.factors.test_no_look_ahead import split

pytestmark = pytest.mark.django_db(transaction=True)
LOOKBACK = 260


@pytest.fixture
def market() -> list[Instrument]:
    """Splits, a restatement, a newcomer, a delisting, a pause, a twin line without reports, holes, a dead index day."""
    stocks = random_market(14, bars=330)
    days = sessions(330)
    split(stocks[0], days[-60], 5.0)
    split(stocks[1], days[-5], 3.0)
    split(stocks[2], days[-30], 7.0)
    split(stocks[2], days[-3], 1.037)
    add_report(stocks[3], dt.date(2023, 12, 31), "FY", on=days[-20], net_income=9e12, eps_basic=1e6, total_equity=1.0)
    add_report(stocks[4], dt.date(2024, 6, 15), "Q", on=days[-2], net_income=9e12)
    add_bars(add_instrument("NEW"), days[-8:], np.linspace(10.0, 11.0, 8))
    PriceBar.objects.filter(instrument=stocks[5], date__in=days[-100:-40]).delete()  # paused for sixty sessions
    PriceBar.objects.filter(instrument=stocks[7], date__in=days[-200:-1:3]).delete()  # traded two days of three
    Instrument.objects.filter(pk=stocks[6].pk).update(delisted_on=days[-4])
    twin = add_instrument("TWIN", company="pair", sector="bank")
    Instrument.objects.filter(pk=stocks[8].pk).update(company="pair")
    add_bars(twin, days[-300:], np.linspace(500.0, 700.0, 300), shares_outstanding=2e6)
    add_split(twin, days[-25], 2.0)
    late = add_instrument("LATE", company="couple")  # has no report and borrows those of MUTE, which trades only later
    mute = add_instrument("MUTE", company="couple")
    add_bars(late, days[-300:], np.linspace(50.0, 71.0, 300), shares_outstanding=3e6)
    add_bars(mute, days[-6:], np.linspace(50.0, 53.0, 6), shares_outstanding=3e6)
    add_report(mute, dt.date(2023, 12, 31), "FY", net_income=5e6, total_equity=5e7, total_assets=9e7)
    mixed = add_instrument("MIXED")  # bars of two sources, one raw and one adjusted, and a split among them
    add_bars(mixed, days[-300:], np.linspace(80.0, 90.0, 300), volume=np.arange(1.0, 301.0))
    PriceBar.objects.filter(instrument=mixed, date__in=days[-300:-150:2]).update(close_is_adjusted=True)
    split(mixed, days[-12], 4.0)
    flat = add_instrument("FLAT")
    add_bars(flat, days[-300:], np.full(300, 77.0), volume=0.0)
    index = Instrument.objects.get(asset_type="INDEX")
    PriceBar.objects.filter(instrument=index, date__in=[*days[-90:-70:2], days[-11]]).delete()
    return stocks


@pytest.mark.parametrize("levels", [False, True])
def test_every_factor_on_every_session(market, levels):
    days = sessions(40)[10:]
    history = read_history("KR", days, LOOKBACK, levels=levels)
    place = {ident: column for column, ident in enumerate(history.instrument_ids)}
    panels = [read_panel("KR", day, LOOKBACK)[0] for day in days]
    for factor in available():
        rolled = quietly(history, factor)
        for row, panel in enumerate(panels):
            alone = quietly(panel, factor)
            columns = [place[ident] for ident in panel.instrument_ids]
            for name in ("value", "score", "percentile", "reason"):
                ours = history.by_session(getattr(rolled, name))[row, columns]
                np.testing.assert_allclose(
                    ours, getattr(alone, name), rtol=1e-9, atol=1e-9, err_msg=f"{factor.name} {name} {days[row]}"
                )


def available() -> list[Factor]:
    return [factor for factor in all_factors() if factor.name != "etf_preference"]  # its field has no loader here


def quietly(panel: Panel, factor: Factor) -> Cross:
    with np.errstate(all="ignore"):
        return cross_section(panel, factor)


class Level(Factor):
    """The mean adjusted close and mean volume of the last 20 bars: what every adjustment changes."""

    name, category, unit, lookback, min_bars, needs_levels = "level", "test", "currency", 20, 20, True

    def compute(self, panel: Panel) -> np.ndarray:
        return panel.over(20).mean(panel.close) + panel.over(20).max(panel.volume) + panel.at(panel.close)


def test_price_levels_are_those_each_session_saw(market):
    days = sessions(40)[10:]
    source = read_source("KR", days, 20)
    as_seen, as_of_the_last = source.history(days, 20, levels=True), source.history(days, 20)
    panels = [read_panel("KR", day, 20)[0] for day in days]
    found = as_seen.by_session(quietly(as_seen, Level()).value)
    for row, panel in enumerate(panels):
        columns = np.searchsorted(as_seen.instrument_ids, panel.instrument_ids)
        np.testing.assert_allclose(found[row, columns], quietly(panel, Level()).value, rtol=1e-12)
    assert not np.allclose(found, as_of_the_last.by_session(quietly(as_of_the_last, Level()).value), equal_nan=True)
    some = source.history(days[3:8], 20, levels=True)
    np.testing.assert_allclose(some.by_session(quietly(some, Level()).value), found[3:8], rtol=1e-12)
