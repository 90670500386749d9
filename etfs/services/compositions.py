"""Storing one composition: judged, its lines resolved, written in one transaction - or left alone, with the reason."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction

from etfs.calc.belief import Belief, composition_believed, lines_limited, ranks_of, weights_completed
from etfs.calc.line_keys import line_keys
from etfs.models import ETF, CollectItem, Payload, Snapshot, SnapshotState
from etfs.services.funds import FundError, fund_get_or_create
from etfs.services.ranks import source_rank
from etfs.sources.base import Composition, Line
from etfs.store.lines import InstrumentFinder, lines_create, lines_describe, lines_known
from etfs.store.locks import fund_lock
from etfs.store.snapshots import HoldingRow, holdings_replace, next_changes_update, served_mark
from factors.services.progress import Progress, silent
from market.regions import Region

Outcome = CollectItem.Outcome


@dataclass
class Importer:
    """What stays the same while many compositions of a region are stored: instruments and lines, read once."""

    region: Region
    source: str
    force: bool = False
    max_lines: int | None = None  # the rest of a longer list becomes one line
    progress: Progress = silent  # within an answer of many compositions
    _finder: InstrumentFinder | None = None
    _lines: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    _funds: dict[tuple[str, str], ETF] = field(default_factory=dict)

    def fund(self, found: Composition) -> ETF:
        """The fund of a composition, created where nobody knows it. FundError as ``fund_get_or_create``."""
        key = (found.fund, found.isin)
        if key not in self._funds:
            self._funds[key], _ = fund_get_or_create(
                region=self.region, ticker=found.fund, isin=found.isin, name=found.fund_name
            )
        return self._funds[key]

    def line_ids(self, found: Composition, keys: list[str]) -> list[int]:
        """The stored line of each key; those nobody has seen are stored with the instrument they are."""
        missing = [key for key in keys if key not in self._lines]
        if missing:
            known = lines_known(missing)
            said = dict(zip(keys, found.lines, strict=True))
            lines_describe({line: said[key] for key, (line, _) in known.items()})
            self._lines |= known
        new: dict[str, Line] = {
            key: line for key, line in zip(keys, found.lines, strict=True) if key not in self._lines
        }
        if new:
            if self._finder is None:
                self._finder = InstrumentFinder()
            instruments = {key: self._finder.find(line, self.region.code) for key, line in new.items()}
            self._lines |= lines_create(new, instruments)
        return [self._lines[key][0] for key in keys]


def composition_store(importer: Importer, found: Composition, payload: Payload | None) -> CollectItem:
    """Store one composition; the item that says what became of it (not saved). What was there stays unless the new
    one is as good: see ``_kept``."""
    found, note = weights_completed(found)
    item = CollectItem(
        payload=payload, name=payload.name if payload else "", ticker=found.fund, as_of_date=found.as_of_date,
        rows=len(found.lines),
    )  # fmt: skip
    item.bad_rows = [
        {"row": row.row_number, "column": row.column, "reason": row.reason, "message": row.message}
        for row in found.bad_rows[: settings.ETF_KEPT_BAD_ROWS]
    ]
    keys, repeated = line_keys(found.lines, importer.region.code)
    early = composition_believed(found, today=importer.region.today(), is_plain=False)
    if early.refused:
        return _refused(item, early.refused)
    try:
        fund = importer.fund(found)
    except FundError as error:
        return _refused(item, str(error))
    item.ticker = fund.instrument.ticker
    belief = composition_believed(found, today=importer.region.today(), is_plain=fund.is_plain, repeated=repeated)
    if importer.max_lines is not None and len(found.lines) > importer.max_lines:
        found = lines_limited(found, importer.max_lines)  # judged as a whole: what is cut off here is not missing
        keys, _ = line_keys(found.lines, importer.region.code)
    line_ids = importer.line_ids(found, keys)
    with transaction.atomic(), connection.cursor() as cursor:
        fund_lock(cursor, fund.pk)
        held = Snapshot.objects.filter(etf=fund, as_of_date=found.as_of_date).first()
        kept = _kept(importer, held, belief, payload)
        if kept:
            item.outcome, item.message = kept
            item.error_type = "refused" if item.outcome == Outcome.REFUSED else ""
            return item
        snapshot = held or Snapshot(etf=fund, as_of_date=found.as_of_date)
        snapshot.source, snapshot.payload = importer.source, payload
        _snapshot(snapshot, found, belief, note)
        holdings_replace(cursor, snapshot, _rows(found, line_ids))
        _follow(snapshot, belief)
    item.outcome = Outcome.FLAGGED if belief.flags else Outcome.STORED
    item.message = snapshot.message
    return item


def _refused(item: CollectItem, why: str) -> CollectItem:
    item.outcome, item.error_type, item.message = Outcome.REFUSED, "refused", why
    return item


def _kept(
    importer: Importer, held: Snapshot | None, belief: Belief, payload: Payload | None
) -> tuple[Outcome, str] | None:
    """Why what is held stays: the same bytes; a source trusted more; a good one, and the new one is doubtful."""
    if held is None or importer.force:
        return None
    if payload is not None and held.payload_id == payload.pk:
        return Outcome.UNCHANGED, "the same bytes as before"
    if source_rank(held.source) < source_rank(importer.source) and held.state == SnapshotState.GOOD:
        return (
            Outcome.KEPT,
            f"{held.source} is trusted more: its composition of that day stays, this one is kept to compare",
        )
    if held.state == SnapshotState.GOOD and belief.flags:
        return (
            Outcome.REFUSED,
            f"what is held of that day is good, and this is not: {'; '.join(belief.flags)} (force replaces)",
        )
    if held.state == SnapshotState.QUARANTINED:
        return Outcome.KEPT, "the composition of that day is in quarantine: release it, or force"
    return None


def _snapshot(snapshot: Snapshot, found: Composition, belief: Belief, note: str) -> Snapshot:
    """``snapshot``, new or held, says now what was found; saved."""
    weights = [line.weight for line in found.lines if line.weight is not None]
    values = [line.market_value for line in found.lines if line.market_value is not None]
    snapshot.currency, snapshot.per_unit = found.currency, found.per_unit
    snapshot.state = SnapshotState.FLAGGED if belief.flags else SnapshotState.GOOD
    snapshot.is_served = not belief.flags
    snapshot.weight_sum = sum(weights) if weights else None
    snapshot.market_value = sum(values) if values and len(values) == len(found.lines) else None
    snapshot.line_count, snapshot.expected_lines = len(found.lines), found.expected_lines
    snapshot.message = "; ".join([*belief.flags, *([note] if note else [])])
    snapshot.save()
    return snapshot


def _rows(found: Composition, line_ids: list[int]) -> list[HoldingRow]:
    ranks = ranks_of(found.lines)
    return [
        HoldingRow(line_id, line.weight, line.shares, line.market_value, rank)
        for line, line_id, rank in zip(found.lines, line_ids, ranks, strict=True)
    ]


def _follow(snapshot: Snapshot, belief: Belief) -> None:
    """What else a new composition changes: which ones are served, and the weight changes of those after it."""
    changed = {(snapshot.etf_id, snapshot.as_of_date)}
    doubted = Snapshot.objects.filter(etf=snapshot.etf_id).exclude(state=SnapshotState.GOOD).exists()
    if belief.flags or doubted:
        changed |= served_mark([snapshot.etf_id])
    for etf_id, day in sorted(changed):
        next_changes_update(etf_id, day)
