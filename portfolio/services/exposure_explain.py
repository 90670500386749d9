"""How exposures were computed."""

from typing import Any

from etfs.services.look_through import LABELS
from portfolio.services.trails import trail

SOURCE = "docs/portfolio-risk.md"
OF_FACTOR = "sum of part over the assets with a score; part = weight x score / sum of the weights with a score"
SEEN = (
    "sum of percent over the rows; percent of a fund's line = 100 x value of the fund / value of the portfolio x weight"
    " of the line, level by level; through: by which fund"
)


def factors_explain(answer: dict[str, Any]) -> dict[str, Any]:
    """A trail for each factor of ``answer`` (``factor_exposure``); rows: the assets with a score."""
    return {
        "figures": {
            row["factor"]: trail(
                row["exposure"], "score", OF_FACTOR, rows=row["parts"], source=SOURCE,
                inputs={"date": answer["date"], "scores": answer["dates"], "covered": row["covered"],
                        "uncovered": row["uncovered"]},
            )
            for row in answer["results"]
        }
    }  # fmt: skip


def look_through_explain(answer: dict[str, Any]) -> dict[str, Any]:
    """A trail for what is covered, security by security, for what is not, reason by reason, and for the sums by
    sector, country and currency of ``answer`` (``look_through_exposure``).
    """
    inputs = {"date": answer["date"], "compositions": answer["as_of_dates"]}
    reasons = [{"reason": reason, "percent": share} for reason, share in answer["uncovered"].items()]
    figures = {
        "covered_percent": trail(
            answer["covered_percent"], "%", SEEN, inputs=inputs, rows=answer["results"], source=SOURCE
        ),
        "uncovered_percent": trail(
            answer["uncovered_percent"], "%", "sum of percent over the reasons", inputs=inputs, rows=reasons,
            source=SOURCE,
        ),
    }  # fmt: skip
    for label in LABELS:
        rows = [{label: name, "percent": share} for name, share in answer[f"by_{label}"].items()]
        figures[f"by_{label}"] = trail(
            sum(row["percent"] for row in rows), "%", f"percent of the securities of each {label}, added",
            inputs=inputs, rows=rows, source=SOURCE,
        )  # fmt: skip
    return {"figures": figures}
