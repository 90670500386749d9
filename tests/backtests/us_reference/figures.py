"""P/E and return on equity of every name on every session, one company at a time (FORMULAS.md sections 1 to 3)."""

import datetime as dt
import math

import pandas as pd

from tests.backtests.us_reference.raw_files import Action, Filing
from tests.market.ttm_reference import Report, ttm

OLDEST = 550  # days from the end of a period to the last day on which its figures count


def earnings_per_share(filings: list[Filing], splits: list[Action], day: int) -> float | None:
    """Trailing twelve months in today's shares: what was reported before a split is divided by its ratio."""
    reports = []
    for filing in filings:
        eps = filing.eps
        for split in splits:
            if eps is not None and filing.on < split.ex_date.toordinal() <= day:
                eps /= split.figure
        reports.append(Report(filing.end, filing.period, filing.on, 0, eps))
    return ttm(reports, day)


def net_income(filings: list[Filing], day: int) -> float | None:
    return ttm([Report(f.end, f.period, f.on, 0, f.net_income) for f in filings], day)


def equity(filings: list[Filing], day: int) -> float | None:
    """Of the newest period end that has it, as published last."""
    published = [f for f in filings if f.on <= day and f.end <= day and f.equity is not None]
    if not published:
        return None
    newest = max(published, key=lambda filing: (filing.end, filing.on))
    return newest.equity if day - newest.end <= OLDEST else None


def return_on_equity(filings: list[Filing], day: int) -> float:
    """Percent, NaN without one."""
    earned, owned = net_income(filings, day), equity(filings, day)
    if earned is None or owned is None or owned <= 0:
        return math.nan
    return 100 * earned / owned


def by_session(sessions: list[dt.date], changes: set[int], figure_on) -> list[float]:
    """A figure of every session. It is worked out anew on the first session and after each day of ``changes``."""
    found: list[float] = []
    before = 0
    for session in sessions:
        day = session.toordinal()
        anew = not found or any(before < change <= day for change in changes)
        found.append(figure_on(day) if anew else found[-1])
        before = day
    return found


def roe_and_eps(
    sessions: list[dt.date], filings: dict[str, list[Filing]], actions: list[Action], tickers: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return on equity (percent) and earnings per share, sessions by tickers; NaN: none."""
    roe, eps = {}, {}
    for ticker in tickers:
        own = filings.get(ticker, [])
        splits = [action for action in actions if action.ticker == ticker and action.kind == "SPLIT"]
        changes = {f.on for f in own} | {f.end + OLDEST + 1 for f in own} | {s.ex_date.toordinal() for s in splits}
        roe[ticker] = by_session(sessions, changes, lambda day, own=own: return_on_equity(own, day))
        eps[ticker] = by_session(
            sessions, changes, lambda day, own=own, splits=splits: earnings_per_share(own, splits, day)
        )
    days = pd.DatetimeIndex(sessions)
    return pd.DataFrame(roe, index=days, dtype=float), pd.DataFrame(eps, index=days, dtype=float)


def price_earnings(close: pd.DataFrame, eps: pd.DataFrame) -> pd.DataFrame:
    """The files have no share counts, so no market value: the raw close of the last bar by the earnings of a share."""
    return close.ffill() / eps.where(eps > 0)
