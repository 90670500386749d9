"""The layouts of data.krx.co.kr screens, told apart by their columns."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from market.calc.parsing import codes, date_of, texts
from market.sources.base import FetchRequest, FileProblem
from market.sources.files import constant, pick

MARCAP = {
    "ticker": ("Code",),
    "name": ("Name",),
    "exchange": ("Market",),
    "date": ("Date",),
    "open": ("Open",),
    "high": ("High",),
    "low": ("Low",),
    "close": ("Close",),
    "volume": ("Volume",),
    "trading_value": ("Amount",),
    "market_cap": ("Marcap",),
    "shares_outstanding": ("Stocks",),
}
SCREEN = {
    "ticker": ("ISU_SRT_CD",),
    "name": ("ISU_ABBRV",),
    "exchange": ("MKT_NM",),
    "date": ("TRD_DD",),
    "open": ("TDD_OPNPRC",),
    "high": ("TDD_HGPRC",),
    "low": ("TDD_LWPRC",),
    "close": ("TDD_CLSPRC",),
    "volume": ("ACC_TRDVOL",),
    "trading_value": ("ACC_TRDVAL",),
    "market_cap": ("MKTCAP",),
    "shares_outstanding": ("LIST_SHRS",),
}
LISTING = {
    "ticker": ("ISU_SRT_CD", "Code"),
    "name": ("ISU_ABBRV", "Name"),
    "exchange": ("MKT_NM", "MKT_TP_NM", "Market"),
    "isin": ("ISU_CD",),
    "listed_on": ("LIST_DD",),
}
FIGURES = {
    "ticker": ("ISU_SRT_CD",),
    "date": ("TRD_DD",),
    "eps_basic": ("EPS",),
    "book_value_per_share": ("BPS",),
    "dividends_per_share": ("DPS",),
}
_DAY = re.compile(r"(?<!\d)((?:19|20)\d{6})(?!\d)")
_ISIN = re.compile(r"KR7([0-9A-Z]{6})\d{3}")


def prices_table(raw: pa.Table, request: FetchRequest, name: str) -> pa.Table:
    """Bars of the marcap layout, of a day of all stocks (01501) or of one stock's history (01701)."""
    if "Marcap" in raw.column_names:
        return pick(raw, MARCAP, required=("ticker", "date", "close"), name=name)
    return _dated(pick(raw, SCREEN, required=("close",), name=name), request, name)


def listing_table(raw: pa.Table, name: str) -> pa.Table:
    """One row per code, the last one of the file."""
    table = pick(raw, LISTING, required=("ticker", "name"), name=name)
    index, words = codes(texts(table.column("ticker")))
    last = np.zeros(len(words), dtype=np.int64)
    last[index] = np.arange(table.num_rows)
    return table.take(pa.array(np.sort(last)))


def figures_table(raw: pa.Table, request: FetchRequest, name: str) -> pa.Table:
    """EPS, BPS and DPS of all stocks on a day (03501) or of one stock over time (03502)."""
    required = ("eps_basic", "book_value_per_share", "dividends_per_share")
    return _dated(pick(raw, FIGURES, required=required, name=name), request, name)


def _dated(table: pa.Table, request: FetchRequest, name: str) -> pa.Table:
    """The column a screen leaves out because the question named it: its date, or its stock."""
    if "date" not in table.column_names:
        day = request.date or _day_in(name)
        if day is None:
            raise FileProblem(f"{name}: the file has no date column and no date in its name: give --date")
        table = constant(table, "date", day.isoformat())
    if "ticker" not in table.column_names:
        found = _ISIN.search(name)
        ticker = request.ticker or (found.group(1) if found else "")
        if not ticker:
            raise FileProblem(f"{name}: the file has no code column and no ISIN in its name: give --ticker")
        table = constant(table, "ticker", ticker)
    return table


def _day_in(name: str) -> dt.date | None:
    """The only date in a file name; None where there is none or more than one."""
    days = {date_of(word) for word in _DAY.findall(Path(name).name)}
    return days.pop() if len(days) == 1 else None
