"""``manage.py sweep_backtests`` and ``manage.py walk_forward``."""

import json
from argparse import ArgumentTypeError
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django_q.models import OrmQ

from backtests import services
from backtests.management.grid import axis_given
from backtests.models import BacktestSweep
from tests.backtests.sweeps.made import BASE, make_market


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("max_positions=[10, 20]", [10, 20]),
        ("max_positions=10..50:10", [10, 20, 30, 40, 50]),
        ("every=3..5", [3, 4, 5]),
        ("commission=0..0.3:0.1", [0.0, 0.1, 0.2, 0.3]),
        ("tax=1.5..2:0.25", [1.5, 1.75, 2.0]),
        ("buy_conditions.0.value=-5..5:5", [-5, 0, 5]),
        ("every=1..6:2", [1, 3, 5]),
        ("mode=[fill, target]", ["fill", "target"]),
    ],
)
def test_axes_on_the_command_line(text: str, values: list) -> None:
    name, found = axis_given(text)
    assert (name, found) == (text.partition("=")[0], values)
    assert [type(one) for one in found] == [type(one) for one in values]


@pytest.mark.parametrize(
    "text",
    ["max_positions", "max_positions=5", "max_positions=9..1", "every=1..9:0", "tax=0..1:0.00000001", "mode=[", "=[1]"],
)
def test_axes_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        axis_given(text)


@pytest.fixture
def config(tmp_path, transactional_db) -> str:
    make_market()
    path = tmp_path / "momentum.yaml"
    path.write_text(yaml.safe_dump(BASE))
    return str(path)


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, what went to stdout, and to stderr."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_best_are_printed_and_failures_apart(config, tmp_path) -> None:
    page, data = tmp_path / "sweep.html", tmp_path / "sweep.json"
    code, out, err = run(
        "sweep_backtests", config, "--grid", "max_positions=0..3", "--grid", "mode=[fill,target]", "--top", "2",
        "--processes", "1", "--html", str(page), "--json", str(data),
    )  # fmt: skip
    assert code == 3
    sweep = BacktestSweep.objects.get()
    best = list(services.best_variants(sweep)[:2])
    lines = [line for line in out.splitlines() if line.startswith("│")]
    assert [line.split("│")[1].strip() for line in lines] == [str(one.number) for one in best]
    assert f"{best[0].objective:,.2f}" in lines[0]
    assert f"deflated Sharpe ratio of the best: {sweep.result['deflated_sharpe']:.3f}" in out
    assert "variant 1 (max_positions 0, mode fill) failed: max_positions: must be a whole number from 1, not 0" in err
    assert "variant 2 (max_positions 0, mode target) failed" in err
    assert "Parameter sweep" in page.read_text()
    assert [one["number"] for one in json.loads(data.read_text())["variants"]] == list(range(1, 9))


def test_json_alone_and_exit_code_0(config) -> None:
    code, out, _ = run(
        "sweep_backtests", config, "--grid", "max_positions=2..9", "--random", "3", "--seed", "4", "--json",
        "--objective", "total_return", "--processes", "1",
    )  # fmt: skip
    found = json.loads(out)
    assert (code, found["method"], found["status"], len(found["variants"])) == (0, "RANDOM", "COMPLETED", 3)
    returns = [one["statistics"]["total_return"] for one in found["best"]]
    assert returns == sorted(returns, reverse=True)


def test_two_processes_give_what_one_gives(config) -> None:
    arguments = ("sweep_backtests", config, "--grid", "max_positions=2..9", "--grid", "rebalance=[DAILY, MONTHLY]")
    assert run(*arguments, "--processes", "2")[0] == 0
    assert run(*arguments, "--processes", "1")[0] == 0
    two, one = (
        [variant.figures for variant in sweep.variants.order_by("number")] for sweep in BacktestSweep.objects.all()
    )
    assert one == two


def test_joining(config) -> None:
    created = services.sweep_create(config=BASE, axes={"max_positions": [2, 3]})
    code, out, _ = run("sweep_backtests", "--work", str(created.pk))
    assert (code, out) == (0, f"2 variants of sweep #{created.pk} were computed here\n")
    code, _, err = run("sweep_backtests", "--work", "99")
    assert (code, err) == (1, "sweep: there is no sweep #99\n")


