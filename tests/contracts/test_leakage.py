"""A factor made of tomorrow's return gets nowhere: three ways to peek, and what stops each of them."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from factors.base import Factor
from factors.engine import run
from factors.registry import all_factors
from market.fields import register_field, unregister_field
from market.models import CorporateAction, Fundamental, PriceBar
from market.panel import Panel
from market.store.histories import read_history
from market.store.panels import read_panel
from tests.factors.market_tables import add_report, add_split, random_market, sessions

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = sessions(6)


class Peek(Factor):
    """Tomorrow's return."""

    category, unit, lookback = "test", "%", 2


class PeekBySkip(Peek):
    """By asking for the bar after the last."""

    name = "peek_by_skip"

    def compute(self, panel: Panel) -> np.ndarray:
        return panel.at(panel.returns, skip=-1)


class PeekByShift(Peek):
    """By moving the series itself: harmless in a panel, which ends at its session, but not in a history."""

    name = "peek_by_shift"

    def compute(self, panel: Panel) -> np.ndarray:
        shifted = np.roll(panel.returns, -1, axis=0)
        return panel.at(shifted)


class PeekByField(Peek):
    """By a field whose loader reads later bars."""

    name = "peek_by_field"
    inputs = ("tomorrow",)

    def compute(self, panel: Panel) -> np.ndarray:
        return panel.figure("tomorrow").values


@pytest.fixture
def tomorrow():
    def load(region: str, as_of: dt.date, ids: np.ndarray) -> np.ndarray:
        later = PriceBar.objects.filter(date__gt=as_of).order_by("-date").values_list("instrument_id", "close")
        closes = dict(later)
        return np.array([closes.get(int(i), np.nan) for i in ids])

    register_field("tomorrow", load)
    yield
    unregister_field("tomorrow")


def value(panel: Panel, factor: Factor) -> np.ndarray:
    result = run(panel, [factor])
    assert not result.errors, result.errors
    return result.crosses[0].value


def depends_on_the_future(factor: Factor, day: dt.date) -> bool:
    """The point-in-time contract: compute, delete what came after, compute again."""
    fields = {*factor.inputs, *factor.fallback}
    before = value(read_panel("KR", day, 260, fields)[0], factor)
    PriceBar.objects.filter(date__gt=day).delete()
    return not np.array_equal(before, value(read_panel("KR", day, 260, fields)[0], factor), equal_nan=True)


def differs_over_a_range(factor: Factor, days: list[dt.date]) -> bool:
    """The other half of it: a range of sessions gives what each session gives alone."""
    fields = {*factor.inputs, *factor.fallback}
    history = read_history("KR", days, 260, fields)
    together = history.by_session(value(history, factor))
    alone = [value(read_panel("KR", day, 260, fields)[0], factor) for day in days]
    return not np.allclose(together, alone, rtol=1e-9, equal_nan=True)


def test_a_bar_after_the_session_cannot_be_asked_for():
    random_market(12, bars=270)
    for panel in (read_panel("KR", DAYS[2], 260)[0], read_history("KR", DAYS[:3], 260)):
        assert run(panel, [PeekBySkip()]).errors == {
            "peek_by_skip": "ValueError: skip -1 looks 1 bars ahead of the session"
        }


@pytest.mark.parametrize(
    ("factor", "contract"),
    [
        (PeekByShift(), lambda factor: differs_over_a_range(factor, DAYS[:4])),
        (PeekByField(), lambda factor: depends_on_the_future(factor, DAYS[2])),
    ],
)
def test_a_peeking_factor_is_flagged(tomorrow, factor: Factor, contract: Callable[[Factor], bool]):
    random_market(12, bars=270)
    assert contract(factor)


def test_the_factors_of_the_library_are_not():
    """All at once: computed, everything after the day deleted (bars, reports, splits), computed again, to the bit."""
    stocks = random_market(12, bars=275)
    day, days = DAYS[2], [*sessions(30)[-12:-3]]
    add_report(stocks[1], dt.date(2024, 5, 31), "Q", on=DAYS[4], net_income=9e12, total_equity=1.0)
    add_split(stocks[2], DAYS[4], 3.0)
    library = [factor for factor in all_factors() if factor.name != "etf_preference"]
    before = {factor.name: value(read_panel("KR", day, 260)[0], factor) for factor in library}
    ranges = {factor.name: value(read_history("KR", days, 260), factor) for factor in library}
    PriceBar.objects.filter(date__gt=day).delete()
    Fundamental.objects.filter(available_on__gt=day).delete()
    CorporateAction.objects.filter(ex_date__gt=day).delete()
    panel, history = read_panel("KR", day, 260)[0], read_history("KR", days, 260)
    assert np.isfinite(list(before.values())).any(axis=1).sum() > 30
    for factor in library:
        np.testing.assert_array_equal(before[factor.name], value(panel, factor), err_msg=factor.name)
        np.testing.assert_allclose(ranges[factor.name], value(history, factor), rtol=1e-9, err_msg=factor.name)
