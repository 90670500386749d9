"""Figures as English and Korean readers write them; expected texts are those of the languages, not of the library."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from market.pages import formats


@pytest.mark.parametrize(("language", "shown"), [
    ("en", ["1,234.50", "12.30%", "₩1,235", "$1,234.50", "1.2M", "Mar 5, 2024"]),
    ("ko", ["1,234.50", "12.30%", "₩1,235", "US$1,234.50", "120만", "2024. 3. 5."]),
])  # fmt: skip
def test_each_language_in_its_own_way(language, shown):
    with translation.override(language):
        assert [
            formats.number(1234.5), formats.percent(0.123), formats.money(Decimal("1234.6"), "KRW"),
            formats.money(1234.5, "USD"), formats.compact(1_200_000), formats.day(dt.date(2024, 3, 5)),
        ] == shown  # fmt: skip


@pytest.mark.parametrize("missing", [None, float("nan"), Decimal("NaN")])
def test_what_is_missing_is_a_dash(missing):
    assert [
        formats.number(missing),
        formats.percent(missing),
        formats.money(missing, "KRW"),
        formats.compact(missing),
    ] == ["–"] * 4
    assert formats.tone(missing) == ""


@pytest.mark.parametrize(("value", "shown"), [
    (11.0, "11.0000"), (-12.34567, "−12.3457"), (0.0, "0.0000"), (999_999.0, "999,999.0000"),
    (4.8e14, "480T"), (-2_500_000.0, "−2.5M"), (0.00012345, "0.000123"), (2e-6, "0.00000200"),
    (-1e-8, "−0.0000000100"), (1e-12, "0.0000000000"), (None, "–"), (float("nan"), "–"),
])  # fmt: skip
def test_figures_of_any_size_show_three_digits_that_count(value, shown):
    assert formats.any_size(value) == shown


def test_signs():
    assert formats.percent(-0.05, 1) == "−5.0%"
    assert formats.percent(0.05, 1, sign=True) == "+5.0%"
    assert formats.number(0, 1, sign=True) == "0.0"
    assert formats.compact(-3_400_000_000, "USD") == "−$3.4B"
    assert [formats.tone(value) for value in (1, -1, 0)] == ["up", "down", ""]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1e21, "1.00e+21"), (-2.5e300, "−2.50e+300"), (10**401, "1.00e+401"), (float("inf"), "Infinity")],
)
def test_what_has_more_digits_than_anybody_counts_is_in_powers_of_ten(value, shown):
    assert formats.number(value, 4) == formats.compact(value) == shown
    assert formats.points(value) == f"{shown}%"
    assert formats.money(value, "USD") == formats.compact(value, "USD") == f"USD {shown}"
    assert formats.number(999_999_999_999_999_999_999 / 10) == "100,000,000,000,000,000,000.00"
