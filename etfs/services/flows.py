"""Money that came into funds and left them, by fund and by category, over any window."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.calc.category_flows import category_flows, largest, rotation_signal
from etfs.models import Category
from etfs.services.errors import EtfError
from etfs.services.lookup import day_or_today
from etfs.services.won import krw_per
from etfs.store.flows import flows_read, newest_day
from market.calendars import sessions_before
from market.regions import region_get

SESSIONS = 20
TOP = 3
FOUR_WEEKS = dt.timedelta(days=27)  # both ends included: 20 weekdays


@dataclass(frozen=True)
class FlowsView:
    """Flows from ``start`` to ``end`` (both included). ``funds``: net flow by fund, in its trading currency and in won;
    ``categories``: sums in won, and percent of the category's assets on the day before the window.

    ``top_inflow``, ``top_outflow``: the three largest funds each. ``without``: funds that have no flow to add.
    """

    region: str
    start: dt.date
    end: dt.date
    currency: str
    funds: list[dict[str, Any]]
    categories: list[dict[str, Any]]
    top_inflow: list[dict[str, Any]]
    top_outflow: list[dict[str, Any]]
    top_categories_in: list[str]
    top_categories_out: list[str]
    signal: str
    without: int


def flows_get(
    *, region: str = "", start: dt.date | None = None, end: dt.date | None = None, category: str = "", top: int = TOP
) -> FlowsView:
    """Net flows of the funds of a region (or of all), of one ``category`` (or of all). ``end`` None: the newest day
    with figures; ``start`` None: the last 20 sessions.

    Categories and the signal are those of all funds, whatever ``category`` is: money rotates between them. Flows of
    several currencies are added in won (``settings.ETF_KRW_PER``); funds in another currency stand apart with what
    they have. EtfError for wrong arguments.
    """
    code = _region(region)
    if category and category not in Category.values:
        raise EtfError(f"category: unknown {category!r}: use one of {', '.join(Category.values)}")
    first, last = flow_window(region=code, start=start, end=end)
    return _view(code, (first, last), flows_read(first, last, code), category, top)


def flow_window(
    *, region: str = "", start: dt.date | None = None, end: dt.date | None = None
) -> tuple[dt.date, dt.date]:
    """The days that flows are added over, both included; what is not asked for as in ``flows_get``."""
    last = min(end or newest_day(region) or day_or_today(None), day_or_today(None))
    first = start or _sessions_back(region, last)
    if first > last:
        raise EtfError(f"from: {first} is after to ({last})")
    return first, last


def _sessions_back(region: str, last: dt.date) -> dt.date:
    """The first of the 20 sessions up to ``last``; before calendars begin, the first of four weeks."""
    found = sessions_before(region or "KR", last, SESSIONS)
    if len(found):
        return found[0].item()
    return last - FOUR_WEEKS if last > dt.date.min + FOUR_WEEKS else dt.date.min


def _region(region: str) -> str:
    try:
        return region_get(region).code if region else ""
    except ValueError as error:
        raise EtfError(f"region: {error}") from error


def _view(
    region: str, window: tuple[dt.date, dt.date], found: list[dict[str, Any]], category: str, top: int
) -> FlowsView:
    for fund in found:
        won = np.nan if fund["net_flow"] is None else fund["net_flow"] * krw_per(fund["currency"])
        fund["net_flow_krw"] = float(won) if np.isfinite(won) else None
        before = fund["assets_before"]
        fund["percent"] = 100 * fund["net_flow"] / before if before and fund["net_flow"] is not None else None
    names, categories, signal = _categories(found, _won(found))
    funds = [fund for fund in found if category in ("", fund["category"])]
    in_won = _won(funds)
    inward, outward = largest(in_won, top)
    net = np.array([row["net_flow_krw"] for row in categories])
    most_in, most_out = largest(net, TOP)
    return FlowsView(
        region, *window, "KRW", sorted(funds, key=lambda fund: -(fund["net_flow_krw"] or 0.0)), categories,
        [funds[place] for place in inward], [funds[place] for place in outward],
        [names[place] for place in most_in], [names[place] for place in most_out], signal, int(np.isnan(in_won).sum()),
    )  # fmt: skip


def _won(funds: Sequence[dict[str, Any]]) -> np.ndarray:
    return np.array([np.nan if fund["net_flow_krw"] is None else fund["net_flow_krw"] for fund in funds], dtype=float)


def _categories(funds: Sequence[dict[str, Any]], won: np.ndarray) -> tuple[list[str], list[dict[str, Any]], str]:
    """(names, a row each, signal)."""
    names, place = np.unique(np.array([fund["category"] for fund in funds], dtype=str), return_inverse=True)
    rates = [krw_per(fund["currency"]) for fund in funds]
    before = [np.nan if fund["assets_before"] is None else fund["assets_before"] for fund in funds]
    found = category_flows(
        won[None, :], np.array(before, dtype=float) * np.array(rates, dtype=float), place, len(names)
    )
    rows = [
        {
            "category": str(name), "funds": int(found.funds[i]), "net_flow_krw": float(found.net[i]),
            "assets_before_krw": float(found.assets_before[i]),
            "percent": float(found.percent[i]) if np.isfinite(found.percent[i]) else None,
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    return [str(name) for name in names], rows, rotation_signal(found.percent)
