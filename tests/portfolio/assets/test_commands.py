"""Commands and the schedule of asset metrics and correlations."""

import json

from django.core.management import call_command
from django_q.models import Schedule

from market.models import Instrument
from portfolio.models import AssetCorrelation, AssetPerformanceMetrics
from tests.factors.market_tables import sessions

BEFORE = sessions(2)[0]
THREE = "KR:A,KR:F,US:SPY"


def leave(*arguments: str) -> int:
    """The exit code of a command."""
    try:
        call_command(*arguments)
    except SystemExit as error:
        return int(error.code)
    return 0


def test_compute_asset_metrics(market, capsys):
    assert leave("compute_asset_metrics", "--region", "KR", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["runs"][0]["rows"], told["runs"][0]["date"], told["problems"]) == (6, "2024-06-28", [])
    assert leave("compute_asset_metrics", "--region", "KR", "--date", str(BEFORE)) == 0
    assert (
        "KR 2024-06-27: 6 of 7 assets are quoted; each indicator is known of 0 (return_3y)" in capsys.readouterr().out
    )
    assert AssetPerformanceMetrics.objects.count() == 12


def test_exit_codes_of_compute_asset_metrics(market, capsys):
    assert leave("compute_asset_metrics", "--region", "JP") == 2
    assert "JP: region: JP has no prices" in capsys.readouterr().err
    assert leave("compute_asset_metrics", "--region", "KR", "--date", "2024-06-29") == 2
    assert leave("compute_asset_metrics", "--all-regions", "--date", "2024-05-27") == 3  # New York was closed
    assert "US: date: 2024-05-27 is not a session" in capsys.readouterr().err
    assert set(AssetPerformanceMetrics.objects.values_list("instrument__region", flat=True)) == {"KR"}


def test_compute_correlations(market, capsys):
    assert leave("compute_correlations", "--tickers", THREE, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pairs"], told["known"]["1y"]) == (3, 3)
    assert leave("compute_correlations", "--region", "us", "--asset-type", "etf") == 0
    assert "2024-06-28: 1 pairs of 2 assets; known by window: 1m 1, 3m 1" in capsys.readouterr().out
    assert AssetCorrelation.objects.count() == 4


def test_exit_codes_of_compute_correlations(market, capsys):
    Instrument.objects.create(region="KR", ticker="NONE", currency="KRW")
    assert leave("compute_correlations", "--tickers", "KR:A,KR:F,KR:NONE") == 3
    assert "without bars in three years: KR:NONE" in capsys.readouterr().out
    for wrong in ("KR:A", "KR:A,A", "KR:A,KR:NOPE"):
        assert leave("compute_correlations", "--tickers", wrong) == 2
    assert leave("compute_correlations", "--region", "XX") == 2
    assert leave("compute_correlations", "--region", "KR", "--asset-type", "ETF") == 2  # there is one
    assert leave("compute_correlations", "--tickers", THREE, "--asset-type", "ETF") == 2
    assert leave("compute_correlations", "--tickers", THREE, "--date", "2024-06-29") == 2


def test_the_schedule(market):
    one = Schedule.objects.get(name="asset metrics")
    assert (one.func, one.schedule_type) == ("portfolio.tasks.compute_asset_metrics_all", "D")
