"""The commands: tables, JSON, files and exit codes 0 done, 1 failed, 2 wrong request, 3 partly done."""

import csv
import datetime as dt
import io
import json
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from factors import services, store
from factors.base import Factor
from factors.models import FactorRun, FactorScore
from factors.registry import register, unregister
from market.models import Instrument
from tests.factors.market_tables import SESSION, add_bars, add_instrument, random_market, sessions

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = ["region", "ticker", "date", "factor", "value", "score", "percentile"]


@pytest.fixture
def market():
    return random_market(12, bars=70)


def command(name: str, *arguments: str) -> tuple[str, str, int]:
    """(stdout, stderr, exit code)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as leave:
        return out.getvalue(), err.getvalue(), leave.code
    return out.getvalue(), err.getvalue(), 0


def compute(*arguments: str) -> tuple[str, str, int]:
    return command("compute_factors", *arguments)


# --- compute_factors ----------------------------------------------------------------------------------------------


def test_compute_prints_a_table_of_counts_and_reasons(market):
    out, _, code = compute("--region", "KR", "--date", str(SESSION))
    assert code == 0
    assert "KR 2024-06-28: 12 instruments" in out
    assert next(line for line in out.splitlines() if "momentum_1m" in line).split("│")[2].strip() == "12"
    assert "price_momentum_12m" in out
    assert "insufficient_history 12" in out
    assert "cache rebuilt" in out
    assert "run #" in out


def test_compute_as_json(market):
    out, _, code = compute("--region", "kr", "--factor", "momentum_1m", "--json")
    assert code == 0
    (run,) = json.loads(out)["runs"]
    assert (run["region"], run["date"], run["state"], run["score_count"]) == ("KR", "2024-06-28", "DONE", 12)
    assert run["counts"] == {"momentum_1m": {"scored": 12, "valued": 12}}
    assert run["factor_names"] == ["momentum_1m"]


def test_compute_all_regions(market):
    out, _, code = compute("--all-regions", "--factor", "momentum_1m", "--json")
    assert code == 0
    assert [run["region"] for run in json.loads(out)["runs"]] == ["KR"]


def test_several_regions_side_by_side(market):
    days = sessions(30, region="US")
    for i in range(11):
        add_bars(add_instrument(f"U{i}", "US"), days, np.arange(30.0) + i + 1)
    out, err, code = compute("--all-regions", "--factor", "momentum_1m", "--factor", "momentum_3m")
    assert code == 0, err
    rows = {line.split("│")[1].strip(): line.split("│")[2:4] for line in out.splitlines() if "momentum_" in line}
    assert {name: [int(cell) for cell in cells] for name, cells in rows.items()} == {
        "momentum_1m": [12, 11], "momentum_3m": [12, 0],
    }  # fmt: skip


def test_a_region_without_prices_beside_one_with_leaves_with_3(market, monkeypatch):
    monkeypatch.setattr(services, "regions_with_bars", lambda: ["KR", "JP"])
    out, err, code = compute("--all-regions", "--factor", "momentum_1m")
    assert code == 3
    assert "JP has no prices" in err
    assert "12 scores" in out


def test_compute_all_regions_of_an_empty_site(db):
    _, err, code = compute("--all-regions")
    assert code == 1
    assert "no region has prices" in err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--region", "XX"], "XX: region: unknown region 'XX'"),
        (["--region", "KR", "--factor", "nonsense"], "KR: factors: unknown factor 'nonsense'"),
        (["--region", "KR", "--factor", "nonsense", "--from", "2024-06-27"], "KR: factors: unknown factor 'nonsense'"),
        (["--region", "KR", "--from", "2024-06-22", "--to", "2024-06-23"], "KR: from: there is no session of KR from"),
        (["--region", "KR", "--date", "2024-06-29"], "not a session"),
        (["--region", "US"], "US: region: US has no prices"),
        (
            ["--region", "JP", "--from", "1985-01-03", "--to", "1997-01-06"],
            "asked were 1985-01-03 to 1997-01-06; JP has",
        ),
    ],
)
def test_a_wrong_request_leaves_with_2(market, arguments, why):
    old = [dt.date(1985, 1, 3), dt.date(1999, 1, 6)]  # none near the first sessions that are known
    add_bars(add_instrument("A", "JP"), old, np.array([1.0, 2.0]))
    _, err, code = compute(*arguments)
    assert code == 2
    assert why in err
    assert not FactorScore.objects.exists()


@pytest.mark.parametrize(
    "arguments", [["--region", "KR", "--date", "28.6.2024"], [], ["--region", "KR", "--all-regions"]]
)
def test_arguments_that_cannot_be_read_are_refused(market, arguments):
    with pytest.raises(CommandError):
        call_command("compute_factors", *arguments)
    assert not FactorRun.objects.exists()


def test_a_failing_factor_leaves_with_3_and_shows_why(market):
    @register
    class Broken(Factor):
        """Always fails."""

        name, category, unit = "broken", "test", "ratio"

        def compute(self, panel):
            raise ArithmeticError("no such thing")

    try:
        out, _, code = compute("--region", "KR")
    finally:
        unregister("broken")
    assert code == 3
    assert "ArithmeticError: no such thing" in out
    assert FactorRun.objects.get().state == FactorRun.State.PARTLY
    assert FactorScore.objects.filter(factor__name="momentum_1m").count() == 12


def test_a_run_in_progress_leaves_with_1(market, monkeypatch):
    def taken(region, date):
        raise store.RunInProgress("KR is being computed by another process")

    monkeypatch.setattr(store.locks, "run_lock", taken)
    _, err, code = compute("--region", "KR")
    assert code == 1
    assert "another process" in err


# --- export_scores ------------------------------------------------------------------------------------------------


@pytest.fixture
def scores(market):
    compute("--region", "KR", "--factor", "momentum_1m", "--factor", "pe_ratio")
    return FactorScore.objects.count()


def test_export_csv(scores, tmp_path):
    file = tmp_path / "scores.csv"
    _, err, code = command("export_scores", "--region", "KR", "--date", str(SESSION), "--out", str(file))
    assert code == 0
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert list(rows[0]) == COLUMNS
    assert len(rows) == scores
    assert f"{scores} scores written" in err
    assert [(row["factor"], row["ticker"]) for row in rows] == sorted((row["factor"], row["ticker"]) for row in rows)
    stored = FactorScore.objects.get(factor__name="momentum_1m", instrument__ticker="T03")
    row = next(row for row in rows if (row["factor"], row["ticker"]) == ("momentum_1m", "T03"))
    assert float(row["value"]) == stored.value
    assert float(row["score"]) == pytest.approx(stored.score, rel=1e-6)
    assert (row["region"], row["date"]) == ("KR", "2024-06-28")
    assert list(tmp_path.glob("*.part")) == []


def test_export_parquet_of_one_factor_of_the_newest_date(scores, tmp_path):
    file = tmp_path / "scores.parquet"
    assert (
        command(
            "export_scores", "--region", "KR", "--factor", "momentum_1m", "--format", "parquet", "--out", str(file)
        )[2]
        == 0
    )
    table = pq.read_table(file)
    assert table.column_names == COLUMNS
    assert table.num_rows == 12
    assert set(table.column("factor").to_pylist()) == {"momentum_1m"}


def test_exported_tickers_are_no_formulas(scores, tmp_path):
    Instrument.objects.filter(ticker="T03").update(ticker="=1+1")
    file = tmp_path / "scores.csv"
    assert command("export_scores", "--region", "KR", "--out", str(file))[2] == 0
    tickers = {row["ticker"] for row in csv.DictReader(file.read_text().splitlines())}
    assert "'=1+1" in tickers
    assert "=1+1" not in tickers


def test_export_to_standard_output(scores, monkeypatch):
    class Output:
        buffer = io.BytesIO()

    monkeypatch.setattr(sys, "stdout", Output)
    assert command("export_scores", "--region", "KR")[2] == 0
    lines = Output.buffer.getvalue().decode().splitlines()
    assert lines[0].replace('"', "") == ",".join(COLUMNS)
    assert len(lines) == scores + 1


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["--region", "KR", "--format", "parquet"], 2, "needs --out"),
        (["--region", "US"], 2, "no scores yet"),
        (["--region", "XX"], 2, "unknown region"),
        (["--region", "KR", "--factor", "nonsense"], 2, "unknown factor"),
        (["--region", "KR", "--date", "2024-06-27"], 2, "no scores of KR on 2024-06-27"),
        (["--region", "KR", "--out", "/nonexistent/scores.csv"], 1, "cannot write"),
    ],
)
def test_export_errors(scores, arguments, code, why):
    _, err, left = command("export_scores", *arguments)
    assert left == code
    assert why in err


# --- show_scores --------------------------------------------------------------------------------------------------


def test_show_scores_puts_the_best_first(scores):
    out, _, code = command("show_scores", "--region", "KR", "--factor", "momentum_1m", "--top", "3", "--json")
    assert code == 0
    rows = json.loads(out)["momentum_1m"]
    best = FactorScore.objects.filter(factor__name="momentum_1m").order_by("-value")[:3]
    assert [row["ticker"] for row in rows] == [row.instrument.ticker for row in best]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    out, _, code = command("show_scores", "--region", "KR", "--factor", "momentum_1m")
    assert code == 0
    assert rows[0]["ticker"] in out
    assert command("show_scores", "--region", "KR", "--factor", "nonsense")[2] == 2
