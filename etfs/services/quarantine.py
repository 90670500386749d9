"""Who may be served: the state of a composition, set by checks and by people. No number is ever changed."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from etfs.calc.belief import composition_believed
from etfs.models import HoldingFinding, Snapshot, SnapshotState
from etfs.services.errors import EtfError, NotFound
from etfs.sources.base import Composition
from etfs.store.checking import StoredLines, stored_lines
from etfs.store.locks import fund_lock
from etfs.store.snapshots import changes_update, next_changes_update, served_mark


def snapshot_release(*, snapshot_id: int, by: str = "") -> Snapshot:
    """Take a composition out of quarantine: GOOD again, or FLAGGED where its own figures do not add up.

    The findings it has now are accepted: they do not quarantine it again, as long as its bytes stay the same. NotFound,
    or EtfError where it is not in quarantine.
    """
    with transaction.atomic():
        snapshot = _locked(snapshot_id)
        if snapshot.state != SnapshotState.QUARANTINED:
            raise EtfError(f"snapshot: {snapshot} is {snapshot.state}, not in quarantine")
        known = HoldingFinding.objects.filter(etf=snapshot.etf_id, as_of_date=snapshot.as_of_date)
        codes = sorted(known.values_list("code", flat=True))
        snapshot.accepted = {
            "codes": codes, "payload": snapshot.payload_id, "by": by, "at": timezone.now().isoformat(timespec="seconds")
        }  # fmt: skip
        flags = flags_of(snapshot, stored_lines(snapshot.etf_id, snapshot.as_of_date))
        state = SnapshotState.FLAGGED if flags else SnapshotState.GOOD
        state_set(snapshot, state, "; ".join([*flags, f"released from quarantine{f' by {by}' if by else ''}"]))
    return snapshot


def snapshot_quarantine(*, snapshot_id: int, why: str, by: str = "") -> Snapshot:
    """Put a composition into quarantine by hand. NotFound; EtfError without a reason or where it is there already."""
    if not why.strip():
        raise EtfError("why: say why it is put into quarantine")
    with transaction.atomic():
        snapshot = _locked(snapshot_id)
        if snapshot.state == SnapshotState.QUARANTINED:
            raise EtfError(f"snapshot: {snapshot} is in quarantine: {snapshot.message}")
        snapshot.accepted = {}
        state_set(snapshot, SnapshotState.QUARANTINED, f"{why.strip()}{f' ({by})' if by else ''}")
    return snapshot


def _locked(snapshot_id: int) -> Snapshot:
    """The snapshot as it is once its fund is ours alone."""
    etf_id = Snapshot.objects.filter(pk=snapshot_id).values_list("etf", flat=True).first()
    if etf_id is not None:
        with connection.cursor() as cursor:
            fund_lock(cursor, etf_id)
    found = Snapshot.objects.filter(pk=snapshot_id).select_related("etf").first()
    if found is None:
        raise NotFound(f"no composition #{snapshot_id}")
    return found


def accepted_codes(snapshot: Snapshot) -> list[str]:
    """Codes of the findings a person has accepted, while the composition comes from the same bytes."""
    accepted = snapshot.accepted or {}
    return list(accepted.get("codes", [])) if accepted.get("payload") == snapshot.payload_id else []


def flags_of(snapshot: Snapshot, lines: StoredLines) -> tuple[str, ...]:
    """Why a stored composition is doubted, as at import, but by what is known of its fund today."""
    found = Composition(
        fund="", as_of_date=snapshot.as_of_date, lines=lines.lines(), currency=snapshot.currency,
        expected_lines=snapshot.expected_lines,
    )  # fmt: skip
    plain = snapshot.etf.is_plain
    return composition_believed(found, today=snapshot.as_of_date, is_plain=plain, repeated=lines.repeated()).flags


def state_judge(snapshot: Snapshot, flags: Iterable[str], severe: Iterable[str]) -> bool:
    """Set the state that ``flags`` and ``severe`` findings ask for; whether it is in quarantine now and was not before.

    Only a person takes a composition out of quarantine.
    """
    flags, severe = tuple(flags), tuple(severe)
    if snapshot.state == SnapshotState.QUARANTINED:
        return False
    if severe:
        state_set(snapshot, SnapshotState.QUARANTINED, "; ".join(severe))
    elif flags and snapshot.state == SnapshotState.GOOD:
        state_set(snapshot, SnapshotState.FLAGGED, "; ".join(part for part in (*flags, snapshot.message) if part))
    elif not flags and snapshot.state == SnapshotState.FLAGGED:
        state_set(snapshot, SnapshotState.GOOD, f"flagged before: {snapshot.message}")
    return bool(severe)


def state_set(snapshot: Snapshot, state: SnapshotState, message: str) -> None:
    """Write state, message and what is accepted; say anew which compositions are served and what changed since."""
    snapshot.state, snapshot.message = state, message
    Snapshot.objects.filter(pk=snapshot.pk).update(state=state, message=message, accepted=snapshot.accepted)
    changed: list[tuple[int, dt.date]] = sorted(served_mark([snapshot.etf_id]))
    for etf_id, day in changed:
        changes_update(etf_id, day)
        next_changes_update(etf_id, day)
    snapshot.refresh_from_db(fields=["is_served"])
