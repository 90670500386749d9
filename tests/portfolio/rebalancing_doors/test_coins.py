"""What is booked has no more decimals than a broker's note."""

from decimal import Decimal

import pytest

from market.models import FxRate
from portfolio.services.allocations import allocations_set
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.standing import standing_of
from tests.factors.market_tables import add_bars, add_instrument
from tests.portfolio.rebalancing_doors.books import DAYS, approved, portfolio_with, told, wanted

pytestmark = pytest.mark.django_db


def test_exchanges_are_whole_cents(ann, assets):
    """1,000 of 2,000 dollars are 138 K1 at 10,000 won: 1,380,000 won, at 1,380.7 for a dollar 999.4930..."""
    FxRate.objects.update(rate=1380.7)
    mine = portfolio_with(ann, 1000.0, (assets["AAA"], 10.0, 100.0))
    wanted(mine, AAA=50, K1=50)
    rebalancing_complete(event=approved(mine))
    assert told(mine) == [
        ("TRANSFER", None, None, None, 1_380_000, "KRW"), ("TRANSFER", None, None, None, -999.49, "USD"),
        ("BUY", "K1", 138, 10_000, None, "KRW"),
    ]  # fmt: skip
    assert standing_of(portfolio=mine).cash == {"USD": pytest.approx(0.51)}


def test_costs_are_whole_coins(ann, assets):
    """Sold are 50 AAA for 5,000 dollars, 0.1234 % of that are 6.17; won have no cents: 0.1234 % of 10,000 x n."""
    mine = portfolio_with(ann, 0.0, (assets["AAA"], 100.0, 100.0), commission=0.1234)
    wanted(mine, AAA=50, K1=50)
    rebalancing_complete(event=approved(mine))
    sold, bought = mine.transactions.filter(source__startswith="rebalancing", kind__in=("SELL", "BUY")).order_by(
        "sequence"
    )
    assert float(sold.fee) == pytest.approx(float(sold.quantity) * 100 * 0.001234, abs=0.01)
    assert float(bought.fee) == pytest.approx(float(bought.quantity) * 10_000 * 0.001234, abs=1)
    assert (sold.fee * 100 % 1, bought.fee % 1) == (0, 0)


def test_amounts_of_fractions_are_whole_cents(ann, assets):
    """100 dollars buy for 99.8004 at 0.2 % cost; 20.1 % of the 199.8004 that are left are 40.1598..., fee 0.0803..."""
    odd = add_instrument("ODD", "US")
    add_bars(odd, DAYS, [33.337] * len(DAYS))
    mine = portfolio_with(ann, 100.0, (assets["AAA"], 1.0, 100.0), lot=0.0, commission=0.2)
    allocations_set(portfolio=mine, targets=[{"asset": "AAA", "target": 79.9}, {"asset": "ODD", "target": 20.1}])
    event = approved(mine, mode="cash_only")
    rebalancing_complete(event=event)
    rows = {row.instrument.ticker: row for row in mine.transactions.filter(source__startswith="rebalancing")}
    assert float(rows["ODD"].quantity) == pytest.approx(40.15988 / 33.337)
    assert (rows["ODD"].amount, rows["ODD"].fee) == (Decimal("40.15"), Decimal("0.08"))
    assert (rows["AAA"].amount, rows["AAA"].fee) == (Decimal("59.64"), Decimal("0.11"))  # 59.6405..., 0.1192...


def test_a_deposit_is_whole_cents(mine):
    event = approved(mine, deposit=1234.5678)
    assert event.deposit == 1234.57
    rebalancing_complete(event=event)
    assert told(mine)[0] == ("DEPOSIT", None, None, None, 1234.57, "USD")
