"""Where a line is listed: exchange codes and names that belong to one region without doubt, and signs of other
places."""

import re

from etfs.sources.base import Line
from market.regions import REGIONS

# Bloomberg's composite and venue codes. Others (FP, GY, LN ...) are outside the six regions: listing ''.
_BLOOMBERG = {
    "US": ("US", "UN", "UW", "UQ", "UR", "UP", "UA"),
    "HK": ("HK",),
    "JP": ("JT", "JP"),
    "KR": ("KS", "KP", "KQ"),
    "CN": ("CH", "CG", "CS", "C1", "C2"),
    "VN": ("VN",),
}
_REGION_OF_CODE = {code: region for region, codes in _BLOOMBERG.items() for code in codes}
_NAMES = {
    "US": (
        "nasdaq", "new york stock exchange inc.", "nyse", "nyse arca", "nyse mkt llc", "nyse american", "cboe bzx",
        "cboe bzx formerly known as bats", "amex",
    ),
    "HK": ("hong kong exchanges and clearing ltd", "stock exchange of hong kong", "hkex", "sehk"),
    "JP": ("tokyo stock exchange",),
    "KR": ("korea exchange", "korea exchange (stock market)", "korea exchange (kosdaq)", "krx", "kospi", "kosdaq"),
    "CN": ("shanghai stock exchange", "shenzhen stock exchange"),
    "VN": ("ho chi minh stock exchange", "hochiminh stock exchange", "hanoi stock exchange", "hose", "hnx"),
}  # fmt: skip
_MARKETS = {  # ISO 10383
    "US": ("XNYS", "XNAS", "XNGS", "XNMS", "XNCM", "ARCX", "XASE", "BATS"),
    "HK": ("XHKG",),
    "JP": ("XTKS",),
    "KR": ("XKRX", "XKOS"),
    "CN": ("XSHG", "XSHE"),
    "VN": ("XSTC", "HSTC"),
}
_REGION_OF_NAME = {
    name.lower(): region for table in (_NAMES, _MARKETS) for region, names in table.items() for name in names
}
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CODED = re.compile(r"(?P<ticker>\S+) (?P<exchange>[A-Z][A-Z0-9]?)", re.ASCII)


def split_bloomberg(text: str) -> tuple[str, str, str]:
    """('DKNG UW') -> ('DKNG', 'UW', 'US'): bare ticker, exchange code, region of listing.

    A code that was cut off ('HEXAB S', 'GRMN U') leaves the ticker, but says no region. 'ONVO ' is just 'ONVO'.
    """
    match = _CODED.fullmatch(text.strip())
    if match is None:
        return text.strip(), "", ""
    return match["ticker"], match["exchange"], _REGION_OF_CODE.get(match["exchange"], "")


def region_of_exchange(name: str) -> str:
    """The region of an exchange by the name issuers use or its code (ISO 10383); '' where it is none of ours or not
    certain."""
    return _REGION_OF_NAME.get(name.strip().lower(), "")


def place_of(line: Line, fund_region: str) -> str:
    """Where the ticker of a line counts: a region; ``~`` and the fund's region where the source says nothing else; or
    ``=`` and what it says of a place that is none of ours, where a ticker says nothing about our instruments.

    The exchange tells it, else a country (as ISO code: sources that write names mean the country of risk), else a
    trading currency that is not the region's. None of them names a region by itself but an exchange.
    """
    if line.listing:
        return line.listing
    if not line.ticker:
        return f"~{fund_region}"
    if line.exchange:
        said = region_of_exchange(line.exchange) or _elsewhere(line.exchange, fund_region)
    else:
        said = _abroad(line.country, line.currency, fund_region)
    return f"~{fund_region}" if said in ("", fund_region) else said


def _elsewhere(exchange: str, fund_region: str) -> str:
    """'' for a Bloomberg code that was cut off and may be one of the region's."""
    if len(exchange) == 1 and any(code.startswith(exchange) for code in _BLOOMBERG.get(fund_region, ())):
        return ""
    return "=" + " ".join(exchange.upper().replace("|", " ").split())


def _abroad(country: str, currency: str, fund_region: str) -> str:
    """'' for home: the country says so, or neither says anything else."""
    if _COUNTRY.fullmatch(country):
        return "" if country == fund_region else f"={country}"
    home = REGIONS[fund_region].currency if fund_region in REGIONS else ""
    return f"={currency.upper()}" if currency and currency.upper() != home else ""
