"""Loading exchange rates: rows by reason, counts, changes noted, the command; what the table itself refuses."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from market.currencies import is_currency
from market.models import DataChange, FxRate, LoadRun
from market.services.loads import fx_load
from tests.market.files import changes, write
from tests.market.test_load_commands import leave

pytestmark = pytest.mark.django_db
HEADER = "currency,date,rate\n"


def load(folder: Path, rows: str, **options: Any) -> LoadRun:
    return fx_load(**{"region": "KR", "source": "csv", "file": write(folder, HEADER + rows, "rates.csv")} | options)


def stored() -> list[tuple[str, str, str, float]]:
    rows = FxRate.objects.order_by("base", "date").values_list("base", "quote", "date", "rate")
    return [(base, quote, str(day), rate) for base, quote, day, rate in rows]


def test_rates_are_in_the_currency_of_the_region(tmp_path: Path) -> None:
    run = load(tmp_path, 'USD,2026-01-02,"1,400.5"\neur,20260102,1600\n')
    assert (run.kind, run.state, run.rows_inserted, run.rows_flagged) == ("fx", "DONE", 2, 0)
    assert (run.first_date, run.last_date) == (dt.date(2026, 1, 2), dt.date(2026, 1, 2))
    assert stored() == [("EUR", "KRW", "2026-01-02", 1600.0), ("USD", "KRW", "2026-01-02", 1400.5)]
    assert set(FxRate.objects.values_list("source", flat=True)) == {"csv"}
    load(tmp_path, "KRW,2026-01-02,0.0007\n", region="US")
    assert ("KRW", "USD", "2026-01-02", 0.0007) in stored()


def test_loading_again_changes_nothing_and_a_later_file_corrects(tmp_path: Path) -> None:
    rows = "USD,2026-01-02,1400\nUSD,2026-01-05,1410\nUSD,2026-01-06,1420\n"
    load(tmp_path, rows)
    before = changes("KR", "fx")
    again = load(tmp_path, rows)
    assert (again.rows_inserted, again.rows_updated, again.rows_unchanged) == (0, 0, 3)
    assert changes("KR", "fx") == before
    more = load(tmp_path, "USD,2026-01-05,1411\nUSD,2026-01-02,1400\nUSD,2026-01-07,1430\n")
    assert (more.rows_inserted, more.rows_updated, more.rows_unchanged) == (1, 1, 1)
    assert [rate for *_, rate in stored()] == [1400, 1411, 1420, 1430]


def test_the_change_is_noted_from_the_earliest_date_touched(tmp_path: Path) -> None:
    of_scores = DataChange.objects.newest_at("KR")
    load(tmp_path, "USD,2026-01-05,1410\nUSD,2026-01-02,1400\n")
    load(tmp_path, "USD,2026-01-02,1400\nUSD,2026-01-05,1411\nUSD,2026-01-06,1420\n")
    rows = DataChange.objects.filter(kind="fx").order_by("id").values_list("region", "changed_from")
    assert list(rows)[-2:] == [("KR", dt.date(2026, 1, 2)), ("KR", dt.date(2026, 1, 5))]
    assert DataChange.objects.newest_at("KR") == of_scores  # scores do not depend on it


def test_rows_that_cannot_be(tmp_path: Path) -> None:
    refused: list[Any] = []
    run = load(
        tmp_path,
        "KRW,2026-01-02,1\n"  # 1: the region's own
        "DOLLAR,2026-01-02,1\n"
        ",2026-01-02,1\n"
        "US1,2026-01-02,1\n"
        "QQQ,2026-01-02,1\n"  # 5
        "USD,soon,1\n"
        "USD,,1\n"
        "USD,1899-12-31,1\n"
        "USD,2999-01-01,1\n"
        "USD,2026-01-02,x\n"  # 10
        "USD,2026-01-02,inf\n"
        "USD,2026-01-02,\n"
        "USD,2026-01-02,0\n"
        "USD,2026-01-02,-1400\n"
        "USD,2026-01-02,9e-10\n"  # 15
        "USD,2026-01-02,1.1e9\n"
        "JPY,2026-01-02,9.3\n"  # 17, 18 differ
        "JPY,2026-01-02,9.4\n"
        "CNY,2026-01-02,190\n"  # 19, 20 are one
        "cny,2026/01/02,190.0\n"
        "EUR,2026-01-02,1e-9\n"  # the smallest
        "ITL,1998-12-31,0.7\n",  # gone since, but not from history
        on_rejected=refused.extend,
    )
    assert (run.state, run.rows_inserted, run.rows_rejected, run.rows_flagged) == ("PARTLY", 3, 18, 1)
    assert run.reasons == {
        "bad_currency": 3, "unknown_currency": 1, "own_currency": 1, "bad_date": 3, "future_date": 1, "bad_number": 2,
        "bad_rate": 3, "out_of_range": 2, "conflicting_rows": 2, "duplicate": 1,
    }  # fmt: skip
    told = {row.row_number: (row.column, row.reason) for row in refused}
    assert (told[1], told[5], told[7]) == (
        ("currency", "own_currency"), ("currency", "unknown_currency"), ("date", "bad_date"),
    )  # fmt: skip
    assert (told[9], told[15], told[18]) == (
        ("date", "future_date"), ("rate", "out_of_range"), ("date", "conflicting_rows"),
    )  # fmt: skip
    messages = {row.row_number: row.message for row in refused}
    assert messages[5] == "'QQQ' is no currency of ISO 4217"
    assert messages[17] == "several rows of JPY on 2026-01-02 with different rates"
    assert [row[0] for row in stored()] == ["CNY", "EUR", "ITL"]


def test_a_file_with_nothing_good_changes_nothing(tmp_path: Path) -> None:
    before = changes("KR", "fx")
    run = load(tmp_path, "KRW,2026-01-02,1\n")
    assert (run.state, run.message) == ("FAILED", "no row of the file could be loaded")
    run = fx_load(region="KR", source="csv", file=write(tmp_path, "currency,date\nUSD,2026-01-02\n"))
    assert run.state == "FAILED"
    assert "missing column rate" in run.message
    assert not FxRate.objects.exists()
    assert changes("KR", "fx") == before


def test_symbols_narrow_the_load(tmp_path: Path) -> None:
    run = load(tmp_path, "USD,2026-01-02,1400\nEUR,2026-01-02,x\nJPY,2026-01-02,9\n", symbols=("usd",))
    assert (run.state, run.reasons) == ("DONE", {"skipped_symbol": 2})
    assert [row[0] for row in stored()] == ["USD"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = write(tmp_path, HEADER + "USD,2026-01-02,1400\nKRW,2026-01-02,1\n"), tmp_path / "refused.csv"
    assert leave("load_fx", path, "--region", "kr", "--dry-run", "--rejects-out", out) == 3
    assert "PARTLY (dry run, nothing stored)" in capsys.readouterr().out
    assert out.read_text(encoding="utf-8-sig").splitlines()[1].startswith("2,currency,own_currency,")
    assert not FxRate.objects.exists()
    assert leave("load_fx", path, "--region", "KR", "--json") == 3
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["kind"], run["rows_inserted"], run["rows_rejected"]) == ("fx", 1, 1)


# --- the table itself -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"base": "usd"}, "fxrate_codes"),
        ({"quote": "KR"}, "fxrate_codes"),
        ({"quote": "K1W"}, "fxrate_codes"),
        ({"quote": "USD"}, "fxrate_two_currencies"),
        ({"rate": 0.0}, "fxrate_rate_possible"),
        ({"rate": -1.0}, "fxrate_rate_possible"),
        ({"rate": float("nan")}, "fxrate_rate_possible"),
        ({"rate": float("inf")}, "fxrate_rate_possible"),
        ({"rate": 2e9}, "fxrate_rate_possible"),
        ({}, "fxrate_key"),
    ],
)
def test_the_database_refuses(changed: dict[str, Any], constraint: str) -> None:
    good = {"base": "USD", "quote": "KRW", "date": "2026-01-02", "rate": 1400.0}
    FxRate.objects.create(**good)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FxRate.objects.create(**good | changed)


def noted(since: int) -> list[tuple[str, str]]:
    rows = DataChange.objects.filter(id__gt=since, kind="fx").order_by("region")
    return [(region, str(day)) for region, day in rows.values_list("region", "changed_from")]


def test_changes_behind_the_store_are_noted_for_all_regions() -> None:
    def newest() -> int:
        return DataChange.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def everywhere(day: str) -> list[tuple[str, str]]:
        return [(region, day) for region in ("CN", "HK", "JP", "KR", "US", "VN")]

    rate = FxRate(base="USD", quote="KRW", date=dt.date(2026, 1, 5), rate=1400.0)
    last = newest()
    rate.save()
    assert noted(last) == everywhere("2026-01-05")
    last, rate.date = newest(), dt.date(2026, 1, 7)
    rate.save()
    assert noted(last) == everywhere("2026-01-05")  # the day it left
    last, rate.date = newest(), dt.date(2026, 1, 2)
    rate.save()
    assert noted(last) == everywhere("2026-01-02")  # the day it came to
    last = newest()
    FxRate.objects.filter(base="EUR").delete()
    assert noted(last) == []
    FxRate.objects.all().delete()
    assert noted(last) == everywhere("2026-01-02")
    last = newest()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE market_fxrate")
    assert noted(last) == everywhere("0001-01-01")


def test_currencies() -> None:
    assert all(map(is_currency, ("USD", "KRW", "VND", "EUR", "BGN", "DEM")))
    assert not any(map(is_currency, ("QQQ", "usd", "EU", "", "USD\n")))