def test_a_stopped_sweep_is_taken_up_again(config) -> None:
    created = services.sweep_create(config=BASE, axes={"max_positions": [2, 3]})
    services.sweep_cancel(sweep_id=created.pk)
    code, out, _ = run("sweep_backtests", "--resume", str(created.pk), "--processes", "1")
    assert (code, "2 variants in" in out) == (0, True)
    code, _, err = run("sweep_backtests", "--resume", str(created.pk))
    assert (code, "is COMPLETED: there is nothing left to do" in err) == (2, True)
    code, _, err = run("walk_forward", "--resume", str(created.pk))
    assert (code, f"resume: sweep #{created.pk} is not one of walk_forward" in err) == (2, True)


def test_the_background(config) -> None:
    code, out, _ = run("sweep_backtests", config, "--grid", "max_positions=[2,3]", "--background")
    assert (code, "of 2 variants: workers carry it out" in out) == (0, True)
    assert OrmQ.objects.count() == 2
    assert BacktestSweep.objects.get().status == "PENDING"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), "axes: name at least one field"),
        (("--grid", "max_position=[1]"), "axes: max_position: unknown field"),
        (("--grid", "tax=[1]", "--grid", "tax=[2]"), "axes: tax is given twice"),
        (("--grid", "tax=[1]", "--objective", "luck"), "objective: unknown 'luck'"),
        (("--grid", "tax=[1]", "--processes", "0"), "--processes: 1 to 64"),
        (("--grid", "tax=[1]", "--processes", "5000"), "--processes: 1 to 64"),
        (("--grid", "tax=[1]", "--top", "-5"), "--top: 0 to 10,000"),
        (("--grid", "tax=[1]", "--html", "/no/such/folder/x.html"), "no such folder"),
        (("--grid", "tax=[1]", "--random", "2"), "samples: there are 1 combinations alone"),
    ],
)
def test_wrong_usage(config, more, told) -> None:
    code, _, err = run("sweep_backtests", config, *more)
    assert (code, told in err) == (2, True), err
    assert not BacktestSweep.objects.exists()


def test_walk_forward(config, tmp_path) -> None:
    page = tmp_path / "walk.html"
    arguments = ("walk_forward", config, "--from", "2024-01-01", "--grid", "max_positions=[0, 2, 4]", "--train", "3")
    code, out, err = run(*arguments, "--test", "2", "--processes", "1", "--html", str(page))
    assert code == 3
    assert "2024-01 to 2024-03" in out
    assert "2024-04 to 2024-05" in out
    assert "total return out of sample" in out
    assert "2 of 6 variants failed" in err
    assert "Walk-forward test" in page.read_text()
    code, _, err = run(*arguments, "--test", "60", "--train", "60")
    assert (code, "train: 60 months to choose on and 60 to test on do not fit" in err) == (2, True)


def column(out: str, place: int) -> tuple[str, set[str]]:
    """The head of a printed table's column, its lines joined, and the texts below it."""
    heads = [line.split("┃")[place].strip() for line in out.splitlines() if line.startswith("┃")]
    cells = {line.split("│")[place].strip() for line in out.splitlines() if line.startswith("│")}
    return " ".join(" ".join(heads).split()), cells


def test_what_is_varied_is_told_in_words(config) -> None:
    axes = ("--grid", "buy_conditions.0.value=[-20, -30]", "--processes", "1")
    _, out, _ = run("walk_forward", config, "--from", "2024-01-01", *axes, "--train", "3", "--test", "2")
    head, cells = column(out, 3)
    assert head == "value of momentum_1m >"
    assert cells <= {"−20", "−30"}
    _, out, _ = run("sweep_backtests", config, *axes)
    assert column(out, 2) == ("value of momentum_1m >", {"−20", "−30"})


def test_a_walk_without_a_choice_fails(config) -> None:
    never = "buy_conditions=[{factor: momentum_1m, operator: '>', value: 1000000}]"
    code, _, err = run("walk_forward", config, "--set", never, "--grid", "tax=[1]", "--train", "2", "--test", "1",
                       "--processes", "1")  # fmt: skip
    assert (code, "objective: no variant has a sharpe_ratio" in err) == (1, True)
