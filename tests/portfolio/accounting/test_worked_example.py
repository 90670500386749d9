"""A month worked out by hand: deposit in the middle of it, split, dividend, foreign asset with a gap, fees.

| | 2 Jan | 10 Jan | 16 Jan | 22 Jan | 31 Jan |
|---|---|---|---|---|---|
| ACME, USD | 100 | 110 | 60 (2 for 1) | 60 | 66 |
| BERG, EUR | 50 | 50 | 52 | no bar | 55 |
| EUR in USD | 1.10 | 1.12 | 1.10 | 1.15 | 1.20 |

2 Jan: 10,000 paid in; 40 ACME bought at 100, fee 10. Cash 10,000 - 4,010 = 5,990; value 5,990 + 4,000 = 9,990.
10 Jan: dividend 40, tax 6. Cash 6,024; value 6,024 + 40 x 110 = 10,424.
16 Jan: 5,000 paid in; ACME split; 5,550 USD exchanged for 5,000 EUR (worth 5,500); 90 BERG bought at 52 EUR, fee
  20 EUR. Cash 6,024 + 5,000 - 5,550 = 5,474 USD and 5,000 - 4,700 = 300 EUR; ACME 80 x 60 = 4,800; BERG 90 x 52 x
  1.10 = 5,148; value 5,474 + 330 + 4,800 + 5,148 = 15,752 on 10,424 + 5,000 = 15,424.
22 Jan: 30 ACME sold at 62, fee 6, tax 4. Cash 5,474 + 1,850 = 7,324 USD, 300 EUR = 345; ACME 50 x 60 = 3,000;
  BERG 90 x 52 x 1.15 = 5,382; value 16,051.
31 Jan: fee of the account 25; 1,000 taken out. Cash 6,299 USD, 300 EUR = 360; ACME 50 x 66 = 3,300; BERG 90 x 55 x 1.20
  = 5,940; value 15,899 on 16,051 - 1,000 = 15,051.
"""

from decimal import Decimal

import numpy as np
import pytest
import pyxirr

from portfolio.calc.accounting import (
    Kind,
    Row,
    contributions,
    daily_contributions,
    daily_returns,
    explain_positions,
    explain_return,
    explain_value,
    money_weighted_of,
    time_weighted,
    worth_of,
)
from tests.portfolio.accounting.books import NAN, market, value

DATES = ["2024-01-02", "2024-01-10", "2024-01-16", "2024-01-22", "2024-01-31"]
ACME, BERG, USD, EUR = 0, 1, 0, 1
MARKET = market(
    {"ACME": [100, 110, 60, 60, 66], "BERG": [50, 50, 52, NAN, 55]}, DATES, currency_of=[USD, EUR],
    rates={"EUR": [1.10, 1.12, 1.10, 1.15, 1.20]},
)  # fmt: skip
ROWS = [
    Row(Kind.DEPOSIT, "2024-01-02", amount=Decimal("10000")),
    Row(Kind.BUY, "2024-01-02", ACME, 40, Decimal("100.00"), fee=10),
    Row(Kind.DIVIDEND, "2024-01-10", ACME, amount=40, tax=6),
    Row(Kind.DEPOSIT, "2024-01-16", amount=5000),
    Row(Kind.SPLIT, "2024-01-16", ACME, 2),
    Row(Kind.TRANSFER, "2024-01-16", amount=-5550),
    Row(Kind.TRANSFER, "2024-01-16", amount=5000, currency=EUR),
    Row(Kind.BUY, "2024-01-16", BERG, 90, 52, fee=20, currency=EUR),
    Row(Kind.SELL, "2024-01-22", ACME, 30, 62, fee=6, tax=4),
    Row(Kind.FEE, "2024-01-31", amount=25),
    Row(Kind.WITHDRAWAL, "2024-01-31", amount=1000),
]
approx = pytest.approx


@pytest.fixture(scope="module")
def run():
    return value(ROWS, MARKET)


def test_quantities_and_cash(run):
    assert run.days.quantity.tolist() == [[40, 0], [40, 0], [80, 90], [50, 90], [50, 90]]
    assert run.days.cash == approx(np.array([[5990, 0], [6024, 0], [5474, 300], [7324, 300], [6299, 300]]))


def test_values(run):
    assert run.days.value == approx(np.array([9990, 10424, 15752, 16051, 15899]))
    assert run.days.inflow == approx(np.array([10000, 0, 5000, 0, 0]))
    assert run.days.outflow == approx(np.array([0, 0, 0, 0, 1000]))
    assert run.days.income == approx(np.array([0, 40, 0, 0, 0]))
    assert run.days.fees == approx(np.array([10, 0, 20 * 1.10, 6, 25]))
    assert run.days.taxes == approx(np.array([0, 6, 0, 4, 0]))


