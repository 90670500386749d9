"""What a combination reads: the scores of a stretch of sessions, who takes part, and what combiners learn from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from factors import store
from factors.calc.analysis.returns import BEFORE, carried, forward_returns
from factors.calc.composite import scaled
from factors.calc.neutralise import demean_by, residual_on, sector_groups
from factors.calc.targets import rank_target
from factors.combiners import NOT_YET, Combiner, Fitted, History, Samples, as_date
from factors.combiners.history import no_samples
from factors.models import FactorReturn
from factors.services.strategies import Definition
from factors.services.universes import Members, conditions_of
from market.calendars import FIRST_DAY, sessions, sessions_before
from market.store.closes import closes_read

SIZE = "market_cap"  # whose value is M
SAMPLES = 16  # sampled sessions read at a time


@dataclass(frozen=True)
class Stretch:
    """Scores of consecutive sessions for a strategy's members.

    ``days`` int32 [T]; ``scores`` float32 [F, T, N], NaN for those who do not take part; ``has_cross_section`` bool
    [F, T], of the whole region; ``takes_part`` bool [T, N]; ``size`` float32 [T, N], M, or None where it is not needed.
    """

    days: np.ndarray
    scores: np.ndarray
    has_cross_section: np.ndarray
    takes_part: np.ndarray
    size: np.ndarray | None


def day_number(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def stretch_read(
    definition: Definition, members: Members, start: dt.date, end: dt.date, only: Sequence[dt.date] | None = None
) -> Stretch:
    """The sessions from ``start`` to ``end`` (or ``only`` those of them) that have any score of the factors."""
    names = list(definition.factors)
    cube = store.cube_read(definition.region, start, end, names, only=only)
    scores = aligned(cube, members)
    takes_part = np.ones(scores.shape[1:], dtype=bool)
    for condition in conditions_of(definition.universe):
        figures = _figures(definition.region, cube.days, members, condition.factor, condition.field)
        takes_part &= condition.met(figures)
    size = None
    if "size" in definition.neutralise:
        size = _figures(definition.region, cube.days, members, SIZE, "value")
    scores[:, ~takes_part] = np.nan
    return Stretch(cube.days, scores, np.isfinite(cube.score).any(axis=2), takes_part, size)


def aligned(cube: store.ScoreCube, members: Members) -> np.ndarray:
    """The cube's figures [F, T, N] with a column for every member, NaN where it has none."""
    place = np.searchsorted(cube.instrument_ids, members.ids)
    found = place < len(cube.instrument_ids)
    found[found] = cube.instrument_ids[place[found]] == members.ids[found]
    result: np.ndarray = np.full((*cube.score.shape[:2], len(members.ids)), np.nan, dtype=cube.score.dtype)
    result[:, :, found] = cube.score[:, :, place[found]]
    return result


def _figures(region: str, days: np.ndarray, members: Members, factor: str, column: str) -> np.ndarray:
    """One figure of one factor on ``days``: [T, N], as exactly as it is stored."""
    result: np.ndarray = np.full((len(days), len(members.ids)), np.nan, dtype=store.FIGURES[column])
    if len(days):
        dates = [as_date(day) for day in days]
        cube = store.cube_read(region, dates[0], dates[-1], [factor], column, only=dates)
        result[np.searchsorted(days, cube.days)] = aligned(cube, members)[0]
    return result


def session_composite(
    definition: Definition, members: Members, stretch: Stretch, row: int, fitted: Fitted
) -> np.ndarray:
    """The composite of session ``row`` of a stretch, 0 to 100: float64 [N], NaN for those without."""
    raw = fitted.raw(stretch.scores[:, row], stretch.has_cross_section[:, row])
    size = None if stretch.size is None else stretch.size[row]
    return scaled(neutralised(np.where(stretch.takes_part[row], raw, np.nan), definition, members, size))


def neutralised(raw: np.ndarray, definition: Definition, members: Members, size: np.ndarray | None) -> np.ndarray:
    """The composite raw [N] less what sector and size explain; sector first."""
    if "sector" in definition.neutralise:
        raw = demean_by(sector_groups(members.sectors, np.isfinite(raw)), raw)
    if size is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            raw = residual_on(np.log(size.astype(np.float64)), raw)
    return raw


