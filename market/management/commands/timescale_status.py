"""``manage.py timescale_status``: edition, hypertables, chunks, compression, policies, aggregates."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table

from market.cli import HouseCommand
from market.timescale.status import HypertableStatus, Policy, Status, status_read


class Command(HouseCommand):
    help = "Tell what TimescaleDB does in this database, and what it could."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        status = status_read()
        if options["json"]:
            self.print_json(asdict(status))
            return
        out = self.out()
        server = status.server
        out.print(f"TimescaleDB: {server.edition} {server.version}".rstrip())
        if server.note:
            out.print(server.note)
        for table in (hypertables_table(status.hypertables), policies_table(status.policies), aggregates_table(status)):
            if table.row_count:
                out.print(table)
        out.print("To do:" if status.to_do else "All that this edition offers is in place.")
        for sentence in status.to_do:
            out.print(f"  {sentence}")


def hypertables_table(rows: list[HypertableStatus]) -> Table:
    table = Table("hypertable", "from", "until", "chunks", "by column", "ratio", "MB")
    for row in rows:
        ratio = "" if row.compression_ratio is None else f"{row.compression_ratio:.1f}"
        dates = (str(row.first or ""), str(row.last or ""))
        table.add_row(row.name, *dates, str(row.chunks), str(row.columnar_chunks), ratio, f"{row.bytes / 1e6:,.1f}")
    return table


def policies_table(rows: list[Policy]) -> Table:
    table = Table("policy", "of", "every", "config", "last", "next")
    for row in rows:
        shown = {key: value for key, value in row.config.items() if value is not None and "hypertable_id" not in key}
        config = ", ".join(f"{key} {value}" for key, value in shown.items())
        following = f"{row.next_start:%Y-%m-%d %H:%M %Z}" if row.next_start else ""
        table.add_row(row.kind.removeprefix("policy_"), row.table, row.every, config, row.last_status or "", following)
    return table


def aggregates_table(status: Status) -> Table:
    table = Table("aggregate", "kind")
    for name, kind in status.aggregates.items():
        table.add_row(name, kind)
    return table
