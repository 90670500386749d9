"""``us_pit``: US reports, one row per filing; cash flows year to date, turned into quarters here."""

import math
from pathlib import Path

import pyarrow as pa

from market.calc.parsing import dates, numbers, texts
from market.calc.ytd import YearToDate, quarters_from_ytd
from market.sources.base import FetchRequest, Frame, Source
from market.sources.files import pick, read_table
from market.sources.registry import register

_FIELDS = {
    "revenue": "revenues",
    "operating_income": "op_income",
    "net_income": "net_income",
    "eps_basic": "eps_basic",
    "eps_diluted": "eps_diluted",
    "dividends_per_share": "dividend",
    "total_assets": "assets",
    "current_assets": "cur_assets",
    "current_liabilities": "cur_liab",
    "cash": "cash",
    "total_equity": "equity",
}
_KEYS = {
    "ticker": ("symbol", "ticker"),
    "period_end": ("end_date",),
    "focus": ("period_focus",),
    "fiscal_year": ("fiscal_year",),
    "available_on": ("crawled", "filed"),
    "cash_flow": ("cash_flow_op",),
}


@register
class UsPointInTime(Source):
    name = "us_pit"
    title = "US point-in-time reports (SEC XBRL, one row per filing)"
    kinds = ("fundamentals",)
    region = "US"
    columns = {
        "fundamentals": {
            "symbol": "ticker as text",
            "end_date": "period end",
            "period_focus": "Q1, Q2, Q3 or FY",
            "fiscal_year": "tells the quarters of one fiscal year together",
            "crawled": "filing date, YYYYMMDD",
            "revenues": "USD, of the period alone; 0 or less counts as null",
            "cash_flow_op": "USD, YEAR TO DATE",
            **dict.fromkeys(("op_income", "net_income"), "USD, of the period alone"),
            **dict.fromkeys(("eps_basic", "eps_diluted", "dividend"), "USD per share, as reported"),
            **dict.fromkeys(("assets", "cur_assets", "cur_liab", "cash", "equity"), "USD, at the period end"),
        }
    }

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        raw, rows, bad = read_table(path)
        wanted = _KEYS | {key: (name,) for key, name in _FIELDS.items()}
        table = pick(raw, wanted, required=("ticker", "period_end", "focus", "available_on"), name=path.name)
        focus = [word.upper() for word in texts(table.column("focus")).to_pylist()]
        table = table.append_column("period", pa.array(["Q" if word in ("Q1", "Q2", "Q3") else word for word in focus]))
        table = table.append_column("operating_cash_flow", _quarterly_cash_flow(table, focus))
        table = table.append_column("currency", pa.repeat(pa.scalar("USD"), table.num_rows))
        keep = ["ticker", "period_end", "period", "available_on", "currency", "operating_cash_flow", *_FIELDS]
        return Frame(table.select([name for name in keep if name in table.column_names]), raw, rows, bad)


def _quarterly_cash_flow(table: pa.Table, focus: list[str]) -> pa.Array:
    """Operating cash flow of the quarter alone; FY rows keep the year's. Null where a figure or date is missing."""
    if not {"cash_flow", "fiscal_year"} <= set(table.column_names):
        return pa.nulls(table.num_rows, pa.float64())
    ends, published = dates(table.column("period_end"))[0].tolist(), dates(table.column("available_on"))[0].tolist()
    years, tickers = texts(table.column("fiscal_year")).to_pylist(), texts(table.column("ticker")).to_pylist()
    figures = numbers(table.column("cash_flow"))[0].tolist()
    quarterly, reports = [], []
    for i, word in enumerate(focus):
        if word in ("Q1", "Q2", "Q3") and ends[i] is not None and published[i] is not None:
            quarterly.append(i)
            reports.append(YearToDate((tickers[i], years[i]), ends[i], published[i], word == "Q1", figures[i]))
    for i, value in zip(quarterly, quarters_from_ytd(reports), strict=True):
        figures[i] = value
    return pa.array([None if math.isnan(value) else value for value in figures], pa.float64())
