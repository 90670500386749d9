"""``manage.py timescale_sql``: the DDL of TimescaleDB's arrangements, printed or applied."""

from argparse import ArgumentParser
from typing import Any

from django.db import Error

from market.cli import Exit, HouseCommand
from market.timescale.applying import arrangements_apply, server_now
from market.timescale.editions import Edition
from market.timescale.operations import options_now
from market.timescale.registry import arrangements


class Command(HouseCommand):
    help = "Print the SQL of hypertables, columnstore and aggregates; with --apply, bring the database up to it."
    requires_migrations_checks = False  # printing needs no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        editions = [str(edition) for edition in Edition]
        parser.add_argument("--edition", choices=editions, help="print for this one (default: what the database has)")
        parser.add_argument("--apply", action="store_true", help="execute it; may be run again at any time")
        parser.add_argument("--json", action="store_true", help="statements as a list")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["apply"]:
            if options["edition"]:
                self.fail("--apply goes by the edition that the database has: leave --edition out", Exit.USAGE)
            self._apply(as_json=options["json"])
            return
        edition = Edition(options["edition"] or self._edition_found())
        statements = [text for one in arrangements() for text in one.statements(edition, options_now())]
        if options["json"]:
            self.print_json({"edition": edition, "statements": statements})
        else:
            self.stdout.write("\n\n".join([f"-- edition: {edition}", *(f"{text};" for text in statements)]))

    def _edition_found(self) -> Edition:
        try:
            return server_now().edition
        except Error as error:
            self.fail(f"No database to ask for its edition (name one with --edition): {error}")
            raise

    def _apply(self, *, as_json: bool) -> None:
        self.check_migrations()

        def report(arrangement: Any) -> None:
            if not as_json:
                self.stderr.write(f"{type(arrangement).__name__} {arrangement.name}")

        try:
            applied = arrangements_apply(report=report)
        except Error as error:
            self.fail(f"Not applied from here on: {error}")
            raise
        if as_json:
            self.print_json({"edition": applied.server.edition, "statement_count": applied.statement_count})
        else:
            self.stdout.write(f"{applied.server.edition}: {applied.statement_count} statements; all is in place.")