def history_read(definition: Definition, combiner: Combiner, members: Members, start: dt.date, end: dt.date) -> History:
    """All that the combiner may learn from for the sessions from ``start`` to ``end``, nothing it does not ask for."""
    nothing = np.zeros(0, dtype=np.int32)
    days, returns = nothing, np.zeros((len(definition.factors), 0))
    if combiner.learns_from_returns:
        days, returns = _returns(definition, combiner, start, end)
    samples = _samples(definition, combiner, members, start, end) if combiner.learns_from_samples else None
    return History(tuple(definition.factors), days, returns, members.tickers, samples)


def _returns(definition: Definition, combiner: Combiner, start: dt.date, end: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """Daily factor returns by session, from a window before the month of ``start``."""
    before = sessions_before(definition.region, start.replace(day=1), int(combiner.option["window"]) + 1)
    first = before[0].item() if len(before) else start
    days = sessions(definition.region, first, end).astype("datetime64[D]").astype(np.int32)
    place = {name: row for row, name in enumerate(definition.factors)}
    returns = np.full((len(place), len(days)), np.nan)
    rows = FactorReturn.objects.between(definition.region, first, end).filter(
        factor__name__in=list(place), value__isnull=False
    )
    column = {int(day): i for i, day in enumerate(days)}
    for name, date, value in rows.values_list("factor__name", "date", "value"):
        if day_number(date) in column:
            returns[place[name], column[day_number(date)]] = value
    return days, returns


def sample_dates(definition: Definition, combiner: Combiner, start: dt.date, end: dt.date) -> list[dt.date]:
    """Sessions that models for ``start`` to ``end`` learn from: every so many of the exchange's calendar, so that which
    ones they are does not depend on the range asked for.
    """
    calendar = sessions(definition.region, FIRST_DAY, end).astype("datetime64[D]").astype(np.int32)
    first = combiner.fit_day(day_number(start), calendar) - combiner.window_days()
    sampled = calendar[:: int(combiner.option["every"])]
    return [as_date(day) for day in sampled[sampled >= first]]


def _samples(definition: Definition, combiner: Combiner, members: Members, start: dt.date, end: dt.date) -> Samples:
    """Past cross-sections, with the rank of what they returned."""
    dates = sample_dates(definition, combiner, start, end)
    if not dates:
        return no_samples(len(definition.factors))
    sampled, scores = _sampled(definition, members, dates)
    days, close = _closes(definition.region, members, dates[0], end)
    known = np.isin(sampled, days)
    if not known.all():
        sampled, scores = sampled[known], scores[:, known]
    rows = np.searchsorted(days, sampled)
    horizon = int(combiner.option["horizon"])
    # Rounded: a split after the window rescales all earlier closes, and must not turn the last bit of a tie.
    returns = np.round(forward_returns(close, len(close), horizon)[rows], 12)
    scored = np.zeros(returns.shape, dtype=bool)
    for layer in scores:
        scored |= np.isfinite(layer)
    returns[~scored] = np.nan
    closed = np.append(days, NOT_YET)[np.minimum(rows + horizon, len(days))]
    return Samples(sampled, closed.astype(np.int32), scores, rank_target(returns))


def _sampled(definition: Definition, members: Members, dates: Sequence[dt.date]) -> tuple[np.ndarray, np.ndarray]:
    """(days int32 [D], scores float32 [F, D, N]) of those of ``dates`` that have any; some at a time, so that memory
    holds them once.
    """
    scores = np.empty((len(definition.factors), len(dates), len(members.ids)), dtype=np.float32)
    days = np.zeros(len(dates), dtype=np.int32)
    count = 0
    for first in range(0, len(dates), SAMPLES):
        part = dates[first : first + SAMPLES]
        stretch = stretch_read(definition, members, part[0], part[-1], only=part)
        rows = slice(count, count + len(stretch.days))
        days[rows], scores[:, rows] = stretch.days, stretch.scores
        count = rows.stop
    return days[:count], scores[:, :count]


def _closes(region: str, members: Members, start: dt.date, end: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """(days int32 [R], closes float64 [R, N] of the members, gaps carried), from some sessions before ``start``: a name
    without a bar on it has its last close, whatever the range asked for.
    """
    before = sessions_before(region, start - dt.timedelta(days=1), BEFORE)
    found = closes_read(region, before[0].item() if len(before) else start, end)
    close = carried(found.close, found.days, found.delisted_day)
    place = np.searchsorted(found.instrument_ids, members.ids)
    there = place < len(found.instrument_ids)
    there[there] = found.instrument_ids[place[there]] == members.ids[there]
    result = np.full((len(found.days), len(members.ids)), np.nan)
    result[:, there] = close[:, place[there]]
    return found.days, result
