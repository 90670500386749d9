"""What holds for every history."""

import json
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.calc.accounting import (
    Days,
    Kind,
    Market,
    Row,
    Transactions,
    attribution,
    contributions,
    explain_positions,
    explain_value,
    money_weighted_of,
    pack,
    time_weighted,
    unpack,
    valuation,
    valuation_from,
    worth_of,
)
from tests.portfolio.accounting.books import value
from tests.portfolio.accounting.histories import ASSETS, SESSIONS, histories
from tests.portfolio.accounting.reference import Reference

slow = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def near(found, expected) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=1e-9, atol=1e-6)


def same_days(one: Days, other: Days, since: int = 0) -> None:
    for field in fields(Days):
        if not field.name.startswith("opening"):
            np.testing.assert_array_equal(getattr(one, field.name)[since:], getattr(other, field.name), field.name)


@given(histories())
@slow
def test_it_is_what_plain_python_with_exact_fractions_finds(history):
    found, expected = value(history.rows, history.market), Reference(history.rows, history.market).run()
    for name in ("value", "inflow", "outflow", "gain", "cash", "quantity"):
        near(getattr(found.days, name), expected.history[name])
    for held in explain_positions(found.final, history.market):
        near(held.realised_average_base, expected.realised["average"][held.asset])
        near(held.realised_fifo_base, expected.realised["fifo"][held.asset])
        near(held.average_cost_base, expected.cost("average", held.asset))
        near(held.fifo_cost_base, expected.cost("fifo", held.asset))


@given(histories(), seeds, st.booleans())
@slow
def test_the_order_of_input_changes_not_a_bit(history, seed, numbered):
    rows = history.rows if numbered else [row._replace(sequence=0) for row in history.rows]
    shuffled = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]
    one, other = value(rows, history.market), value(shuffled, history.market)
    same_days(one.days, other.days)
    for trail in ("entries", "closings"):
        np.testing.assert_array_equal(getattr(one.positions, trail), getattr(other.positions, trail))


@given(histories(), st.floats(0.01, 0.99), seeds)
@slow
def test_a_deposit_in_two_parts_is_the_deposit(history, share, pick):
    deposits = [at for at, row in enumerate(history.rows) if row.kind == Kind.DEPOSIT]
    at = deposits[pick % len(deposits)]
    row = history.rows[at]
    parts = [row._replace(amount=row.amount * part, fee=(row.fee or 0) * part) for part in (share, 1 - share)]
    one = value(history.rows, history.market).days
    other = value(history.rows[:at] + parts + history.rows[at + 1 :], history.market).days
    near(other.value, one.value)
    near(time_weighted(worth_of(other)), time_weighted(worth_of(one)))
    whole, split = money_weighted_of(worth_of(one)).annual, money_weighted_of(worth_of(other)).annual
    assert split == pytest.approx(whole, rel=1e-6)


@given(histories(), st.integers(0, SESSIONS - 2))
@slow
def test_going_on_from_a_stored_state_gives_the_same_bits(history, session):
    t, day = Transactions.of(history.rows), history.market.dates[session]
    full = valuation(t, history.market, keep=[day])
    stored = json.loads(json.dumps(pack(full.states[day]), allow_nan=False))
    resumed = valuation_from(unpack(stored), t, history.market)
    same_days(full.days, resumed.days, since=session + 1)
    assert resumed.days.opening == full.days.value[session]
    assert pack(resumed.final) == pack(full.final)
    for trail in ("entries", "closings"):
        joined, part = getattr(full.positions, trail), getattr(resumed.positions, trail)
        np.testing.assert_array_equal(joined[len(joined) - len(part) :], part)


@pytest.mark.parametrize("session", [3, 97, 98])
def test_many_assets_go_on_with_the_same_bits_too(session):
    """Sums of many numbers depend on their order, and how NumPy adds depends on the shape of an array."""
    rng = np.random.default_rng(7)
    dates = np.busday_offset("2020-01-01", np.arange(100))
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (100, 120)), axis=0))
    rates = 1 + rng.random((100, 9))
    of = Market(dates, tuple(map(str, range(120))), close, rng.integers(0, 9, 120), tuple("ABCDEFGHI"), rates)
    rows = [Row(Kind.DEPOSIT, dates[0], amount=1e6 / 3, currency=currency) for currency in range(9)]
    rows += [
        Row(
            Kind.BUY,
            rng.choice(dates),
            int(rng.integers(0, 120)),
            rng.random(),
            100.1,
            currency=int(rng.integers(0, 9)),
        )
        for _ in range(600)
    ]
    t = Transactions.of(rows)
    full = valuation(t, of, keep=[dates[session]])
    resumed = valuation_from(unpack(pack(full.states[dates[session]])), t, of)
    same_days(full.days, resumed.days, since=session + 1)
    assert resumed.days.opening == full.days.value[session]
    assert pack(resumed.final) == pack(full.final)


