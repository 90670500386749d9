"""What holds of the outcomes of every run: random markets, random rules."""

import json

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtests.calc.ledger import Side
from backtests.calc.outcomes import (
    TRADE_FIGURES,
    by_instrument,
    contribution,
    distributions,
    drawdown_table,
    orders_of,
    period_table,
    reasons,
    series,
    trade_figures,
    weights_of,
)
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from tests.backtests.calc.test_reference import backtests

often = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def runs(draw):
    prices, found, how = draw(backtests())
    ledger = simulate(prices, found, how)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = rng.uniform(50, 150, prices.sessions - prices.start + 1)
    levels[rng.random(len(levels)) < draw(st.sampled_from([0.0, 0.2, 0.9, 1.0]))] = np.nan
    scores = np.round(rng.normal(size=(2, len(ledger.trades))), draw(st.sampled_from([0, 8])))
    scores[rng.random(scores.shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))] = np.nan
    before = prices.dates[prices.start] - draw(st.integers(1, 5))
    with_benchmark = draw(st.booleans())
    return Run(prices, how, ledger, before, levels if with_benchmark else None, ("a", "b"), scores)


def everything(run):
    return {
        "figures": trade_figures(run), "monthly": period_table(run, "month"), "yearly": period_table(run, "year"),
        "contribution": contribution(run, [1.0, None]), "distributions": distributions(run), "reasons": reasons(run),
        "instruments": by_instrument(run), "series": series(run), "drawdowns": drawdown_table(run),
        "orders": orders_of(run), "weights": weights_of(run),
    }  # fmt: skip


@often
@given(runs())
def test_all_of_it_is_json_without_nan_and_the_same_again(run):
    text = json.dumps(everything(run), allow_nan=False)
    assert json.loads(text) == everything(run)


@often
@given(runs())
def test_the_parts_add_up(run):
    figures, sells = trade_figures(run), int((run.ledger.trades["side"] == Side.SELL).sum())
    scale = 1e-9 * max(run.rules.initial_capital, run.values.max())
    gain = run.values[-1] - run.rules.initial_capital
    parts = figures["realised_profit"] + figures["unrealised_profit"] + figures["dividends"]
    assert abs(parts - gain) <= scale
    assert abs(sum(row["profit"] for row in by_instrument(run)) - gain) <= scale
    assert abs(sum(row["profit"] for row in reasons(run)) - figures["realised_profit"]) <= scale
    assert figures["wins"] + figures["losses"] <= sells == figures["sells"] == figures["trades"] - figures["buys"]
    for table in (period_table(run, "month"), period_table(run, "year"), by_instrument(run)):
        assert sum(row["trades"] for row in table) == figures["trades"]
    for table in (period_table(run, "month"), period_table(run, "year")):
        assert sum(row["sells"] for row in table) == sells
    assert sum(row["trades"] for row in reasons(run)) == sells
    for found in distributions(run).values():
        assert sum(found["counts"]) == sells
        assert len(found["counts"]) <= 40
        assert len(found["edges"]) == len(found["counts"]) + (sells > 0)


@often
@given(runs())
def test_weights_are_what_the_snapshots_hold(run):
    """Splits, gaps and delistings included."""
    days = run.prices.dates.astype(str)
    invested, zero = {}, set()
    for row in weights_of(run):
        invested[row["date"]] = invested.get(row["date"], 0.0) + row["weight"]
        if row["weight"] == 0:
            zero.add((row["date"], row["ticker"]))
    for snapshot in run.ledger.snapshots[np.isin(run.ledger.snapshots["session"], run.ledger.trades["session"])]:
        if snapshot["value"] > 0:
            held = invested.pop(days[snapshot["session"]])
            assert abs(held - snapshot["holdings"] / snapshot["value"]) <= 1e-9
    assert all(weight == 0 for weight in invested.values())  # of a value of 0
    sold = run.ledger.trades[(run.ledger.trades["side"] == Side.SELL) & (run.ledger.trades["average_price"] == 0)]
    told = {(days[row["session"]], run.prices.tickers[row["instrument"]]) for row in sold}
    assert told == zero or not run.values.all()


@often
@given(runs())
def test_all_series_are_equally_long(run):
    found = series(run)
    assert {len(part) for part in found.values() if part is not None} == {len(run.ledger.snapshots) + 1}
    assert found["dates"] == sorted(set(found["dates"]))
    assert max(found["drawdown"]) == 0
    assert set(trade_figures(run)) == set(TRADE_FIGURES)
