"""What a ticker says about its instrument."""

from market.regions import Region

# Indices that data files carry beside stocks; not the region's own index, so a load of stocks leaves them out.
OTHER_INDICES = {
    "KR": frozenset({"KOSPI200", "KOSDAQ", "KOSDAQ150", "KRX300"}),
    "VN": frozenset({"VNINDEX", "HNXINDEX", "UPCOMINDEX"}),
}


def index_ticker(region: Region, ticker: str) -> str | None:
    """The region's index when ``ticker`` is one of its names, else None."""
    names = {region.index, *region.index_aliases}
    return region.index if ticker.upper() in names else None


def is_other_index(region: Region, ticker: str) -> bool:
    return ticker.startswith("^") or ticker.upper() in OTHER_INDICES.get(region.code, ())


def asset_type_of(region: Region, ticker: str, asked: str) -> str:
    """The asset type a new instrument gets. Korea: a six-character code not ending in 0 is a preferred share."""
    if asked == "STOCK" and region.code == "KR" and len(ticker) == 6 and not ticker.endswith("0"):
        return "PREFERRED"
    return asked
