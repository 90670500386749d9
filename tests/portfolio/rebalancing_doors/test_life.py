"""A proposal from the question to the booked transactions, by hand; who decided what."""

import pytest
from django_q.models import OrmQ

from portfolio.models import PortfolioPerformanceHistory, RebalancingEvent
from portfolio.services.drift import allocation_analysis
from portfolio.services.errors import PortfolioError
from portfolio.services.rebalancing import rebalancing_propose, rebalancing_recommendations
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve
from portfolio.services.standing import standing_of
from tests.portfolio.rebalancing_doors.books import (
    BOOKED,
    DAYS,
    SESSION,
    approved,
    book,
    owner,
    portfolio_with,
    proposed,
    steps,
    told,
    wanted,
)

pytestmark = pytest.mark.django_db


def test_the_whole_life_by_hand(ann, mine):
    """Of 10,000, 50 AAA of 60 are 50 percent, 80 BBB of 20 are 40, and 1,000 dollars are 10."""
    event = proposed(mine, user=ann, reason="quarter's end")
    assert (event.status, event.mode, event.trigger, event.as_of) == ("PENDING", "full", "MANUAL", SESSION)
    assert [(one["asset"], one["side"], one["quantity"], one["price"], one["value"]) for one in event.actions] == [
        ("US:AAA", "SELL", 10, 100, 1000), ("US:BBB", "BUY", 60, 50, 3000)
    ]  # fmt: skip
    assert event.turnover == 20  # half of 4,000, of 10,000
    assert (event.cost, event.tax, event.notes) == (0, 0, [])
    assert (event.pre_state["value"], event.pre_state["cash"], event.pre_state["total_drift"]) == (
        10000,
        {"USD": 3000},
        60,
    )
    assert (event.post_state["cash"], event.post_state["total_drift"]) == ({"USD": 1000}, 0)
    assert mine.transactions.filter(source__startswith="rebalancing").count() == 0

    rebalancing_approve(event=event, user=ann, note="do it")
    done = rebalancing_complete(event=event, user=ann, note="as planned")
    assert done.status == "COMPLETED"
    assert told(mine) == BOOKED
    assert {row.date for row in mine.transactions.filter(source=f"rebalancing #{event.pk}")} == {SESSION}
    assert steps(event) == [
        ("PENDING", "ann", "quarter's end"), ("APPROVED", "ann", "do it"), ("COMPLETED", "ann", "as planned")
    ]  # fmt: skip
    done.refresh_from_db()
    assert done.created_at < done.decided_at < done.finished_at
    standing = standing_of(portfolio=mine)
    assert (standing.value, standing.cash) == (10_000, {"USD": 1000})
    assert {one.instrument.ticker: one.quantity for one in standing.held} == {"AAA": 50, "BBB": 80}
    assert allocation_analysis(portfolio=mine)["total_drift"] == 0
    again = rebalancing_propose(portfolio=mine)
    assert (again.event, again.reason) == (None, "no trade is large enough and paid for")


def test_costs_and_taxes_are_booked_as_planned(ann, assets):
    """Commission 1 %, sales tax 2 %, gains tax 25 %: cash after is cash before less buys and every cost."""
    mine = portfolio_with(
        ann, 0.0, (assets["AAA"], 100.0, 80.0), commission=1.0, sales_tax=2.0, gains_tax=25.0
    )  # fmt: skip
    wanted(mine, AAA=50, BBB=50)
    event = approved(mine)
    sell, buy = event.actions
    sold, bought = sell["quantity"], buy["quantity"]
    assert sell["commission"] == pytest.approx(sold * 100 * 0.01)
    assert sell["tax"] == pytest.approx(sold * 100 * 0.02 + sold * (100 - 80) * 0.25)
    assert (buy["commission"], buy["tax"]) == (pytest.approx(bought * 50 * 0.01), 0)
    assert (event.cost, event.tax) == (pytest.approx(sell["commission"] + buy["commission"]), sell["tax"])
    done = rebalancing_complete(event=event)
    cash = sold * 100 - sold * 3 - sold * 5 - bought * 50 * 1.01
    assert 0 <= cash < 51
    standing = standing_of(portfolio=mine)
    assert standing.cash_value == pytest.approx(cash)
    assert done.post_state["cash"]["USD"] == pytest.approx(cash)
    assert done.post_state["value"] == pytest.approx(standing.value)
    newest = PortfolioPerformanceHistory.objects.filter(portfolio=mine).newest()
    assert newest.value == pytest.approx((100 - sold) * 100 + bought * 50 + cash)
    assert newest.fees == pytest.approx(event.cost)
    assert newest.taxes == pytest.approx(event.tax)


