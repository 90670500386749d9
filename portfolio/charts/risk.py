"""Charts of what a portfolio risks, and of what it is exposed to."""

from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from market.pages.charts import Chart, chart, line
from portfolio.charts.drawing import CASH, FAINT, LOSS, OTHER, OWN, PERCENT, days, floats, texts
from portfolio.store.books import Daily

MOST = 25  # bars


def rolling_charts(daily: Daily) -> list[Chart]:
    """Volatility and beta of the last 252 returns up to each session; no beta without a benchmark."""
    dates = texts(daily.date)
    note = _("Of the last 252 returns up to each session.")
    found = []
    for column, title, unit, axis in (
        (daily.volatility, _("Rolling volatility"), _("% a year"), PERCENT),
        (daily.beta, _("Rolling beta"), _("against the primary benchmark"), {"hoverformat": ".2f"}),
    ):
        if np.isfinite(column).any():
            traces = [line(dates, floats(column), title, OWN)]
            layout = {"yaxis": axis, "xaxis": days(dates), "showlegend": False}
            found.append(chart(title, unit, traces, layout, note, height=280))
    return found


def exceedance_chart(
    sessions: list[dict[str, Any]], name: str, label: str, exceptions: list[dict[str, Any]]
) -> Chart:  # fmt: skip
    """Returns of the sessions that had a forecast, the VaR of the evening before as a line below, its ``exceptions``
    red.
    """
    known = [row for row in sessions if row[name] is not None]
    dates = [str(row["date"]) for row in known]
    earned = np.array([row["return"] for row in known], dtype=np.float64)
    limit = -np.array([row[name] for row in known], dtype=np.float64)
    traces = [
        {"type": "scatter", "mode": "markers", "x": dates, "y": floats(earned), "name": _("Return"),
         "marker": {"color": FAINT, "size": 3}},
        line(dates, floats(limit), label, OTHER),
        {"type": "scatter", "mode": "markers", "x": [str(row["date"]) for row in exceptions],
         "y": [round(row["return"], 4) for row in exceptions], "name": _("Worse than the VaR"),
         "marker": {"color": LOSS, "size": 7, "symbol": "x"}},
    ]  # fmt: skip
    layout = {"yaxis": PERCENT, "xaxis": days(dates), "hovermode": "closest"}
    note = _("The VaR that was known the evening before, from the 252 returns up to then.")
    return chart(_("Did the VaR hold?"), _("percent of a session"), traces, layout, note) | {"wide": True}


def risk_parts_chart(rows: list[dict[str, Any]]) -> Chart:
    """Share of each asset in the volatility beside its weight, the greatest first."""
    shown = sorted((row for row in rows if row["volatility"]), key=lambda row: row["volatility"]["percent"])[-MOST:]
    names = [row["asset"] for row in shown]
    traces = [
        {"type": "bar", "orientation": "h", "y": names, "x": [round(row["weight"], 4) for row in shown],
         "name": _("Weight"), "marker": {"color": FAINT}},
        {"type": "bar", "orientation": "h", "y": names, "name": _("Share of the volatility"),
         "x": [round(row["volatility"]["percent"], 4) for row in shown], "marker": {"color": OWN}},
    ]  # fmt: skip
    layout = {"xaxis": PERCENT, "yaxis": {"type": "category", "dtick": 1}, "bargap": 0.25, "hovermode": "closest"}
    note = _("Where the risk stands beside the money: what is held today over the last 252 common returns.")
    return chart(_("Where the risk comes from"), "%", traces, layout, note, height=110 + 30 * len(shown))


def exposure_chart(title: str, shares: dict[str, float]) -> Chart:
    """Bars by label, the largest first; a hedge is red."""
    shown = sorted(shares.items(), key=lambda one: abs(one[1]))[-MOST:]
    values = [round(share, 4) for _name, share in shown]
    trace = {
        "type": "bar", "orientation": "h", "y": [name for name, _share in shown], "x": values, "name": title,
        "marker": {"color": [CASH if one >= 0 else LOSS for one in values]},
    }  # fmt: skip
    layout = {"xaxis": PERCENT, "yaxis": {"type": "category", "dtick": 1}, "showlegend": False, "hovermode": "closest"}
    return chart(title, _("percent of the value"), [trace], layout, height=90 + 24 * len(shown))


def factor_chart(rows: list[dict[str, Any]]) -> Chart:
    """Weighted mean of the scores of what is held, factor by factor."""
    shown = sorted(rows, key=lambda row: row["exposure"])
    values = [round(row["exposure"], 4) for row in shown]
    trace = {
        "type": "bar", "orientation": "h", "y": [row["factor"] for row in shown], "x": values,
        "name": _("Exposure"), "marker": {"color": [OWN if one >= 0 else LOSS for one in values]},
    }  # fmt: skip
    layout = {
        "xaxis": {"hoverformat": ".2f"}, "yaxis": {"type": "category", "dtick": 1}, "showlegend": False,
        "hovermode": "closest",
    }  # fmt: skip
    title, unit = _("Factor exposure"), _("score, standard deviations")
    return chart(title, unit, [trace], layout, height=90 + 20 * len(shown)) | {"wide": True}
