"""Closes of several regions at once: whose days count, and what is left out."""

import datetime as dt

import numpy as np
import pytest

from market.models import PriceBar
from market.store.closes import closes_across
from tests.factors.market_tables import add_bars, add_instrument

pytestmark = pytest.mark.django_db(transaction=True)

FRIDAY = dt.date(2024, 6, 28)
SATURDAY, MONDAY = dt.date(2024, 6, 29), dt.date(2024, 7, 1)


def test_each_exchange_has_its_own_days() -> None:
    """4 July is a holiday in New York; a bar of a Saturday is no session's; Vietnam without its index has no calendar,
    so its bars are its sessions."""
    korea = add_instrument("K", asset_type="ETF")
    york, vietnam, silent = add_instrument("Y", "US"), add_instrument("V", "VN"), add_instrument("S", "US")
    week = [MONDAY + dt.timedelta(days=number) for number in range(5)]
    add_bars(korea, [SATURDAY, *week[:2], *week[3:]], [99, 10, 11, 12, 13])
    add_bars(york, week[:3] + week[4:], [20, 21, 22, 23])
    add_bars(vietnam, [FRIDAY, SATURDAY], [30, 31])
    PriceBar.objects.filter(instrument=korea, date=MONDAY).update(adjustment_factor=0.5)
    ids = [york.pk, korea.pk, vietnam.pk, silent.pk]
    found = closes_across(ids, FRIDAY, week[-1])
    assert found.days.astype("datetime64[D]").tolist() == [FRIDAY, SATURDAY, *week]
    assert found.instrument_ids.tolist() == [korea.pk, york.pk, vietnam.pk]
    nan = np.nan
    expected = [[nan, nan, 5, 11, nan, 12, 13], [nan, nan, 20, 21, 22, nan, 23], [30, 31, nan, nan, nan, nan, nan]]
    np.testing.assert_array_equal(found.close.T, expected)
    is_open = {one: found.is_open[:, place].tolist() for one, place in zip("KYV", found.exchange_of, strict=True)}
    assert is_open["K"] == [False, False, True, True, True, True, True]  # Wednesday, too, on which K had no bar
    assert is_open["Y"] == [False, False, True, True, True, False, True]
    assert is_open["V"] == [True, True] + [False] * 5
    nothing = closes_across([silent.pk], FRIDAY, week[-1])
    assert (nothing.close.shape, nothing.is_open.shape, len(nothing.days)) == ((0, 0), (0, 1), 0)


def test_bars_from_before_the_calendar_begins_count() -> None:
    old = add_instrument("OLD", "JP")  # its calendar begins in 1997
    add_bars(old, [dt.date(1995, 6, 1), dt.date(1995, 6, 2), dt.date(2024, 6, 28)], [1, 2, 3])
    found = closes_across([old.pk], dt.date(1990, 1, 1), FRIDAY)
    assert found.days[:2].astype("datetime64[D]").tolist() == [dt.date(1995, 6, 1), dt.date(1995, 6, 2)]
    assert found.close[[0, 1, -1], 0].tolist() == [1, 2, 3]
