"""What is refused, and what fails: nothing is written then, and who decided stays on record."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portfolio.models import RebalancingEvent
from portfolio.services import rebalancing_booking as booking
from portfolio.services.allocations import allocations_set
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing import rebalancing_propose
from portfolio.services.rebalancing_booking import BookingFailed, rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve, rebalancing_cancel, rebalancing_fail
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


@pytest.mark.parametrize(
    ("fill", "told_so"),
    [
        ({"asset": "US:ZZZ"}, "fills: row 1, asset: US:ZZZ is not in the plan"),
        ({"asset": "US:AAA", "quantity": -1}, "fills: row 1, quantity: must be at least 0"),
        ({"asset": "US:AAA", "price": 0}, "fills: row 1, price: must be above 0"),
        ({"asset": "US:AAA", "fee": "x"}, "fills: row 1, fee: 'x' is no number"),
        ({"asset": "US:AAA", "date": "1 May"}, "fills: row 1, date: '1 May' is not a date"),
        ({"asset": "US:AAA", "date": "2024-06-27"}, "fills: row 1, date: 2024-06-27 is not from the plan's day"),
        ({"asset": "US:AAA", "date": "2999-01-01"}, "fills: row 1, date: 2999-01-01 is not from the plan's day"),
        ({"asset": "US:AAA", "shares": 1}, "fills: row 1, shares: unknown field"),
        ({"asset": "US:AAA", "quantity": 61}, "quantity: US:AAA: 61 to sell, only 60 held"),
        ({"asset": "US:BBB", "quantity": 81}, "cash: 50.00 USD more is needed"),  # 4,050 of 3,000 + 1,000
    ],
)
def test_a_wrong_fill_changes_nothing(mine, fill, told_so):
    event, before = approved(mine), mine.transactions.count()
    with pytest.raises(PortfolioError, match=f"^{told_so}"):
        rebalancing_complete(event=event, fills=[fill])
    event.refresh_from_db()
    assert (event.status, mine.transactions.count()) == ("APPROVED", before)


def test_one_fill_for_each_asset(mine):
    fills = [{"asset": "US:AAA", "quantity": 1}, {"asset": "US:AAA", "quantity": 2}]
    with pytest.raises(PortfolioError, match="row 2, asset: US:AAA is filled twice"):
        rebalancing_complete(event=approved(mine), fills=fills)


def test_only_legal_steps_are_taken(mine):
    event = proposed(mine)
    with pytest.raises(PortfolioBusy, match="is PENDING: only APPROVED can become COMPLETED"):
        rebalancing_complete(event=event)
    rebalancing_approve(event=event)
    with pytest.raises(PortfolioBusy, match="is APPROVED: only PENDING can become APPROVED"):
        rebalancing_approve(event=event)
    rebalancing_complete(event=event)
    for step in (rebalancing_approve, rebalancing_cancel, rebalancing_fail, rebalancing_complete):
        with pytest.raises(PortfolioBusy, match="is COMPLETED: only"):
            step(event=event)
    assert told(mine) == BOOKED
    assert [status for status, *_ in steps(event)] == ["PENDING", "APPROVED", "COMPLETED"]


def test_cancelled_and_failed_ones_make_room(mine):
    first = proposed(mine)
    with pytest.raises(PortfolioBusy, match=f"rebalancing #{first.pk} is PENDING: complete or cancel it first"):
        rebalancing_propose(portfolio=mine)
    second = proposed(mine, replace=True, mode="band")
    assert steps(first)[-1] == ("CANCELLED", None, "a newer proposal takes its place")
    failed = rebalancing_fail(event=rebalancing_approve(event=second), note="the broker is closed")
    assert (failed.status, failed.error) == ("FAILED", "the broker is closed")
    third = rebalancing_cancel(event=approved(mine))
    assert third.status == "CANCELLED"
    assert mine.transactions.filter(source__startswith="rebalancing").count() == 0


def test_nothing_is_cancelled_where_nothing_is_proposed(mine):
    event = proposed(mine)
    wanted(mine, AAA=60, BBB=10)  # as it is
    assert rebalancing_propose(portfolio=mine, replace=True).event is None
    event.refresh_from_db()
    assert event.status == "PENDING"


def test_a_plan_of_other_transactions_is_refused(mine):
    event = approved(mine)
    book(mine, "WITHDRAWAL", day=SESSION, amount=100.0)
    with pytest.raises(PortfolioBusy, match="transactions changed since it was planned"):
        rebalancing_complete(event=event)
    event.refresh_from_db()
    assert (event.status, told(mine)) == ("APPROVED", [])
    done = rebalancing_complete(event=event, force=True)
    assert (done.pre_state["cash"], done.post_state["cash"]) == ({"USD": 2900}, {"USD": 900})


def test_nobody_oversells_even_by_force(mine, assets):
    event = approved(mine)
    book(mine, "SELL", day=SESSION, instrument=assets["AAA"], quantity=55, price=100)
    with pytest.raises(PortfolioError, match="quantity: US:AAA: 10 to sell, only 5 held"):
        rebalancing_complete(event=event, force=True)
    event.refresh_from_db()
    assert (event.status, told(mine)) == ("APPROVED", [])


def test_a_later_day_must_not_lack_cash(ann, assets):
    """Planned on the closes of the day before the last; meanwhile 2,500 of the 3,000 were spent on the last."""
    mine = portfolio_with(ann, 3000.0, (assets["AAA"], 70.0, 100.0))
    book(mine, "WITHDRAWAL", day=SESSION, amount=2500.0)
    wanted(mine, AAA=100)
    event = approved(mine, as_of=DAYS[-2])
    with pytest.raises(BookingFailed, match=rf"^booking: cash: USD would be -2500.00 on {SESSION}"):
        rebalancing_complete(event=event, force=True)
    event.refresh_from_db()
    assert (event.status, told(mine)) == ("FAILED", [])
    assert event.error == f"booking: cash: USD would be -2500.00 on {SESSION}"


def test_a_failure_in_the_middle_leaves_nothing_written(mine, monkeypatch):
    value = booking.portfolio_value

    def fails_once_written(*, portfolio_id):
        if told(mine):
            raise DatabaseError("disk full")
        value(portfolio_id=portfolio_id)

    event, before = approved(mine), mine.transactions.count()
    monkeypatch.setattr(booking, "portfolio_value", fails_once_written)
    with pytest.raises(BookingFailed, match="booking: disk full"):
        rebalancing_complete(event=event)
    event.refresh_from_db()
    mine.refresh_from_db()
    assert (event.status, event.error) == ("FAILED", "booking: disk full")
    assert (mine.transactions.count(), mine.revision) == (before, event.revision)
    assert standing_of(portfolio=mine).cash == {"USD": 3000}


@pytest.mark.parametrize(
    ("asked", "told_so"),
    [
        ({"mode": "half"}, "^mode: 'half' is unknown; known are full, band, cash_only"),
        ({"trigger": "WHIM"}, "^trigger: 'WHIM' is unknown"),
        ({"deposit": -1.0}, "^deposit: must be a number from 0"),
        ({"deposit": float("nan")}, "^deposit: must be a number from 0"),
        ({"as_of": dt.date(2020, 1, 1)}, "^date: the portfolio has no value yet"),
    ],
)
def test_wrong_requests(mine, asked, told_so):
    with pytest.raises(PortfolioError, match=told_so):
        rebalancing_propose(portfolio=mine, **asked)


def test_without_targets_nothing_is_planned(mine):
    allocations_set(portfolio=mine, targets=[])
    with pytest.raises(PortfolioError, match=r"^targets: the portfolio has none"):
        rebalancing_propose(portfolio=mine)


def test_a_note_that_cannot_be_kept_is_refused(mine):
    event = proposed(mine)
    for note in ("x" * 501, "\0"):
        with pytest.raises(PortfolioError, match=r"^note: at most 500 characters"):
            rebalancing_approve(event=event, note=note)
    assert steps(event) == [("PENDING", None, "")]


@pytest.mark.parametrize("changed", [{"status": "COMPLETED"}, {"note": "I never said so"}, {"user": "bob"}])
def test_steps_stay_as_they_were_taken(ann, mine, changed):
    event, bob = proposed(mine, user=ann), owner("bob")
    with pytest.raises(IntegrityError, match="steps of a rebalancing cannot be changed"), transaction.atomic():
        event.steps.update(**({"user": bob} if "user" in changed else changed))
    clerk = owner("clerk")
    rebalancing_approve(event=event, user=clerk)
    clerk.delete()  # their name alone goes
    assert steps(event) == [("PENDING", "ann", ""), ("APPROVED", None, "")]
    mine.delete()
    assert not RebalancingEvent.objects.exists()
