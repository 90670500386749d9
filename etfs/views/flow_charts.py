"""Charts of a fund's daily figures."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from etfs.models import ETFDailyStat
from market.pages.charts import Chart, chart, line

IN, OUT, TOTAL, OTHER = "#2b6cb0", "#b2453c", "#8a7f3d", "#e08a1e"
NAMES = ("date", "net_flow", "total_assets", "nav", "close", "premium", "shares_outstanding")


def day_charts(days: Iterable[ETFDailyStat], currency: str) -> dict[str, Chart]:
    """By name, oldest day first: what has no figures has no chart."""
    rows = [tuple(getattr(day, name) for name in NAMES) for day in days]
    if len(rows) < 2:
        return {}
    dates, *columns = ([*column] for column in zip(*rows, strict=True))
    shown = [day.isoformat() for day in dates]
    of = dict(
        zip(NAMES[1:], ([None if one is None else float(one) for one in column] for column in columns), strict=True)
    )
    made = {
        "flows": _flows(shown, of["net_flow"], currency),
        "premium": _lines(shown, gettext("Premium over NAV"), gettext("percent"), {gettext("premium"): of["premium"]}),
        "prices": _lines(
            shown, gettext("Close and NAV"), currency, {gettext("close"): of["close"], gettext("NAV"): of["nav"]}
        ),
        "assets": _lines(shown, gettext("Assets"), currency, {gettext("assets"): of["total_assets"]}),
        "shares": _lines(
            shown, gettext("Shares outstanding"), gettext("shares"), {gettext("shares"): of["shares_outstanding"]}
        ),
    }  # fmt: skip
    return {name: one for name, one in made.items() if one}


def _lines(days: list[str], title: str, unit: str, series: dict[str, list[float | None]]) -> Chart | None:
    """A line for each series that has figures."""
    known = {name: values for name, values in series.items() if any(value is not None for value in values)}
    traces = [
        line(days, values, name, colour) for (name, values), colour in zip(known.items(), (IN, OTHER), strict=False)
    ]
    return chart(title, unit, traces, {"showlegend": len(traces) > 1}) if traces else None


def _flows(days: list[str], flows: list[float | None], currency: str) -> Chart | None:
    """A bar for each day, and what they add up to; a day without a flow adds nothing."""
    if not any(flow for flow in flows):
        return None
    total, added = 0.0, []
    for flow in flows:
        total += flow or 0.0
        added.append(total)
    bars: dict[str, Any] = {
        "type": "bar", "x": days, "y": flows, "name": gettext("net flow of the day"),
        "marker": {"color": [OUT if (flow or 0) < 0 else IN for flow in flows]},
    }  # fmt: skip
    layout = {"barmode": "relative", "bargap": 0}
    found = chart(
        gettext("Creations and redemptions"), currency, [bars, line(days, added, gettext("added up"), TOTAL)], layout,
        gettext("Money that came in above nought, money that left below; from share counts and NAV."), height=360,
    )  # fmt: skip
    return found | {"wide": True}
