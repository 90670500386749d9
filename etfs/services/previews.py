"""What importing files would do: all of it is done, and undone."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from etfs.calc.belief import ranks_of, weights_completed
from etfs.calc.line_keys import is_resolvable, line_keys
from etfs.models import ETF, CollectItem, Snapshot
from etfs.services.compositions import Importer
from etfs.services.resolving import lines_look_up
from etfs.services.runs import files_asked, files_read
from etfs.sources.base import Ask, Composition, FileSource, Line, Parsed, Raw, SourceProblem
from etfs.store.files import file_read
from etfs.store.lines import instruments_of
from market.models import Instrument

Outcome = CollectItem.Outcome
SHOWN = 10  # lines of a composition
_STORED = (Outcome.STORED, Outcome.FLAGGED)
_PLAIN = {
    Outcome.UNCHANGED: "unchanged", Outcome.KEPT: "kept beside", Outcome.REFUSED: "refused", Outcome.FAILED: "failed",
}  # fmt: skip


@dataclass(frozen=True)
class PreviewItem:
    """What would become of one composition (``lines`` are its first ten by weight), of a list of funds, of daily
    figures, or of a file that cannot be read; ``message`` says why.

    ``resolved_percent``: of the weight that should be instruments, how much is. ``replaces``: what is held of that day.
    """

    file: str
    ticker: str
    as_of_date: dt.date | None
    outcome: str
    message: str
    rows: int
    bad_rows: list[dict[str, Any]]
    kind: str = ""  # holdings, funds or stats
    is_composition: bool = False
    name: str = ""
    is_new_fund: bool = False
    weight_sum: Decimal | None = None
    resolved_percent: float | None = None
    replaces: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """In a word or two: new, replaces, flagged, unchanged, kept beside, refused, failed."""
        if self.outcome == Outcome.FLAGGED:
            return "flagged"
        if self.outcome == Outcome.STORED:
            return "replaces" if self.replaces else "new" if self.is_composition else "stored"
        return _PLAIN[Outcome(self.outcome)]


def files_preview(
    *, region: str, source: str, files: Sequence[Path], kind: str = "", ticker: str = "", date: dt.date | None = None,
    force: bool = False,
) -> list[PreviewItem]:  # fmt: skip
    """What ``files_import`` with the same arguments would do, in the order of the files; nothing stays of it. EtfError
    as there."""
    found, ask = files_asked(region=region, source=source, files=files, kind=kind, ticker=ticker, date=date)
    with transaction.atomic():
        lines_look_up()
        importer = Importer(ask.region, source, force)
        answers = zip(files, files_read(found, files, ask, importer), strict=True)
        items = [
            item for path, stored in answers for item in _file_preview(found, replace(ask, path=path), stored, importer)
        ]
        transaction.set_rollback(True)
    return list(_beside_what_is_held(ask.region.code, items))


def _file_preview(
    source: FileSource, ask: Ask, items: Sequence[CollectItem], importer: Importer
) -> Iterator[PreviewItem]:
    path = ask.path or Path()
    parsed = _parsed(source, path, ask)
    first = bool(parsed.bad_rows) + bool(parsed.funds)  # where the compositions begin among the items
    for place, item in enumerate(items, -first):
        shown = _item(path.name, item)
        if 0 <= place < len(parsed.compositions):
            shown = _with_lines(shown, parsed.compositions[place], importer)
        yield shown


def _parsed(source: FileSource, path: Path, ask: Ask) -> Parsed:
    try:
        return source.parse(Raw(file_read(path), path.name), ask)
    except SourceProblem:  # told by its item
        return Parsed()


def _item(file: str, item: CollectItem) -> PreviewItem:
    return PreviewItem(
        file, item.ticker, item.as_of_date, item.outcome, item.message, item.rows, list(item.bad_rows), item.kind
    )  # fmt: skip


def _with_lines(shown: PreviewItem, found: Composition, importer: Importer) -> PreviewItem:
    found, _ = weights_completed(found)
    keys, _ = line_keys(found.lines, importer.region.code)
    ids = importer.line_ids(found, keys) if found.lines else []
    instruments = instruments_of(ids)
    resolvable = [(line.weight or Decimal(0), i in instruments) for line, i in zip(found.lines, ids, strict=True)
                  if is_resolvable(line)]  # fmt: skip
    whole = sum((abs(weight) for weight, _ in resolvable), Decimal(0))
    resolved = sum((abs(weight) for weight, known in resolvable if known), Decimal(0))
    weights = [line.weight for line in found.lines if line.weight is not None]
    return replace(
        shown, is_composition=True, name=found.fund_name, weight_sum=sum(weights, Decimal(0)) if weights else None,
        resolved_percent=float(100 * resolved / whole) if whole else None,
        lines=_first_lines(found.lines, ids, instruments),
    )  # fmt: skip


def _first_lines(lines: Sequence[Line], ids: Sequence[int], instruments: dict[int, int]) -> list[dict[str, Any]]:
    order = sorted(zip(ranks_of(lines), lines, ids, strict=True), key=lambda one: one[0])[:SHOWN]
    known = Instrument.objects.in_bulk([instruments[pk] for _, _, pk in order if pk in instruments])
    return [
        {
            "rank": rank, "ticker": line.ticker or line.identifier, "name": line.name, "kind": str(line.kind),
            "weight": line.weight, "shares": line.shares, "market_value": line.market_value,
            "instrument": str(known[instruments[pk]]) if pk in instruments else "",
        }
        for rank, line, pk in order
    ]  # fmt: skip


def _beside_what_is_held(region: str, items: Sequence[PreviewItem]) -> Iterator[PreviewItem]:
    """With the fund's name as it is known, and the composition of that day that is held or comes earlier."""
    tickers = {item.ticker for item in items if item.is_composition and item.ticker}
    funds = {
        fund.instrument.ticker: fund for fund in
        ETF.objects.filter(region=region, instrument__ticker__in=tickers).select_related("instrument")
    }  # fmt: skip
    days = {item.as_of_date for item in items if item.is_composition and item.as_of_date}
    held = Snapshot.objects.filter(etf__in=funds.values(), as_of_date__in=days)
    told: dict[tuple[int, dt.date | None], str] = {
        (row.etf_id, row.as_of_date): f"{row.source}, {row.line_count:,} lines, {row.state.lower()}" for row in held
    }
    earlier: dict[tuple[str, dt.date | None], str] = {}
    for item in items:
        if not item.is_composition:
            yield item
            continue
        fund, key = funds.get(item.ticker), (item.ticker, item.as_of_date)
        stands = earlier.get(key) or (told.get((fund.pk, item.as_of_date), "") if fund else "")
        name = (fund.instrument.name if fund else "") or item.name
        yield replace(item, name=name, is_new_fund=fund is None and bool(item.ticker), replaces=stands)
        if item.outcome in _STORED:
            earlier[key] = f"{item.file}, earlier among these files"
