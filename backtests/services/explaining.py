"""Why something was traded: the figures of the day it was decided."""

import math
from collections.abc import Iterator

import numpy as np

from backtests.services.config_conditions import COMPOSITE
from backtests.services.running import Finished, Progress, silent
from backtests.services.signals import composite_layer
from backtests.services.workbench import Workbench, scale_of
from factors.services.composites import composite_learns, composites_compute
from factors.services.figures import Layer, figures_compute

CELLS = 4_000_000  # instrument-sessions x factors looked at together: about 200 MB while they are computed
Figures = dict[str, object]


def figures_at(
    finished: Finished, bench: Workbench, sessions: np.ndarray, instruments: np.ndarray, progress: Progress = silent
) -> list[Figures]:
    """Figures of the configuration's factors, and the composite, of one instrument on one session each: a dictionary
    per pair, beginning with the session (``as_of``).

    Sessions on which no factor decided anything (a stop loss fires on any day) are computed now, some at a time, and
    not kept. A composite that its strategy learns is known on the sessions that it decided on.
    """
    dates = finished.market.prices.dates
    found: list[Figures] = [{"as_of": str(dates[session])} for session in sessions.tolist()]
    done, total = 0, len(np.unique(sessions))
    for at, layers in _looked_at(finished, bench, np.unique(sessions)):
        pairs = np.flatnonzero(np.isin(sessions, at))
        rows = np.searchsorted(at, sessions[pairs])
        for name, layer in layers.items():
            for pair, figures in zip(pairs.tolist(), _of(layer, rows, instruments[pairs]), strict=True):
                found[pair][name] = figures
        done += len(at)
        progress("explaining trades", done, total)
    return found


def _looked_at(finished: Finished, bench: Workbench, at: np.ndarray) -> Iterator[tuple[np.ndarray, dict[str, Layer]]]:
    """(sessions, layers of the factors on them), first those that are known."""
    market, names, scale = finished.market, finished.asked.plan.names, scale_of(finished.config)
    known = bench.knows(market, scale, names, at)
    step = max(1, CELLS // (market.prices.instruments * max(len(names), 1)))
    for some, is_known in ((at[known], True), (at[~known], False)):
        for first in range(0, len(some), step):
            part = some[first : first + step]
            if is_known or not names:
                layers = bench.figures(market, scale, names, part)
            else:
                on = market.dates(part)
                layers = figures_compute(region=market.region, names=names, on=on, ids=market.ids, scale=scale)
            yield part, layers | _composite(finished, layers, part)


def _composite(finished: Finished, layers: dict[str, Layer], at: np.ndarray) -> dict[str, Layer]:
    """The composite on the sessions ``at``, if the configuration has to do with one."""
    config, market = finished.config, finished.market
    if not config.uses_composite:
        return {}
    definition = config.strategy_definition()
    if not composite_learns(definition=definition):
        days = market.prices.days[at].astype(np.int32)
        found = composites_compute(definition=definition, layers=layers, days=days, members=market.members)
        return {COMPOSITE: composite_layer(found)}
    decided, asked = finished.asked.layers[COMPOSITE].value, finished.asked.plan.at
    found = np.full((len(at), market.prices.instruments), np.nan)
    known = np.isin(at, asked)
    found[known] = decided[np.searchsorted(asked, at[known])]
    return {COMPOSITE: composite_layer(found)}


def _of(layer: Layer, rows: np.ndarray, columns: np.ndarray) -> list[dict[str, float | None]]:
    kinds = ("value", "score", "percentile")
    parts = (getattr(layer, kind)[rows, columns].astype(np.float64).tolist() for kind in kinds)
    return [
        {"value": _known(value, 12), "score": _known(score, 7), "percentile": _known(percentile, 7)}
        for value, score, percentile in zip(*parts, strict=True)
    ]


def _known(figure: float, digits: int) -> float | None:
    """To so many significant digits; None for none."""
    return None if math.isnan(figure) else float(f"{figure:.{digits}g}")
