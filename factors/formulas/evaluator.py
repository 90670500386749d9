"""A plan over a panel: series bar by bar, figures session by session.

Series are computed for some columns at a time, so that what is passed from function to function stays in the
processor's cache, and by several threads, since NumPy lets others run meanwhile. Of a panel of one session only the
bars that its last one needs are looked at; of a history of many sessions all of them, once for all sessions.
"""

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from factors.base import Factor
from factors.formulas.functions import ACROSS
from factors.formulas.plan import Kind, Node, Plan
from market.panel import Panel

CELLS = 100_000  # numbers of one series that are worked on at a time
WORKERS = min(8, multiprocessing.cpu_count())


def evaluate(plan: Plan, panel: Panel, factors: Mapping[str, Factor]) -> np.ndarray:
    """The formula's value, float [n], NaN where there is none. ``factors``: those it names."""
    with np.errstate(all="ignore"):
        values: dict[Node, np.ndarray] = series_now(plan, panel)
        for node in plan.order:
            if node.kind is Kind.FIGURE:
                values[node] = _figure(node, values, panel, factors)
    result = np.asarray(values[plan.root], dtype=np.float64)
    return np.where(np.isfinite(result), result, np.nan)


def factor_value(factor: Factor, panel: Panel) -> np.ndarray:
    """A factor's value as the engine keeps it, float [n]: NaN with too few bars. Computed once per panel."""

    def derive() -> tuple[np.ndarray]:
        value = np.asarray(factor.compute(panel), dtype=np.float64)
        return (np.where((panel.n_bars >= factor.min_bars) & np.isfinite(value), value, np.nan),)

    return panel.once(f"value of {factor.name}", derive)[0]


def series_now(plan: Plan, panel: Panel) -> dict[Node, np.ndarray]:
    """The series a plan uses as figures, each as of its session, float [n]."""
    if not plan.roots:
        return {}
    is_one_session = type(panel) is Panel
    rows = {node: plan.rows[node] if is_one_session else len(panel.close) for node in plan.rows}
    fields = {node: getattr(panel, node.name) for node in plan.order if node.leaf == "series"}
    height = min(max(rows.values()), len(panel.close))
    width = max(8, CELLS // max(height, 1))
    parts = [slice(start, start + width) for start in range(0, panel.close.shape[1], width)]
    found = {root: np.empty((min(rows[root], len(panel.close)), panel.close.shape[1])) for root in plan.roots}

    def compute(columns: slice) -> None:
        with np.errstate(all="ignore"):
            values = _series(plan, {node: fields[node][-rows[node] :, columns] for node in fields}, rows)
            for root, out in found.items():
                out[:, columns] = values[root][len(values[root]) - len(out) :]

    if len(parts) > 1 and WORKERS > 1:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(compute, parts))
    else:
        for columns in parts:
            compute(columns)
    return {root: panel.at(series) for root, series in found.items()}


def _series(plan: Plan, fields: dict[Node, np.ndarray], rows: dict[Node, int]) -> dict[Node, np.ndarray]:
    """Every series node, its last ``rows`` rows (or as many as there are)."""
    values: dict[Node, np.ndarray] = {node: np.ascontiguousarray(field) for node, field in fields.items()}
    for node in plan.order:
        if node.kind is Kind.SERIES and node.function:
            wanted = rows[node]
            arguments = [_last(argument, values, wanted + node.window) for argument in node.arguments]
            values[node] = node.function.compute(*arguments, *node.numbers)[-wanted:]
    return values


def _last(node: Node, values: dict[Node, np.ndarray], rows: int) -> np.ndarray | float:
    return node.value if node.kind is Kind.NUMBER else values[node][-rows:]


def _figure(
    node: Node, values: dict[Node, np.ndarray], panel: Panel, factors: Mapping[str, Factor]
) -> np.ndarray:  # fmt: skip
    if node.leaf == "figure":
        return panel.figure(node.name).values
    if node.leaf == "factor":
        return factor_value(factors[node.name], panel)
    arguments = [_last(argument, values, panel.n) for argument in node.arguments]
    function = node.function
    if function is None:
        raise ValueError(f"{node} is neither a leaf nor a function")
    if function.group == ACROSS:
        rows = panel.by_session(np.where(panel.in_universe, arguments[0], np.nan))
        return np.asarray(function.compute(rows, *node.numbers)).reshape(panel.n)
    return np.asarray(function.compute(*arguments))
