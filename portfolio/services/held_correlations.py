"""How much what a portfolio holds moves together."""

import datetime as dt
from typing import Any

import numpy as np

from portfolio.calc.correlations import Correlations, correlations, spanned_returns
from portfolio.calc.months import months_before
from portfolio.calc.risk import correlation_summary
from portfolio.calc.windows import MONTHS, ROLLING, WINDOWS
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import asset_closes
from portfolio.services.standing import standing_of
from portfolio.services.trails import figure

BEFORE = dt.timedelta(days=31)  # in which the close before the first return of a window is looked for
SESSION = dt.timedelta(days=2)  # calendar days read for a session


def correlations_held(*, portfolio: Portfolio, window: str = "1y", as_of: dt.date | None = None) -> dict[str, Any]:
    """The matrix of what is held, of returns in the portfolio's currency: those that end within so many calendar months
    (``1m`` to ``3y``) or on the last 20 or 60 dates on which any has a bar; with common returns, p-values, average and
    greatest. PortfolioError for an unknown window, and where fewer than two assets are held.
    """
    if window not in WINDOWS:
        raise PortfolioError(f"window: must be one of {', '.join(WINDOWS)}, not {window!r}")
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    if len(standing.held) < 2:
        raise PortfolioError(f"portfolio: fewer than two assets are held on {standing.as_of}")
    end = standing.as_of
    names = [str(one.instrument) for one in standing.held]
    closes = asset_closes(
        instruments=[one.instrument for one in standing.held], base_currency=portfolio.base_currency,
        start=_day_before(end, window) - BEFORE, end=end,
    )  # fmt: skip
    returns = spanned_returns(closes.close)
    inside = returns.ends >= _first_row(closes.dates, end, window)
    days = closes.dates[returns.ends[inside]]
    return {
        "date": end, "window": window, "currency": portfolio.base_currency,
        "first": days[0].item() if len(days) else None, "last": days[-1].item() if len(days) else None,
        "symbols": names,
    } | _matrix(correlations(returns.values[inside]), names)  # fmt: skip


def _matrix(found: Correlations, names: list[str]) -> dict[str, Any]:
    summary = correlation_summary(found)
    return {
        "correlation": _known(found.coefficient), "n": found.count.tolist(), "p_value": _known(found.p_value),
        "average": summary.average, "maximum": summary.maximum,
        "pair": None if summary.pair is None else [names[at] for at in summary.pair],
        "pairs_known": summary.known, "pairs": summary.pairs,
    }  # fmt: skip


def _day_before(end: dt.date, window: str) -> dt.date:
    """The day whose evening a window begins on; for a window of dates, one early enough."""
    if window in ROLLING:
        return end - ROLLING[window] * SESSION
    day = np.array([end], dtype="datetime64[D]").astype(np.int64)
    found: dt.date = months_before(day, MONTHS[window]).astype("datetime64[D]")[0].item()
    return found


def _first_row(dates: np.ndarray, end: dt.date, window: str) -> int:
    """The row of ``dates`` that the first return of the window ends on."""
    if window in ROLLING:
        return max(len(dates) - ROLLING[window], 0)
    return int(np.searchsorted(dates, np.datetime64(_day_before(end, window)), side="right"))


def _known(table: np.ndarray) -> list[list[float | None]]:
    return [[figure(one) for one in row] for row in table]
