"""What is older than it looks: prices, plans, and transactions that no bar values yet."""

import datetime as dt

import pytest

from portfolio.models import RebalancingEvent
from portfolio.services.drift import allocation_analysis, greatest_drift
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing import rebalancing_propose, rebalancing_recommendations
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_check import rebalancing_check
from portfolio.services.rebalancing_decisions import rebalancing_approve
from portfolio.services.standing import standing_of
from portfolio.services.valuation import portfolio_value
from tests.factors.market_tables import add_bars
from tests.portfolio.rebalancing_doors.books import (
    BOOKED,
    DAYS,
    FIRST,
    SESSION,
    approved,
    book,
    portfolio_with,
    proposed,
    steps,
    told,
    wanted,
)

pytestmark = pytest.mark.django_db
MONDAY = SESSION + dt.timedelta(days=3)
WAITING = f"transactions of {MONDAY} are not valued yet: load the bars up to then"
OLD = FIRST - dt.timedelta(days=4)  # 11 days before the session


def checked():
    (found,) = rebalancing_check()
    return found.outcome.value, found.reason, found.event


def test_nothing_is_proposed_while_trades_wait_for_bars(mine):
    event = approved(mine)
    rebalancing_complete(event=event, fills=[{"asset": one["asset"], "date": MONDAY} for one in event.actions])
    with pytest.raises(PortfolioBusy, match=f"^{WAITING}$"):
        rebalancing_propose(portfolio=mine)
    assert checked() == ("WAITING", WAITING, None)
    assert rebalancing_check(dry_run=True)[0].outcome == "WAITING"
    mine.refresh_from_db()
    assert allocation_analysis(portfolio=mine)["notes"] == [WAITING]
    assert rebalancing_recommendations(portfolio=mine)["notes"] == [WAITING]
    assert allocation_analysis(portfolio=mine, as_of=DAYS[-2])["notes"] == []
    assert RebalancingEvent.objects.count() == 1


def test_with_the_bars_it_goes_on(some):
    book(some.mine, "WITHDRAWAL", day=MONDAY, amount=100.0)
    add_bars(some.AAA, [MONDAY], [100.0])
    event = proposed(some.mine)
    assert (event.as_of, event.pre_state["cash"], event.notes) == (MONDAY, {"USD": 2900}, [])


def test_old_prices_are_told_with_every_plan(some):
    add_bars(some.NEW, [OLD], [10.0])
    wanted(some.mine, AAA=60, BBB=10, NEW=20)
    note = f"US:NEW: its price is of {OLD}"
    assert allocation_analysis(portfolio=some.mine)["notes"] == [note]
    assert all(note in plan["notes"] for plan in rebalancing_recommendations(portfolio=some.mine)["plans"])
    found = rebalancing_propose(portfolio=some.mine)
    assert note in found.notes
    assert note in found.event.notes


def test_old_prices_of_what_is_held_are_told(ann, assets):
    add_bars(assets["NEW"], [OLD], [10.0])
    mine = portfolio_with(ann, 0.0, (assets["NEW"], 10.0, 10.0), (assets["AAA"], 1.0, 100.0))
    wanted(mine, AAA=50, NEW=50)
    found = rebalancing_propose(portfolio=mine)
    assert (found.event, found.notes) == (None, ("US:NEW: its price is from before the first session",))


def test_a_plan_of_old_prices_is_not_booked_as_it_is(some):
    event = approved(some.mine)
    add_bars(some.AAA, [MONDAY], [150.0])
    old = f"rebalancing #{event.pk}: prices of {SESSION} are old: propose again, give fills of all trades, or force it"
    sell, buy = ({"asset": one["asset"]} for one in event.actions)
    for fills in (None, [sell | {"price": 150, "date": MONDAY}]):
        with pytest.raises(PortfolioBusy, match=f"^{old}$"):
            rebalancing_complete(event=event, fills=fills)
    assert told(some.mine) == []
    rebalancing_complete(event=event, fills=[sell | {"price": 150, "date": MONDAY}, buy | {"date": MONDAY}])
    assert told(some.mine) == [("SELL", "AAA", 10, 150, None, "USD"), ("BUY", "BBB", 60, 50, None, "USD")]


