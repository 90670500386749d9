"""Where a line is listed: Bloomberg exchange codes and exchange names that belong to one region without doubt."""

import re

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
        "cboe bzx formerly known as bats",
    ),
    "HK": ("hong kong exchanges and clearing ltd", "stock exchange of hong kong"),
    "JP": ("tokyo stock exchange",),
    "KR": ("korea exchange", "korea exchange (stock market)", "korea exchange (kosdaq)"),
    "CN": ("shanghai stock exchange", "shenzhen stock exchange"),
    "VN": ("ho chi minh stock exchange", "hochiminh stock exchange", "hanoi stock exchange"),
}  # fmt: skip
_REGION_OF_NAME = {name: region for region, names in _NAMES.items() for name in names}
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
    """The region of an exchange by the name issuers use; '' where it is none of ours or not certain."""
    return _REGION_OF_NAME.get(name.strip().lower(), "")
