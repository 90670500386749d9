"""What is known of assets beside their prices: names, sectors, what stands in for them."""

from collections.abc import Iterable, Sequence

from etfs.calc.sectors import sector_name
from etfs.services.errors import Ambiguous, NotFound
from etfs.services.lookup import stocks_get, symbol_parts
from market.models import Instrument
from market.regions import region_get
from portfolio.services.errors import PortfolioError

MOST = 3  # of a sector


def instrument_of(symbol: str, field: str) -> Instrument:
    """Stock, fund or index of a symbol (``US:SPY``, ``SPY``); PortfolioError under ``field`` for none, or several."""
    region, ticker = symbol_parts(symbol.strip())
    for spelling in (ticker, ticker.upper()) if region else ():
        found = Instrument.objects.at(region, spelling)
        if found is not None:
            return found
    return instruments_of([symbol], field)[0]


def instruments_of(symbols: Sequence[str], field: str) -> list[Instrument]:
    """Stocks and funds of many symbols, in their order, by one query; errors as ``instrument_of``."""
    try:
        return stocks_get(symbols)
    except (NotFound, Ambiguous) as error:
        raise PortfolioError(f"{field}: {error}") from error


def pairs_of(texts: Sequence[str], field: str) -> dict[str, str]:
    """``SYMBOL=OTHER`` texts as a dictionary; PortfolioError under ``field`` for another text."""
    pairs = [text.partition("=") for text in texts]
    for text, (name, _, other) in zip(texts, pairs, strict=True):
        if not (name.strip() and other.strip()):
            raise PortfolioError(f"{field}: write SYMBOL=PROXY, not {text!r}")
    return {name.strip(): other.strip() for name, _, other in pairs}


def sector_of(instrument: Instrument) -> str | None:
    """In the words of GICS where it is one of them; None where it is not known."""
    return sector_name(instrument.sector) or None


def stand_ins(instruments: Sequence[Instrument]) -> dict[int, list[Instrument]]:
    """What prices may stand in for those of each instrument (by id), the best first: an index or fund of its region
    that is about its sector, then the region's index. Two queries.
    """
    regions = {one.region for one in instruments}
    of_sector = _of_sectors(regions)
    indices = {
        one.region: one
        for one in Instrument.objects.filter(region__in=regions, asset_type=Instrument.AssetType.INDEX)
        if one.ticker == region_get(one.region).index
    }
    found = {}
    for one in instruments:
        sector = sector_of(one)
        sectors = of_sector.get((one.region, sector), []) if sector else []
        candidates = [*sectors[:MOST], *([indices[one.region]] if one.region in indices else [])]
        found[one.pk] = [other for other in candidates if other.pk != one.pk]
    return found


def _of_sectors(regions: Iterable[str]) -> dict[tuple[str, str | None], list[Instrument]]:
    """Indices and funds by region and sector; indices first, then by ticker."""
    kinds = (Instrument.AssetType.INDEX, Instrument.AssetType.ETF)
    rows = Instrument.objects.filter(region__in=regions, asset_type__in=kinds).exclude(sector="")
    rows = rows.exclude(etf__is_inverse=True).exclude(etf__leverage_ratio__gt=1)
    found: dict[tuple[str, str | None], list[Instrument]] = {}
    for one in sorted(rows, key=lambda row: (row.asset_type != Instrument.AssetType.INDEX, row.ticker)):
        found.setdefault((one.region, sector_of(one)), []).append(one)
    return found
