"""``manage.py load_prices``: daily bars."""

from argparse import ArgumentParser
from typing import Any

from market.cli import iso_date
from market.load_command import LoadCommand
from market.models import Instrument
from market.sources.base import BASES


class Command(LoadCommand):
    help = "Load daily bars from files (see docs/data-formats.md)."
    kind = "prices"

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--basis", choices=BASES, help="what the prices are (default: what the source declares)")
        parser.add_argument("--price-multiplier", type=float, default=1.0, help="file unit -> currency unit")
        parser.add_argument("--volume-multiplier", type=float, default=1.0, help="file unit -> shares (lots: 100)")
        types = Instrument.AssetType.values
        parser.add_argument("--asset-type", default="STOCK", choices=types, help="of new instruments (default: STOCK)")
        parser.add_argument("--no-create", action="store_true", help="refuse tickers that are not instruments yet")
        parser.add_argument("--ticker", default="", help="for a file of one instrument that does not name it")
        parser.add_argument("--date", type=iso_date, help="for a file of one day that does not name it")

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        names = ("basis", "price_multiplier", "volume_multiplier", "asset_type", "ticker", "date")
        return {name: options[name] for name in names} | {"create": not options["no_create"]}
