"""Which rate is read for a day: the pair, its inverse, or a way through a third currency. Worked out by hand."""

import datetime as dt
import math

import numpy as np
import pytest

from market.calc.fx import pairs_needed, rates_cross
from market.models import FxRate
from market.store.fx import fx_read

NAN = float("nan")
JAN = [dt.date(2026, 1, day) for day in range(1, 10)]  # JAN[0] is the first


def add(pair: str, day: int, rate: float) -> None:
    base, quote = pair.split("/")
    FxRate.objects.create(base=base, quote=quote, date=JAN[day - 1], rate=rate, source="test")


def read(base: str, *currencies: str, start: int = 1, end: int = 9) -> tuple[list[int], list[list[float]]]:
    """(days of January, rates as lists)."""
    found = fx_read(base, currencies, JAN[start - 1], JAN[end - 1])
    assert found.days.dtype == np.dtype("datetime64[D]")
    assert found.rates.dtype == np.float64
    return [day.day for day in found.days.tolist()], found.rates.tolist()


@pytest.mark.django_db
def test_a_pair_its_inverse_and_the_base_itself() -> None:
    add("USD/KRW", 5, 1400.0)
    add("USD/KRW", 2, 1250.0)
    assert read("KRW", "USD", "KRW") == ([2, 5], [[1250.0, 1.0], [1400.0, 1.0]])
    assert read("USD", "KRW") == ([2, 5], [[0.0008], [1 / 1400]])  # 1 / 1250


@pytest.mark.django_db
def test_the_pair_counts_before_its_opposite_day_by_day() -> None:
    add("USD/KRW", 2, 1250.0)
    add("KRW/USD", 2, 0.001)
    add("KRW/USD", 3, 0.0005)
    assert read("KRW", "USD") == ([2, 3], [[1250.0], [2000.0]])  # on the third, 1 / 0.0005
    assert read("USD", "KRW") == ([2, 3], [[0.001], [0.0005]])


@pytest.mark.django_db
def test_both_ends_are_included_and_nothing_else() -> None:
    for day in (2, 3, 4, 5):
        add("USD/KRW", day, 1000.0 + day)
    assert read("KRW", "USD", start=3, end=4) == ([3, 4], [[1003.0], [1004.0]])
    assert read("KRW", "USD", start=6) == ([], [])


@pytest.mark.django_db
def test_a_day_without_a_rate_is_nan_and_nothing_is_carried_over() -> None:
    add("USD/KRW", 2, 1250.0)
    add("EUR/KRW", 3, 1600.0)
    days, rates = read("KRW", "USD", "EUR", "KRW")
    assert days == [2, 3]
    np.testing.assert_array_equal(rates, [[1250.0, NAN, 1.0], [NAN, 1600.0, 1.0]])


@pytest.mark.django_db
def test_days_are_those_of_the_currencies_asked_for() -> None:
    add("USD/KRW", 2, 1250.0)
    add("JPY/KRW", 3, 9.0)
    add("USD/JPY", 4, 150.0)  # one leg alone says nothing of the won
    assert read("KRW", "USD") == ([2], [[1250.0]])
    assert read("KRW", "KRW") == ([], [])
    assert read("KRW") == ([], [])
    assert fx_read("KRW", [], JAN[0], JAN[8]).rates.shape == (0, 0)
    assert fx_read("KRW", ["CHF", "GBP"], JAN[0], JAN[8]).rates.shape == (0, 2)


@pytest.mark.django_db
def test_through_a_third_currency_with_both_legs_on_one_day() -> None:
    add("USD/KRW", 2, 1400.0)
    add("USD/JPY", 2, 140.0)
    add("USD/KRW", 3, 1400.0)  # and no yen
    assert read("KRW", "JPY") == ([2], [[10.0]])  # 1400 won / 140 yen
    assert read("JPY", "KRW") == ([2], [[0.1]])
    assert read("KRW", "JPY", "USD")[0] == [2, 3]
    add("EUR/KRW", 3, 1500.0)
    add("JPY/EUR", 3, 0.004)
    assert read("KRW", "JPY") == ([2, 3], [[10.0], [6.0]])  # 0.004 euro of 1,500 won


@pytest.mark.django_db
def test_never_through_two() -> None:
    add("CHF/EUR", 2, 1.05)
    add("EUR/USD", 2, 1.1)
    add("USD/KRW", 2, 1400.0)
    assert read("KRW", "CHF") == ([], [])