def test_what_follows_from_the_values_is_asked_for(mine, django_capture_on_commit_callbacks):
    """Risk, benchmarks and limits are a worker's: booking leaves the portfolio valued, and asks for them."""
    event = approved(mine)
    with django_capture_on_commit_callbacks(execute=True):
        rebalancing_complete(event=event)
    mine.refresh_from_db()
    assert (mine.valued_to, mine.is_awaited) == (SESSION, True)
    task = OrmQ.objects.latest("id").task
    assert (task["func"], task["args"]) == ("portfolio.tasks.value_portfolio", (mine.pk,))


def test_a_deposit_comes_first(mine):
    """With 2,000 more, 6,000 of 12,000 are AAA's 50 percent as they are; BBB gets 3,800, 4,800 in all."""
    event = approved(mine, deposit=2000.0)
    assert event.pre_state["value"] == 10_000
    rebalancing_complete(event=event)
    assert told(mine) == [("DEPOSIT", None, None, None, 2000, "USD"), ("BUY", "BBB", 76, 50, None, "USD")]
    assert standing_of(portfolio=mine).cash == {"USD": 1200}
    assert PortfolioPerformanceHistory.objects.filter(portfolio=mine).newest().inflow == 2000


def test_dollars_buy_the_won_that_korean_shares_cost(ann, assets):
    """Of 10,000 dollars half for each: 40 AAA more, and 500 K1 for 5,000,000 won."""
    mine = portfolio_with(ann, 9000.0, (assets["AAA"], 10.0, 100.0))
    wanted(mine, AAA=50, K1=50)
    event = approved(mine)
    assert event.post_state["cash"] == {"USD": 0, "KRW": 0}
    rebalancing_complete(event=event)
    assert told(mine) == [
        ("TRANSFER", None, None, None, 5_000_000, "KRW"), ("TRANSFER", None, None, None, -5000, "USD"),
        ("BUY", "AAA", 40, 100, None, "USD"), ("BUY", "K1", 500, 10_000, None, "KRW"),
    ]  # fmt: skip
    standing = standing_of(portfolio=mine)
    assert (standing.value, standing.cash) == (10_000, {})


def test_won_of_a_sale_are_exchanged_and_those_at_hand_used(ann, assets):
    """500 K1 become AAA: 5,000,000 won come in, 5,000 dollars go out. 300,000 won at hand pay for 30 K1 of 32."""
    mine = portfolio_with(ann, 0.0, (assets["K1"], 500.0, 10_000.0))
    wanted(mine, AAA=100)
    rebalancing_complete(event=approved(mine))
    assert told(mine) == [
        ("TRANSFER", None, None, None, -5_000_000, "KRW"), ("TRANSFER", None, None, None, 5000, "USD"),
        ("SELL", "K1", 500, 10_000, None, "KRW"), ("BUY", "AAA", 50, 100, None, "USD"),
    ]  # fmt: skip
    assert standing_of(portfolio=mine).cash == {}

    other = portfolio_with(owner("bob"), 300.0, (assets["AAA"], 47.0, 100.0))
    book(other, "DEPOSIT", amount=300_000.0, currency="KRW")
    wanted(other, AAA=94, K1=6)  # of 5,300: 4,982 are 49 AAA, 318 are 32 K1
    rebalancing_complete(event=approved(other))
    assert told(other) == [
        ("TRANSFER", None, None, None, 20_000, "KRW"), ("TRANSFER", None, None, None, -20, "USD"),
        ("BUY", "AAA", 2, 100, None, "USD"), ("BUY", "K1", 32, 10_000, None, "KRW"),
    ]  # fmt: skip
    assert standing_of(portfolio=other).cash == {"USD": 300 - 20 - 200}


def test_what_was_really_traded_is_booked(mine):
    event = approved(mine)
    fills = [
        {"asset": "US:AAA", "quantity": 9, "price": "100.5", "fee": "1.25", "tax": 2},
        {"asset": "US:BBB", "price": 51.5, "date": str(DAYS[-1])},
    ]
    done = rebalancing_complete(event=event, fills=fills)
    assert told(mine) == [("SELL", "AAA", 9, 100.5, None, "USD"), ("BUY", "BBB", 60, 51.5, None, "USD")]
    # 3,000 + 9 x 100.5 - 1.25 - 2 - 60 x 51.5
    assert standing_of(portfolio=mine).cash["USD"] == pytest.approx(811.25)
    assert done.post_state["cash"]["USD"] == pytest.approx(811.25)
    assert {row["asset"]: row.get("quantity") for row in done.post_state["assets"]} == {
        "US:AAA": 51, "US:BBB": 80, "CASH": None
    }  # fmt: skip


