"""``manage.py load_actions``: splits, dividends and other corporate actions."""

from argparse import ArgumentParser
from typing import Any

from market.load_command import LoadCommand


class Command(LoadCommand):
    help = "Load corporate actions from files and recompute adjustment factors (see docs/data-formats.md)."
    kind = "actions"

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--create", action="store_true", help="create instruments that are not known yet")

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"create": options["create"]}
