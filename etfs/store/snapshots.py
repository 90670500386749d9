"""Writing compositions: one transaction each, the weight changes of it and of the next one with it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.backends.utils import CursorWrapper

from etfs.calc.weight_changes import Weights, weight_changes
from etfs.models import ETFHolding, Snapshot, SnapshotState
from etfs.store.lines import securities_of
from market.calendars import sessions

LATE = 10  # sessions after which a flagged composition is better than the last good one
_COLUMNS = (
    "etf_id", "line_id", "as_of_date", "weight", "shares", "market_value", "rank", "weight_change", "source",
)  # fmt: skip


@dataclass(frozen=True)
class HoldingRow:
    """A line to be written, numbers with the source's digits."""

    line_id: int
    weight: Decimal | None
    shares: Decimal | None
    market_value: Decimal | None
    rank: int


def holdings_replace(cursor: CursorWrapper, snapshot: Snapshot, rows: Sequence[HoldingRow]) -> None:
    """The lines of ``snapshot`` are ``rows`` and nothing else."""
    etf_id, day = snapshot.etf_id, snapshot.as_of_date
    cursor.execute("DELETE FROM etfs_etfholding WHERE etf_id = %s AND as_of_date = %s", [etf_id, day])
    changes = _changes(etf_id, day, {row.line_id: row.weight for row in rows})
    with cursor.copy(f"COPY etfs_etfholding ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                (etf_id, row.line_id, day, row.weight, row.shares, row.market_value, row.rank,
                 changes.get(row.line_id), snapshot.source)
            )  # fmt: skip


def next_changes_update(etf_id: int, day: dt.date) -> None:
    """Make anew the weight changes of what is compared with the fund's last served composition up to ``day``: the
    compositions after it up to and with the next served one."""
    later = Snapshot.objects.filter(etf=etf_id, as_of_date__gt=day).order_by("as_of_date")
    following = _neighbour(etf_id, day, earlier=False)
    if following is not None:
        later = later.filter(as_of_date__lte=following)
    for one in later.values_list("as_of_date", flat=True):
        changes_update(etf_id, one)


def changes_update(etf_id: int, day: dt.date) -> None:
    """Make anew the weight changes of one composition."""
    rows = list(ETFHolding.objects.filter(etf=etf_id, as_of_date=day))
    changes = _changes(etf_id, day, {row.line_id: row.weight for row in rows})
    stale = [row for row in rows if row.weight_change != changes.get(row.line_id)]
    for row in stale:
        row.weight_change = changes.get(row.line_id)
    ETFHolding.objects.bulk_update(stale, ["weight_change"], batch_size=1000)


def _changes(etf_id: int, day: dt.date, now: Weights) -> dict[int, Decimal]:
    """Weight changes of the lines of ``now`` since the served composition before ``day``; none in a first one."""
    earlier = _neighbour(etf_id, day, earlier=True)
    if earlier is None:
        return {}
    before = dict(ETFHolding.objects.filter(etf=etf_id, as_of_date=earlier).values_list("line_id", "weight"))
    gone = before.keys() - now.keys()  # without any, each line is compared with itself, whatever else it is
    return weight_changes(before, now, securities_of(sorted(gone | now.keys())) if gone else {})


def _neighbour(etf_id: int, day: dt.date, *, earlier: bool) -> dt.date | None:
    served = Snapshot.objects.served().filter(etf=etf_id)
    near = served.filter(as_of_date__lt=day).order_by("-as_of_date") if earlier else (
        served.filter(as_of_date__gt=day).order_by("as_of_date")
    )  # fmt: skip
    return near.values_list("as_of_date", flat=True).first()


def served_mark(etf_ids: Iterable[int]) -> set[tuple[int, dt.date]]:
    """Say anew which compositions of these funds are served; returns those (fund, day) that changed.

    Good ones are, quarantined ones never, a flagged one when the last good one before it is more than ten sessions
    older or there is none.
    """
    changed: set[tuple[int, dt.date]] = set()
    for etf_id in etf_ids:
        rows = list(Snapshot.objects.filter(etf=etf_id).select_related("etf").order_by("as_of_date"))
        stale = [row for row, served in zip(rows, _served(rows), strict=True) if row.is_served != served]
        for row in stale:
            row.is_served = not row.is_served
            changed.add((etf_id, row.as_of_date))
        Snapshot.objects.bulk_update(stale, ["is_served"], batch_size=1000)
    return changed


def _served(rows: Sequence[Snapshot]) -> list[bool]:
    if all(row.state == SnapshotState.GOOD for row in rows):
        return [True] * len(rows)
    days = np.array([row.as_of_date for row in rows], dtype="datetime64[D]")
    found, good = [], None
    for row, day in zip(rows, days, strict=True):
        if row.state == SnapshotState.GOOD:
            good = day
            found.append(True)
        else:
            late = good is None or sessions_between(row.etf.region, good.item(), day.item()) > LATE
            found.append(row.state == SnapshotState.FLAGGED and late)
    return found


def sessions_between(region: str, earlier: dt.date, later: dt.date) -> int:
    """Sessions after ``earlier`` up to and with ``later``; weekdays where the region's calendar does not reach."""
    known = sessions(region, earlier, later)
    if len(known):
        return int((known > np.datetime64(earlier)).sum())
    return int(np.busday_count(earlier, later))
