"""What weights should be like, as somebody wishes, and what the methods are given for it: estimates and constraints."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils import timezone

from etfs.calc.sectors import sector_name
from market.models import Instrument
from portfolio.calc.common import common_pace, common_returns
from portfolio.calc.optimisation import Constraints, Estimates, Group, View, black_litterman, estimate
from portfolio.calc.optimisation.estimates import SESSIONS
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import asset_closes
from portfolio.services.standing import Standing, standing_of
from portfolio.services.traits import sector_of

LOOKBACK, SHORTEST, LONGEST = 756, 60, 2_520  # returns
MOST_ASSETS = 500
DAYS = 1.6  # calendar days read for a session: weekends and long holidays


@dataclass(frozen=True)
class Wish:
    """What the weights should be like, in percent; symbols are ``US:AAA``. ``assets`` None: what is held and what has a
    target. ``sectors``: (least, most) by sector. ``market``: weights that Black-Litterman starts from, None: those held
    now, of equal weight where none of the assets is. ``lookback``: returns that the estimates are of.
    """

    assets: Sequence[Instrument] | None = None
    minimum: float = 0.0
    maximum: float = 100.0
    minima: Mapping[str, float] = field(default_factory=dict)
    maxima: Mapping[str, float] = field(default_factory=dict)
    sectors: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    budget: float = 100.0
    turnover: float | None = None
    views: Sequence[View] = ()
    market: Mapping[str, float] | None = None
    lookback: int = LOOKBACK


@dataclass(frozen=True)
class Prepared:
    """Estimates of the assets, constraints as the methods take them, and what a reader must know; the estimates are of
    ``returns``, ``returns_a_year`` of them a year.
    """

    estimates: Estimates
    constraints: Constraints
    first: dt.date
    last: dt.date
    returns: int
    returns_a_year: float
    notes: tuple[str, ...]


def wish_prepared(*, portfolio: Portfolio, wish: Wish, bent: bool) -> Prepared:
    """Reads closes and estimates; ``bent``: by Black-Litterman, with or without views. What is held or has a target but
    has too few closes in common with the rest is left out, with a note. PortfolioError for assets that are none, or
    were asked for and have too few closes; ValueError for constraints and views that make no sense.
    """
    if not SHORTEST <= wish.lookback <= LONGEST:
        raise PortfolioError(f"lookback: must be from {SHORTEST} to {LONGEST} returns")
    standing = standing_of(portfolio=portfolio) if portfolio.valued_to else None
    assets = _assets(portfolio, standing, wish)
    names = [str(one) for one in assets]
    closes = asset_closes(
        instruments=assets, base_currency=portfolio.base_currency,
        start=_end(standing) - dt.timedelta(days=int(DAYS * wish.lookback)), end=_end(standing),
    )  # fmt: skip
    found = common_returns(closes.close)
    notes = _left_out([names[at] for at in found.left_out.tolist()], wish, len(found.columns))
    assets, names = ([given[at] for at in found.columns.tolist()] for given in (assets, names))
    returns = found.values[-wish.lookback :]
    rows = found.rows[-len(returns) - 1 :]
    dates, pace = closes.dates[rows], common_pace(closes.close, rows, found.columns)
    current = _current(standing, names)
    estimates = estimate(names, returns, pace)
    if wish.views or bent:
        market, told = _market(wish, current, names)
        notes += told
        estimates = black_litterman(estimates, wish.views, market=market, risk_free=portfolio.risk_free_rate)
    return Prepared(
        estimates, _constraints(wish, assets, current), dates[0].item(), dates[-1].item(), len(returns),
        SESSIONS * pace, notes + _shortened(returns, wish) + _others(standing, names),
    )  # fmt: skip


def _left_out(missing: Sequence[str], wish: Wish, rest: int) -> tuple[str, ...]:
    """A note; PortfolioError where they were asked for by name, or nothing is left."""
    if not missing:
        return ()
    if wish.assets is not None or not rest:
        raise PortfolioError(f"assets: too few closes in common with the others: {', '.join(missing)}; leave them out")
    return (f"left out, too few closes in common with the others: {', '.join(missing)}",)


def _end(standing: Standing | None) -> dt.date:
    return timezone.now().date() if standing is None else standing.as_of


def _assets(portfolio: Portfolio, standing: Standing | None, wish: Wish) -> list[Instrument]:
    """Those asked for; else what is held and what has an active target, by symbol."""
    if wish.assets is not None:
        chosen = list(wish.assets)
        if len({one.pk for one in chosen}) < len(chosen):
            raise PortfolioError("assets: one is there twice")
    else:
        targets = portfolio.allocations.filter(is_active=True, instrument__isnull=False)
        held = [] if standing is None else [one.instrument.pk for one in standing.held]
        chosen = sorted(
            Instrument.objects.filter(pk__in=[*held, *targets.values_list("instrument", flat=True)]), key=str
        )
    if not 0 < len(chosen) <= MOST_ASSETS:
        raise PortfolioError(f"assets: 1 to {MOST_ASSETS} are needed; nothing is held and nothing has a target")
    return chosen


def _current(standing: Standing | None, names: Sequence[str]) -> dict[str, float]:
    """Percent held now, of those that are among the assets."""
    if standing is None or not standing.value > 0:
        return {}
    return {
        str(one.instrument): 100.0 * one.value / standing.value for one in standing.held if str(one.instrument) in names
    }


def _constraints(wish: Wish, assets: Sequence[Instrument], current: Mapping[str, float]) -> Constraints:
    by_sector: dict[str, set[str]] = {}
    for one in assets:
        if sector := sector_of(one):
            by_sector.setdefault(sector.lower(), set()).add(str(one))
    groups: dict[str, Group] = {}
    for given, (least, most) in wish.sectors.items():
        sector = sector_name(given)
        if not sector:
            raise PortfolioError("sectors: a name is blank")
        members = by_sector.get(sector.lower())
        if not members:
            raise PortfolioError(f"sectors: no asset is of the sector {given!r}")
        if sector.lower() in groups:
            raise PortfolioError(f"sectors: {sector} is there twice")
        groups[sector.lower()] = Group(sector, frozenset(members), least, most)
    return Constraints(
        minimum=wish.minimum, maximum=wish.maximum, minima=wish.minima, maxima=wish.maxima,
        groups=list(groups.values()),
        budget=wish.budget, turnover=wish.turnover, current=current,
    )  # fmt: skip


def _market(wish: Wish, current: Mapping[str, float], names: Sequence[str]) -> tuple[dict[str, float], tuple[str, ...]]:
    """What the market is thought to hold, and where that is from."""
    if wish.market is not None:
        return dict(wish.market), ()
    if sum(current.values()) > 0:
        return dict(current), ("the views bend what the current weights imply: no market weights were given",)
    return dict.fromkeys(names, 1.0), ("the views bend what equal weights imply: nothing is held",)


def _shortened(returns: np.ndarray, wish: Wish) -> tuple[str, ...]:
    if len(returns) >= wish.lookback:
        return ()
    return (f"the assets have {len(returns)} returns in common, fewer than the {wish.lookback} asked for",)


def _others(standing: Standing | None, names: Sequence[str]) -> tuple[str, ...]:
    """What is held and has no place in the proposal: it would be sold."""
    others = [] if standing is None else [str(one.instrument) for one in standing.held]
    sold = [name for name in others if name not in names]
    return (f"held but not among the assets, to be sold, beside the turnover told: {', '.join(sold)}",) if sold else ()
