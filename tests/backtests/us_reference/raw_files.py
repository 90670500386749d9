"""The shared US files as they are: bars by session and name, reports row by row."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import exchange_calendars
import pandas as pd

PRICES = "prices/us_250_2015_2017.csv.gz"
REPORTS = "fundamentals/us_250_reports_pit.csv.gz"


class Filing(NamedTuple):
    """What one filing says. ``end`` and ``on`` (published) are ordinal days; None: not in it. USD, USD per share."""

    end: int
    period: str
    on: int
    net_income: float | None
    equity: float | None
    eps: float | None


class Action(NamedTuple):
    """``kind`` SPLIT: ``figure`` new shares for an old one; CASH_DIVIDEND: USD per share."""

    ticker: str
    ex_date: dt.date
    kind: str
    figure: float


def new_york_sessions(first: str, last: str) -> list[dt.date]:
    """Days on which the New York Stock Exchange trades."""
    return [day.date() for day in exchange_calendars.get_calendar("XNYS").sessions_in_range(first, last)]


def read_bars(shared_data: Path) -> dict[str, pd.DataFrame]:
    """``open``, ``close`` and ``volume``, raw: a row per session, a column per ticker, NaN without a bar."""
    rows = pd.read_csv(shared_data / PRICES, keep_default_na=False, na_values=[""], parse_dates=["date"])
    rows = rows[rows["close"] > 0]
    days = pd.DatetimeIndex(new_york_sessions(str(rows["date"].min().date()), str(rows["date"].max().date())))
    return {name: rows.pivot(index="date", columns="symbol", values=name).reindex(days).astype(float)
            for name in ("open", "close", "volume")}  # fmt: skip


def read_reports(shared_data: Path) -> pd.DataFrame:
    """Rows of reports, without those that contradict each other: one name, period and day, other figures."""
    rows = pd.read_csv(shared_data / REPORTS, keep_default_na=False, na_values=[""], parse_dates=["end_date"])
    rows["on"] = pd.to_datetime(rows["crawled"].astype(str))
    rows["period"] = ["FY" if focus == "FY" else "Q" for focus in rows["period_focus"]]
    return rows[~rows.duplicated(["symbol", "end_date", "period", "on"], keep=False)]


def read_filings(shared_data: Path) -> dict[str, list[Filing]]:
    """Filings of every ticker. Earnings per share are the diluted ones, else the basic ones."""
    found: dict[str, list[Filing]] = {}
    for row in read_reports(shared_data).itertuples():
        eps = row.eps_basic if pd.isna(row.eps_diluted) else row.eps_diluted
        filing = Filing(
            row.end_date.toordinal(), row.period, row.on.toordinal(), known(row.net_income), known(row.equity),
            known(eps),
        )  # fmt: skip
        found.setdefault(row.symbol, []).append(filing)
    return found


def known(figure: float) -> float | None:
    return None if pd.isna(figure) else float(figure)


def quarterly_dividends(shared_data: Path, sessions: list[dt.date]) -> list[Action]:
    """The dividends quarterly reports tell, dated the first session after the report: the files know no ex-dates."""
    found = {}
    for row in read_reports(shared_data).itertuples():
        later = [day for day in sessions if day > row.on.date()]
        if row.period == "Q" and row.dividend > 0 and later:
            found[row.symbol, later[0]] = Action(row.symbol, later[0], "CASH_DIVIDEND", float(row.dividend))
    return list(found.values())
