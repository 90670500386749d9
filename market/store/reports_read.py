"""Fundamentals and splits of a region as arrays, kept under ``var/panels`` like the bars."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connection

from market.calc.reports import PERIODS, ReportRows, Splits
from market.models import CorporateAction, Fundamental
from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.regions import region_get
from market.store import columnar
from market.store.arrow import table
from market.store.changes import Revision, changed_since, revision_now

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

FORMAT = 2
SPLITS = (CorporateAction.Kind.SPLIT, CorporateAction.Kind.INFERRED)
HISTORY_DAYS = 2600  # seven years: eight seasonal differences need three, a year ago of a stale figure four


@dataclass(frozen=True)
class Reports:
    """Report rows and splits whose ``column`` is still the instrument id; ``currency`` S3 of each row."""

    rows: ReportRows
    splits: Splits
    currency: np.ndarray


def reports_read(arrow: "adbc.Connection", region: str, as_of: dt.date) -> tuple[Reports, str]:
    """Every report whose period ended in the seven years before ``as_of`` or later, and warm or rebuilt.

    Not filtered by publication date: ``ReportRows.known_on`` does that.
    """
    directory = Path(settings.PANEL_CACHE_DIR) / region / "reports"
    first = as_of - dt.timedelta(days=HISTORY_DAYS)
    with columnar.locked(directory):
        if _fits(arrow, columnar.read_meta(directory), region, first):
            try:
                return _from_arrays(columnar.read_arrays(directory)), "warm"
            except columnar.DamagedCache:
                pass  # rebuilt below
        revision = revision_now(arrow, region, "fundamentals")
        arrays = _read(arrow, region, first)
        columnar.write_arrays(directory, arrays, _identity() | {
            "revision": revision.id, "stamp": revision.stamp, "first": str(first),
        })  # fmt: skip
        return _from_arrays(arrays), "rebuilt"


def _identity() -> dict[str, Any]:
    host = connection.get_connection_params().get("host", "")
    return {
        "format": FORMAT,
        "database": f"{host}/{connection.settings_dict['NAME']}",
        "ranks": list(settings.FUNDAMENTAL_SOURCE_RANKS),
    }


def _fits(arrow: "adbc.Connection", meta: dict[str, Any] | None, region: str, first: dt.date) -> bool:
    if not meta or any(meta.get(key) != value for key, value in _identity().items()):
        return False
    try:
        kept_first, revision = dt.date.fromisoformat(meta["first"]), Revision(int(meta["revision"]), str(meta["stamp"]))
    except (KeyError, ValueError, TypeError):
        return False
    return kept_first <= first and changed_since(arrow, region, "fundamentals", revision) is None


def _read(arrow: "adbc.Connection", region: str, first: dt.date) -> dict[str, np.ndarray]:
    code = region_get(region).code
    names = ", ".join(f"f.{name}" for name in FUNDAMENTAL_FIELDS)
    kinds = ", ".join(f"'{kind.value}'" for kind in SPLITS)
    rows = table(
        arrow,
        f"SELECT f.instrument_id, f.period_end, f.period, f.available_on, f.source, f.consolidated, f.currency, {names}"
        " FROM market_fundamental f JOIN market_instrument i ON i.id = f.instrument_id"
        f" WHERE i.region = '{code}' AND f.period_end >= '{first}'"
        " ORDER BY f.instrument_id, f.period_end, f.id",
    )
    splits = table(
        arrow,
        "SELECT a.instrument_id, a.ex_date, a.ratio FROM market_corporateaction a"
        " JOIN market_instrument i ON i.id = a.instrument_id"
        f" WHERE i.region = '{code}' AND a.kind IN ({kinds}) ORDER BY a.instrument_id, a.ex_date",
    )
    return _arrays(rows, splits)


def reports_of(instrument_ids: Sequence[int], as_of: dt.date) -> Reports:
    """The same of a few instruments, straight from the tables."""
    columns = ("instrument_id", "period_end", "period", "available_on", "source", "consolidated", "currency")
    first = as_of - dt.timedelta(days=HISTORY_DAYS)
    filed = Fundamental.objects.filter(instrument__in=instrument_ids, period_end__gte=first)
    reports = filed.order_by("instrument_id", "period_end", "id").values_list(*columns, *FUNDAMENTAL_FIELDS)
    divided = CorporateAction.objects.filter(instrument__in=instrument_ids, kind__in=SPLITS)
    splits = divided.order_by("instrument_id", "ex_date").values_list("instrument_id", "ex_date", "ratio")
    kinds = [pa.int32(), pa.date32(), pa.string(), pa.date32(), pa.string(), pa.bool_(), pa.string()]
    figures = dict.fromkeys(FUNDAMENTAL_FIELDS, pa.float64())
    rows = _table(list(reports), dict(zip(columns, kinds, strict=True)) | figures)
    layout = {"instrument_id": pa.int32(), "ex_date": pa.date32(), "ratio": pa.float64()}
    return _from_arrays(_arrays(rows, _table(list(splits), layout)))


def _table(rows: list[tuple[Any, ...]], layout: dict[str, pa.DataType]) -> pa.Table:
    """Rows of the database as a table of Arrow."""
    columns = list(zip(*rows, strict=True)) or [()] * len(layout)
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, layout.values(), strict=True)]
    return pa.table(dict(zip(layout, arrays, strict=True)))


def _arrays(rows: pa.Table, splits: pa.Table) -> dict[str, np.ndarray]:
    arrays = {
        "instrument_id": _integers(rows, "instrument_id"),
        "period_end": _integers(rows, "period_end"),
        "period": _codes(rows, "period", PERIODS),
        "available_day": _integers(rows, "available_on"),
        "priority": _priority(rows),
        "currency": np.array(rows.column("currency").to_pylist(), dtype="S3"),
        "split_id": _integers(splits, "instrument_id"),
        "split_day": _integers(splits, "ex_date"),
        "split_ratio": splits.column("ratio").to_numpy(),
    }
    return arrays | {f"field_{name}": rows.column(name).to_numpy() for name in FUNDAMENTAL_FIELDS}


def _priority(rows: pa.Table) -> np.ndarray:
    """Larger wins: consolidated before separate, then the sources in the order of the setting; unlisted ones last."""
    ranks = list(settings.FUNDAMENTAL_SOURCE_RANKS)
    source = len(ranks) - _codes(rows, "source", tuple(ranks), len(ranks))
    consolidated = rows.column("consolidated").cast(pa.int32()).to_numpy()
    return (consolidated * (len(ranks) + 1) + source).astype(np.int32)


def _codes(rows: pa.Table, name: str, known: tuple[str, ...], otherwise: int = -1) -> np.ndarray:
    encoded = rows.column(name).combine_chunks().dictionary_encode()
    lookup = np.array(
        [known.index(v) if v in known else otherwise for v in encoded.dictionary.to_pylist()], dtype=np.int32
    )
    codes: np.ndarray = lookup[encoded.indices.to_numpy()] if len(lookup) else np.zeros(0, dtype=np.int32)
    return codes


def _integers(rows: pa.Table, name: str) -> np.ndarray:
    column = rows.column(name)
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    result: np.ndarray = column.to_numpy().astype(np.int32)
    return result


def _from_arrays(arrays: dict[str, np.ndarray]) -> Reports:
    try:
        rows = ReportRows(
            arrays["instrument_id"], arrays["period_end"], arrays["period"], arrays["available_day"],
            arrays["priority"],
            {name: arrays[f"field_{name}"] for name in FUNDAMENTAL_FIELDS},
        )  # fmt: skip
        return Reports(rows, Splits(arrays["split_id"], arrays["split_day"], arrays["split_ratio"]), arrays["currency"])
    except KeyError as error:
        raise columnar.DamagedCache(f"the cache lacks {error}") from error
