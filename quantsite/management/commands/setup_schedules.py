"""``manage.py setup_schedules``: all schedules of the workers, as this version wants them."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table

from market.cli import HouseCommand
from quantsite.schedules import next_local, schedules_others, schedules_setup


class Command(HouseCommand):
    help = (
        "Create the schedules of the background workers that are missing, bring the others to this version, and list"
        " them. Times that somebody edited, and what was turned off, stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="give edited ones their own times back, turned on")
        parser.add_argument("--json", action="store_true", help="print the list as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            {
                "name": one.name, "func": one.schedule.func, "every": one.schedule.get_schedule_type_display(),
                "minutes": one.schedule.minutes, "next_run": next_local(one.schedule), "on": one.is_on,
                "edited": one.is_edited, "did": one.did,
            }
            for one in schedules_setup(reset=options["reset"])
        ]  # fmt: skip
        others = [{"name": one.name or one.func, "next_run": next_local(one)} for one in schedules_others()]
        if options["json"]:
            self.print_json({"schedules": rows, "others": others})
            return
        table = Table("schedule", "every", "next run", "")
        for row in rows:
            every = f"{row['minutes']} minutes" if row["minutes"] else str(row["every"]).lower()
            notes = [str(row["did"]), *(["edited"] if row["edited"] else []), *([] if row["on"] else ["off"])]
            table.add_row(str(row["name"]), every, str(row["next_run"]), ", ".join(notes))
        self.out().print(table)
        for other in others:
            self.stdout.write(f"not ours: {other['name']}, next {other['next_run']}")
