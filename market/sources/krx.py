"""``marcap`` and ``krx``: Korea Exchange data, from FinanceData/marcap and screen by screen."""

import math
from pathlib import Path

import pyarrow as pa

from market.calc.parsing import dates, numbers, texts
from market.calc.publication import fiscal_year_known
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.files import read_table
from market.sources.krx_layouts import FIGURES, LISTING, MARCAP, SCREEN, figures_table, listing_table, prices_table
from market.sources.registry import register
from market.sources.reports import reports_table

_MEANING = {
    "ticker": "code, six characters",
    "name": "",
    "exchange": "KOSPI, KOSDAQ or KONEX",
    "date": "session",
    "open": "KRW, raw; 0 on a suspended day",
    "high": "as open",
    "low": "as open",
    "close": "KRW, raw; '-' on a day without trading",
    "volume": "shares",
    "trading_value": "KRW",
    "market_cap": "KRW",
    "shares_outstanding": "listed shares",
    "isin": "",
    "listed_on": "",
    "eps_basic": "KRW per share; '-' for a loss",
    "book_value_per_share": "KRW per share",
    "dividends_per_share": "KRW per share",
}


def _documented(*layouts: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {spelling: _MEANING[key] for layout in layouts for key, names in layout.items() for spelling in names}


class _KoreaExchange(Source):
    region = "KR"

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        if request.region.code != self.region:
            raise FileProblem(f"source {self.name} is for region KR, not {request.region.code}")
        raw, rows, bad = read_table(path)
        if request.kind == "instruments":
            return Frame.of(listing_table(raw, path.name), bad_rows=bad)
        if request.kind == "fundamentals":
            return Frame(_figures(figures_table(raw, request, path.name)), raw, rows, bad)
        return Frame(prices_table(raw, request, path.name), raw, rows, bad)


@register
class Marcap(_KoreaExchange):
    name = "marcap"
    title = "KRX daily market data, marcap layout (also the KRX screens 01501 and 01701)"
    kinds = ("instruments", "prices")
    columns = {"prices": _documented(MARCAP), "instruments": _documented(LISTING)}


@register
class Krx(_KoreaExchange):
    name = "krx"
    title = "data.krx.co.kr screens: 01501 and 01701 prices, 01901 listing, 03501 and 03502 EPS, BPS, DPS"
    kinds = ("instruments", "prices", "fundamentals")
    keeps_repeats = False
    columns = {"prices": _documented(SCREEN), "instruments": _documented(LISTING), "fundamentals": _documented(FIGURES)}


def _figures(table: pa.Table) -> pa.Table:
    """Figures per share as published on a day. The screens do not say which year they belong to, so it is taken to be
    the last calendar year that had ended 90 days before. Unreadable figures count as null here."""
    days, _ = dates(table.column("date"))
    tickers = texts(table.column("ticker")).to_pylist()
    fields = ("eps_basic", "book_value_per_share", "dividends_per_share")
    values = {name: numbers(table.column(name))[0].tolist() for name in fields}
    rows = []
    for i, (ticker, day) in enumerate(zip(tickers, days.tolist(), strict=True)):
        row = {name: None if math.isnan(values[name][i]) else values[name][i] for name in fields}
        end = None if day is None else fiscal_year_known(day)
        rows.append({"ticker": ticker, "period_end": end, "available_on": day, "period": "FY", **row})
    return reports_table({**row, "period_end_is_estimated": True, "currency": "KRW"} for row in rows)
