"""How contributions to risk and the backtest of VaR were computed."""

from typing import Any

import numpy as np

from portfolio.calc.statistics import Track
from portfolio.services.trails import figure, trail

SOURCE = "docs/portfolio-risk.md"
OF_MEASURE = {
    "volatility": (
        "100 x sqrt(w' S w) x sqrt(returns_a_year), S the covariance (ddof 1) of the returns in sessions; marginal ="
        " 100 x (S w) / sqrt(w' S w) x sqrt(returns_a_year); component = weight / 100 x marginal; percent = 100 x"
        " component / total"
    ),
    "var_95_normal": (
        "-100 x (mean + z std) of the portfolio's returns in sessions, z the normal quantile of 0.05; marginal = -100 x"
        " (mean_i + z (S w)_i / std); component = weight / 100 x marginal"
    ),
    "cvar_95": (
        "-100 x mean of the portfolio's returns at or below their linear quantile of 0.05; marginal: of each asset's on"
        " these sessions; component = weight / 100 x marginal"
    ),
}  # fmt: skip
OTHERS = {
    "diversification_ratio": "sum of weight x volatility of each asset / volatility of the portfolio",
    "effective_risks": "1 / sum of (percent of the volatility / 100)^2",
}
VAR = {
    "historical": "-100 x linear quantile of the last 252 returns",
    "normal": "-100 x (mean + z std) of the last 252 returns",
    "cornish_fisher": "-100 x (mean + z' std) of the last 252 returns, z' bent by skewness and excess kurtosis",
}
TESTS = {
    "failures": "Kupiec: 2 x (log-likelihood of exceptions / sessions - that of the share), chi-squared, 1 degree",
    "independence": "Christoffersen: 2 x (log-likelihood of shares apart after an exception and after none - that of"
                    " one share), chi-squared, 1 degree",
    "coverage": "failures + independence, chi-squared, 2 degrees",
}  # fmt: skip


def contributions_explain(answer: dict[str, Any], returns: np.ndarray, dates: np.ndarray) -> dict[str, Any]:
    """A trail for each total of ``answer`` (``risk_contributions``), whose rows are the assets' parts; ``sessions``:
    the common ``returns`` [n, k] (``dates`` [n + 1]) of each asset and of the portfolio with today's weights, percent.
    """
    inputs = {name: answer[name] for name in ("date", "first", "last", "returns", "returns_a_year", "left_out")}
    figures = {}
    for name, formula in OF_MEASURE.items():
        rows = [{"asset": row["asset"], "weight": row["weight"]} | (row[name] or {}) for row in answer["results"]]
        unit = "% a year" if name == "volatility" else "%"
        figures[name] = trail(answer["totals"][name], unit, formula, inputs=inputs, rows=rows, source=SOURCE)
    shares = figures["volatility"]["rows"]
    for name, formula in OTHERS.items():
        figures[name] = trail(answer[name], "ratio", formula, inputs=inputs, rows=shares, source=SOURCE)
    names = [row["asset"] for row in answer["results"]]
    whole = 100.0 * returns @ np.array([row["weight"] / 100.0 for row in answer["results"]])
    sessions = [
        {"date": day, "portfolio": earned} | dict(zip(names, row, strict=True))
        for day, earned, row in zip(dates[1:].tolist(), whole.tolist(), (100.0 * returns).tolist(), strict=True)
    ]
    return {"figures": figures, "sessions": sessions}


def backtest_explain(answer: dict[str, Any], track: Track | None, forecasts: dict[str, np.ndarray]) -> dict[str, Any]:
    """A trail for each VaR of ``answer`` (``var_backtest``) and for each of its tests, whose rows are the exceptions;
    ``sessions``: each return beside all ``forecasts`` (by name, [n]) of it, percent.
    """
    figures = {}
    for row in answer["results"]:
        name = f"{row['method']}_{row['level']}"
        inputs = {"level": row["level"], "window": answer["window"], "returns": answer["returns"]}
        figures[name] = trail(row["var"], "%", VAR[row["method"]], inputs=inputs, source=SOURCE)
        tests = row["tests"] or {}
        counts = {count: tests.get(count) for count in ("sessions", "exceptions", "expected")}
        for test, formula in TESTS.items():
            found = tests.get(test)
            figures[f"{name}_{test}"] = trail(
                found and found["statistic"], "ratio", formula, rows=row["exceptions"], source=SOURCE,
                inputs=inputs | counts | {"p_value": found and found["p_value"]},
            )  # fmt: skip
    sessions = [] if track is None else [
        {"date": day, "return": 100.0 * earned} | {name: figure(var[at]) for name, var in forecasts.items()}
        for at, (day, earned) in enumerate(zip(track.dates[1:].tolist(), track.returns.tolist(), strict=True))
    ]  # fmt: skip
    return {"figures": figures, "sessions": sessions}
