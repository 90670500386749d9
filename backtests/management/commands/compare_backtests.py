"""``manage.py compare_backtests``: stored backtests side by side."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from backtests import services
from backtests.management.showing import SHOWN, files_given, files_written, session_found, told
from market.cli import Exit, HouseCommand


class Command(HouseCommand):
    help = "Compare 2 to 8 stored backtests: figures, and the settings that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", type=int, nargs="+", metavar="ID", help="numbers, as list_backtests shows them")
        parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="the whole comparison as JSON")
        parser.add_argument("--html", type=Path, metavar="FILE", help="the report, one self-contained file")

    def handle(self, *args: Any, **options: Any) -> None:
        files = files_given(options, ("html", "json"))
        for path in files.values():
            self.writable_or_fail(path)
        sessions = [session_found(self, number) for number in dict.fromkeys(options["ids"])]
        try:
            found = services.backtests_compare(sessions=sessions)
        except services.BacktestError as error:
            self.fail(str(error), Exit.USAGE)
        files_written(self, files, {
            "html": lambda: services.backtests_comparison(sessions=sessions), "json": lambda: self.json_text(found),
        })  # fmt: skip
        if options["json"] == "-":
            self.print_json(found)
        else:
            self._show(found)

    def _show(self, found: dict[str, Any]) -> None:
        names = [Text(f"#{one['id']} {one['label']}") for one in found["backtests"]]
        by_name = {row["name"]: row for row in found["statistics"]}
        table = Table("", title="★ the best where one way is better", title_justify="left")
        settings = Table("settings that differ")
        for name in names:
            table.add_column(name, justify="right")
            settings.add_column(name)
        table.add_row("first session", *(str(one["start"]) for one in found["backtests"]))
        table.add_row("last session", *(str(one["end"]) for one in found["backtests"]))
        for figure, meaning in SHOWN:
            if figure in by_name:
                table.add_row(meaning, *_figures(by_name[figure]))
        self.out().print(table)
        for row in found["differences"]:
            settings.add_row(Text(row["setting"]), *map(Text, row["values"]))
        if found["differences"]:
            self.out().print(settings)


def _figures(row: dict[str, Any]) -> list[str]:
    best = row["best"]
    return [f"{told(value)}{' ★' if best is not None and value == best else ''}" for value in row["values"]]
