"""``load_etfs``: what it prints, how it leaves, and its dry run."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from etfs.models import ETF, CollectRun, Payload, Snapshot
from etfs.services import files_import

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
    assert "csv US: DONE: 1 stored (1 answer, " in out
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
        "good.csv", "AAA", "holdings", "2024-06-28", "new", "", "2", "100.00", "0.0",
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


def test_a_source_misspelt_is_guessed_among_those_of_files(files) -> None:
    assert "did you mean ark?" in run(files[0], source="arc")[1]
    told = run(files[0], source="zzz")[1]
    assert "ishares" in told
    assert "pykrx" not in told  # asked over the network


def test_three_answers_of_one_file_say_what_they_are(tmp_path: Path) -> None:
    text = (
        'iShares Core\nFund Holdings as of,"Jun 28, 2024"\nShares Outstanding,"1,000"\n\n'
        "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,Exchange,"
        "Currency,FX Rate,Market Currency,Accrual Date\n"
        'AAPL,APPLE INC,Information Technology,Equity,"100.00","100.00","100.00","1.00","100.00",'
        "United States,NASDAQ,USD,1.00,USD,-\n"
    )
    (tmp_path / "IVV.csv").write_text(text, encoding="utf-8")
    for options in ((), ("--dry-run",)):
        out, err, _ = run(str(tmp_path / "IVV.csv"), "--ticker", "IVV", *options, source="ishares")
        rows = [[cell.strip() for cell in row.split("│")[1:-1]] for row in out.splitlines() if row.startswith("│")]
        assert [row[2] for row in rows] == ["funds", "holdings", "stats"], err


def test_what_a_file_lacks_is_told_once_and_with_its_option(tmp_path: Path) -> None:
    (tmp_path / "spy.csv").write_text(
        "Name,Ticker,Identifier,Weight,Shares Held\nAPPLE,AAPL,1,100,5\n", encoding="utf-8"
    )
    _, err, _ = run(str(tmp_path / "spy.csv"), source="spdr")
    assert err.startswith("spy.csv FAILED: no date in the file or in its name: give the date (--date)")


def test_a_file_of_many_compositions_tells_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text(GOOD + GOOD.removeprefix(HEADER).replace("06-28", "06-27"), encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    files_import(
        region="US", source="csv", files=[tmp_path / "days.csv"], progress=lambda *stage: told.append(stage)
    )  # fmt: skip
    assert [stage for stage in told if stage[0].startswith("days.csv AAA")] == [
        ("days.csv AAA 2024-06-28", 1, 2), ("days.csv AAA 2024-06-27", 2, 2),
    ]  # fmt: skip
