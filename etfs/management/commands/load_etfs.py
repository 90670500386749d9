"""``manage.py load_etfs``: holdings, fund lists and daily figures from issuers' files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from etfs.management.showing import preview_show, run_show
from etfs.models import CollectItem
from etfs.services import EtfError, files_import
from etfs.services.previews import files_preview
from etfs.sources.base import FileSource, Kind
from etfs.sources.registry import source_names
from market.cli import Exit, HouseCommand, iso_date, progress_bar


class Command(HouseCommand):
    help = "Load holdings, fund lists or daily figures of ETFs from files, in the formats of their issuers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--region", required=True, help="where the fund is listed: KR, US, CN, HK, JP or VN")
        parser.add_argument("--source", required=True, metavar="NAME", help=", ".join(source_names(base=FileSource)))
        parser.add_argument(
            "--kind", default="", choices=["", *Kind], help="for files that may be several (source csv)"
        )
        parser.add_argument("--ticker", default="", help="the fund, where the file does not say it")
        parser.add_argument("--date", type=iso_date, help="the day, where the file does not say it")
        parser.add_argument("--force", action="store_true", help="also replace good data by doubtful ones")
        parser.add_argument("--dry-run", action="store_true", help="say what would become of the files, store nothing")
        parser.add_argument("--json", action="store_true", help="print the run as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {name: options[name] for name in ("region", "source", "kind", "ticker", "date", "force")}
        asked["files"] = options["file"]
        items: list[CollectItem] = []
        try:
            if options["dry_run"]:
                preview_show(self, files_preview(**asked), as_json=options["json"])
                return
            with progress_bar("load_etfs", quiet=options["json"]) as bar:
                run = files_import(**asked, progress=bar(options["source"]), on_item=items.append)
        except EtfError as error:
            self.fail(str(error), Exit.USAGE)
        run_show(self, run, items, as_json=options["json"])