def test_it_can_be_forced(some):
    event = approved(some.mine)
    add_bars(some.AAA, [MONDAY], [150.0])
    rebalancing_complete(event=event, force=True)
    assert told(some.mine) == BOOKED


def test_a_fresh_plan_takes_the_place_of_one_that_waits(some):
    assert checked()[0] == "PROPOSED"
    first = RebalancingEvent.objects.get()
    assert checked() == ("OPEN", f"#{first.pk} is PENDING", first.pk)
    add_bars(some.AAA, [MONDAY], [150.0])
    outcome, _, number = checked()
    second = RebalancingEvent.objects.get(pk=number)
    assert (outcome, second.as_of, second.status) == ("PROPOSED", MONDAY, "PENDING")
    assert steps(first)[-1] == ("CANCELLED", None, "a newer proposal takes its place")

    rebalancing_approve(event=second)
    add_bars(some.AAA, [MONDAY + dt.timedelta(days=1)], [160.0])
    assert checked() == ("OPEN", f"#{second.pk} of {MONDAY} is APPROVED: complete or cancel it", second.pk)
    assert RebalancingEvent.objects.count() == 2


def test_one_that_waits_stays_where_nothing_is_due(some):
    first = proposed(some.mine)
    add_bars(some.AAA, [MONDAY], [100.0])
    wanted(some.mine, AAA=60, BBB=10, threshold=5.0)
    assert checked() == ("NOT_DUE", "", first.pk)
    assert [status for status, *_ in steps(first)] == ["PENDING"]


@pytest.mark.parametrize("door", ["propose", "check", "complete"])
def test_why_values_failed_is_kept(some, door):
    event = approved(some.mine) if door == "complete" else None
    book(some.mine, "BUY", day=SESSION, instrument=some.NEW, quantity=1, price=1)
    why = f"valuation: no price of US:NEW on or before {SESSION}"
    if door == "check":
        assert checked() == ("FAILED", why, None)
    else:
        with pytest.raises(PortfolioError, match=f"^{why}$"):
            rebalancing_complete(event=event) if event else rebalancing_propose(portfolio=some.mine)
    some.mine.refresh_from_db()
    assert some.mine.valuation_error == why


def test_cash_that_rounding_left_below_zero_is_none(mine):
    book(mine, "FEE", day=SESSION, amount=3000.004)
    portfolio_value(portfolio_id=mine.pk)
    wanted(mine, AAA=50, BBB=50, threshold=5.0)
    cash = allocation_analysis(portfolio=mine)["assets"][-1]
    assert cash["weight"] == pytest.approx(-0.004 / 7000 * 100, rel=1e-3)
    assert greatest_drift(portfolio=mine) == pytest.approx(6000 / 70 - 50, abs=1e-3)
    assert [plan["cash_before"] for plan in rebalancing_recommendations(portfolio=mine)["plans"]] == [0, 0, 0]
    rebalancing_complete(event=approved(mine))
    # 3,500 are 35 AAA and 70 BBB.
    assert told(mine) == [("SELL", "AAA", 25, 100, None, "USD"), ("BUY", "BBB", 50, 50, None, "USD")]
    assert standing_of(portfolio=mine).cash["USD"] == pytest.approx(-0.004)


def test_cash_that_is_owed_has_drift_but_no_plan(mine):
    """6,000 and 1,000 less 100 owed: 6,900."""
    book(mine, "FEE", day=SESSION, amount=3100.0)
    portfolio_value(portfolio_id=mine.pk)
    rows = allocation_analysis(portfolio=mine)["assets"]
    assert rows[-1]["weight"] == pytest.approx(-100 / 69)
    assert sum(row["weight"] for row in rows) == pytest.approx(100)
    for ask in (rebalancing_recommendations, rebalancing_propose):
        with pytest.raises(PortfolioError, match=r"^cash: 100\.00 is owed"):
            ask(portfolio=mine)
    assert rebalancing_propose(portfolio=mine, deposit=500.0).event is not None
