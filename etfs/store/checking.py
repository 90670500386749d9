"""What the checks of compositions read and write."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q

from etfs.calc.composition_checks import UNRESOLVED, Lines
from etfs.calc.snapshot import Snapshot as Held
from etfs.models import ETF, CollectItem, HoldingFinding, Snapshot
from etfs.sources.base import Line, LineKind

_READ = """
    SELECT h.line_id, coalesce(n.instrument_id, 0), n.kind, n.key, coalesce(nullif(n.ticker, ''), n.name), n.identifier,
        h.weight, h.shares::float8, h.market_value::float8
    FROM etfs_etfholding h JOIN etfs_holdingline n ON n.id = h.line_id
    WHERE h.etf_id = %s AND h.as_of_date = %s ORDER BY h.rank, h.id
"""
_SAID = ["severity", "message", "evidence", "found_at"]
KEY_PARTS = (6, 7)  # of ``etfs.calc.line_keys.line_key`` that ends with the count of equal lines; 7: name and currency


@dataclass(frozen=True)
class StoredLines:
    """The lines of a stored composition, each column [n]; ``instrument`` 0 where it is none of ours, ``weights`` with
    the source's digits, None and NaN where not known."""

    line_id: np.ndarray
    instrument: np.ndarray
    kind: np.ndarray
    key: Sequence[str]
    name: Sequence[str]
    identifier: Sequence[str]
    weights: Sequence[Decimal | None]
    shares: np.ndarray
    value: np.ndarray

    @property
    def weight(self) -> np.ndarray:
        return np.array([np.nan if weight is None else float(weight) for weight in self.weights], dtype=float)

    def resolved(self) -> Lines:
        """As the checks want them, what is none of our instruments unresolved."""
        return self._lines(np.where(self.instrument == 0, UNRESOLVED, self.instrument))

    def told_apart(self) -> Lines:
        """The same with equal keys for lines that are equal by the source's own words, matched or not."""
        bases = np.unique([base_key(key) for key in self.key], return_inverse=True)[1]
        return self._lines(np.where(self.instrument == 0, UNRESOLVED - 1 - bases, self.instrument))

    def held(self) -> Held:
        """The composition for comparing days: by instrument, else by line."""
        keys = np.where(self.instrument == 0, UNRESOLVED - 1 - self.line_id, self.instrument)
        return Held.of(keys, self.weight, self.shares, self.value)

    def repeated(self) -> list[int]:
        """Places of the lines that repeat an earlier one."""
        return [place for place, key in enumerate(self.key) if base_key(key) != key]

    def lines(self) -> tuple[Line, ...]:
        """Kind, weight and names, as far as judging them asks for it."""
        return tuple(
            Line(place + 1, LineKind(kind), ticker=name, identifier=identifier, weight=weight)
            for place, (kind, name, identifier, weight) in enumerate(
                zip(self.kind.tolist(), self.name, self.identifier, self.weights, strict=True)
            )
        )

    def _lines(self, key: np.ndarray) -> Lines:
        return Lines(self.kind, key, self.weight, self.shares, self.value)


def base_key(key: str) -> str:
    """A line's key without the number it got because the same line stood there before."""
    parts = key.split("|")
    return "|".join(parts[:-1]).rstrip("|") if len(parts) in KEY_PARTS and parts[-1].isdigit() else key


def stored_lines(etf_id: int, day: dt.date) -> StoredLines:
    """The lines of one composition by rank."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [etf_id, day])
        rows = cursor.fetchall()
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(9)]
    line_id, instrument, kind, key, name, identifier, weights, shares, value = columns
    return StoredLines(
        np.array(line_id, dtype=np.int64), np.array(instrument, dtype=np.int64), np.array(kind, dtype=str), key, name,
        identifier, weights, np.array(shares, dtype=float), np.array(value, dtype=float),
    )  # fmt: skip


def days_due(fund: ETF, as_of: dt.date) -> list[dt.date]:
    """Days of a fund's compositions to check, ascending: new since they were checked, the one after each of those, the
    newest and the newest served one."""
    rows = list(
        Snapshot.objects.filter(etf=fund, as_of_date__lte=as_of).order_by("as_of_date").values_list(
            "as_of_date", "is_served", "imported_at", "validated_at"
        )
    )  # fmt: skip
    days = [row[0] for row in rows]
    new = [place for place, row in enumerate(rows) if row[3] is None or row[2] > row[3]]
    due = {*new, *(place + 1 for place in new if place + 1 < len(rows)), len(rows) - 1}
    due |= set([place for place, row in enumerate(rows) if row[1]][-1:])
    return [days[place] for place in sorted(due) if place >= 0]


def answers_beside(fund: ETF, days: Iterable[dt.date]) -> dict[dt.date, list[tuple[int, str]]]:
    """Day -> (payload, source) of every answer kept about the fund on that day, newest first."""
    items = CollectItem.objects.filter(
        ticker=fund.instrument.ticker, as_of_date__in=list(days), run__region=fund.region, payload__kind="holdings"
    ).exclude(outcome=CollectItem.Outcome.FAILED)  # fmt: skip
    found: dict[dt.date, list[tuple[int, str]]] = {}
    for day, payload, source in items.order_by("-id").values_list("as_of_date", "payload", "payload__source"):
        answers = found.setdefault(day, []) if day else []
        if (payload, source) not in answers:
            answers.append((payload, source))
    return found


def findings_replace(
    etf_id: int, found: Mapping[dt.date, Mapping[str, Mapping[str, Any]]], codes: Sequence[str]
) -> None:
    """The findings about a fund's compositions, of the checks ``codes``, are ``found`` (day -> code -> columns) and on
    those days no others; rows that say the same stay untouched."""
    held = HoldingFinding.objects.filter(etf=etf_id, as_of_date__in=list(found), code__in=codes)
    rows = {(row.as_of_date, row.code): row for row in held}
    wanted = {(day, code): columns for day, by_code in found.items() for code, columns in by_code.items()}
    HoldingFinding.objects.filter(pk__in=[row.pk for key, row in rows.items() if key not in wanted]).delete()
    HoldingFinding.objects.bulk_create(
        [
            HoldingFinding(etf_id=etf_id, as_of_date=day, code=code, **columns)
            for (day, code), columns in wanted.items()
            if not _says(rows.get((day, code)), columns)
        ],
        update_conflicts=True, unique_fields=["etf", "as_of_date", "code"], update_fields=_SAID, batch_size=1000,
    )  # fmt: skip


def _says(row: HoldingFinding | None, columns: Mapping[str, Any]) -> bool:
    return row is not None and all(getattr(row, name) == value for name, value in columns.items())


def served_days(etf_id: int, until: dt.date) -> list[tuple[dt.date, str]]:
    """Day and source of a fund's served compositions up to a day, ascending."""
    served = Snapshot.objects.served().filter(etf=etf_id, as_of_date__lte=until)
    return list(served.order_by("as_of_date").values_list("as_of_date", "source"))


def funds_asked(region: str, etf_ids: Iterable[int]) -> list[ETF]:
    """Funds that have a composition: of a region, of these ids, or all."""
    wanted = Q(region=region) if region else Q()
    ids = list(etf_ids)
    found = ETF.objects.filter(wanted & (Q(pk__in=ids) if ids else Q()), snapshots__isnull=False)
    return list(found.select_related("instrument").order_by("region", "instrument__ticker").distinct())
