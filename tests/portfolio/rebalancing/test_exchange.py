"""Cash exchanged so that no currency is below zero, by hand."""

import random
from decimal import Decimal

import pytest

from portfolio.calc.rebalancing import BookError, cash_exchanges, coin_of

RATES = {"USD": Decimal(1), "KRW": Decimal("0.001"), "EUR": Decimal("1.1")}


def exchanged(**cash):
    found = cash_exchanges(cash={name: Decimal(str(one)) for name, one in cash.items()}, rates=RATES, base="USD")
    return {name: float(amount) for name, amount in found.items()}


@pytest.mark.parametrize(
    ("cash", "moves"),
    [
        ({"USD": 5, "KRW": 0}, {}),
        ({"USD": 100, "KRW": -50_000}, {"KRW": 50_000, "USD": -50}),  # 50,000 won are 50 dollars
        ({"USD": -110, "EUR": 150}, {"USD": 110, "EUR": -100}),
        # 50 euros are 55 dollars: 30 of them, and 25 in won.
        ({"USD": 30, "EUR": -50, "KRW": 40_000}, {"EUR": 50, "USD": -30, "KRW": -25_000}),
        ({"USD": -0.0049, "KRW": 5}, {}),  # rounding
        ({"USD": 100, "KRW": -1_234.5}, {"KRW": 1235, "USD": -1.24}),  # 1.235 dollars: to the even cent
        ({"USD": 100, "KRW": -2}, {"KRW": 2, "USD": -0.01}),  # an exchange has two sides
        ({"USD": 1.234, "KRW": -1_234}, {"KRW": 1234, "USD": -1.23}),
    ],
)
def test_by_hand(cash, moves):
    assert exchanged(**cash) == moves


def test_the_greatest_gives_before_the_smaller():
    moves = exchanged(USD=0, EUR=60, KRW=-50_000)
    assert moves == {"KRW": 50_000, "EUR": -45.45}  # 45.4545...


def test_too_little_together_is_told():
    with pytest.raises(BookError, match=r"^cash: 0\.50 USD more is needed than there is"):
        exchanged(USD=49.5, KRW=-50_000)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_won_or_lost_and_nobody_is_below_zero(seed):
    draw = random.Random(seed)
    cash = {name: Decimal(draw.randint(-500_000, 900_000)) / 100 for name in ("USD", "EUR")}
    cash["KRW"] = Decimal(draw.randint(-9_000_000, 9_000_000)) / 3
    total = sum(amount * RATES[name] for name, amount in cash.items())
    if total < 0:
        with pytest.raises(BookError):
            cash_exchanges(cash=cash, rates=RATES, base="USD")
        return
    moves = cash_exchanges(cash=cash, rates=RATES, base="USD")
    assert abs(sum(amount * RATES[name] for name, amount in moves.items())) < Decimal("0.011")  # a cent of a euro
    assert all(amount + moves.get(name, 0) >= Decimal("-0.005") for name, amount in cash.items())
    assert all(amount % coin_of(name) == 0 for name, amount in moves.items())
