"""TimescaleDB's arrangements as data, and the SQL of each for each edition.

The one source of that SQL: migration operations run it, ``manage.py timescale_sql`` prints and applies it, tests
execute what is printed. Every statement may be run again: it changes nothing, or changes what was edited (a policy's
age, an edition that got more). Identifiers are our own constants, never anybody's input.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent, indent

from market.timescale.editions import Edition


@dataclass(frozen=True)
class Options:
    """What an administrator decides (settings ``TIMESCALE_*``).

    ``columnstore_after_days``: the age at which chunks become columns. ``direct_compress``: give up the database's own
    check of the key of tables with a columnstore, without which TimescaleDB does not write COPY straight to columns.
    """

    columnstore_after_days: int = 365
    direct_compress: bool = False


class Arrangement(ABC):
    """Something about one table or view that differs by edition."""

    name: str

    @abstractmethod
    def statements(self, edition: Edition, options: Options) -> list[str]:
        """What brings any earlier state to this one; none where the edition has no such thing."""

    @abstractmethod
    def undo(self, edition: Edition) -> list[str]:
        """What takes it back, for a migration backwards."""


@dataclass(frozen=True)
class Hypertable(Arrangement):
    """A table in chunks of one month (30 days, from TimescaleDB's own origin) of ``column``, a date.

    ``filler``: SQL values of other columns that make a row the table takes (``market.timescale.chunks``).
    """

    name: str
    column: str = "date"
    filler: Mapping[str, str] = field(default_factory=dict)

    def statements(self, edition: Edition, options: Options) -> list[str]:
        if edition is Edition.ABSENT:
            return []
        # Rows that are there move to the chunks. Our own indexes suffice: one on the column alone is not wanted.
        return [
            f"SELECT create_hypertable('{self.name}', by_range('{self.column}', INTERVAL '1 month'),"
            " create_default_indexes => false, if_not_exists => true, migrate_data => true)"
        ]

    def undo(self, edition: Edition) -> list[str]:
        """None: a hypertable serves all that the table did, and is dropped as one."""
        return []


@dataclass(frozen=True)
class Columnstore(Arrangement):
    """Old chunks of a hypertable kept by column, compressed, in segments of ``segment_by`` sorted by ``order_by``.

    ``key``: the columns of the primary key.
    """

    name: str
    segment_by: str
    order_by: str
    key: str

    def statements(self, edition: Edition, options: Options) -> list[str]:
        if edition is not Edition.COMMUNITY:
            return []
        return [
            *(self._key_off() if options.direct_compress else self._key_on()),
            f"ALTER TABLE {self.name} SET (timescaledb.enable_columnstore,"
            f" timescaledb.segmentby = '{self.segment_by}', timescaledb.orderby = '{self.order_by}')",
            f"CALL remove_columnstore_policy('{self.name}', if_exists => true)",
            f"CALL add_columnstore_policy('{self.name}', after => INTERVAL '{options.columnstore_after_days:d} days')",
        ]

    def undo(self, edition: Edition) -> list[str]:
        if edition is not Edition.COMMUNITY:
            return []
        back = f"""
            DO $$ DECLARE chunk regclass; BEGIN
                FOR chunk IN SELECT format('%I.%I', chunk_schema, chunk_name)::regclass
                    FROM timescaledb_information.chunks WHERE hypertable_name = '{self.name}' AND is_compressed
                LOOP CALL convert_to_rowstore(chunk); END LOOP;
            END $$"""
        return [
            f"CALL remove_columnstore_policy('{self.name}', if_exists => true)",
            dedent(back).strip(),
            f"ALTER TABLE {self.name} SET (timescaledb.enable_columnstore = false)",
            *self._key_on(),
        ]

    def _key_off(self) -> list[str]:
        return [
            f"CREATE INDEX IF NOT EXISTS {self.name}_key ON {self.name} ({self.key})",
            f"ALTER TABLE {self.name} DROP CONSTRAINT IF EXISTS {self.name}_pkey",
        ]

    def _key_on(self) -> list[str]:
        add = f"""
            DO $$ BEGIN
                IF NOT EXISTS (
                    SELECT FROM pg_constraint WHERE conrelid = '{self.name}'::regclass AND contype = 'p'
                ) THEN
                    ALTER TABLE {self.name} ADD CONSTRAINT {self.name}_pkey PRIMARY KEY ({self.key});
                END IF;
            END $$"""
        return [dedent(add).strip(), f"DROP INDEX IF EXISTS {self.name}_key"]


@dataclass(frozen=True)
class Aggregate(Arrangement):
    """Rows of a hypertable summed up by ``key``, which ``bucket`` (a column of dates, by ``width``) is part of.

    With the Community edition a continuous aggregate, which its policy refreshes where rows changed; else a
    materialised view, which somebody has to refresh (``market.timescale.refresh``). Both hold what was there at the
    last refresh.
    """

    name: str
    bucket: str
    width: str  # 1 day, 1 month
    source: str  # the bucketed column
    columns: tuple[str, ...]  # the other keys first, then the figures, each as SQL
    tables: str
    key: tuple[str, ...]

    def statements(self, edition: Edition, options: Options) -> list[str]:
        return self._continuous() if edition is Edition.COMMUNITY else self._materialised()

    def undo(self, edition: Edition) -> list[str]:
        return [f"DROP MATERIALIZED VIEW IF EXISTS {self.name}"]

    def _select(self, bucket: str) -> str:
        columns = ",\n".join((f"{bucket} AS {self.bucket}", *self.columns))
        groups = ", ".join(str(position) for position in range(1, len(self.key) + 1))
        return f"SELECT\n{indent(columns, '    ')}\nFROM {self.tables}\nGROUP BY {groups}"

    def _continuous(self) -> list[str]:
        # A database that had the Apache edition has a materialised view of this name.
        drop = f"""
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('{self.name}') AND relkind = 'm') THEN
                    DROP MATERIALIZED VIEW {self.name};
                END IF;
            END $$"""
        bucket = f"time_bucket(INTERVAL '{self.width}', {self.source})"
        return [
            dedent(drop).strip(),
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {self.name} WITH (timescaledb.continuous) AS\n"
            f"{self._select(bucket)}\nWITH NO DATA",
            f"SELECT remove_continuous_aggregate_policy('{self.name}', if_exists => true)",
            # No offsets: whatever changed since the last refresh counts, a backfill of ten years ago and today alike.
            f"SELECT add_continuous_aggregate_policy('{self.name}', start_offset => NULL, end_offset => NULL,"
            " schedule_interval => INTERVAL '1 hour')",
        ]

    def _materialised(self) -> list[str]:
        bucket = f"date_trunc('{self.width.removeprefix('1 ')}', {self.source}::timestamp)::date"
        return [
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {self.name} AS\n{self._select(bucket)}",
            # Refreshing while others read needs a unique index.
            f"CREATE UNIQUE INDEX IF NOT EXISTS {self.name}_key ON {self.name} ({', '.join(self.key)})",
        ]
