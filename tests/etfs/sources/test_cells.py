"""Figures keep their digits; what may mean two things is refused."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etfs.sources import cells


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1,234.50", "1234.50"),
        ("-7", "-7"),
        ("0.00", "0.00"),
        (" 12\xa0", "12"),
        ("8.10E-05", "0.0000810"),
        (".5", "0.5"),
    ],
)
def test_digits_are_kept(text: str, digits: str) -> None:
    assert str(cells.number(text)) == digits


@pytest.mark.parametrize("text", ["", "-", "--", " ", "\xa0"])
def test_no_figure(text: str) -> None:
    assert cells.number(text) is None


@pytest.mark.parametrize(
    "text",
    ["12,5", "1.2.3", "1,23,456", "$5", "5%", "US$5", "nan", "inf", "Infinity", "1e999", "N/A", "x", "(5)", "1 234",
     "٣", "1" * 41, "5 %"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        cells.number(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("$1,234", "1234"), ("US$2.50", "2.50"), ("-$3", "-3"), ("€4", "4"), ("5", "5")],
)
def test_money(text: str, amount: str) -> None:
    assert cells.number(text, money=True) == Decimal(amount)


def test_percent() -> None:
    assert str(cells.number("9.65%", percent=True)) == "9.65"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
@settings(max_examples=50, deadline=None)
def test_what_is_written_with_commas_is_read_again(value: Decimal) -> None:
    found = cells.number(f"{value:,}")
    assert found is not None
    assert str(found) == str(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-1, max_value=1))
@settings(max_examples=50, deadline=None)
def test_percent_of_a_fraction_is_exact(value: Decimal) -> None:
    assert Fraction(cells.times_hundred(value)) == 100 * Fraction(value)


@pytest.mark.parametrize(("fraction", "percent"), [("0.5", "50"), ("1", "100"), ("0", "0"), ("0.0710", "7.10")])
def test_percent_is_written_out(fraction: str, percent: str) -> None:
    assert str(cells.times_hundred(Decimal(fraction))) == percent


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-01-31", dt.date(2021, 1, 31)),
        ("2021/01/08", dt.date(2021, 1, 8)),
        ("Apr 06, 2023", dt.date(2023, 4, 6)),
        ("Aug 9, 2016", dt.date(2016, 8, 9)),
        ("September 1, 2020", dt.date(2020, 9, 1)),
        ("19/Jun/2026", dt.date(2026, 6, 19)),
        ("18-Mar-2024", dt.date(2024, 3, 18)),
    ],
)
def test_dates(text: str, day: dt.date) -> None:
    assert cells.day(text) == day


def test_the_american_order_only_where_the_source_is_american() -> None:
    assert cells.day("09/08/2021", us=True) == dt.date(2021, 9, 8)
    with pytest.raises(ValueError, match="not a date in a known order"):
        cells.day("09/08/2021")


@pytest.mark.parametrize(
    "text", ["", "-", "2021-02-30", "13/13/2021", "31-Foo-2021", "2021-1", "0001-01-01", "20210101x"]
)
def test_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        cells.day(text, us=True)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("spy_2024-03-19.xlsx", dt.date(2024, 3, 19)),
        ("MDCSTAT05001_KR7152100004_20210402.csv", dt.date(2021, 4, 2)),
        ("a/2020-01-01/2022-05-23.csv", dt.date(2022, 5, 23)),
        ("MDCSTAT04501_KR7069500007_20200101_20200531.csv", None),
        ("holdings_20211399.csv", None),
        ("holdings.csv", None),
    ],
)
def test_the_day_in_a_file_name(name: str, day: dt.date | None) -> None:
    assert cells.day_in_name(name) == day
