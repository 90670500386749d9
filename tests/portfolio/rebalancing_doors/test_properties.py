"""What holds of every proposal that is carried out, in portfolios of two currencies drawn at random."""

import numpy as np
import pytest

from portfolio.calc.rebalancing import coin_of
from portfolio.services.rebalancing import rebalancing_propose
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve
from portfolio.services.standing import standing_of
from portfolio.store.books import book_read
from tests.factors.market_tables import add_bars, add_instrument
from tests.portfolio.rebalancing_doors.books import DAYS, FIRST, WON, book, market, owner, portfolio_with, wanted

pytestmark = pytest.mark.django_db


def drawn(seed):
    """A portfolio with some of six assets, cash in dollars and won, costs, and targets for all."""
    rng = np.random.default_rng(seed)
    market()
    assets = {}
    for number in range(6):
        region, scale = (("US", 1.0), ("KR", WON))[number % 2]
        assets[f"R{number}"] = add_instrument(f"R{number}", region)
        close = np.round(rng.uniform(5, 300) * scale, 2)
        add_bars(assets[f"R{number}"], DAYS, [close] * len(DAYS))
    bought = [
        (one, float(rng.integers(1, 200)), float(np.round(rng.uniform(5, 300) * (WON if one.region == "KR" else 1), 2)))
        for one in assets.values()
        if rng.random() < 0.6
    ] or [(assets["R0"], 50.0, 20.0)]
    mine = portfolio_with(
        owner(), float(np.round(rng.uniform(2_000, 20_000), 2)), *bought,
        commission=float(rng.choice([0.0, 0.1, 0.5])), sales_tax=float(rng.choice([0.0, 0.23])),
        gains_tax=float(rng.choice([0.0, 22.0])), lot=float(rng.choice([1.0, 1.0, 0.0])),
    )  # fmt: skip
    book(mine, "DEPOSIT", day=FIRST, amount=float(rng.integers(0, 5_000_000) + 1), currency="KRW")
    parts = rng.multinomial(20, np.ones(7) / 7)
    wanted(mine, **{name: 5.0 * int(part) for name, part in zip(assets, parts[:-1], strict=True)})
    return mine


@pytest.mark.parametrize("seed", range(8))
def test_a_full_plan_done(seed):
    mine = drawn(seed)
    event = rebalancing_propose(portfolio=mine, deposit=float(seed * 100)).event
    done = rebalancing_complete(event=rebalancing_approve(event=event))

    standing = standing_of(portfolio=mine)
    cost = event.cost + event.tax
    coins = 0.01 * (3 * len(event.actions) + 2)  # of each amount, fee, tax and of an exchange
    assert standing.value == pytest.approx(event.pre_state["value"] + event.deposit - cost, abs=coins)
    booked = mine.transactions.filter(source__startswith="rebalancing")
    for row in booked:
        figures = (row.amount, row.fee, row.tax)
        assert all(figure % coin_of(row.currency) == 0 for figure in figures if figure is not None), row
    assert (done.post_state["value"], done.post_state["cash_value"]) == (
        pytest.approx(standing.value, abs=1e-6), pytest.approx(standing.cash_value, abs=1e-6)
    )  # fmt: skip
    assert done.post_state["cash"] == pytest.approx(
        {name: standing.cash.get(name, 0.0) for name in done.post_state["cash"]}, abs=1e-4
    )

    rows = book_read(mine.pk)
    for place, currency in enumerate(rows.currencies):
        own = rows.transactions.currency == place
        for day in np.unique(rows.transactions.date[own]):
            assert rows.transactions.cash[own & (rows.transactions.date <= day)].sum() > -0.0051, (currency, day)

    told = {note.split(": ")[0] for note in event.notes}
    held = {str(one.instrument): one for one in standing.held}
    for row in done.post_state["assets"][:-1]:
        share = row["price"] * row["rate"] * mine.lot
        value = held[row["asset"]].value if row["asset"] in held else 0.0
        off = abs(value - row["target"] / 100 * standing.value)
        assert off <= share * (1 + 1e-6) + coins or row["asset"] in told, row

    again = rebalancing_propose(portfolio=mine)  # nothing, or what single shares still mend
    for action in again.event.actions if again.event else []:
        assert action["quantity"] <= mine.lot or action["value"] <= coins
