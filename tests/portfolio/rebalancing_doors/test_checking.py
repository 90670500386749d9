"""Every portfolio asked whether it is time: the service, the command, the task; and one portfolio by command."""

import json

import pytest
from django.core.management import call_command
from django_q.models import Schedule

from portfolio import tasks
from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_check import rebalancing_check
from portfolio.services.rebalancing_decisions import rebalancing_approve
from tests.factors.market_tables import add_bars
from tests.portfolio.rebalancing_doors.books import DAYS, approved, portfolio_with, told, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(ann, some):
    """``mine`` is beyond a limit, ``calm`` at its targets, and ``lost`` holds something without a price."""
    calm = portfolio_with(ann, 0.0, (some.AAA, 10.0, 100.0), name="calm")
    wanted(calm, AAA=100, threshold=5.0)
    lost = portfolio_with(ann, 0.0, (some.AAA, 10.0, 100.0), name="lost")
    wanted(lost, AAA=100)
    lost.transactions.create(kind="BUY", date=DAYS[1], instrument=some.NEW, quantity=1, price=1, currency="USD")
    return some.mine, calm, lost


def outcomes(found):
    return {one.name: one.outcome.value for one in found}


def test_one_that_fails_does_not_stop_the_others(three):
    mine, calm, lost = three
    found = rebalancing_check(portfolios=[lost, calm, mine])
    assert outcomes(found) == {"lost": "FAILED", "calm": "NOT_DUE", "mine": "PROPOSED"}
    assert found[0].reason == "valuation: no price of US:NEW on or before 2024-06-24"
    event = RebalancingEvent.objects.get()
    assert (event.pk, event.portfolio, event.trigger) == (found[2].event, mine, "THRESHOLD")
    assert event.reason == found[2].reason == "beyond a limit: US:AAA, US:BBB"


def test_nothing_is_proposed_twice(three):
    assert outcomes(rebalancing_check())["mine"] == "PROPOSED"
    again = rebalancing_check()
    assert outcomes(again) == {"mine": "OPEN", "calm": "NOT_DUE", "lost": "FAILED"}
    event = RebalancingEvent.objects.get()
    assert again[0].reason == f"#{event.pk} is PENDING"
    rebalancing_complete(event=rebalancing_approve(event=event))
    assert outcomes(rebalancing_check())["mine"] == "NOT_DUE"
    assert RebalancingEvent.objects.count() == 1


def test_the_schedule(some):
    """Half AAA, half BBB by value, as wanted: due the first time, though nothing is to trade; once done not before the
    next quarter.
    """
    wanted(some.mine, AAA=60, BBB=10, frequency="QUARTERLY")
    (found,) = rebalancing_check()
    assert (found.outcome, found.trigger, found.reason) == (
        "NOTHING",
        "SCHEDULED",
        "no trade is large enough and paid for",
    )
    wanted(some.mine, AAA=50, BBB=20, frequency="QUARTERLY")
    (found,) = rebalancing_check()
    event = RebalancingEvent.objects.get(pk=found.event)
    assert (found.outcome, event.trigger) == ("PROPOSED", "SCHEDULED")
    rebalancing_complete(event=rebalancing_approve(event=event))
    wanted(some.mine, AAA=40, BBB=20, frequency="QUARTERLY")
    assert outcomes(rebalancing_check()) == {"mine": "NOT_DUE"}


def test_new_prices_are_taken_in_first(some):
    wanted(some.mine, AAA=60, BBB=10, threshold=5.0)
    assert outcomes(rebalancing_check()) == {"mine": "NOT_DUE"}
    add_bars(some.AAA, [DAYS[-1].replace(month=7, day=1)], [150.0])
    (found,) = rebalancing_check()
    assert (found.outcome, found.reason) == ("PROPOSED", "beyond a limit: US:AAA")


def test_a_dry_run_stores_nothing(three):
    found = rebalancing_check(dry_run=True)
    assert outcomes(found)["mine"] == "DUE"
    assert not RebalancingEvent.objects.exists()


def test_the_task_and_its_schedule(three):
    assert tasks.check_rebalancing() == {"PROPOSED": 1, "NOT_DUE": 1, "FAILED": 1}
    call_command("migrate", "portfolio", verbosity=0)
    schedule = Schedule.objects.get(name="check rebalancing")
    assert (schedule.func, schedule.schedule_type) == ("portfolio.tasks.check_rebalancing", "D")


