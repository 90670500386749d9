"""``list_backtests``, ``show_backtest`` and ``compare_backtests`` as a user types them."""

import io
import json

import pytest
from django.core.management import call_command

from backtests import services
from backtests.models import BacktestSession, BacktestStatistics, Status
from market.cli import Exit
from tests.backtests.report.page import checked
from tests.backtests.services.tables import START, config, small_market

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two():
    """Two finished backtests, and one that failed."""
    small_market()
    first = services.backtest_run(config=config())
    second = services.backtest_run(config=config(name="few [b]", max_positions=2))
    BacktestSession.objects.create(
        name="broken", region="US", currency="USD", start="2024-01-02", end="2024-01-31", config={},
        status=Status.FAILED, error="no prices",
    )  # fmt: skip
    return first, second


def run(*arguments):
    """(exit code, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    code = Exit.DONE
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err)
    except SystemExit as leave:
        code = Exit(leave.code)
    return code, out.getvalue(), err.getvalue()


def test_the_list_has_the_newest_first_with_figures_and_findings(two):
    first, second = two
    BacktestStatistics.objects.filter(session=first).update(
        total_return=12.5, findings=[{"severity": one} for one in ("NOTE", "SERIOUS", "NOTE")]
    )
    rows = json.loads(run("list_backtests", "--json")[1])
    assert [row["id"] for row in rows] == [first.pk + 2, second.pk, first.pk]
    assert (rows[0]["status"], rows[0]["total_return"], rows[0]["findings"]) == ("FAILED", None, {})
    assert (rows[2]["total_return"], rows[2]["start"]) == (12.5, START)
    assert list(rows[2]["findings"].items()) == [("SERIOUS", 1), ("NOTE", 2)]
    assert rows[2]["trades"] == first.trades.count()
    out = run("list_backtests")[1]
    assert "backtests: 3 of 3" in out
    assert "few [b]" in " ".join(out.split())


def test_the_list_is_narrowed(two):
    assert [row["name"] for row in json.loads(run("list_backtests", "--region", "us", "--json")[1])] == ["broken"]
    assert len(json.loads(run("list_backtests", "--status", "completed", "--json")[1])) == 2
    assert "backtests: 1 of 3" in run("list_backtests", "--limit", "1")[1]
    assert run("list_backtests", "--limit", "0")[::2] == (Exit.USAGE, "--limit: at least 1\n")


def test_a_stored_backtest_is_shown_as_it_was_run(two, tmp_path):
    first, _ = two
    path, page, data = tmp_path / "config.yaml", tmp_path / "page.html", tmp_path / "data.json"
    path.write_text(json.dumps(config()))
    _, out, err = run("run_backtest", path)
    day = f"{first.finished_at:%Y-%m-%d}"
    assert f"served from the store: backtest #{first.pk} of {day}; --again computes it" in err
    assert "served" not in run("run_backtest", path, "--again")[2]
    assert run("show_backtest", first.pk, "--html", page, "--json", data)[1] == out
    assert checked(page.read_text()).tables["Holdings at the end"]
    assert json.loads(data.read_text()) == json.loads(run("show_backtest", first.pk, "--json")[1])
    shown = run("show_backtest", first.pk, "--trades", "2")[1]
    assert f"trades: 2 of {first.trades.count()}" in shown
    assert shown.count(str(first.trades.order_by("number")[0].trade_date)) >= 1


def test_what_has_no_result_is_told(two):
    first, _ = two
    assert run("show_backtest", first.pk + 2)[0::2] == (
        Exit.FAILED, f"status: backtest #{first.pk + 2} is FAILED and has no result: no prices\n",
    )  # fmt: skip
    code, _, err = run("show_backtest", 0)
    assert (code, "there is no backtest #0; manage.py list_backtests shows them" in err) == (Exit.USAGE, True)


def test_two_side_by_side(two, tmp_path):
    first, second = two
    page = tmp_path / "page.html"
    code, out, err = run("compare_backtests", first.pk, second.pk, "--html", page)
    assert code == Exit.DONE, err
    (line,) = [line for line in out.splitlines() if "max positions" in line]
    assert [part.strip() for part in line.split("│")[1:-1]] == ["max positions", "5", "2"]
    (line,) = [line for line in out.splitlines() if "total return, %" in line]
    best = max((first, second), key=lambda one: one.statistics.total_return).statistics.total_return
    assert f"{best:,.2f} ★" in line
    assert line.count("★") == 1
    assert "side by side" in checked(page.read_text()).words
    assert len(json.loads(run("compare_backtests", first.pk, second.pk, "--json")[1])["backtests"]) == 2
    assert run("compare_backtests", first.pk, first.pk)[::2] == (
        Exit.USAGE, "ids: 2 to 8 backtests can be compared, not 1\n",
    )  # fmt: skip
