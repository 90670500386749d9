"""What TimescaleDB does in the default database, and what it could but does not yet."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from market.timescale.ddl import Aggregate, Columnstore, Hypertable
from market.timescale.editions import Edition, Server, server_of
from market.timescale.registry import aggregates, arrangements

POLICY = "policy_compression"  # what the server calls the columnstore's
REMEDY = "manage.py timescale_sql --apply"


@dataclass(frozen=True)
class HypertableStatus:
    """``bytes``: with indexes. ``compression_ratio``: size before by size after of the chunks kept by column, None
    without any.
    """

    name: str
    chunks: int
    columnar_chunks: int
    bytes: int
    has_key: bool
    compression_ratio: float | None = None
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Policy:
    """A job that the server runs by itself."""

    job: int
    kind: str
    table: str
    every: str
    config: dict[str, Any]
    last_status: str | None
    next_start: dt.datetime | None


@dataclass(frozen=True)
class Status:
    """``aggregates``: name to its kind (continuous, materialised, missing). ``to_do``: sentences, none when done."""

    server: Server
    hypertables: list[HypertableStatus] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    aggregates: dict[str, str] = field(default_factory=dict)
    to_do: list[str] = field(default_factory=list)


def status_read() -> Status:
    """The status now; a handful of catalogue queries."""
    with connection.cursor() as cursor:
        server = server_of(cursor)
        if server.edition is Edition.ABSENT:
            kinds = {one.name: _aggregate_kind(cursor, one, continuous=set()) for one in aggregates()}
            return Status(server, aggregates=kinds, to_do=_to_do(server.edition, [], [], kinds))
        tables = _hypertables(cursor, server.edition)
        policies = _policies(cursor)
        cursor.execute("SELECT view_name FROM timescaledb_information.continuous_aggregates")
        continuous = {name for (name,) in cursor.fetchall()}
        kinds = {one.name: _aggregate_kind(cursor, one, continuous) for one in aggregates()}
    return Status(server, tables, policies, kinds, _to_do(server.edition, tables, policies, kinds))


def _hypertables(cursor: CursorWrapper, edition: Edition) -> list[HypertableStatus]:
    """Our own, without those that hold the rows of continuous aggregates."""
    cursor.execute(
        "SELECT h.hypertable_name, count(c.chunk_name), count(*) FILTER (WHERE c.is_compressed),"
        " hypertable_size(format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass),"
        " EXISTS (SELECT FROM pg_constraint WHERE contype = 'p'"
        "   AND conrelid = format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass),"
        " min(c.range_start)::date, max(c.range_end)::date"
        " FROM timescaledb_information.hypertables h LEFT JOIN timescaledb_information.chunks c"
        " USING (hypertable_schema, hypertable_name) WHERE h.hypertable_schema = current_schema()"
        " GROUP BY h.hypertable_schema, h.hypertable_name ORDER BY 1"
    )
    found = []
    for name, chunks, columnar, size, has_key, first, last in cursor.fetchall():
        ratio = _compression_ratio(cursor, name) if edition is Edition.COMMUNITY else None
        found.append(HypertableStatus(name, chunks, columnar, size, has_key, ratio, first, last))
    return found


def _compression_ratio(cursor: CursorWrapper, table: str) -> float | None:
    cursor.execute(
        "SELECT sum(before_compression_total_bytes) / nullif(sum(after_compression_total_bytes), 0)"
        " FROM hypertable_columnstore_stats(%s::regclass)",
        [table],
    )
    (ratio,) = cursor.fetchone()
    return None if ratio is None else float(ratio)


def _policies(cursor: CursorWrapper) -> list[Policy]:
    cursor.execute(
        "SELECT j.job_id, j.proc_name, j.hypertable_name, j.schedule_interval::text, j.config, s.last_run_status,"
        " nullif(j.next_start, '-infinity') FROM timescaledb_information.jobs j"
        " LEFT JOIN timescaledb_information.job_stats s USING (job_id)"
        " WHERE j.hypertable_name IS NOT NULL AND j.scheduled ORDER BY 1"
    )
    return [
        Policy(job, kind, table, every, json.loads(config), last, following)  # Django's cursors leave jsonb as text
        for job, kind, table, every, config, last, following in cursor.fetchall()
    ]


def _aggregate_kind(cursor: CursorWrapper, aggregate: Aggregate, continuous: set[str]) -> str:
    if aggregate.name in continuous:
        return "continuous"
    cursor.execute("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", [aggregate.name])
    row = cursor.fetchone()
    return "materialised" if row and row[0] == "m" else "missing"


def _to_do(
    edition: Edition, tables: Sequence[HypertableStatus], policies: Sequence[Policy], kinds: dict[str, str]
) -> list[str]:
    """What the edition allows and the database has not."""
    names = {table.name for table in tables}
    jobs = {(policy.kind, policy.table) for policy in policies}
    missing = []
    for one in arrangements():
        if isinstance(one, Hypertable) and edition is not Edition.ABSENT and one.name not in names:
            missing.append(f"{one.name} is a plain table")
        if isinstance(one, Columnstore) and edition is Edition.COMMUNITY and (POLICY, one.name) not in jobs:
            missing.append(f"{one.name} has no columnstore policy")
        if isinstance(one, Aggregate):
            wanted = "continuous" if edition is Edition.COMMUNITY else "materialised"
            if kinds[one.name] != wanted:
                missing.append(f"{one.name} is {kinds[one.name]}, not {wanted}")
    return [f"{what}: {REMEDY}" for what in missing]
