"""Given settings that name some regions and currencies, then the others have a threshold and no rate."""

import math

import pytest

from etfs.services.preference import large_funds
from etfs.services.won import LARGE_KRW, krw_per, large_krw
from tests.etfs.builder import daily, fund


@pytest.mark.parametrize(
    ("large", "us", "kr"),
    [({"*": 5e11, "US": 6e11}, 6e11, 5e11), ({"US": 6e11}, 6e11, LARGE_KRW), ({}, LARGE_KRW, LARGE_KRW)],
)
def test_the_threshold_of_a_region(settings, large, us, kr):
    settings.ETF_LARGE_KRW = large
    assert (large_krw("US"), large_krw("KR")) == (us, kr)


def test_a_currency_without_a_rate_is_not_compared(settings):
    settings.ETF_KRW_PER = {"USD": 1400.0}
    assert krw_per("USD") == 1400.0
    assert math.isnan(krw_per("HKD"))
    assert not krw_per("HKD") > large_krw("HK")


@pytest.mark.django_db
def test_large_funds_where_the_settings_name_another_region_only(settings):
    settings.ETF_LARGE_KRW, settings.ETF_KRW_PER = {"US": 6e11}, {"KRW": 1.0, "USD": 1000.0}
    held = {name: fund(region, name) for region, name in (("KR", "K1"), ("KR", "K2"), ("US", "U1"), ("HK", "H1"))}
    for name, assets in (("K1", 2e12), ("K2", 9e11), ("U1", 7e8), ("H1", 1e30)):
        daily(held[name], "2024-06-28", total_assets=assets)
    assert large_funds(held["K1"].daily_stats.get().date) == {held["K1"].pk: 2e12, held["U1"].pk: 7e11}
