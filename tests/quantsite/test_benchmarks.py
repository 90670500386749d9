"""The benchmarks write their rows by SQL of their own, which must follow the tables, and judge what they measured."""

import datetime as dt

import pytest

from benchmarks import etf_holdings, readers
from benchmarks.report import Report
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


def test_readers_miss_their_target_by_one_failed_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty answers: the 95th percentile is the slowest, which half a second does not allow."""
    monkeypatch.setattr(readers, "pages_found", lambda site, role: {})
    monkeypatch.setattr(readers, "_read", lambda *asked: ([0.1] * 19 + [0.9], ["/: 500"]))
    report = Report("")
    readers._measure(None, report, 10)
    judged = [(row.values, row.met) for row in report.rows if row.target is not None]
    assert judged == [([900.0], "MISSED"), ([1], "MISSED"), ([1], "MISSED"), ([1], "MISSED")]
    monkeypatch.setattr(readers, "_read", lambda *asked: ([0.1] * 20, []))
    report = Report("")
    readers._measure(None, report, 10)
    assert {row.met for row in report.rows} == {"met", ""}
