"""``yahoo``: Yahoo-style CSV, prices adjusted for splits, ``Adj Close`` also for dividends."""

from pathlib import Path

from market.sources.base import SPLIT, FetchRequest, Frame, Source
from market.sources.files import constant, pick, read_table
from market.sources.registry import register

_COLUMNS = {
    "ticker": ("Ticker", "Symbol"),
    "date": ("Date",),
    "open": ("Open",),
    "high": ("High",),
    "low": ("Low",),
    "close": ("Close",),
    "adj_close": ("Adj Close", "Adj_Close", "AdjClose"),
    "volume": ("Volume",),
}


@register
class Yahoo(Source):
    name = "yahoo"
    title = "Yahoo-style CSV"
    kinds = ("prices",)
    basis = SPLIT
    columns = {
        "prices": {
            "Date": "session, YYYY-MM-DD (a time after it is ignored)",
            "Open": "currency units, adjusted for splits",
            "High": "as Open",
            "Low": "as Open",
            "Close": "as Open",
            "Adj Close": "also adjusted for dividends; gives the adjustment factor",
            "Volume": "shares",
            "Ticker": "optional; else --ticker, else the name of the file",
        }
    }

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        raw, rows, bad = read_table(path)
        table = pick(raw, _COLUMNS, required=("date", "open", "high", "low", "close"), name=path.name)
        if "ticker" not in table.column_names:
            stem = path.name.removesuffix(".gz").removesuffix(".csv").removesuffix(".parquet")
            table = constant(table, "ticker", request.ticker or stem)
        return Frame(table, raw, rows, bad, self.basis)
