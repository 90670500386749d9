"""Columns of the portfolio's tables."""

from decimal import Decimal

import pytest

from portfolio.views.links import ExactColumn


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1200.00"), "1,200"), (0.00004, "0.00004"), (-57.3755741393, "−57.3755741393"), (0, "0"),
        (1e30, "1.00e+30"), (None, "–"),
    ],
)  # fmt: skip
def test_quantities_to_their_last_digit(value, shown):
    assert ExactColumn().shown(value, None) == shown
