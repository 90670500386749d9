"""``manage.py collect_etfs``: holdings of funds from a source on the network."""

from argparse import ArgumentParser
from typing import Any

from django.db import DatabaseError

from etfs.management.showing import run_show
from etfs.models import CollectItem
from etfs.services import EtfError, collect_create, collect_execute
from etfs.sources.base import Kind, NetworkSource
from etfs.sources.registry import source_names
from factors.store import RunInProgress
from market.cli import Exit, HouseCommand, progress_bar


class Command(HouseCommand):
    help = "Ask a source for what funds hold, those that are due: large ones daily, others weekly, some quarterly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", required=True, help="where the funds are listed: KR, US, CN, HK, JP or VN")
        parser.add_argument("--source", default="", metavar="NAME", help=", ".join(source_names(base=NetworkSource)))
        parser.add_argument("--symbols", default="", metavar="A,B", help="these funds, due or not")
        parser.add_argument("--kind", default=Kind.HOLDINGS, choices=[*Kind], help="default: holdings")
        parser.add_argument("--force", action="store_true", help="also what is not due, and over good data of the day")
        parser.add_argument("--json", action="store_true", help="print the run as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        items: list[CollectItem] = []
        try:
            run = collect_create(
                region=options["region"], source=options["source"], symbols=options["symbols"].split(","),
                kind=options["kind"], force=options["force"],
            )  # fmt: skip
            with progress_bar("collect_etfs", quiet=options["json"]) as bar:
                run = collect_execute(run_id=run.pk, progress=bar(run.source), on_item=items.append)
        except EtfError as error:
            self.fail(str(error), Exit.USAGE)
        except RunInProgress as error:
            self.fail(str(error))
        except DatabaseError as error:
            self.fail(f"database: {str(error).splitlines()[0]}; what is stored stays, the rest is asked for next time")
        run_show(self, run, items, as_json=options["json"])