def test_a_part_of_an_order_costs_its_part(some):
    """Half of the sale: half of its fee of 1 % and of 25 % of its gain; a tax that is told counts as told."""
    some.mine.commission, some.mine.gains_tax = 1.0, 25.0
    some.mine.save()
    sell, buy = approved(some.mine).actions
    event = RebalancingEvent.objects.get()
    part = {"asset": "US:AAA", "quantity": sell["quantity"] / 2}
    rebalancing_complete(event=event, fills=[part, {"asset": "US:BBB", "quantity": buy["quantity"], "tax": 3}])
    sold, bought = some.mine.transactions.filter(source__startswith="rebalancing").order_by("sequence")
    assert float(sold.fee) == pytest.approx(sell["quantity"] / 2 * 100 * 0.01)
    assert float(sold.tax) == pytest.approx(sell["quantity"] / 2 * (100 - 80) * 0.25)
    assert (float(bought.fee), bought.tax) == (pytest.approx(buy["quantity"] * 50 * 0.01), 3)


def test_fills_of_two_days_exchange_cash_on_the_day_that_needs_it(ann, assets):
    """5,000 of 9,000 dollars become the won of the first day; the second one's 4,000 dollars are there."""
    mine = portfolio_with(ann, 9000.0, (assets["AAA"], 10.0, 100.0))
    wanted(mine, AAA=50, K1=50)
    event = approved(mine, as_of=DAYS[-2])
    rebalancing_complete(event=event, fills=[{"asset": "US:AAA", "date": DAYS[-1]}, {"asset": "KR:K1"}])
    rows = mine.transactions.filter(source__startswith="rebalancing").order_by("sequence")
    assert [(row.date, row.kind, row.currency) for row in rows] == [
        (DAYS[-2], "TRANSFER", "KRW"), (DAYS[-2], "TRANSFER", "USD"), (DAYS[-2], "BUY", "KRW"), (DAYS[-1], "BUY", "USD")
    ]  # fmt: skip
    assert standing_of(portfolio=mine, as_of=DAYS[-2]).cash == {"USD": 4000}
    assert standing_of(portfolio=mine).cash == {}


def test_an_order_that_was_not_filled_is_left_out(mine):
    rebalancing_complete(event=approved(mine), fills=[{"asset": "US:BBB", "quantity": 0}])
    assert told(mine) == BOOKED[:1]
    event = approved(mine)
    nothing = [{"asset": one["asset"], "quantity": 0} for one in event.actions]
    with pytest.raises(PortfolioError, match=r"^fills: nothing was traded"):
        rebalancing_complete(event=event, fills=nothing)


def test_an_asset_without_a_price_is_told_and_not_traded(some):
    wanted(some.mine, AAA=80, NEW=10)
    full = rebalancing_recommendations(portfolio=some.mine)["plans"][0]
    assert {one["asset"]: one["quantity"] for one in full["actions"]} == {"US:AAA": 20, "US:BBB": 20}
    assert full["notes"] == ["US:NEW: 1000.00 below its goal, since it has no price"]
    wanted(some.mine, NEW=100)
    nothing = rebalancing_propose(portfolio=some.mine)
    assert nothing.reason.startswith("the trades would not lower the summed drift")
    assert "US:NEW: 10000.00 below its goal, since it has no price" in nothing.notes


def test_recommendations_of_every_mode_store_nothing(mine):
    found = rebalancing_recommendations(portfolio=mine, deposit=500.0)
    assert [plan["mode"] for plan in found["plans"]] == ["full", "band", "cash_only"]
    full, band, cash_only = found["plans"]
    assert full["drift_after"] < band["drift_after"]
    assert {one["side"] for one in cash_only["actions"]} == {"BUY"}
    assert full["cash_before"] == 3500
    assert not RebalancingEvent.objects.exists()


def test_fractions_of_shares(ann, assets):
    mine = portfolio_with(ann, 900.0, (assets["AAA"], 1.0, 100.0), lot=0.0)
    wanted(mine, AAA=33.333333, BBB=33.333333, K1=33.333334)
    rebalancing_complete(event=approved(mine))
    standing = standing_of(portfolio=mine)
    assert standing.value == pytest.approx(1000, abs=0.03)  # a cent for each trade
    assert abs(standing.cash_value) < 0.03
    assert min(standing.cash.values(), default=0) > -0.005
