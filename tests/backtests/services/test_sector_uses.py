"""Results that depend on sectors say that these are of today."""

import pytest

from backtests.diagnosis import SectorUse
from backtests.services import backtest_run, config_check
from backtests.services.outcome import sector_uses_of
from factors.services import strategy_save
from tests.backtests.services.tables import config, small_market

pytestmark = pytest.mark.django_db(transaction=True)
FACTORS = {"factors": ["roe", "momentum_1m"]}


@pytest.fixture
def market():
    return small_market()


@pytest.mark.parametrize(
    ("changes", "uses"),
    [
        ({"universe": {"tickers": ["T03"]}, "neutralise": ["size"]}, set()),
        ({"universe": {"exclude_sectors": ["bank"]}}, {SectorUse.UNIVERSE}),
        ({"neutralise": ["size", "sector"]}, {SectorUse.NEUTRALISE}),
        ({"strategy": FACTORS | {"universe": {"sectors": ["bank"]}}}, {SectorUse.UNIVERSE}),
        ({"strategy": FACTORS | {"neutralise": ["sector"]}, "universe": {"sectors": ["bank"]}}, set(SectorUse)),
    ],
)
def test_who_uses_sectors(market, changes, uses):
    assert sector_uses_of(config_check(config=config(**changes))) == uses


def test_it_is_among_the_findings(market):
    strategy_save(name="even", region="KR", neutralise=["sector"], **FACTORS)
    found = backtest_run(config=config(strategy="even", order_by=None)).statistics.findings
    assert [one["severity"] for one in found if one["code"] == "sectors_of_today"] == ["NOTE"]
    plain = backtest_run(config=config()).statistics.findings
    assert "sectors_of_today" not in [one["code"] for one in plain]
