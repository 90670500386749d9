"""``manage.py run_backtest`` as a user types it."""

import csv
import io
import json

import pandas as pd
import pytest
import yaml
from django.core.management import call_command
from django.db.models import F

from backtests.models import BacktestSession, Status
from backtests.services import BacktestError, orders_csv, weights_csv
from factors.services import strategy_save
from market.cli import Exit
from market.models import PriceBar
from tests.backtests.services.tables import START, config, small_market

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market():
    return small_market()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config()))
    return path


def run(*arguments):
    """(exit code, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    code = Exit.DONE
    try:
        call_command("run_backtest", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as leave:
        code = Exit(leave.code)
    return code, out.getvalue(), err.getvalue()


def test_the_result_on_the_terminal(market, file):
    code, out, _ = run(file)
    session = BacktestSession.objects.get()
    assert code == Exit.DONE
    assert f"#{session.pk} test {START}" in out
    for told in (
        "total return, %",
        "Sharpe ratio",
        "sales won, %",
        "KRW 100,000,000 became",
        f"backtest #{session.pk}",
    ):
        assert told in out
    assert all(finding["title"] in out for finding in session.statistics.findings)
    assert run(file)[1] == out  # the stored one
    assert BacktestSession.objects.count() == 1
    run(file, "--again")
    assert BacktestSession.objects.count() == 2


def test_json_alone_on_stdout(market, file):
    code, out, _ = run(file, "--json")
    found = json.loads(out)
    assert code == Exit.DONE
    assert found["status"] == "COMPLETED"
    assert len(found["trades"]) == found["statistics"]["trades"]
    assert len(found["series"]["dates"]) == found["sessions"] + 1


def test_files(market, file, tmp_path):
    names = {kind: tmp_path / f"out.{kind}" for kind in ("html", "json", "orders", "weights")}
    code, _, err = run(file, *(part for kind, path in names.items() for part in (f"--{kind}", path)))
    assert code == Exit.DONE, err
    found = json.loads(names["json"].read_text())
    assert "<html" in names["html"].read_text()
    orders = list(csv.DictReader(names["orders"].read_text().splitlines()))
    assert [order["ticker"] for order in orders] == [trade["ticker"] for trade in found["trades"]]
    assert [float(order["quantity"]) for order in orders] == [trade["quantity"] for trade in found["trades"]]
    weights = pd.read_csv(names["weights"])
    assert weights.groupby("date")["weight"].sum().between(0, 1 + 1e-9).all()


def test_of_changed_data_there_are_orders_and_no_weights(market, file, tmp_path):
    """What was traded is stored; weights are simulated again, which gives others now."""
    run(file)
    before = orders_csv(session=BacktestSession.objects.get())
    PriceBar.objects.update(close=F("close") * 1.01)
    code, _, err = run(file, "--orders", tmp_path / "orders.csv")
    assert code == Exit.DONE, err  # another backtest
    with pytest.raises(
        BacktestError, match=r"^data: they, or the code, have changed since backtest #\d+: run it again"
    ):
        weights_csv(session=BacktestSession.objects.earliest("pk"))
    assert orders_csv(session=BacktestSession.objects.earliest("pk")) == before


def test_a_strategy_by_name_with_changes(market):
    strategy_save(name="mix", region="KR", factors=["roe", "momentum_1m"])
    code, _, err = run("--strategy", "mix", "--from", START, "--set", "max_positions=3", "--set", "sizing=SCORE")
    session = BacktestSession.objects.get()
    assert code == Exit.DONE, err
    assert (session.strategy.name, session.config["max_positions"], session.config["sizing"]) == ("mix", 3, "SCORE")
    assert session.config["order_by"] == "composite"
    assert max(session.snapshots.values_list("positions", flat=True)) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "config: name a file, or a strategy with --strategy"),
        (["nowhere.yaml"], "config: nowhere.yaml cannot be read"),
        (["{file}", "--set", "max_position=3"], "max_position: unknown; did you mean max_positions?"),
        (["{file}", "--from", "2024-06-20", "--to", "2024-06-03"], "start: 2024-06-20 is after end"),
        (["--strategy", "none", "--from", "2024-06-03"], "strategy: unknown strategy 'none'; there are none yet"),
        (["{file}", "--html", "/nowhere/at/all.html"], "no such folder: /nowhere/at"),
    ],
)
def test_wrong_usage(market, file, arguments, told):
    code, out, err = run(*(str(part).replace("{file}", str(file)) for part in arguments))
    assert code == Exit.USAGE
    assert told in err
    assert not out
    assert not BacktestSession.objects.exists()


def test_parts_of_fields_are_set_in_their_order(market, file):
    code, _, err = run(
        file, "--set", "sell_conditions.0.value=20", "--set", "buy_conditions.0.operator='>='", "--set",
        "universe.sectors=[bank]", "--set", "sell_conditions.0.value=21",
    )  # fmt: skip
    assert code == Exit.DONE, err
    stored = BacktestSession.objects.get().config
    assert stored["sell_conditions"][0] == {"type": "STOP_LOSS", "value": 21.0}
    assert stored["buy_conditions"][0] == {"factor": "momentum_1m", "field": "value", "operator": ">=", "value": -20.0}
    assert stored["universe"] == {"sectors": ["bank"]}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("sell_conditions.9.value=1", "--set: sell_conditions.9.value: sell_conditions has rows 0 to 4, not '9'"),
        ("sell_condition.0.value=1", "--set: sell_condition.0.value: unknown field 'sell_condition'; did you mean"),
        ("max_positions.x=1", "--set: max_positions.x: max_positions is one value and has no parts"),
    ],
)
def test_paths_to_nowhere(market, file, given, told):
    code, _, err = run(file, "--set", given)
    assert (code, told in err) == (Exit.USAGE, True), err


@pytest.mark.parametrize(
    "text",
    ["buy_conditions: [{factor: roe, operator: >, value: 1}]", "buy_conditions:\n  - factor: roe\n    operator: >=\n"],
)
def test_an_unquoted_operator_is_told(market, tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    assert 'quote it, e.g. operator: ">"' in run(path)[2]


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "a: [1, 2", "name: x\nname: y\n", "\x00"])
def test_files_that_are_none(market, tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    code, _, err = run(path)
    assert code == Exit.USAGE
    assert err.startswith("config: ")
    assert "quote it" not in err


def test_a_file_that_means_far_more_than_it_says(market, tmp_path):
    """Eight levels of ten aliases are a hundred million values."""
    levels = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(levels))
    code, _, err = run(path)
    assert code == Exit.USAGE
    assert "more than 100,000 values" in err
    path.write_text("universe: &a [*a]\n")
    code, _, err = run(path)
    assert code == Exit.USAGE
    assert len(err) < 300


def test_in_the_background(market, file):
    code, out, _ = run(file, "--background")
    session = BacktestSession.objects.get()
    assert (code, session.status) == (Exit.DONE, Status.PENDING)
    assert f"backtest #{session.pk} is PENDING" in out
