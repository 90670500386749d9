"""The builder stores what it is told."""

from decimal import Decimal

import pytest

from etfs.models import ETFHolding, SnapshotState
from tests.etfs.builder import composition, daily, fund


def test_a_fund_and_its_composition(db) -> None:
    held = fund("KR", "069500", assets=5e12)
    snapshot = composition(held, "2024-06-28", {"005930": "60.5", "000660": 38.5, "cash": 1})
    assert (snapshot.state, snapshot.weight_sum, snapshot.line_count) == (SnapshotState.GOOD, Decimal("100"), 3)
    rows = ETFHolding.objects.filter(etf=held).order_by("rank").values_list("line__instrument__ticker", "weight")
    assert list(rows) == [("005930", Decimal("60.5")), ("000660", Decimal("38.5")), (None, Decimal(1))]
    assert daily(held, "2024-06-28", nav=100, net_flow=5).net_flow == 5.0


def test_what_is_not_stored_is_said(db) -> None:
    with pytest.raises(ValueError, match="future"):
        composition(fund("KR", "069500"), "2099-06-28", {"005930": 100})
