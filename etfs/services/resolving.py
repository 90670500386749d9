"""Lines and the instruments they are: looked for again, or said by a person; weight changes follow."""

from collections.abc import Sequence

from django.db import connection, transaction

from etfs.models import HoldingLine, Snapshot
from etfs.services.errors import EtfError
from etfs.store.lines import funds_with_twins, lines_resolve
from etfs.store.locks import fund_lock
from etfs.store.snapshots import changes_update
from market.models import Instrument


def lines_look_up(*, line_ids: Sequence[int] | None = None) -> int:
    """Look for the instruments of lines that have none (of all, or of these), now that more may be known; how many were
    found."""
    unresolved = HoldingLine.objects.unresolved()
    found = lines_resolve(unresolved if line_ids is None else unresolved.filter(pk__in=line_ids))
    # Where a fund held one of them under two lines, what was new and dropped was the same security.
    for etf_id in funds_with_twins(found):
        weight_changes_update(etf_id=etf_id)
    return len(found)


def line_resolve(*, line: HoldingLine, instrument: Instrument | None) -> None:
    """Say which instrument a line is, in every composition that has it. None: none of ours; it is looked for again
    with the next import. EtfError for an index."""
    if instrument is not None and instrument.asset_type == Instrument.AssetType.INDEX:
        raise EtfError(f"instrument: {instrument} is an index, which nobody can hold")
    known = [line.instrument_id] if line.instrument_id else []
    funds = set(funds_with_twins(known))
    line.instrument = instrument
    line.save(update_fields=["instrument"])
    for etf_id in funds.union(funds_with_twins([instrument.pk] if instrument else [])):
        weight_changes_update(etf_id=etf_id)


def weight_changes_update(*, etf_id: int) -> int:
    """Make anew the weight changes of all compositions of a fund; returns how many there are."""
    days = list(Snapshot.objects.filter(etf=etf_id).order_by("as_of_date").values_list("as_of_date", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        fund_lock(cursor, etf_id)
        for day in days:
            changes_update(etf_id, day)
    return len(days)
