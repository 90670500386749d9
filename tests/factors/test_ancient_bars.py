"""Bars of instruments from before 1970, when day numbers are negative."""

from dataclasses import replace

import numpy as np

from market.panel import Panel
from tests.factors.market_builder import make_panel


def with_days(panel: Panel, first: int) -> Panel:
    """``panel`` with the bars of its first instrument moved to the days from ``first`` on."""
    days = panel.days.copy()
    days[:, 0] = first + np.arange(len(days))
    return replace(panel, days=days)


def test_bars_before_1970_have_no_common_date_with_the_index() -> None:
    rows = 30
    panel = make_panel(np.full((rows, 2), 10.0), index=np.arange(1.0, rows + 1))
    for first in (-719_162, -25_567, -40):
        close, index, days = with_days(panel, first).with_index
        assert np.isnan(close[:, 0]).all()
        assert np.isnan(index[:, 0]).all()
        assert (days[:, 0] == 0).all()
        assert np.array_equal(index[:, 1], np.arange(1.0, rows + 1))
