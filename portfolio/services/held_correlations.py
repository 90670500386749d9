"""How much what a portfolio holds moves together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from market.calc.months import day_months_before, months_before
from market.calendars import sessions
from market.models import Instrument
from portfolio.calc.correlations import Correlations, Exchanges, window_correlations
from portfolio.calc.risk import correlation_summary
from portfolio.calc.windows import MONTHS, ROLLING, WINDOWS
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import asset_closes
from portfolio.services.standing import standing_of
from portfolio.services.trails import figure, trail

DOCUMENT = "docs/portfolio-risk.md"
BEFORE = dt.timedelta(days=31)  # in which the close before the first return of a window is looked for
SESSION = dt.timedelta(days=2)  # calendar days read for a session
MEAN = "mean of correlation over the pairs that have one"
PEARSON = (
    "Pearson correlation of the returns that both have, each from a close to the next in the base currency; p-value:"
    " the t-test with n - 2 degrees of freedom; fewer than 20 common returns: null"
)


def correlations_held(
    *, portfolio: Portfolio, window: str = "1y", as_of: dt.date | None = None, explain: bool = False
) -> dict[str, Any]:
    """The matrix of what is held, of returns in the portfolio's currency: those that end within so many calendar months
    (``1m`` to ``3y``) or since the 20th or 60th last day on which the exchanges of both are open
    (``window_correlations``); with common returns, p-values, average and greatest. ``first``: the first day that a pair
    may have a return on. PortfolioError for an unknown window, and where fewer than two assets are held.
    """
    if window not in WINDOWS:
        raise PortfolioError(f"window: must be one of {', '.join(WINDOWS)}, not {window!r}")
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    if len(standing.held) < 2:
        raise PortfolioError(f"portfolio: fewer than two assets are held on {standing.as_of}")
    held, end = [one.instrument for one in standing.held], standing.as_of
    closes = _closes(held, portfolio.base_currency, end, window)
    days = closes.dates
    found = window_correlations(closes.close, days, closes.exchanges, [window])[window] if len(days) else None
    answer = {
        "date": end, "window": window, "currency": portfolio.base_currency,
        "first": days[_first_row(closes, window)].item() if len(days) else None,
        "last": days[-1].item() if len(days) else None, "symbols": [str(one) for one in held],
    } | _matrix(found, [str(one) for one in held])  # fmt: skip
    return answer | ({"explain": _explained(answer, closes)} if explain else {})


@dataclass(frozen=True)
class HeldCloses:
    """``close`` [T, N] of what is held in the base currency, on ``dates`` [T] on which one of the ``exchanges`` is
    open, NaN without a bar.
    """

    dates: np.ndarray
    close: np.ndarray
    exchanges: Exchanges


def _closes(held: Sequence[Instrument], base: str, end: dt.date, window: str) -> HeldCloses:
    """Reads them. An exchange is open on its sessions from its first bar to its last, and wherever there is a bar."""
    start = end - ROLLING[window] * SESSION if window in ROLLING else day_months_before(end, MONTHS[window])
    found = asset_closes(instruments=held, base_currency=base, start=start - BEFORE, end=end)
    regions = sorted({one.region for one in held})
    of = np.array([regions.index(one.region) for one in held], dtype=np.int64)
    known = np.isfinite(found.close)
    days = [_open_days(region, found.dates[known[:, of == at].any(axis=1)]) for at, region in enumerate(regions)]
    dates = np.unique(np.concatenate(days))
    is_open = np.stack([np.isin(dates, one) for one in days], axis=1)
    return HeldCloses(dates, found.at(dates), Exchanges(of, is_open))


def _open_days(region: str, bar_days: np.ndarray) -> np.ndarray:
    if not len(bar_days):
        return bar_days
    exchange = sessions(region, bar_days[0].item(), bar_days[-1].item()).astype("datetime64[D]")
    return np.union1d(bar_days, exchange)


def _first_row(closes: HeldCloses, window: str) -> int:
    """The row of the first day that a return of the window may end on; of pairs on several exchanges the earliest."""
    if window not in ROLLING:
        start = months_before(closes.dates[-1:].astype(np.int64), MONTHS[window]).astype("datetime64[D]")[0]
        return int(np.searchsorted(closes.dates, start, side="right"))
    is_open = closes.exchanges.is_open
    both = (
        np.flatnonzero(is_open[:, one] & is_open[:, other])[-ROLLING[window] :]
        for one, other in combinations_with_replacement(range(is_open.shape[1]), 2)
    )
    return min(int(rows[0]) for rows in both if len(rows))


def _matrix(found: Correlations | None, names: list[str]) -> dict[str, Any]:
    if found is None:
        unknown = np.full((len(names), len(names)), np.nan)
        found = Correlations(unknown, np.zeros(unknown.shape, np.int64), unknown)
    summary = correlation_summary(found)
    return {
        "correlation": _known(found.coefficient), "n": found.count.tolist(), "p_value": _known(found.p_value),
        "average": summary.average, "maximum": summary.maximum,
        "pair": None if summary.pair is None else [names[at] for at in summary.pair],
        "pairs_known": summary.known, "pairs": summary.pairs,
    }  # fmt: skip


def _known(table: np.ndarray) -> list[list[float | None]]:
    return [[figure(one) for one in row] for row in table]


def _explained(answer: dict[str, Any], closes: HeldCloses) -> dict[str, Any]:
    """Trails of average and maximum, a row for each pair, and the closes (base currency) that returns are between: of
    the window, with those of up to a month before, one of which the first return starts from.
    """
    names = answer["symbols"]
    upper = zip(*(part.tolist() for part in np.triu_indices(len(names), 1)), strict=True)
    rows = [
        {
            "a": names[i], "b": names[j], "correlation": answer["correlation"][i][j], "returns": answer["n"][i][j],
            "p_value": answer["p_value"][i][j],
        }
        for i, j in upper
    ]  # fmt: skip
    inputs = {name: answer[name] for name in ("window", "currency", "first", "last", "pairs_known", "pairs")}
    figures = {
        "average": trail(answer["average"], "ratio", f"{MEAN}; {PEARSON}", inputs=inputs, rows=rows, source=DOCUMENT),
        "maximum": trail(
            answer["maximum"], "ratio", f"the highest correlation; {PEARSON}", inputs=inputs | {"pair": answer["pair"]},
            rows=rows, source=DOCUMENT,
        ),
    }  # fmt: skip
    return {"figures": figures, "sessions": _shown_closes(closes, names, answer["first"])}


def _shown_closes(closes: HeldCloses, names: Sequence[str], first: dt.date | None) -> list[dict[str, Any]]:
    begin = 0 if first is None else int(np.searchsorted(closes.dates, np.datetime64(first - BEFORE)))
    return [
        {"date": day} | {name: figure(close) for name, close in zip(names, row, strict=True)}
        for day, row in zip(closes.dates[begin:].tolist(), closes.close[begin:].tolist(), strict=True)
    ]
