"""Weight changes by security: lines that come, go and are called otherwise."""

from collections import defaultdict
from decimal import Decimal

import numpy as np
import pytest

from etfs.calc.weight_changes import securities, weight_changes

Plain = dict[int, float | None]


def changes(before: Plain, after: Plain, *same: tuple[int, ...]) -> dict[int, float]:
    """By plain numbers; each of ``same`` is the lines of one security."""
    security = {line: min(lines) for lines in same for line in lines}
    old, new = (
        {line: None if weight is None else Decimal(str(weight)) for line, weight in weights.items()}
        for weights in (before, after)
    )
    return {line: float(change) for line, change in weight_changes(old, new, security).items()}


@pytest.mark.parametrize(
    ("before", "after", "same", "wanted"),
    [
        ({1: 5, 2: 3}, {1: 4, 3: 2}, [], {1: -1, 3: 2}),  # 3 is new, 2 is gone
        ({1: 5}, {2: 6}, [(1, 2)], {2: 1}),  # called otherwise
        ({1: 5, 2: 3}, {1: 6}, [(1, 2)], {1: -2}),  # two lines become the one that stays: 8 -> 6
        ({1: 5}, {1: 3, 2: 3}, [(1, 2)], {1: -2, 2: 3}),  # one becomes two: 5 -> 6
        ({1: 5, 2: 3}, {3: 7}, [(1, 2, 3)], {3: -1}),  # two become a third
        ({1: 8}, {2: 3, 3: 6}, [(1, 2, 3)], {2: 3, 3: -2}),  # one becomes two others: the heaviest carries it
        ({1: 5, 2: 3}, {1: 5, 3: 4}, [(1, 2, 3)], {1: 0, 3: 1}),  # 2 is called 3 now, 1 stays
        ({1: 5, 2: -2}, {1: 4}, [(1, 2)], {1: 1}),  # a short line was closed: 3 -> 4
        ({}, {1: 5}, [], {1: 5}),
        ({1: 5}, {}, [], {}),
    ],
)  # fmt: skip
def test_by_hand(before, after, same, wanted) -> None:
    assert changes(before, after, *same) == wanted


@pytest.mark.parametrize(
    ("before", "after", "same", "wanted"),
    [
        ({1: None, 2: 5}, {1: 3, 2: 6}, [], {2: 1}),  # it was there, nobody knows how heavy
        ({1: 3}, {1: None}, [], {}),
        ({1: None}, {2: 3}, [(1, 2)], {}),
        ({1: 3, 2: 4}, {2: None}, [(1, 2)], {}),
        ({1: 3, 2: None}, {1: 4}, [(1, 2)], {}),
    ],
)  # fmt: skip
def test_what_nobody_knows(before, after, same, wanted) -> None:
    assert changes(before, after, *same) == wanted


@pytest.mark.parametrize("seed", range(20))
def test_the_lines_of_a_security_add_up_to_its_change(seed: int) -> None:
    random = np.random.default_rng(seed)
    security = {line: line % 5 for line in range(20)}
    before, after = (
        {int(line): Decimal(int(random.integers(-300, 900))) / 100 for line in random.choice(20, 11, replace=False)}
        for _ in range(2)
    )
    sums = defaultdict(Decimal)
    for sign, weights in ((-1, before), (1, after)):
        for line, weight in weights.items():
            sums[security[line]] += sign * weight
    found = defaultdict(Decimal)
    for line, change in weight_changes(before, after, security).items():
        found[security[line]] += change
    assert found == {one: sums[one] for one in {security[line] for line in after}}


def test_what_is_one_security() -> None:
    apple, other = "US0378331005", "037833100"
    lines = [
        (1, "STOCK", 7, ""), (2, "UNKNOWN", 7, apple), (3, "STOCK", None, apple), (4, "STOCK", 8, apple),
        (5, "STOCK", 8, other), (6, "STOCK", None, other), (7, "STOCK", None, ""), (8, "STOCK", None, ""),
        (9, "DERIVATIVE", None, apple), (10, "STOCK", None, "000000000"), (11, "STOCK", None, "000000000"),
        (12, "STOCK", None, "CASHUSD"), (13, "STOCK", None, "CASHUSD"), (14, "STOCK", None, "2046251"),
        (15, "STOCK", None, "2046251"),
    ]  # fmt: skip
    wanted = {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 7, 8: 8, 9: 9, 10: 10, 11: 11, 12: 12, 13: 13, 14: 14, 15: 14}
    assert securities(lines) == securities(lines[::-1]) == wanted
