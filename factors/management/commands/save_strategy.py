"""``manage.py save_strategy``: strategies from a YAML file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from factors import services
from factors.services.strategy_files import NotYaml, strategies_read
from market.cli import Exit, HouseCommand

EXAMPLE = """A file holds one strategy, a list, or a list under `strategies`:

name: quality momentum
region: US
factors: [roe, price_momentum_12m]      # or names with weights: {roe: 2, price_momentum_12m: 1}
combiner: risk_adjusted                 # default equal_weight
options: {window: 252}
universe: {exclude_sectors: [Banks], conditions: [{factor: liquidity, operator: ">=", value: 1000000}]}
neutralise: [sector]
"""


class Command(HouseCommand):
    help = "Create strategies, or rewrite those of the same name, from a YAML or JSON file (- for standard input)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="docs/strategies.md shows the parts")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"]
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
            saved = services.strategies_define(data=strategies_read(text=text))
        except (OSError, UnicodeDecodeError) as error:
            self.fail(f"cannot read {file}: {error}", Exit.USAGE)
        except NotYaml as error:
            self.fail(f"{file} is not YAML: {error}", Exit.USAGE)
        except services.StrategyError as error:
            self.fail(f"{error}\n\n{EXAMPLE}" if "needs name" in str(error) else str(error), Exit.USAGE)
        if not saved:
            self.fail(f"strategies: {file} has none", Exit.USAGE)
        for strategy in saved:
            self.stdout.write(f"saved {strategy.name}: {strategy.combiner} of {strategy.members.count()} factors")
