"""Lines of holdings by key, and the instruments they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, QuerySet

from etfs.calc.line_keys import is_cusip, is_isin, is_resolvable, line_place, plain_ticker
from etfs.calc.weight_changes import securities
from etfs.models import ETFHolding, HoldingLine, Kind
from etfs.sources.base import Line, LineKind
from market.models import Instrument
from market.regions import REGIONS

_LENGTHS = {"ticker": 32, "identifier": 32, "name": 200, "sector": 100, "country": 64, "currency": 3, "exchange": 64}
_OF_CUSIPS = ("US", "CA")  # countries whose ISINs hold the CUSIP between country and check digit
_FIELDS = ("id", "region", "ticker", "isin", "asset_type")


class InstrumentFinder:
    """Instruments by ISIN or CUSIP, and by ticker within a region; read once, for the length of an import."""

    def __init__(self) -> None:
        self._listed: dict[str, dict[int, str]] = defaultdict(dict)  # one ISIN may be listed in several regions
        self._exact: dict[tuple[str, str], int] = {}
        self._plain: dict[tuple[str, str], set[int]] = defaultdict(set)
        known = Instrument.objects.exclude(asset_type=Instrument.AssetType.INDEX).values_list(*_FIELDS)
        for pk, region, ticker, isin, _kind in known.iterator(chunk_size=10_000):
            self._exact[region, ticker] = pk
            self._plain[region, plain_ticker(ticker, region)].add(pk)
            if isin:
                self._listed[isin][pk] = region
                if isin.startswith(_OF_CUSIPS):
                    self._listed[isin[2:-1]][pk] = region

    def find(self, line: Line, fund_region: str) -> int | None:
        """The one instrument this line can be; None where there is none, or more than one."""
        return self.find_at(line, line_place(line, fund_region))

    def find_at(self, line: Line, place: str) -> int | None:
        """As ``find``, for a line whose ticker counts at ``place`` (``line_place``): where that is none of our regions,
        only its identifier tells what it is."""
        if not is_resolvable(line):
            return None
        region = place.removeprefix("~")
        identified = self._identified(line.identifier, region)
        if identified is not None or not line.ticker or region not in REGIONS:
            return identified
        exact = self._exact.get((region, line.ticker))
        if exact is not None:
            return exact
        similar = self._plain.get((region, plain_ticker(line.ticker, region)), set())
        return next(iter(similar)) if len(similar) == 1 else None

    def _identified(self, identifier: str, region: str) -> int | None:
        """By ISIN or CUSIP; where several regions list it, that of ``region``."""
        if not (is_isin(identifier) or is_cusip(identifier)):
            return None
        listed = self._listed.get(identifier, {})
        here = [pk for pk, at in listed.items() if len(listed) == 1 or at == region]
        return here[0] if len(here) == 1 else None


def lines_known(keys: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """Key -> (line, its instrument) of the keys that are stored."""
    rows = HoldingLine.objects.filter(key__in=list(keys)).values_list("key", "id", "instrument_id")
    return {key: (line, instrument) for key, line, instrument in rows}


def lines_create(new: Mapping[str, Line], instruments: Mapping[str, int | None]) -> dict[str, tuple[int, int | None]]:
    """Store lines under their keys; one that somebody else has stored meanwhile is taken as it is."""
    rows = [
        HoldingLine(
            key=key, kind=Kind(line.kind.value), instrument_id=instruments[key], listing=line.listing,
            **{name: getattr(line, name)[:length] for name, length in _LENGTHS.items()},
        )
        for key, line in sorted(new.items())  # in one order: writers that meet wait, and do not deadlock
    ]  # fmt: skip
    HoldingLine.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return lines_known(new)


def lines_describe(said: Mapping[int, Line]) -> int:
    """Take over sector, country and name that a source now gives of lines that had none; returns how many changed."""
    changed = []
    for row in HoldingLine.objects.filter(pk__in=list(said)):
        line = said[row.pk]
        news = {
            name: getattr(line, name) for name in ("sector", "country", "currency", "name") if not getattr(row, name)
        }
        if any(news.values()):
            for name, value in news.items():
                setattr(row, name, value[: _LENGTHS[name]])
            changed.append(row)
    HoldingLine.objects.bulk_update(changed, ["sector", "country", "currency", "name"], batch_size=1000)
    return len(changed)


def lines_resolve(unresolved: QuerySet[HoldingLine]) -> list[int]:
    """Look for the instruments of lines that have none yet, now that more may be known; those that were found, one per
    line."""
    rows = list(unresolved)
    if not rows:
        return []
    finder, found = InstrumentFinder(), []
    for row in rows:
        place = row.key.split("|", 2)[1]
        row.instrument_id = finder.find_at(Line(0, LineKind(row.kind), row.ticker, row.identifier), place)
        if row.instrument_id is not None:
            found.append(row)
    HoldingLine.objects.bulk_update(found, ["instrument"], batch_size=1000)
    return [row.instrument_id for row in found if row.instrument_id is not None]


def funds_with_twins(instrument_ids: Sequence[int]) -> list[int]:
    """Funds that ever held one of the instruments under two lines."""
    if not instrument_ids:
        return []
    held = ETFHolding.objects.filter(line__instrument__in=instrument_ids).values("etf", "line__instrument")
    twice = held.annotate(lines=Count("line", distinct=True)).filter(lines__gt=1)
    return sorted(set(twice.values_list("etf", flat=True)))


def securities_of(line_ids: Sequence[int]) -> dict[int, int]:
    """Line -> the least of these lines that is the same security (``etfs.calc.weight_changes.securities``)."""
    if not line_ids:
        return {}
    rows = HoldingLine.objects.filter(pk__in=line_ids).values_list("pk", "kind", "instrument_id", "identifier")
    return securities(rows)


def instruments_of(line_ids: Sequence[int]) -> dict[int, int]:
    """Line -> instrument, of those that have one."""
    if not line_ids:
        return {}
    rows = HoldingLine.objects.filter(pk__in=line_ids, instrument__isnull=False)
    return dict(rows.values_list("pk", "instrument_id"))