def test_the_order_of_the_thirds_is_dollar_euro_alphabet() -> None:
    """Every third gives another rate, so the rate tells the way: USD 2, EUR 3, AUD 5, CHF 7."""
    thirds = {"CHF": 7.0, "AUD": 5.0, "EUR": 3.0, "USD": 2.0}
    present = {"USD": 1, "EUR": 2, "AUD": 3, "CHF": 4}  # on the first so many days
    pairs = {}
    for third, rate in thirds.items():
        known = np.arange(5) < present[third]
        pairs["GBP", third] = np.where(known, rate, NAN)
        pairs[third, "KRW"] = np.ones(5)
    np.testing.assert_array_equal(rates_cross(pairs, "KRW", ["GBP"], 5)[:, 0], [2, 3, 5, 7, NAN])
    pairs["GBP", "KRW"] = np.array([NAN, NAN, NAN, NAN, 11])
    np.testing.assert_array_equal(rates_cross(pairs, "KRW", ["GBP"], 5)[:, 0], [2, 3, 5, 7, 11])


def by_hand(known: dict[tuple[str, str], float], of: str, into: str) -> float:
    """The same rule for one day, in plain words."""
    if of == into:
        return 1.0

    def leg(one: str, other: str) -> float:
        if (one, other) in known:
            return known[one, other]
        return 1 / known[other, one] if (other, one) in known else NAN

    ways = [leg(of, into)]
    for third in ["USD", "EUR", *sorted({code for pair in known for code in pair} - {"USD", "EUR"})]:
        if third not in (of, into):
            ways.append(leg(of, third) * leg(third, into))
    return next((rate for rate in ways if not math.isnan(rate)), NAN)


def test_random_pairs_day_by_day_whether_all_are_given_or_those_needed() -> None:
    rng = np.random.default_rng(7)
    codes = ["AUD", "CHF", "EUR", "GBP", "JPY", "KRW", "USD"]
    every = [(one, other) for one in codes for other in codes if one != other]
    known = [every[place] for place in rng.choice(len(every), 9, replace=False)]
    pairs = {pair: np.where(rng.random(40) < 0.5, rng.uniform(0.1, 10, 40), NAN) for pair in known}
    days = [{pair: rates[day] for pair, rates in pairs.items() if rates[day] > 0} for day in range(40)]
    for base in codes:
        expected = [[by_hand(day, code, base) for code in codes] for day in days]
        needed = pairs_needed(known, base, codes[:3])
        some = rates_cross({pair: pairs[pair] for pair in needed}, base, codes[:3], 40)
        np.testing.assert_allclose(rates_cross(pairs, base, codes, 40), expected, rtol=1e-15)
        np.testing.assert_allclose(some, np.array(expected)[:, :3], rtol=1e-15)


def test_pairs_that_lead_nowhere_are_not_needed() -> None:
    known = [("USD", "KRW"), ("EUR", "USD"), ("KRW", "EUR"), ("JPY", "USD"), ("GBP", "CHF"), ("EUR", "JPY")]
    assert pairs_needed(known, "KRW", ["USD"]) == [("EUR", "USD"), ("KRW", "EUR"), ("USD", "KRW")]
    assert pairs_needed(known, "KRW", ["KRW", "GBP"]) == []


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["usd", "US", "USDX", "", "US1", "USD\n", "ÄÖÜ", "\0AB"])
def test_what_is_no_code_is_refused(code: str) -> None:
    for base, currencies in ((code, ["USD"]), ("USD", [code])):
        with pytest.raises(ValueError, match="not a currency code"):
            fx_read(base, currencies, JAN[0], JAN[1])


@pytest.mark.django_db
def test_a_start_after_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match="start 2026-01-02 is after end 2026-01-01"):
        fx_read("USD", ["KRW"], JAN[1], JAN[0])


@pytest.mark.django_db
def test_many_currencies_keep_their_order() -> None:
    for rate, code in enumerate(("USD", "EUR", "JPY", "GBP"), start=1):
        add(f"{code}/KRW", 2, 10.0 * rate)
    assert read("USD", "GBP", "KRW", "EUR", "USD", "JPY", "EUR") == ([2], [[4.0, 0.1, 2.0, 1.0, 3.0, 2.0]])
