"""The benchmarks write their rows by SQL of their own: it must follow the tables."""

import datetime as dt

import pytest

from benchmarks import etf_holdings
from etfs.models import ETF, ETFHolding, Snapshot
from etfs.services import flows_get, heavy_get, holders_get
from market.models import Instrument


@pytest.mark.django_db(transaction=True)
def test_the_benchmark_s_funds_fit_the_tables() -> None:
    stocks = Instrument.objects.bulk_create(
        Instrument(region="US", ticker=f"S{i}", name=f"Stock {i}", currency="USD") for i in range(500)
    )
    lines = etf_holdings.fill(250)
    day = Snapshot.objects.latest("as_of_date").as_of_date
    assert (ETF.objects.count(), Snapshot.objects.count()) == (2, 100)
    assert ETFHolding.objects.count() == lines == 2 * 200 * 50
    assert len(holders_get(stock=stocks[0])) == 2
    assert len(heavy_get(threshold=5)) == 2 * 5
    assert len(flows_get(region="KR", start=day - dt.timedelta(days=30), end=day).funds) == 2
