"""Text to numbers, dates and codes."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from market.calc.parsing import booleans, codes, date_of, dates, numbers, texts


def column(*values: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values)])


def test_numbers_plain_and_missing() -> None:
    values, bad = numbers(column("1.5", " -2e3", "", "-", "NaN", "n/a", "null"))
    assert values[:2].tolist() == [1.5, -2000.0]
    assert np.isnan(values[2:]).all()
    assert not bad.any()


def test_numbers_thousands_are_read_and_decimal_commas_are_not() -> None:
    values, bad = numbers(column("1,234", "12,345,678.5", "-1,000", "12,5", "1.2.3", "inf", "abc"))
    assert values[:3].tolist() == [1234.0, 12345678.5, -1000.0]
    assert bad.tolist() == [False, False, False, True, True, True, True]
    assert np.isnan(values[3:]).all()


def test_infinite_numbers_are_bad_even_where_all_parse() -> None:
    assert numbers(column("1", "inf"))[1].tolist() == [False, True]
    assert numbers(column(1.0, float("inf")))[1].tolist() == [False, True]


def test_typed_numbers_keep_their_nulls() -> None:
    values, bad = numbers(column(1, None, 3))
    assert np.isnan(values[1])
    assert not bad.any()


@pytest.mark.parametrize(
    "word",
    [
        "2024-01-31",
        "2024/01/31",
        "2024.01.31",
        "20240131",
        "2024-1-31",
        "2024-01-31 00:00:00-05:00",
        "2024-01-31T09:00",
    ],
)
def test_date_spellings(word: str) -> None:
    assert date_of(word) == dt.date(2024, 1, 31)


@pytest.mark.parametrize(
    "word", ["31/01/2024", "01-31-2024", "2024-02-30", "2024-01/31", "2024131", "soon", "20240131x"]
)
def test_no_date_is_guessed(word: str) -> None:
    assert date_of(word) is None


def test_dates_of_a_column() -> None:
    values, bad = dates(column("2024-01-31", "", "x", "-"))
    assert values[0] == np.datetime64("2024-01-31")
    assert np.isnat(values[1:]).all()
    assert bad.tolist() == [False, False, True, False]
    assert dates(column(dt.date(2024, 1, 2), None))[0][0] == np.datetime64("2024-01-02")
    assert len(dates(pa.chunked_array([], pa.string()))[0]) == 0


def test_codes_stay_text() -> None:
    index, words = codes(texts(column("000660", "NA", "TRUE", " 00088K ", "000660", None)))
    assert words == ["000660", "NA", "TRUE", "00088K", ""]
    assert index.tolist() == [0, 1, 2, 3, 0, 4]


def test_booleans() -> None:
    values, bad = booleans(column("True", "no", "", "maybe"))
    assert values.tolist() == [True, False, False, False]
    assert bad.tolist() == [False, False, False, True]
    assert booleans(column(True, None))[0].tolist() == [True, False]
    assert len(booleans(pa.chunked_array([], pa.string()))[0]) == 0
