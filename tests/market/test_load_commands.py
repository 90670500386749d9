"""The load commands as typed, the admin's resources, and a load that is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tablib
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from market.models import CorporateAction, Fundamental, Instrument, LoadRun, PriceBar
from market.resources import CorporateActionResource, FundamentalResource, InstrumentResource, PriceBarResource
from market.services import prices
from market.services.loads import prices_load
from tests.database import database_url
from tests.market.files import HEADER, write
from tests.shared_data import ROOT

GOOD = HEADER + "A,2024-01-02,10,11,9,10,100\n"


def leave(*arguments: object) -> int:
    """The exit code of a command."""
    try:
        call_command(*map(str, arguments))
    except SystemExit as error:
        return int(str(error.code))
    return 0


@pytest.mark.django_db
def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = write(tmp_path, GOOD), write(tmp_path, "", "empty.csv")
    partly = write(tmp_path, GOOD + "A,soon,1,1,1,1,1\n", "partly.csv")
    assert leave("load_prices", good, "--region", "us") == 0
    assert leave("load_prices", bad, "--region", "US") == 1
    assert leave("load_prices", partly, "--region", "US") == 3
    assert leave("load_prices", good, bad, "--region", "US") == 3
    assert leave("load_prices", "--region", "US") == 2
    assert "needs a file" in capsys.readouterr().err
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("load_prices", str(good), "--region", "XX")

    def broken(*args: object, **kwargs: object) -> None:
        raise IntegrityError("no room")

    monkeypatch.setattr(prices, "bars_merge", broken)
    assert leave("load_prices", good, "--region", "US") == 1
    assert "nothing was changed: no room" in capsys.readouterr().err


@pytest.mark.django_db
def test_summary_and_refused_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = write(tmp_path, GOOD + "A,soon,1,1,1,1,1\n", "가격.csv"), tmp_path / "refused.csv"
    assert leave("load_prices", path, "--region", "US", "--dry-run", "--rejects-out", out) == 3
    text = capsys.readouterr().out
    assert "가격.csv: PARTLY (dry run, nothing stored)" in text
    assert "bad_date 1" in text
    assert out.read_text(encoding="utf-8-sig").splitlines()[1].startswith("2,date,bad_date,")
    assert not PriceBar.objects.exists()
    assert leave("load_prices", path, "--region", "US", "--rejects-out", tmp_path / "no" / "where.csv") == 2


@pytest.mark.django_db
def test_json_and_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "date,open,high,low,close,volume\n2024-01-02,1,1,1,1,1\n")
    options = [
        "--json",
        "--price-multiplier",
        "1000",
        "--volume-multiplier",
        "100",
        "--ticker",
        "ACB",
        "--basis",
        "split",
    ]
    assert leave("load_prices", path, "--region", "VN", *options) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["state"], run["rows_inserted"], run["dry_run"]) == ("DONE", 1, False)
    stored = PriceBar.objects.get()
    assert (stored.close, stored.volume, stored.close_is_adjusted) == (1000, 100, True)
    other = write(tmp_path, GOOD, "other.csv")
    assert leave("load_prices", other, "--region", "VN", "--no-create", "--symbols", "A, B") == 1


@pytest.mark.django_db
def test_the_other_commands(tmp_path: Path) -> None:
    listing = write(tmp_path, "ticker,name\nA,Agilent\n", "i.csv")
    assert leave("load_instruments", listing, "--region", "US", "--asset-type", "ETF") == 0
    assert Instrument.objects.get().asset_type == "ETF"
    reports = write(tmp_path, "ticker,period_end,period,revenue\nA,2023-12-31,FY,5\n", "f.csv")
    assert leave("load_fundamentals", reports, "--region", "US", "--no-create") == 0
    assert Fundamental.objects.get().revenue == 5
    actions = write(tmp_path, "ticker,ex_date,kind,ratio\nA,2024-01-02,SPLIT,2\nB,2024-01-02,SPLIT,2\n", "a.csv")
    assert leave("load_actions", actions, "--region", "US") == 3
    assert leave("load_actions", actions, "--region", "US", "--create") == 0
    assert CorporateAction.objects.count() == 2


@pytest.mark.django_db
def test_resources_import_through_the_services_and_export_what_they_import() -> None:
    rows = tablib.Dataset(headers=["region", "ticker", "date", "open", "high", "low", "close", "volume"])
    rows.append(["US", "A", "2024-01-02", 10, 11, 9, 10, 100])
    rows.append(["KR", "000660", "2024-01-02", 10, 11, 9, 10, None])
    rows.append(["US", "A", "soon", 10, 11, 9, 10, 100])
    preview = PriceBarResource().import_data(rows, dry_run=True)
    assert not PriceBar.objects.exists()
    resource = PriceBarResource()
    result = resource.import_data(rows)
    assert result.totals["new"] == preview.totals["new"] == 2
    assert [row.diff[:3] for row in result.rows] == [["2", "date", "bad_date"]]
    assert not result.has_errors()
    assert [run.state for run in resource.runs] == ["PARTLY", "DONE"]
    exported = PriceBarResource().export(PriceBar.objects.order_by("instrument__region"))
    assert exported.dict[0]["region"] == "KR"
    assert exported.dict[0]["ticker"] == "000660"
    again = PriceBarResource().import_data(exported)
    assert (again.totals["new"], again.totals["update"], again.totals["skip"]) == (0, 2, 0)  # the factor is now given


@pytest.mark.django_db
def test_resources_say_what_is_wrong_with_a_file() -> None:
    without = tablib.Dataset(["A", "Agilent"], headers=["ticker", "name"])
    assert "column 'region'" in str(InstrumentResource().import_data(without).base_errors[0].error)
    assert InstrumentResource(region="US").import_data(without).totals["new"] == 1
    unknown = tablib.Dataset(["XX", "A"], headers=["region", "ticker"])
    assert "unknown region 'XX'" in str(InstrumentResource().import_data(unknown).base_errors[0].error)
    wrong = tablib.Dataset(["US", "A"], headers=["region", "ticker"])
    for resource in (PriceBarResource(), FundamentalResource(), CorporateActionResource(options={"create": True})):
        assert "missing column" in str(resource.import_data(wrong).base_errors[0].error)


CHILD = """
import sys, time
from pathlib import Path
import django
django.setup()
from market.services import prices

