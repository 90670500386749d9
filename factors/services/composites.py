"""A strategy's composite on any sessions: from figures computed anew, or stored where its combiner has to learn."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from factors import store
from factors.combiners import combiner_named
from factors.combiners.history import History
from factors.models import Strategy
from factors.services.combine_replacing import alike
from factors.services.combining import SIZE, Stretch, session_composite
from factors.services.figures import FiguresError, Layer
from factors.services.strategies import Definition, strategy_definition
from factors.services.universes import Members, conditions_of, members_of


def composite_learns(*, definition: Definition) -> bool:
    """Whether the combiner learns from the past, so that its composites are those that ``combine_factors`` stored."""
    kind = combiner_named(definition.combiner)
    return kind.learns_from_returns or kind.learns_from_samples


def composite_factors(*, definition: Definition) -> list[str]:
    """The factors whose figures ``composites_compute`` asks for."""
    conditions = [condition.factor for condition in conditions_of(definition.universe)]
    size = [SIZE] if "size" in definition.neutralise else []
    return list(dict.fromkeys([*definition.factors, *conditions, *size]))


def composites_compute(
    *, definition: Definition, layers: Mapping[str, Layer], days: np.ndarray, members: Members
) -> np.ndarray:
    """0 to 100 on ``days`` (int32 [T]) for ``members``, all the region's stocks of ``layers``: float64 [T, N], NaN for
    those without one. For combiners that learn from nothing.
    """
    names = list(definition.factors)
    scores = np.array([layers[name].score for name in names])
    has_cross_section = np.isfinite(scores).any(axis=2)
    listed = members_of(region=definition.region, universe=definition.universe).ids
    takes_part = np.tile(np.isin(members.ids, listed), (len(days), 1))
    for condition in conditions_of(definition.universe):
        takes_part &= condition.met(getattr(layers[condition.factor], condition.field))
    scores[:, ~takes_part] = np.nan
    size = layers[SIZE].value if "size" in definition.neutralise else None
    stretch = Stretch(days, scores, has_cross_section, takes_part, size)
    nothing = History(tuple(names), np.zeros(0, np.int32), np.zeros((len(names), 0)))
    found = np.full(takes_part.shape, np.nan)
    for row, day in enumerate(days.tolist()):
        fitted = definition.build().fit(nothing, day)
        found[row] = session_composite(definition, members, stretch, row, fitted)
    return found


def composites_stored(*, strategy: Strategy, on: Sequence[dt.date], ids: np.ndarray) -> np.ndarray:
    """The stored composites of ``strategy`` on the sessions ``on`` (ascending) for instruments ``ids`` (ascending):
    float64 [T, N]. FiguresError names the first session that has none, and tells those of an earlier definition.
    """
    _refuse_another_definition(strategy)
    found = store.composites_read(strategy.pk, on, ids)
    missing = [day for day, row in zip(on, np.isfinite(found).any(axis=1), strict=True) if not row]
    if missing:
        raise FiguresError(
            f"strategy: {strategy.name} has no composite scores on {len(missing)} of {len(on)} sessions, the first"
            f" {missing[0]}: its combiner {strategy.combiner} learns from the past, so they are computed before:"
            f" manage.py combine_factors --strategy {strategy.name!r} --from {on[0]} --to {on[-1]}"
        )
    return found


def _refuse_another_definition(strategy: Strategy) -> None:
    """All stored composites of a strategy are of the definition that was combined last."""
    last = strategy.runs.filter(stored_at__isnull=False).order_by("-stored_at").first()
    if last is not None and not alike(strategy_definition(strategy=strategy).as_dict(), last.definition):
        raise FiguresError(
            f"strategy: {strategy.name} was changed after its composites were stored (run #{last.pk}): manage.py"
            f" combine_factors --strategy {strategy.name!r} --from {last.start} --to {last.end}"
        )
