"""``demo``: real US prices that ship inside installed packages (skfolio, bokeh-sampledata). No file, no network."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from market.sources.base import TOTAL_RETURN, FetchRequest, FileProblem, Frame, Source
from market.sources.registry import register

if TYPE_CHECKING:
    import pandas as pd

# Ticker: name, sector (GICS), exchange.
STOCKS = {
    "AAPL": ("Apple Inc.", "Information Technology", "NASDAQ"),
    "AMD": ("Advanced Micro Devices", "Information Technology", "NASDAQ"),
    "BAC": ("Bank of America", "Financials", "NYSE"),
    "BBY": ("Best Buy", "Consumer Discretionary", "NYSE"),
    "CVX": ("Chevron", "Energy", "NYSE"),
    "GE": ("General Electric", "Industrials", "NYSE"),
    "HD": ("Home Depot", "Consumer Discretionary", "NYSE"),
    "JNJ": ("Johnson & Johnson", "Health Care", "NYSE"),
    "JPM": ("JPMorgan Chase", "Financials", "NYSE"),
    "KO": ("Coca-Cola", "Consumer Staples", "NYSE"),
    "LLY": ("Eli Lilly", "Health Care", "NYSE"),
    "MRK": ("Merck & Co.", "Health Care", "NYSE"),
    "MSFT": ("Microsoft", "Information Technology", "NASDAQ"),
    "PEP": ("PepsiCo", "Consumer Staples", "NASDAQ"),
    "PFE": ("Pfizer", "Health Care", "NYSE"),
    "PG": ("Procter & Gamble", "Consumer Staples", "NYSE"),
    "RRC": ("Range Resources", "Energy", "NYSE"),
    "UNH": ("UnitedHealth Group", "Health Care", "NYSE"),
    "WMT": ("Walmart", "Consumer Staples", "NYSE"),
    "XOM": ("Exxon Mobil", "Energy", "NYSE"),
}
ETFS = {
    "MTUM": "iShares MSCI USA Momentum Factor ETF",
    "QUAL": "iShares MSCI USA Quality Factor ETF",
    "SIZE": "iShares MSCI USA Size Factor ETF",
    "USMV": "iShares MSCI USA Min Vol Factor ETF",
    "VLUE": "iShares MSCI USA Value Factor ETF",
}
INDEX = {"SPX": "S&P 500"}
# Splits after which volumes were not restated in stocks.csv.gz: they are raw, the closes here are not.
_SPLITS = {
    "AAPL": (("2000-06-21", 2), ("2005-02-28", 2), ("2014-06-09", 7), ("2020-08-31", 4)),
    "MSFT": (("2003-02-18", 2),),
}


@register
class Demo(Source):
    name = "demo"
    title = "Real prices that come with skfolio and bokeh-sampledata: 20 US stocks, 5 ETFs, the S&P 500"
    kinds = ("instruments", "prices")
    basis = TOTAL_RETURN
    region = "US"
    needs_file = False
    columns = {
        "prices": {
            "close": "USD, adjusted for splits and dividends (index: points)",
            "volume": "shares in today's units; AAPL and MSFT 2000-03 to 2013-03 only, unknown elsewhere",
        },
        "instruments": {"ticker": "", "name": "", "sector": "GICS", "exchange": "", "asset_type": ""},
    }

    def fetch(self, request: FetchRequest) -> Frame:
        if request.region.code != self.region:
            raise FileProblem(f"the demo data is of region US, not {request.region.code}")
        frame = _instruments() if request.kind == "instruments" else _prices()
        return Frame.of(pa.Table.from_pandas(frame, preserve_index=False), basis=self.basis)


def _instruments() -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - a fifth of a second that only the demo needs

    rows = [(key, name, "STOCK", sector, place) for key, (name, sector, place) in STOCKS.items()]
    rows += [
        (key, name, "ETF", "", "CBOE" if key in ("MTUM", "USMV", "VLUE", "QUAL") else "NYSE ARCA")
        for key, name in ETFS.items()
    ]
    rows += [(key, name, "INDEX", "", "") for key, name in INDEX.items()]
    return pd.DataFrame(rows, columns=["ticker", "name", "asset_type", "sector", "exchange"])


def _prices() -> "pd.DataFrame":
    """Long table of closes: ticker, date, close, volume, name, asset_type."""
    import pandas as pd  # noqa: PLC0415 - a fifth of a second that only the demo needs

    about = _instruments().set_index("ticker")
    parts = []
    for name in ("sp500_dataset", "factors_dataset", "sp500_index"):
        wide = pd.read_csv(_packaged("skfolio", f"datasets/data/{name}.csv.gz"), parse_dates=["Date"])
        parts.append(
            wide.rename(columns={"Date": "date", "SP500": "SPX"}).melt("date", var_name="ticker", value_name="close")
        )
    long = pd.concat(parts).dropna(subset=["close"])
    long = long.merge(_volumes(), on=["ticker", "date"], how="left")
    for column in ("name", "asset_type", "exchange"):
        long[column] = long["ticker"].map(about[column])
    return long


def _volumes() -> "pd.DataFrame":
    """Volumes of AAPL and MSFT, in today's shares as the closes are."""
    import pandas as pd  # noqa: PLC0415 - a fifth of a second that only the demo needs

    found = pd.read_csv(_packaged("bokeh_sampledata", "_data/stocks.csv.gz"), parse_dates=["Date"])
    found = found.rename(columns={"Ticker": "ticker", "Date": "date", "Volume": "volume"})
    found = found.loc[found["ticker"].isin(_SPLITS), ["ticker", "date", "volume"]].astype({"volume": float})
    for ticker, splits in _SPLITS.items():
        for day, ratio in splits:
            found.loc[(found["ticker"] == ticker) & (found["date"] < day), "volume"] *= ratio
    return found


def _packaged(package: str, inside: str) -> Path:
    """A data file of an installed package, found without importing it (skfolio alone takes seconds)."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    path = Path(places[0]) / inside if places else None
    if path is None or not path.is_file():
        raise FileProblem(f"the demo data needs the package {package} (its file {inside} is not installed)")
    return path
