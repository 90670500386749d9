"""How the outcome of a stress test was computed."""

from collections.abc import Mapping
from typing import Any

from portfolio.services.trails import trail

SOURCE = "docs/portfolio-rebalancing.md"
CHANGE = (
    "sum of contribution; contribution = weight x change / 100; what has no data stands still; source: what change is"
)
ALIKE = "change x sum of all weights / sum of the weights with a change"
COVERED = "100 - sum of the weights without a change; what is missing of 100 is cash in the base currency"
REVERSE = (
    "changes s of least s' C^-1 s with sum of weight x change / 100 = -loss, C the covariance of the last common"
    " returns times sessions; distance: sqrt(s' C^-1 s)"
)


def stress_explain(told: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Trails of ``told`` (``stress_shown``), whose rows are the assets; ``inputs``: dates, and what was asked."""
    return {
        "figures": {
            name: trail(told[name], "%", formula, inputs=inputs, rows=told["assets"], source=SOURCE)
            for name, formula in {"change": CHANGE, "change_if_alike": ALIKE, "covered": COVERED}.items()
        }
    }


def reverse_explain(told: Mapping[str, Any]) -> dict[str, Any]:
    """Trails of distance and probability (``stress_reverse``)."""
    names = ("date", "first", "last", "returns", "returns_a_year", "loss", "sessions", "limited", "left_out")
    inputs = {name: told[name] for name in names}
    of_normal = "the normal distribution at -loss / 100 / sqrt(w' C w): a loss as great within so many sessions"
    return {
        "figures": {
            "distance": trail(told["distance"], "ratio", REVERSE, inputs=inputs, rows=told["assets"], source=SOURCE),
            "probability": trail(told["probability"], "probability", of_normal, inputs=inputs, source=SOURCE),
        }
    }
