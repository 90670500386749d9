"""How an attribution was computed: the effects of each group, and the sessions that they are linked from."""

from typing import Any

import numpy as np

from portfolio.calc.accounting import Days, sleeves
from portfolio.services.attribution_against import Against, Groups
from portfolio.services.trails import figure, trail

SOURCE = "docs/portfolio-accounting.md"
CHAIN = "100 x (product of (1 + {} / 100) over the sessions - 1)"


def attribution_explain(days: Days, groups: Groups, other: Against | None, answer: dict[str, Any]) -> dict[str, Any]:
    """``figures``: a trail for the return with the contributions and, against ``other``, for the benchmark's return,
    the excess and each effect, whose rows are the groups; ``sessions``: weight and part of the return by group,
    percent, as each session had them, and those of ``other``.
    """
    inputs = {name: answer[name] for name in ("from", "to", "sessions", "by", "against")}
    rows, parts = answer["results"], answer["contributions"]
    figures = {
        "return": trail(answer["return"], "%", CHAIN.format("return"), inputs=inputs, rows=parts, source=SOURCE),
    }
    if other is not None:
        excess = "return - benchmark_return; the sum of total over the groups"
        figures |= {
            "benchmark_return": trail(
                answer["benchmark_return"], "%", CHAIN.format("benchmark_return"), inputs=inputs, source=SOURCE
            ),
            "excess_return": trail(answer["excess_return"], "%", excess, inputs=inputs, rows=rows, source=SOURCE),
        } | {
            name: trail(total, "%", f"sum of {name} over the groups; {answer['formula']}", inputs=inputs, rows=rows,
                        source=SOURCE)
            for name, total in answer["totals"].items()
        }  # fmt: skip
    return {"figures": figures, "sessions": _sessions(days, groups if other is None else other.groups, other)}


def _sessions(days: Days, groups: Groups, other: Against | None) -> list[dict[str, Any]]:
    """By session: the return, and by group (cash last) ``weight`` and ``part`` = its contribution to that return."""
    own, names = sleeves(days, groups.of_asset, groups.count), [*groups.names, "cash"]
    tables = {"weight": own.weights, "part": own.parts}
    whole = {"return": own.parts.sum(axis=1)}
    if other is not None:
        tables |= {"benchmark_weight": other.weights, "benchmark_group_return": other.returns}
        whole |= {"benchmark_return": np.nansum(other.weights * other.returns, axis=1)}
    return [
        {"date": day}
        | {name: figure(100.0 * column[row]) for name, column in whole.items()}
        | {
            name: {group: figure(100.0 * cell) for group, cell in zip(names, table[row].tolist(), strict=True)}
            for name, table in tables.items()
        }
        for row, day in enumerate(days.dates.tolist())
    ]
