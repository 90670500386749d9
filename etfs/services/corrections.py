"""What people set right by hand: which instrument a line is."""

from collections.abc import Sequence

from etfs.models import HoldingLine
from etfs.services.runs import EtfError
from etfs.store.lines import lines_resolve
from market.models import Instrument


def line_resolve(*, line: HoldingLine, instrument: Instrument | None) -> None:
    """Say which instrument a line is, in every composition that has it. None: none of ours; it is looked for again
    with the next import. EtfError for an index."""
    if instrument is not None and instrument.asset_type == Instrument.AssetType.INDEX:
        raise EtfError(f"instrument: {instrument} is an index, which nobody can hold")
    line.instrument = instrument
    line.save(update_fields=["instrument"])


def lines_resolve_again(*, line_ids: Sequence[int]) -> tuple[int, int]:
    """Look for the instruments of those of the lines that have none; (found, looked for)."""
    unresolved = HoldingLine.objects.unresolved().filter(pk__in=line_ids)
    return lines_resolve(unresolved), len(line_ids)
