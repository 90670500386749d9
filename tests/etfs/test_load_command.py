"""``load_etfs``: what it prints, how it leaves, and its dry run."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from etfs.models import ETF, CollectRun, Payload, Snapshot

pytestmark = pytest.mark.django_db
HEADER = "fund,as_of_date,ticker,name,kind,weight,shares,market_value\n"
GOOD = HEADER + "AAA,2024-06-28,AAPL,Apple,STOCK,60.50,1,2\nAAA,2024-06-28,MSFT,Microsoft,STOCK,39.50,1,2\n"
WRONG = HEADER + "BBB,2024-06-28,AAPL,Apple,STOCK,9999,1,2\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, text in (("good.csv", GOOD), ("wrong.csv", WRONG)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [str(tmp_path / "good.csv"), str(tmp_path / "wrong.csv")]


def run(*arguments: str, source: str = "csv") -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("load_etfs", *arguments, "--region", "US", "--source", source, stdout=out, stderr=err)
    except SystemExit as leaving:
        return out.getvalue(), err.getvalue(), int(leaving.code or 0)
    return out.getvalue(), err.getvalue(), 0


def test_stored(files) -> None:
    out, err, code = run(files[0])
    assert (code, err) == (0, "")
    assert "csv US: DONE: 1 stored (1 answers, " in out
    assert Snapshot.objects.get().etf.instrument.ticker == "AAA"


def test_one_of_two_refused(files) -> None:
    out, err, code = run(*files)
    assert (code, Snapshot.objects.count()) == (3, 1)
    assert "BBB 2024-06-28 REFUSED: " in err
    assert "PARTLY" in out


def test_dry_run_stores_nothing(files) -> None:
    out, err, code = run(*files, "--dry-run")
    assert (code, [kind.objects.count() for kind in (ETF, Snapshot, Payload, CollectRun)]) == (3, [0, 0, 0, 0])
    [good] = [line for line in out.splitlines() if "good.csv" in line]
    assert [cell.strip() for cell in good.split("│")[1:-1]] == [
        "good.csv", "AAA", "2024-06-28", "new", "", "2", "100.00", "0.0",
    ]  # fmt: skip
    assert "dry run, nothing was stored: 2 answers, 1 of them doubted or refused" in out
    assert err.startswith("BBB 2024-06-28 refused: ")
    assert [run(*files[:1], "--dry-run")[2], run(*files[1:], "--dry-run")[2]] == [0, 1]


def test_dry_run_as_json(files) -> None:
    out, _, _ = run(*files, "--dry-run", "--json")
    found = json.loads(out)
    assert found["dry_run"]
    assert [(item["ticker"], item["verdict"]) for item in found["items"]] == [("AAA", "new"), ("BBB", "refused")]


def test_an_unknown_source(files) -> None:
    _, err, code = run(files[0], "--dry-run", source="nobody")
    assert (code, "nobody" in err) == (2, True)
