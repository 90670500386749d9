"""What holds of every plan of any portfolio."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.calc.rebalancing import BAND, CASH, CASH_ONLY, FULL, MODES, Band, Book, Costs, Position, drift_analysis
from portfolio.calc.rebalancing import rebalancing_plan as plan_of


@st.composite
def books(draw, fewest=1, lots=(1.0, 10.0, 0.0)):
    count = draw(st.integers(fewest, 8))
    parts = draw(st.lists(st.integers(0, 20), min_size=count + 1, max_size=count + 1).filter(any))
    targets = [round(100 * part / sum(parts), 6) for part in parts]
    targets[int(np.argmax(targets))] += 100 - sum(targets)
    positions = [
        Position(
            f"A{i}",
            draw(st.integers(0, 500)),
            draw(st.floats(0.5, 900).map(lambda price: round(price, 2))),
            draw(st.floats(0.0, 900)),
            Band(targets[i], threshold=draw(st.none() | st.floats(0, 10))),
            draw(st.sampled_from(lots)),
        )
        for i in range(count)
    ]
    return Book(positions, draw(st.floats(0, 50_000)), Band(targets[-1], threshold=draw(st.none() | st.floats(0, 10))))


costs = st.builds(
    Costs, st.sampled_from([0.0, 0.015, 0.3, 2.0]), st.sampled_from([0.0, 22.0, 45.0]), st.sampled_from([0.0, 0.23])
)  # fmt: skip
anything = settings(max_examples=60, deadline=None)


def booked(book, plan):
    """``book`` after the trades of ``plan``, one after the other; cash must never be below zero on the way."""
    held, cash = {one.asset: one.quantity for one in book.positions}, plan.cash_before
    for trade in plan.trades:
        sign = 1 if trade.side == "BUY" else -1
        held[trade.asset] += sign * trade.quantity
        cash -= sign * trade.value + trade.commission + trade.tax
        assert cash >= -1e-7
        assert held[trade.asset] >= 0
    positions = [Position(p.asset, held[p.asset], p.price, p.average_cost, p.band, p.lot) for p in book.positions]
    return Book(positions, max(cash, 0.0), book.cash_band)


@given(books(), costs, st.sampled_from(MODES), st.sampled_from([0.0, 50.0, 1000.0]), st.sampled_from([0.0, 777.0]))
@anything
def test_every_plan_can_be_done_and_helps(book, cost, mode, least, deposit):
    plan = plan_of(book, mode=mode, costs=cost, minimum_trade=least, deposit=deposit)
    after = booked(book, plan)
    assert after.cash == pytest.approx(plan.cash_after, abs=1e-6)
    if book.value + deposit > 0:
        assert sum(plan.before.values()) == pytest.approx(100)
        assert sum(plan.after.values()) == pytest.approx(100)
        weights = {one.asset: one.weight for one in drift_analysis(after).rows}
        assert plan.after == pytest.approx(weights, abs=1e-6)
    assert all(trade.value >= least for trade in plan.trades)
    assert (plan.reason is None) == bool(plan.trades)
    if plan.trades:
        assert plan.drift_after < plan.drift_before
    sides = [trade.side for trade in plan.trades]
    assert sides == sorted(sides, reverse=True)  # SELL before BUY
    lots = {one.asset: one for one in book.positions}
    for trade in plan.trades:
        one = lots[trade.asset]
        everything = trade.side == "SELL" and trade.quantity == one.quantity
        assert everything or not one.lot or trade.quantity / one.lot == pytest.approx(round(trade.quantity / one.lot))


@given(books(), costs, st.sampled_from([0.0, 500.0]))
@anything
def test_a_full_plan_is_within_a_lot_of_every_target_or_says_why(book, cost, least):
    plan = plan_of(book, costs=cost, minimum_trade=least)
    if plan.reason:
        return
    after = booked(book, plan)
    told = {note.split(":")[0] for note in plan.notes}
    for one in after.positions:
        off = abs(one.quantity * one.price - one.band.target / 100 * after.value)
        assert off <= one.lot * one.price * (1 + 1e-6) + 1e-6 * after.value or one.asset in told


@given(books(lots=(1.0,)), costs)
@anything
def test_a_full_plan_without_a_minimum_is_within_a_share_of_every_target(book, cost):
    plan = plan_of(book, costs=cost)
    if plan.reason:
        return
    after = booked(book, plan)
    for one in after.positions:
        off = abs(one.quantity * one.price - one.band.target / 100 * after.value)
        share = one.price * (1 + cost.commission / 100)  # what the last share would cost may be a hair too much
        assert off <= share * (1 + 1e-6) + 1e-6 * after.value, (one.asset, off / one.price)


@given(books(), costs)
@anything
def test_a_second_plan_finds_little_to_do(book, cost):
    """Lots that the first could not split, and what their taxes move elsewhere."""
    plan = plan_of(book, costs=cost)
    after = booked(book, plan)
    again = plan_of(after, costs=cost)
    if plan.trades:
        lots = sum(one.lot * one.price for one in book.positions)
        assert all(trade.value <= lots + 1e-6 * after.value for trade in again.trades)


@given(books(), costs)
@anything
def test_cash_only_sells_nothing_and_band_touches_no_other(book, cost):
    assert all(trade.side == "BUY" for trade in plan_of(book, mode=CASH_ONLY, costs=cost).trades)
    broken = {one.asset for one in drift_analysis(book).breaches}
    assert {trade.asset for trade in plan_of(book, mode=BAND, costs=cost).trades} <= broken


@given(books(fewest=2), costs, st.randoms())
@anything
def test_the_order_of_positions_does_not_matter(book, cost, random):
    mixed = list(book.positions)
    random.shuffle(mixed)
    one, other = plan_of(book, costs=cost), plan_of(Book(mixed, book.cash, book.cash_band), costs=cost)
    assert one.drift_after == pytest.approx(other.drift_after, abs=1e-6)
    assert one.before == pytest.approx(other.before)


@given(books(lots=(0.0,)))
@anything
def test_fractions_without_costs_meet_every_target(book):
    plan = plan_of(book, mode=FULL)
    if plan.trades:
        wanted = {one.asset: one.band.target for one in book.positions} | {CASH: book.cash_band.target}
        assert plan.after == pytest.approx(wanted, abs=1e-6)
