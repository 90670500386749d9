"""A portfolio of the best names of a strategy, bought on one session."""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from factors.models import CompositeScore, Strategy
from factors.services import strategy_get
from factors.services.universes import StrategyError
from market.calendars import sessions
from market.models import PriceBar
from market.regions import region_get
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transactions_add

EQUAL, COMPOSITE = "equal", "composite"
WEIGHTINGS = (EQUAL, COMPOSITE)
NEXT_CLOSE, SAME_CLOSE = "next_close", "same_close"
FILLS = (NEXT_CLOSE, SAME_CLOSE)
LONGEST_BREAK = dt.timedelta(days=30)  # of an exchange
MOST_NAMES = 500
LARGEST_CAPITAL = 1e15


@transaction.atomic
def portfolio_from_strategy(
    *, owner: User, name: str, strategy: str, count: int, capital: float, date: dt.date | None = None,
    weighting: str = EQUAL, lot: float = 1.0, commission: float = 0.0, fill: str = NEXT_CLOSE,
) -> Portfolio:  # fmt: skip
    """Buy the ``count`` best names by the composite of ``date`` (None: the newest that can be bought), in whole lots,
    from a deposit of ``capital`` in the currency of the strategy's region.

    ``fill``: next_close, at the closes of the session after it; same_close, at those the composite was computed from,
    which nobody who read it could have had. Weights are equal or in proportion to the composite score; what a lot does
    not fit in stays cash. ``commission``: percent of each buy, paid out of the name's own share. PortfolioError (field:
    reason), also for a name without a close on the day of the buys.
    """
    _check(count, capital, lot, commission)
    _check_words(weighting, fill)
    scores = _best(_strategy(strategy, owner), date, count, fill)
    day = scores[0].date if fill == SAME_CLOSE else _session_after(scores[0])
    closes = _closes(scores, day)
    lots = np.floor(capital * _weights(scores, weighting) / (np.array(closes) * (1.0 + commission / 100.0) * lot))
    shares = (lots * lot).tolist()
    made = portfolio_create(
        owner=owner, name=name, base_currency=region_get(scores[0].instrument.region).currency,
        description=f"The {len(scores)} best of the strategy {strategy}, {scores[0].date}", lot=lot,
        commission=commission,
    )  # fmt: skip
    rows: list[dict[str, Any]] = [{"kind": "DEPOSIT", "date": day, "amount": repr(float(capital))}]
    for score, close, quantity in zip(scores, closes, shares, strict=True):
        if quantity > 0:
            fee = Decimal(repr(quantity * close)) * Decimal(repr(commission)) / 100
            rows.append({
                "kind": "BUY", "date": day, "asset": str(score.instrument), "quantity": repr(quantity),
                "price": repr(close), "fee": fee,
            })  # fmt: skip
    if len(rows) == 1:
        raise PortfolioError(f"capital: {capital:,.2f} buys no lot of any of {len(scores)} names")
    transactions_add(portfolio=made, rows=rows, source=f"strategy {strategy}")
    made.refresh_from_db()
    return made


def _check(count: int, capital: float, lot: float, commission: float) -> None:
    if not 1 <= count <= MOST_NAMES:
        raise PortfolioError(f"count: 1 to {MOST_NAMES}, not {count}")
    if not 0 < capital <= LARGEST_CAPITAL:
        raise PortfolioError(f"capital: must be above 0 and at most {LARGEST_CAPITAL:g}, not {capital:g}")
    if not (lot > 0 and math.isfinite(lot)):
        raise PortfolioError(f"lot: must be above 0, not {lot:g}")
    if not 0 <= commission < 100:
        raise PortfolioError(f"commission: percent, from 0 to below 100, not {commission:g}")


def _check_words(weighting: str, fill: str) -> None:
    for field, word, words in (("weighting", weighting, WEIGHTINGS), ("fill", fill, FILLS)):
        if word not in words:
            raise PortfolioError(f"{field}: {word[:40]!r} is neither of {', '.join(words)}")


def _strategy(name: str, user: User) -> Strategy:
    try:
        return strategy_get(name=name, user=user)
    except StrategyError as error:
        raise PortfolioError(f"strategy: {error}") from error


def _best(strategy: Strategy, date: dt.date | None, count: int, fill: str) -> list[CompositeScore]:
    day = date or _newest(strategy, fill)
    scores = list(CompositeScore.objects.of_day(strategy.pk, day).with_names()[:count]) if day else []
    if not scores:
        when = f"on {day}" if day else "yet" if fill == SAME_CLOSE else "yet with a session behind it"
        raise PortfolioError(f"date: {strategy.name} has no composite scores {when}")
    return scores


def _newest(strategy: Strategy, fill: str) -> dt.date | None:
    """The date of the newest composite; for next_close of those that have closes behind them."""
    rows = CompositeScore.objects.filter(strategy=strategy, rank=1)
    if fill == NEXT_CLOSE:
        last = PriceBar.objects.newest_date(strategy.region)
        rows = rows.filter(date__lt=last) if last else rows.none()
    newest: dt.date | None = rows.aggregate(newest=Max("date"))["newest"]
    return newest


def _session_after(score: CompositeScore) -> dt.date:
    found = sessions(score.instrument.region, score.date + dt.timedelta(days=1), score.date + LONGEST_BREAK)
    if not len(found):
        raise PortfolioError(f"date: no session after {score.date} is known yet: fill {SAME_CLOSE} needs none")
    return dt.date.fromisoformat(str(found[0]))


def _closes(scores: list[CompositeScore], day: dt.date) -> list[float]:
    ids = [score.instrument_id for score in scores]
    known = dict(PriceBar.objects.filter(instrument_id__in=ids, date=day).values_list("instrument_id", "close"))
    missing = [str(score.instrument) for score in scores if score.instrument_id not in known]
    if missing:
        raise PortfolioError(f"date: no close on {day} of {', '.join(missing[:5])}")
    return [known[one] for one in ids]


def _weights(scores: list[CompositeScore], weighting: str) -> np.ndarray:
    """Fractions of the capital, adding up to 1: float64 [N]."""
    weights = np.array([score.score if weighting == COMPOSITE else 1.0 for score in scores], dtype=np.float64)
    if weights.sum() <= 0:
        raise PortfolioError("weighting: the composite scores are all 0")
    return weights / weights.sum()
