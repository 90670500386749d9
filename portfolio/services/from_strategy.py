"""A portfolio of the best names of a strategy, bought on one day."""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction

from factors.models import CompositeScore, Strategy
from factors.services import composite_newest, strategy_get
from factors.services.universes import StrategyError
from market.models import PriceBar
from market.regions import region_get
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transactions_add

EQUAL, COMPOSITE = "equal", "composite"
WEIGHTINGS = (EQUAL, COMPOSITE)
MOST_NAMES = 500
LARGEST_CAPITAL = 1e15


@transaction.atomic
def portfolio_from_strategy(
    *, owner: User, name: str, strategy: str, count: int, capital: float, date: dt.date | None = None,
    weighting: str = EQUAL, lot: float = 1.0, commission: float = 0.0,
) -> Portfolio:  # fmt: skip
    """Deposit ``capital`` (in the currency of the strategy's region) on ``date`` (None: of its newest composite) and
    buy its ``count`` best names at that day's closes, in whole lots.

    Weights are equal or in proportion to the composite score; what a lot does not fit in stays cash. ``commission``:
    percent of each buy, paid out of the name's own share. A name without a close on that day is refused, by name.
    """
    _check(count, capital, weighting, lot, commission)
    scores = _best(strategy, date, count)
    closes = _closes(scores)
    lots = np.floor(capital * _weights(scores, weighting) / (np.array(closes) * (1.0 + commission / 100.0) * lot))
    shares = (lots * lot).tolist()
    made = portfolio_create(
        owner=owner, name=name, base_currency=region_get(scores[0].instrument.region).currency,
        description=f"The {len(scores)} best of the strategy {strategy}, {scores[0].date}", lot=lot,
        commission=commission,
    )  # fmt: skip
    rows: list[dict[str, Any]] = [{"kind": "DEPOSIT", "date": scores[0].date, "amount": repr(float(capital))}]
    for score, close, quantity in zip(scores, closes, shares, strict=True):
        if quantity > 0:
            fee = Decimal(repr(quantity * close)) * Decimal(repr(commission)) / 100
            rows.append({
                "kind": "BUY", "date": score.date, "asset": str(score.instrument), "quantity": repr(quantity),
                "price": repr(close), "fee": fee,
            })  # fmt: skip
    if len(rows) == 1:
        raise PortfolioError(f"capital: {capital:,.2f} buys no lot of any of {len(scores)} names")
    transactions_add(portfolio=made, rows=rows, source=f"strategy {strategy}")
    made.refresh_from_db()
    return made


def _check(count: int, capital: float, weighting: str, lot: float, commission: float) -> None:
    if not 1 <= count <= MOST_NAMES:
        raise PortfolioError(f"count: 1 to {MOST_NAMES}, not {count}")
    if not 0 < capital <= LARGEST_CAPITAL:
        raise PortfolioError(f"capital: must be above 0 and at most {LARGEST_CAPITAL:g}, not {capital:g}")
    if weighting not in WEIGHTINGS:
        raise PortfolioError(f"weighting: {weighting[:40]!r} is neither of {', '.join(WEIGHTINGS)}")
    if not (lot > 0 and math.isfinite(lot)):
        raise PortfolioError(f"lot: must be above 0, not {lot:g}")
    if not 0 <= commission < 100:
        raise PortfolioError(f"commission: percent, from 0 to below 100, not {commission:g}")


def _best(strategy: str, date: dt.date | None, count: int) -> list[CompositeScore]:
    try:
        found: Strategy = strategy_get(name=strategy)
    except StrategyError as error:
        raise PortfolioError(f"strategy: {error}") from error
    day = date or composite_newest(strategy_id=found.pk)
    scores = list(CompositeScore.objects.of_day(found.pk, day).with_names()[:count]) if day else []
    if not scores:
        raise PortfolioError(f"date: {strategy} has no composite scores {f'on {day}' if day else 'yet'}")
    return scores


def _closes(scores: list[CompositeScore]) -> list[float]:
    ids = [score.instrument_id for score in scores]
    bars = PriceBar.objects.filter(instrument_id__in=ids, date=scores[0].date)
    known = dict(bars.values_list("instrument_id", "close"))
    missing = [str(score.instrument) for score in scores if score.instrument_id not in known]
    if missing:
        raise PortfolioError(f"date: no close on {scores[0].date} of {', '.join(missing[:5])}")
    return [known[one] for one in ids]


def _weights(scores: list[CompositeScore], weighting: str) -> np.ndarray:
    """Fractions of the capital, adding up to 1: float64 [N]."""
    weights = np.array([score.score if weighting == COMPOSITE else 1.0 for score in scores], dtype=np.float64)
    if weights.sum() <= 0:
        raise PortfolioError("weighting: the composite scores are all 0")
    return weights / weights.sum()
