"""``csv``: quantsite's own documented columns, as CSV (also gzipped) or Parquet."""

from pathlib import Path

from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.files import constant, pick, read_table
from market.sources.registry import register

_TICKER = ("ticker", "symbol", "code")
_PRICES = {
    "ticker": "code as text (also: symbol, code); or --ticker for a file of one instrument",
    "date": "session, YYYY-MM-DD",
    "open": "currency units x --price-multiplier; empty where unknown",
    "high": "as open",
    "low": "as open",
    "close": "required, above 0",
    "volume": "shares x --volume-multiplier; empty where unknown",
    "trading_value": "currency units",
    "market_cap": "currency units",
    "shares_outstanding": "shares",
    "adjustment_factor": "adjusted price = price x factor",
    "adj_close": "used with --basis split: factor = adj_close / close; with raw prices it is not used",
    "name": "name given to an instrument this load creates",
    "exchange": "as name",
}
_INSTRUMENTS = {
    "ticker": "code as text, required (also: symbol, code)",
    "name": "",
    "asset_type": "STOCK, PREFERRED, ETF, INDEX, OTHER; empty: STOCK",
    "exchange": "",
    "currency": "ISO code; empty: that of the region",
    "sector": "",
    "isin": "",
    "company": "same text on every share class of one company",
    "listed_on": "YYYY-MM-DD",
    "delisted_on": "last day of trading, YYYY-MM-DD",
}
_FUNDAMENTALS = {
    "ticker": "code as text, required (also: symbol, code)",
    "period_end": "YYYY-MM-DD, required",
    "period": "Q (or Q1-Q4), H1, H2, FY; required; flows cover that period alone",
    "available_on": "publication date; empty: estimated (end + 45 days, fiscal year end + 90)",
    "consolidated": "true or false; empty: true",
    "currency": "ISO code; empty: that of the region",
} | {
    field: "per share" if field.endswith("_per_share") or field.startswith("eps") else ""
    for field in FUNDAMENTAL_FIELDS
}
_ACTIONS = {
    "ticker": "code as text, required (also: symbol, code)",
    "ex_date": "YYYY-MM-DD, required",
    "kind": "SPLIT, CASH_DIVIDEND, RIGHTS, SPIN_OFF, INFERRED; required",
    "ratio": "new shares per old share; RIGHTS and SPIN_OFF: price before / price after",
    "amount": "currency units per share (cash dividend)",
}
_FX = {
    "currency": "ISO code, required; not the region's own",
    "date": "YYYY-MM-DD, required",
    "rate": "units of the region's own currency for one unit of `currency`, required",
}
_REQUIRED = {
    "prices": ("date", "close"),
    "instruments": ("ticker",),
    "fundamentals": ("ticker", "period_end", "period"),
    "actions": ("ticker", "ex_date", "kind"),
    "fx": ("currency", "date", "rate"),
}
# Other spellings of the documented names.
_ALIASES = {
    "ticker": _TICKER,
    "asset_type": ("asset_type", "assetType", "type"),
    "listed_on": ("listed_on", "ipoDate"),
    "delisted_on": ("delisted_on", "delistingDate"),
}


@register
class GenericFile(Source):
    name = "csv"
    title = "CSV or Parquet with quantsite's own column names"
    columns = {
        "instruments": _INSTRUMENTS, "prices": _PRICES, "fundamentals": _FUNDAMENTALS, "actions": _ACTIONS, "fx": _FX,
    }  # fmt: skip
    kinds = tuple(columns)

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        raw, rows, bad = read_table(path)
        wanted = {key: _ALIASES.get(key, (key,)) for key in self.columns[request.kind]}
        table = pick(raw, wanted, required=_REQUIRED[request.kind], name=path.name)
        if "ticker" in wanted and "ticker" not in table.column_names:
            if not request.ticker:
                raise FileProblem(f"{path.name}: missing column ticker or symbol (or give --ticker)")
            table = constant(table, "ticker", request.ticker)
        return Frame(table=table, raw=raw, row_numbers=rows, bad_rows=bad, basis=self.basis)
