"""The task that other backtesters are timed with is the same for all; who cannot be asked is told, not made up."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.against_peers import WAYS, ask, difference, measure, task
from benchmarks.job import run_python
from benchmarks.momentum import common_rules, market, simulated
from benchmarks.peers.task import Task
from benchmarks.report import Report, Row


@pytest.fixture(scope="module")
def made():
    return market(60, 250)


@pytest.mark.filterwarnings("ignore")  # of bt and what it imports
@pytest.mark.parametrize("way", ["selection", "weights"])
@pytest.mark.parametrize(("costs", "agreed"), [(0.0, 1e-12), (1.0, 1e-3)])
def test_bt_finds_the_same_curve(made, way, costs, agreed):
    """Without costs to rounding; with them bt holds up to 0.12 % more of what it keeps."""
    pytest.importorskip("bt", reason="bt is not installed: pip install -r requirements-oracles.txt")
    from benchmarks.peers import with_bt

    common = common_rules()
    rules = replace(common, commission=costs * common.commission, slippage=costs * common.slippage)
    ledger = simulated(made, rules, dividends=False)
    assert len(ledger.trades) > 100
    assert difference(ledger, with_bt.WAYS[way](Task.of(task(made, rules, ledger)))) < agreed


@pytest.mark.skipif(
    "PEERS_PYTHON" not in os.environ, reason="PEERS_PYTHON is not set; `make bench` asks the peers, too"
)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_peer_finds_the_same_curve(made, way):
    ledger = simulated(made, common_rules(), dividends=False)
    answer = ask(replace(way, runs=1, warm=False), made, ledger)
    assert difference(ledger, answer["value"]) < way.agreed


def test_the_costs_are_in_the_curve(made):
    free = replace(common_rules(), commission=0.0, slippage=0.0)
    with_costs, without = (simulated(made, rules, dividends=False) for rules in (common_rules(), free))
    assert 1e-3 < difference(without, with_costs.snapshots["value"]) < 0.05


def test_a_curve_that_is_hardly_told_does_not_agree(made):
    ledger = simulated(made, common_rules(), dividends=False)
    value = ledger.snapshots["value"].copy()
    assert difference(ledger, value) == 0
    value[:30] = np.nan
    assert difference(ledger, value) == np.inf


def test_peers_that_cannot_be_had_are_not_measured(monkeypatch, tmp_path):
    monkeypatch.setenv("PEERS_PYTHON", str(tmp_path / "nowhere" / "python"))
    report = Report("")
    measure(report, runs=1, part=100)
    ours, *peers = report.rows
    assert ours.median > 0
    assert [row.met for row in peers] == ["NOT MEASURED"] * len(WAYS)
    assert all("nowhere" in row.note for row in peers)
    assert report.summary().startswith("0 of 4 figures met; NOT MEASURED: simulation / bt, SelectN; simulation / bt, W")


def test_a_figure_without_values_is_neither_met_nor_missed():
    report = Report("", rows=[Row("fast", "s", [1.0, 3.0], 2.0), Row("slow", "s", [3.0], 2.0), Row("gone", "s", [], 2)])
    assert report.summary() == "1 of 3 figures met; MISSED: slow; NOT MEASURED: gone"
    assert report.rows[2].cells() == ["gone", "2 s", "", "", "0", "NOT MEASURED"]


def test_the_daily_case_runs_as_a_process(tmp_path):
    arguments = ["-m", "benchmarks.momentum", "target", "--stocks", "30", "--sessions", "60", "--runs", "2"]
    told = json.loads(run_python(arguments, tmp_path / "told.json").printed)
    assert told["rebalances"] == 60
    assert told["trades"] > 60
    assert len(told["seconds"]) == 2
    assert told["market_mb"] == 4 * 30 * 60 * 8 / 1e6
