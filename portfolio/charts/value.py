"""What a portfolio was worth and earned, over a period."""

from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from market.pages.charts import Chart, chart, line
from portfolio.calc.statistics import Track
from portfolio.charts.drawing import CASH, LOSS, OTHER, OWN, PERCENT, days, floats, others, texts
from portfolio.services.record import Record

AREA = {"fill": "tozeroy", "fillcolor": "rgba(59,130,196,0.16)"}
MOST_QUARTERS = 40


def value_chart(record: Record) -> Chart:
    """The value at each close; what was paid in and out stands on the line."""
    daily, currency = record.daily, record.portfolio.base_currency
    dates = texts(daily.date)
    traces = [line(dates, floats(daily.value, 2), _("Value"), OWN)]
    net = daily.inflow - daily.outflow
    for name, rows, colour, symbol in (
        (_("Paid in"), np.flatnonzero(net > 0), CASH, "triangle-up"),
        (_("Paid out"), np.flatnonzero(net < 0), LOSS, "triangle-down"),
    ):
        if len(rows):
            traces.append({
                "type": "scatter", "mode": "markers", "name": name, "x": [dates[row] for row in rows],
                "y": floats(daily.value[rows], 2), "marker": {"color": colour, "symbol": symbol, "size": 9},
                "customdata": floats(np.abs(net[rows]), 2),
                "hovertemplate": f"{name}: %{{customdata:,.2f}} {currency}<extra></extra>",
            })  # fmt: skip
    layout = {
        "yaxis": {"exponentformat": "B", "hoverformat": ",.2f", "title": {"text": currency}},
        "xaxis": days(dates),
    }
    note = _("At the close of each session. Triangles: money or shares paid in and out.")
    return chart(_("Value"), currency, traces, layout, note, height=360) | {"wide": True}


def return_chart(record: Record, benchmarks: dict[str, np.ndarray]) -> Chart:
    """Time-weighted return since the period began; ``benchmarks``: levels [T + 1] in the portfolio's currency."""
    dates = texts(np.r_[record.before, record.dates])
    traces = [line(dates, floats(100.0 * (record.index - 1.0)), record.portfolio.name, OWN)]
    traces += others(dates, {name: 100.0 * (_from_first(levels) - 1.0) for name, levels in benchmarks.items()})
    layout = {"yaxis": PERCENT, "xaxis": days(dates)}
    note = _("Without the effect of deposits and withdrawals. Benchmarks in the currency of the portfolio.")
    return chart(_("Time-weighted return"), _("percent since the period began"), traces, layout, note)


def drawdown_chart(track: Track) -> Chart:
    """How far below the highest value so far, flows removed."""
    dates = texts(track.dates)
    trace = line(dates, floats(-100.0 * track.fallen), _("Drawdown"), OWN) | AREA
    layout = {"yaxis": PERCENT, "xaxis": days(dates), "showlegend": False}
    return chart(_("Drawdown"), _("% below the highest so far"), [trace], layout, height=260)


def income_chart(record: Record) -> Chart | None:
    """Income and costs by quarter, by year where the period is long; None where there were neither."""
    daily, currency = record.daily, record.portfolio.base_currency
    if not (daily.income.any() or daily.fees.any() or daily.taxes.any()):
        return None
    months = daily.date.astype("datetime64[M]")
    quarters = months.astype(np.int64) // 3
    by_year = quarters[-1] - quarters[0] > MOST_QUARTERS
    parts = quarters // 4 if by_year else quarters
    first, last = int(parts[0]), int(parts[-1])
    names = [str(1970 + at) if by_year else f"{1970 + at // 4} Q{at % 4 + 1}" for at in range(first, last + 1)]
    traces: list[dict[str, Any]] = []
    for name, column, colour in (
        (_("Income"), daily.income, CASH), (_("Fees"), -daily.fees, OTHER), (_("Taxes"), -daily.taxes, LOSS),
    ):  # fmt: skip
        sums = np.bincount(parts - first, weights=column, minlength=len(names))
        traces.append({"type": "bar", "x": names, "y": floats(sums, 2), "name": name, "marker": {"color": colour}})
    layout = {"barmode": "relative", "yaxis": {"hoverformat": ",.2f"}, "xaxis": {"type": "category", "nticks": 12}}
    note = _("Dividends and interest before tax; fees and taxes of everything that was booked.")
    return chart(_("Income and costs"), currency, traces, layout, note, height=280) | {"first_column": _("Period")}


def contribution_chart(rows: list[dict[str, Any]]) -> Chart:
    """What each asset brought, the most first."""
    shown = sorted(rows, key=lambda row: row["contribution"])
    values = floats(np.array([row["contribution"] for row in shown]))
    trace = {
        "type": "bar", "orientation": "h", "y": [row["group"] for row in shown], "x": values,
        "name": _("Contribution"),
        "marker": {"color": [OWN if (one or 0) >= 0 else LOSS for one in values]},
    }  # fmt: skip
    layout = {"xaxis": PERCENT, "yaxis": {"type": "category", "dtick": 1}, "showlegend": False, "hovermode": "closest"}
    title, unit = _("Contribution to the return"), _("% points")
    return chart(title, unit, [trace], layout, height=90 + 22 * len(shown))


def _from_first(levels: np.ndarray) -> np.ndarray:
    """1 at the first level there is."""
    known = np.flatnonzero(np.isfinite(levels))
    return levels / levels[known[0]] if len(known) else levels