def test_time_weighted_return(run):
    chain = [1, 0.999, 0.999 * 10424 / 9990]
    chain.append(chain[-1] * 15752 / 15424)
    chain.append(chain[-1] * 16051 / 15752)
    chain.append(chain[-1] * 15899 / 15051)
    assert time_weighted(worth_of(run.days)) == approx(np.array(chain))
    assert chain[-1] == approx(1.0424 * 1.0212656 * 1.0189817 * 1.0563418, abs=1e-6)  # 14.59 %


def test_money_weighted_return(run):
    found = money_weighted_of(worth_of(run.days))
    # 10,000 for 29 days and 5,000 for 15 days grow to the 1,000 taken out and 15,899 left on the last
    growth = 1 + found.annual / 100
    assert 10_000 * growth ** (29 / 365) + 5_000 * growth ** (15 / 365) == approx(16_899)
    paid = [np.datetime64(day) for day in ("2024-01-02", "2024-01-16", "2024-01-31")]
    assert found.annual == approx(100 * pyxirr.xirr(paid, [-10_000, -5_000, 16_899]), rel=1e-9)
    assert found.days == 29


def test_positions(run):
    acme, berg = explain_positions(run.final, MARKET)
    # 4,010 for what are 80 shares now: 50.125 each; 30 of them cost 1,503.75 and brought 1,850
    assert (acme.quantity, acme.average_price, acme.realised_average) == approx((50, 50.125, 346.25))
    assert (acme.average_cost, acme.unrealised_average) == approx((2506.25, 3300 - 2506.25))
    # 4,700 EUR at 1.10 are 5,170 USD; worth 4,950 EUR or 5,940 USD
    assert (berg.average_cost, berg.average_cost_base) == approx((4700, 5170))
    assert (berg.unrealised_fifo, berg.unrealised_fifo_base) == approx((250, 770))


def test_who_earned_it(run):
    # columns: ACME, BERG, cash in USD, cash in EUR, the rest
    by_hand = [
        [-10, 0, 0, 0, 0],
        [434, 0, 0, 0, 0],  # 10 a share and 34 of dividend
        [400, -22, 0, 0, -50],  # 120 -> 110 a share, the fee of BERG, the exchange
        [50, 234, 0, 15, 0],  # 1,850 + 3,000 - 4,800; 90 x 52 x 0.05; 300 x 0.05
        [300, 558, 0, 15, -25],
    ]
    assert run.days.gain == approx(np.array(by_hand), abs=1e-9)
    assert daily_contributions(run.days)[2] == approx(np.array(by_hand[2]) / 15_424)


def test_contributions_add_up_to_the_time_weighted_return(run):
    month = contributions(run.days, "M")
    whole = time_weighted(worth_of(run.days))[-1] - 1
    assert month.parts.sum(axis=1) == approx([whole])
    # Carino: each session by ln(1 + r)/r, the whole by ln(1 + R)/R
    returns = daily_returns(worth_of(run.days))
    acme = sum(
        gain / base * np.log1p(r) / r
        for gain, base, r in zip([-10, 434, 400, 50, 300], [10000, 9990, 15424, 15752, 15051], returns, strict=True)
    )
    assert month.parts[0, ACME] == approx(acme / (np.log1p(whole) / whole))


def test_the_trail_of_a_value(run):
    acme, berg, dollars, euros = explain_value(run.days, MARKET, 3)
    assert (berg.name, berg.currency, berg.quantity, berg.price, berg.rate, berg.value) == ("BERG", "EUR", 90, 52, 1.15,
                                                                                          approx(5382))  # fmt: skip
    assert (berg.price_age, berg.price_date) == (1, np.datetime64("2024-01-16"))
    assert (acme.price_age, acme.value) == (0, 3000)
    assert (dollars.value, euros.value) == (approx(7324), approx(345))


def test_the_trail_of_a_return(run):
    last = explain_return(run.days, 4)
    assert (last.before, last.inflow, last.outflow, last.base, last.value) == approx((16051, 0, 1000, 15051, 15899))
    assert last.earned == approx(848 / 15051)


def test_the_trail_of_a_position(run):
    entries = run.positions.entries[run.positions.entries["asset"] == ACME]
    assert entries["change"].tolist() == [40, 40, -30]
    assert entries["quantity"].tolist() == [40, 80, 50]
    assert entries["id"].tolist() == [1, 4, 8]
    closing = run.positions.closings
    assert (closing["id"], closing["opened_id"], closing["quantity"]) == ([8], [1], [30])
    assert (closing["proceeds"][0], closing["cost"][0], closing["gain"][0]) == approx((1850, 1503.75, 346.25))
