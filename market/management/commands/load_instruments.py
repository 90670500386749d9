"""``manage.py load_instruments``: names, types, sectors and listing dates."""

from argparse import ArgumentParser
from typing import Any

from market.load_command import LoadCommand
from market.models import Instrument


class Command(LoadCommand):
    help = "Load instruments from files (see docs/data-formats.md)."
    kind = "instruments"

    def add_options(self, parser: ArgumentParser) -> None:
        types = Instrument.AssetType.values
        parser.add_argument("--asset-type", default="STOCK", choices=types, help="of new instruments (default: STOCK)")

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"asset_type": options["asset_type"]}