@given(histories(), st.integers(0, SESSIONS - 2))
@slow
def test_a_state_knows_nothing_of_later_days(history, session):
    """Another future after the day: the state kept on it and all rows up to it stay."""
    day = history.market.dates[session]
    past = [row for row in history.rows if np.datetime64(row.date) <= day]
    changed = [*past, Row(Kind.DEPOSIT, history.market.dates[-1], amount=5, id=999)]
    one, two = value(history.rows, history.market, keep=[day]), value(changed, history.market, keep=[day])
    assert pack(one.states[day]) == pack(two.states[day])
    np.testing.assert_array_equal(one.days.gain[: session + 1], two.days.gain[: session + 1])


@given(histories(currencies=1))
@slow
def test_cash_and_positions_are_the_flows_and_the_gains(history):
    """In one currency: value = paid in - out + costs carried in - out + realised + unrealised + income - costs."""
    run = value(history.rows, history.market)
    t = Transactions.of(history.rows)
    t = t.take(t.date <= history.market.dates[-1])

    def total(*kinds, column="gross"):
        return float(np.nan_to_num(getattr(t, column))[np.isin(t.kind, kinds)].sum())

    held = explain_positions(run.final, history.market)
    carried_in = float((t.gross + t.costs)[t.in_kind & (t.quantity > 0)].sum())
    closings = run.positions.closings
    carried_out = float(closings["cost"][closings["kind"] == Kind.TRANSFER].sum())
    expected = (
        total(Kind.DEPOSIT) - total(Kind.WITHDRAWAL) + carried_in - carried_out
        - float(t.costs[t.in_kind].sum())  # paid in cash, a part of what was carried in
        + sum(one.realised_fifo + one.unrealised_fifo for one in held)
        + total(Kind.DIVIDEND) - total(Kind.FEE, Kind.TAX)
        - total(Kind.DIVIDEND, Kind.DEPOSIT, Kind.WITHDRAWAL, Kind.FEE, Kind.TAX, Kind.SPLIT, column="costs")
    )  # fmt: skip
    assert run.days.value[-1] == pytest.approx(expected)
    assert run.days.value[-1] == pytest.approx(
        float(run.days.inflow.sum() - run.days.outflow.sum() + run.days.gain.sum())
    )


@given(histories(out=False))
@slow
def test_average_and_lots_differ_in_when_not_in_how_much(history):
    for held in explain_positions(value(history.rows, history.market).final, history.market):
        near(held.realised_average + held.unrealised_average, held.realised_fifo + held.unrealised_fifo)
        near(
            held.realised_average_base + held.unrealised_average_base,
            held.realised_fifo_base + held.unrealised_fifo_base,
        )


@given(histories())
@slow
def test_the_trails_add_up(history):
    run = value(history.rows, history.market)
    positions, days = run.positions, run.days
    for asset in range(ASSETS):
        entries = positions.entries[positions.entries["asset"] == asset]
        near(entries["change"].sum(), days.quantity[-1, asset])
        closed = positions.closings[(positions.closings["asset"] == asset)]
        near(closed["gain"].sum(), entries["realised_fifo"].sum())
        near(closed["gain_base"].sum(), entries["realised_fifo_base"].sum())
        if asset in run.final.holdings:
            held = run.final.holdings[asset]
            near(sum(lot.quantity for lot in held.lots), held.quantity)
            near(sum(lot.cost.local for lot in held.lots), held.fifo.local)
    for session in range(SESSIONS):
        rows = explain_value(days, history.market, session)
        near(sum(row.value for row in rows), days.value[session])
        near([row.quantity * row.price * row.rate for row in rows], [row.value for row in rows])


@given(histories(), st.sampled_from(["D", "M", None]))
@slow
def test_contributions_add_up_to_the_time_weighted_return(history, unit):
    days = value(history.rows, history.market).days
    found = contributions(days, unit)
    near(found.parts.sum(axis=1), found.returns)
    near(np.prod(1 + found.returns), time_weighted(worth_of(days))[-1])


@given(histories(), seeds, st.sampled_from(["M", None]))
@slow
def test_attribution_adds_up_to_the_excess_return(history, seed, unit):
    days = value(history.rows, history.market).days
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(3), SESSIONS)
    weights[:, 2] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    returns = rng.normal(0, 0.02, (SESSIONS, 3))
    returns[:, 2] = np.nan if seed % 2 else 0.0001
    found = attribution(days, np.array([0, 1, 1]), 2, weights=weights, returns=returns, unit=unit)
    near((found.allocation + found.selection + found.interaction).sum(axis=1), found.excess)
    near(np.prod(1 + found.returns), time_weighted(worth_of(days))[-1])
    benchmark = (weights[:, :2] * returns[:, :2]).sum(axis=1)
    near(np.prod(1 + found.benchmark), np.prod(1 + benchmark))
