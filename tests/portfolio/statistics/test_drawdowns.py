"""Falls and their durations: FORMULAS.md sections 4 and 9, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.calc.statistics import deepest_drawdowns
from portfolio.calc.statistics.drawdowns import (
    current_drawdown,
    drawdown_duration,
    longest_drawdown_duration,
    max_drawdown,
)
from portfolio.calc.statistics.episodes import deepest_first, episodes_of, fallen
from tests.portfolio.statistics.tracks import sessions, track

approx = pytest.approx

#        0    1    2    3    4    5    6    7    8    9   10
PATH = [100, 110, 110, 99, 104, 110, 120, 90, 100, 125, 120]
# falls: peak 110 (row 2, the last at it) to 99, -10 %, reached again in row 5: 3 sessions; peak 120 (row 6) to 90,
# -25 %, above it in row 9: 3 sessions; peak 125 (row 9) to 120, -4 %, still open: 1 session


def test_depths():
    assert max_drawdown(track(PATH)) == approx(25.0)
    assert current_drawdown(track(PATH)) == approx(4.0)


def test_the_table_of_falls():
    day = sessions(11)
    found = deepest_drawdowns(track(PATH))
    assert [(one.start, one.trough, one.recovery, one.sessions) for one in found] == [
        (day[6], day[7], day[9], 3), (day[2], day[3], day[5], 3), (day[9], day[10], None, 1),
    ]  # fmt: skip
    assert [one.depth for one in found] == approx([25.0, 10.0, 4.0])
    assert deepest_drawdowns(track(PATH), 1) == found[:1]


def test_a_loss_on_the_first_session_counts_from_the_initial_capital():
    down = track([100, 80, 90])
    assert max_drawdown(down) == approx(20.0)
    assert current_drawdown(down) == approx(10.0)
    assert drawdown_duration(down) == 2.0
    assert deepest_drawdowns(down)[0].start == sessions(1)[0]


def test_the_duration_of_the_deepest_is_not_that_of_the_longest():
    # -5 % for four sessions, then -50 % for two
    path = track([100, 95, 96, 97, 100, 50, 100])
    assert drawdown_duration(path) == 2.0
    assert longest_drawdown_duration(path) == 4.0


def test_of_equally_deep_falls_the_first_counts_also_where_they_differ_by_rounding():
    # twice -10 %: two sessions, then three; the second is deeper by one bit of a double
    path = [100, 90, 100, np.nextafter(90.0, 0), 95, 100]
    assert fallen(np.array(path))[3] > fallen(np.array(path))[1]
    assert drawdown_duration(track(path)) == 2.0
    assert [one.sessions for one in deepest_drawdowns(track(path))] == [2, 3]


def test_without_a_fall():
    up = track([100, 100, 101, 105])
    assert (max_drawdown(up), current_drawdown(up)) == (0.0, 0.0)
    assert (drawdown_duration(up), longest_drawdown_duration(up)) == (0.0, 0.0)
    assert deepest_drawdowns(up) == []


def test_a_fall_by_rounding_is_none():
    assert max_drawdown(track([0.3, 0.1 + 0.2, 0.3])) == 0.0
    assert drawdown_duration(track([0.1 + 0.2, 0.3, 0.3])) == 0.0


def walked(values: np.ndarray) -> list[tuple[int, int, bool, float]]:
    """(peak, end, open, depth) of every fall, one row after the other, as one would on paper."""
    found, top = [], 0
    for row in range(1, len(values)):
        if values[row] >= values[top]:
            if row - top > 1:
                found.append((top, row, False, 1 - values[top:row].min() / values[top]))
            top = row
    if top < len(values) - 1:
        found.append((top, len(values) - 1, True, 1 - values[top:].min() / values[top]))
    return found


@given(st.lists(st.integers(1, 12), min_size=1, max_size=60))
def test_any_path_has_the_falls_that_a_walk_through_it_finds(path):
    values = np.array(path, dtype=float)
    found = episodes_of(fallen(values))
    expected = walked(values)
    assert list(zip(found.peak, found.end, found.open, strict=True)) == [one[:3] for one in expected]
    assert found.depth == approx([one[3] for one in expected])
    order = deepest_first(found)
    assert order.tolist() == sorted(range(len(expected)), key=lambda k: (-round(expected[k][3], 9), k))
