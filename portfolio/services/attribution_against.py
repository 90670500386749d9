"""What a portfolio is compared with group by group: weights and returns of targets, or of the stocks in a fund."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from etfs.services import EtfError, LookThroughView, look_through_get
from market.models import Instrument
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import Closes, asset_closes
from portfolio.store.prices import last_closes

BEFORE = dt.timedelta(days=10)  # in which a price before the period is looked for
REST = "not covered"  # of a fund: what has no price, or is no security of ours
INVESTED = "invested"  # all that is not cash, as one group
NOTHING = 1e-9
MOST_PRICES = 2_000_000
Label = Callable[[Instrument], str]


@dataclass(frozen=True)
class Groups:
    """``names`` [G]; ``of_asset`` int [N]: the group of each asset of the portfolio."""

    names: tuple[str, ...]
    of_asset: np.ndarray

    @classmethod
    def of(cls, labels: Sequence[str]) -> "Groups":
        return cls((), np.zeros(0, np.int64)).joined(labels, labels)

    @property
    def count(self) -> int:
        return len(self.names)

    def joined(self, labels: Sequence[str], of_asset: Sequence[str]) -> "Groups":
        """With further groups; ``of_asset``: the group of each asset by name."""
        names = tuple(dict.fromkeys([*self.names, *labels]))
        return Groups(names, np.array([names.index(one) for one in of_asset], dtype=np.int64))

    def widened(self, labels: Sequence[str]) -> "Groups":
        """With further groups that the portfolio may hold nothing of."""
        return self.joined(labels, [self.names[at] for at in self.of_asset.tolist()])


@dataclass(frozen=True)
class Sessions:
    """``dates`` datetime64[D] [T] and the session ``before`` them; returns are told in the currency ``base``."""

    dates: np.ndarray
    before: np.datetime64
    base: str


@dataclass(frozen=True)
class Against:
    """``weights`` and ``returns`` float64 [T, G + 1] of the groups and, last, cash; fractions. ``composition_date``: of
    a fund.
    """

    name: str
    groups: Groups
    weights: np.ndarray
    returns: np.ndarray
    composition_date: dt.date | None = None
    notes: tuple[str, ...] = ()


def against_targets(portfolio: Portfolio, groups: Groups, label: Label, sessions: Sessions) -> Against:
    """The active targets, restored every session. PortfolioError without targets, or prices of one of them."""
    rows = list(portfolio.allocations.filter(is_active=True).select_related("instrument"))
    if not rows:
        raise PortfolioError("against: the portfolio has no targets")
    assets = [row.instrument for row in rows if row.instrument is not None]
    shares = np.array([float(row.target) / 100.0 for row in rows if row.instrument is not None])
    returns = session_returns(assets, sessions)
    unknown = [one for one, column in zip(assets, returns.T, strict=True) if np.isnan(column).any()]
    if unknown:
        raise PortfolioError(f"against: {_missing(unknown, sessions)}")
    wide = groups.widened([label(one) for one in assets])
    places = np.array([wide.names.index(label(one)) for one in assets], dtype=np.int64)
    return Against("targets", wide, *_by_group(wide, places, shares, returns))


def against_whole(other: Instrument, groups: Groups, sessions: Sessions, why: str) -> Against:
    """An index or fund as one group, ``INVESTED``, beside cash, of which it has none: what ``groups`` name cannot be
    told apart in it, and ``why``. PortfolioError for what has no prices.
    """
    earned = session_returns([other], sessions)
    if np.isnan(earned).any():
        raise PortfolioError(f"against: {_missing([other], sessions)}")
    count = len(earned)
    one = Groups((INVESTED,), np.zeros(len(groups.of_asset), np.int64))
    weights = np.tile([1.0, 0.0], (count, 1))
    return Against(str(other), one, weights, np.column_stack([earned[:, 0], np.zeros(count)]), notes=(why,))


def against_fund(fund: Instrument, groups: Groups, label: Label, sessions: Sessions) -> Against | None:
    """The fund's composition on the first session, or the first one known after it, restored every session. What has no
    price is one group, whose return is what the fund's own price leaves for it. None for what is no fund with a
    composition. PortfolioError for one without prices, and for more prices than are read at once.
    """
    first, last = sessions.dates[[0, -1]].tolist()
    seen = _composition(fund, first, last)
    if seen is None:
        return None
    percent = {row["instrument_id"]: row["percent"] for row in seen.rows if row["instrument_id"]}
    if len(percent) * len(sessions.dates) > MOST_PRICES:
        raise PortfolioError(
            f"against: {fund} has {len(percent):,} lines, over {len(sessions.dates):,} sessions more than"
            f" {MOST_PRICES:,} prices: ask for a shorter period (from, to)"
        )
    stocks = list(Instrument.objects.filter(pk__in=percent).order_by("pk"))
    both = session_returns([fund, *stocks], sessions)
    if np.isnan(both[:, 0]).any():
        raise PortfolioError(f"against: {_missing([fund], sessions)}")
    priced = np.flatnonzero(~np.isnan(both[:, 1:]).any(axis=0))
    chosen = [stocks[at] for at in priced.tolist()]
    shares = np.array([percent[one.pk] / 100.0 for one in chosen])
    cash = sum(row["percent"] for row in seen.rows if row["kind"] == "CASH") / 100.0
    wide = groups.widened([*(label(one) for one in chosen), REST])
    places = np.array([wide.names.index(label(one)) for one in chosen], dtype=np.int64)
    weights, returns = _by_group(wide, places, shares, both[:, 1:][:, priced])
    rest = wide.names.index(REST)
    weights[:, -1], weights[:, rest] = cash, 1.0 - cash - shares.sum()
    known = np.nansum(weights * np.where(weights == 0, np.nan, returns), axis=1)
    if abs(weights[0, rest]) > NOTHING:
        returns[:, rest] = (both[:, 0] - known) / weights[:, rest]
    notes = (f"{100.0 * shares.sum():.1f} % of the fund has prices; weights are those of the composition, throughout",)
    return Against(str(fund), wide, weights, returns, max(seen.as_of_dates.values()), notes)


def _composition(fund: Instrument, first: dt.date, last: dt.date) -> LookThroughView | None:
    """As of ``first``, or ``last`` where none is known then; None where there is none at all."""
    for day in (first, last):
        try:
            seen = look_through_get(positions=[(fund, 1.0)], as_of=day)
        except EtfError as error:
            raise PortfolioError(f"against: {error}") from error
        if seen.as_of_dates:
            return seen
    return None


def _missing(instruments: Sequence[Instrument], sessions: Sessions) -> str:
    """What is not known of each up to the session before: a price, or the exchange rate of one that is."""
    eve: dt.date = sessions.before.astype("datetime64[D]").tolist()
    closes = last_closes([one.pk for one in instruments], eve + dt.timedelta(days=1))
    told = []
    for one in instruments:
        day = closes.get(one.pk, (None, None))[0]
        if day is None or day < eve - BEFORE:
            told.append(f"{one} has no price before {sessions.dates[0]}")
        else:
            told.append(f"{one} has no exchange rate {one.currency}/{sessions.base} with its prices up to {eve}")
    return "; ".join(told)


def session_returns(instruments: Sequence[Instrument], sessions: Sessions) -> np.ndarray:
    """Of each session, from the last close up to the session before (for the first, up to ``before``): float64 [T, N];
    0 without a bar meanwhile, NaN while there was none yet.
    """
    days = np.r_[sessions.before, sessions.dates]
    start, end = days[0].item() - BEFORE, days[-1].item()
    closes = asset_closes(instruments=instruments, base_currency=sessions.base, start=start, end=end)
    levels = carried_levels(closes, days)
    return np.asarray(levels[1:] / levels[:-1] - 1.0)


def carried_levels(closes: Closes, days: np.ndarray) -> np.ndarray:
    """The last close on or before each of ``days``: float64 [len(days), N], NaN before the first."""
    found = np.full((len(days), closes.close.shape[1]), np.nan)
    for column, close in enumerate(closes.close.T):
        known = np.flatnonzero(np.isfinite(close))
        place = np.searchsorted(closes.dates[known], days, side="right") - 1
        found[place >= 0, column] = close[known[place[place >= 0]]]
    return found


def _by_group(
    groups: Groups, places: np.ndarray, shares: np.ndarray, returns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and returns [T, G + 1] of assets with ``shares`` [n] of the whole and ``returns`` [T, n], in the groups
    ``places`` [n]; the rest is cash, which earns nothing; NaN where a group has no weight.
    """
    member = np.eye(groups.count)[places] * shares[:, None]
    weight = member.sum(axis=0)
    earned = np.divide(
        returns @ member, weight, out=np.full((len(returns), groups.count), np.nan), where=np.abs(weight) > 0
    )
    weights = np.tile(np.r_[weight, 1.0 - weight.sum()], (len(returns), 1))
    return weights, np.column_stack([earned, np.zeros(len(returns))])