merge = prices.bars_merge
def merge_and_wait(*args, **kwargs):
    merge(*args, **kwargs)
    print("merged", flush=True)
    time.sleep(60)
prices.bars_merge = merge_and_wait
prices.prices_load(region="US", source="csv", file=Path(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_load_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        env=os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "quantsite.settings"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "merged\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not PriceBar.objects.exists()
    assert LoadRun.objects.get().state == "RUNNING"
    for _ in range(50):  # the server needs a moment to notice that its client is gone
        prices_load(region="US", source="csv", file=path)
        if LoadRun.objects.filter(state="INTERRUPTED").exists():
            break
        time.sleep(0.1)
    assert LoadRun.objects.order_by("id").first().state == "INTERRUPTED"
    assert PriceBar.objects.count() == 1


@pytest.mark.django_db
def test_refused_rows_are_told_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bars.csv"
    file.write_text("ticker,date,close\nA,2024-01-02,10\nA,2024-30-30,11\nA,2024-01-04,-1\n")
    with pytest.raises(SystemExit) as left:
        call_command("load_prices", str(file), "--region", "US")
    assert left.value.code == 3
    told = capsys.readouterr().err
    assert "row 2, date: bad_date" in told
    assert "row 3, close: non_positive_price" in told
    assert "2 rows refused (row 1 is the first below the header); --rejects-out FILE writes all of them" in told