def run(capsys, *arguments, code=0):
    """What a command printed, which must leave with ``code``."""
    if code:
        with pytest.raises(SystemExit) as left:
            call_command(*arguments)
        assert left.value.code == code
    else:
        call_command(*arguments)
    return capsys.readouterr()


def test_the_command(three, capsys):
    mine, calm, lost = three
    shown = run(capsys, "check_rebalancing", code=3).out
    event = RebalancingEvent.objects.get()
    assert "3 portfolios: 1 PROPOSED, 0 DUE, 0 NOTHING, 1 NOT_DUE, 0 OPEN, 0 WAITING, 1 FAILED" in shown
    assert f"#{event.pk}" in shown
    rows = json.loads(run(capsys, "check_rebalancing", "--json", "--portfolio", str(mine.pk)).out)
    assert rows == [
        {
            "portfolio": mine.pk, "name": "mine", "outcome": "OPEN", "reason": f"#{event.pk} is PENDING",
            "trigger": "THRESHOLD", "event": event.pk,
        }
    ]  # fmt: skip
    run(capsys, "check_rebalancing", "--portfolio", str(lost.pk), code=1)
    assert "no portfolio '0'" in run(capsys, "check_rebalancing", "--portfolio", "0", code=2).err
    run(capsys, "check_rebalancing", "--portfolio", str(calm.pk), "--dry-run")


def test_one_portfolio_by_command(mine, capsys):
    number = str(mine.pk)
    plan = run(capsys, "rebalance", number).out
    assert " 100 USD " in plan
    weights = [word for word in plan.split() if word in ("60.00", "50.00")]
    assert weights[:2] == ["60.00", "50.00"]  # AAA, before and after
    assert "drift 60.00 to 0.00 percent points; cash 1,000.00; commission 0.00; tax 0.00; turnover 20.00 %" in plan
    assert not RebalancingEvent.objects.exists()
    assert json.loads(run(capsys, "rebalance", number, "--mode", "cash_only", "--json").out)["mode"] == "cash_only"
    run(capsys, "rebalance", number, "--propose", "--note", "mine")
    event = str(RebalancingEvent.objects.get(reason="mine").pk)
    assert "only APPROVED can become COMPLETED" in run(capsys, "rebalance", number, "--complete", event, code=1).err
    assert run(capsys, "rebalance", number, "--approve", event).out == f"#{event} APPROVED\n"
    assert run(capsys, "rebalance", number, "--complete", event).out == f"#{event} COMPLETED\n"
    assert [row[:3] for row in told(mine)] == [("SELL", "AAA", 10), ("BUY", "BBB", 60)]
    assert "nothing is proposed: no trade is large enough" in run(capsys, "rebalance", number, "--propose").out
    assert "no proposal #0 of this portfolio" in run(capsys, "rebalance", number, "--cancel", "0", code=1).err
    assert "no portfolio '0'" in run(capsys, "rebalance", "0", code=2).err
    assert "deposit: must be a number" in run(capsys, "rebalance", number, "--deposit", "nan", code=1).err


def test_an_outdated_one_by_command(some, capsys):
    number, event = str(some.mine.pk), str(approved(some.mine).pk)
    add_bars(some.AAA, [DAYS[-1].replace(month=7, day=1)], [150.0])
    refused = run(capsys, "rebalance", number, "--complete", event, code=1).err
    assert "are old: propose again" in " ".join(refused.split())
    assert run(capsys, "rebalance", number, "--complete", event, "--force").out == f"#{event} COMPLETED\n"


def test_a_deposit_by_command(mine, capsys):
    found = json.loads(run(capsys, "rebalance", str(mine.pk), "--propose", "--deposit", "2000", "--json").out)
    assert RebalancingEvent.objects.get(pk=found["event"]).deposit == 2000
    shown = run(capsys, "rebalance", str(mine.pk), "--cancel", str(found["event"]), "--json").out
    assert json.loads(shown) == {"event": found["event"], "status": "CANCELLED"}


def test_portfolios_without_targets_are_not_asked(ann, assets):
    portfolio_with(ann, 0.0, (assets["AAA"], 10.0, 100.0))
    assert Portfolio.objects.count() == 1
    assert rebalancing_check() == []
