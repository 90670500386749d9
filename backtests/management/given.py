"""A configuration from a command line: a file, a strategy's name, and single fields."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from backtests.services import BacktestError
from backtests.services.overrides import overridden
from factors.services import StrategyError, strategy_get
from factors.services.strategy_files import NotYaml, strategies_read
from market.cli import iso_date

EMPTY: dict[str, Any] = {"universe": {}, "buy_conditions": [], "sell_conditions": []}  # what a file may leave out


def field_given(text: str) -> tuple[str, Any]:
    """An argparse type: ``field=value``, the value as YAML."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"{text!r}: write it as field=value")
    try:
        return name.strip(), strategies_read(text=value)
    except NotYaml as error:
        raise ArgumentTypeError(f"{text!r}: {error}") from error


def config_arguments(parser: ArgumentParser) -> None:
    """What to test: a file or a strategy, and what to change in it."""
    parser.add_argument(
        "config", nargs="?", type=Path, metavar="CONFIG.yaml", help="a configuration (docs/backtests.md)"
    )
    parser.add_argument("--strategy", metavar="NAME", help="a stored strategy, with the rules' defaults")
    parser.add_argument("--from", dest="start", type=iso_date, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="end", type=iso_date, metavar="YYYY-MM-DD", help="last day (the newest bar)")
    parser.add_argument(
        "--set", action="append", default=[], type=field_given, metavar="FIELD=VALUE", dest="fields",
        help="a field of the configuration, such as max_positions=30 or sell_conditions.0.value=20 (repeatable)",
    )  # fmt: skip


def config_of(options: dict[str, Any]) -> dict[str, Any]:
    """The configuration that options describe; BacktestError."""
    config: Any = {}
    if options["config"]:
        config = _read(options["config"])
    elif not options["strategy"]:
        raise BacktestError("config: name a file, or a strategy with --strategy")
    if options["strategy"]:
        try:
            found = strategy_get(name=options["strategy"])
        except StrategyError as error:
            raise BacktestError(str(error)) from error
        config = {"name": found.name, "region": found.region} | config | {"strategy": found.name}
    days = {"start": options["start"], "end": options["end"]}
    return _set(config | {name: day for name, day in days.items() if day}, options["fields"])


def _set(config: dict[str, Any], fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """``config`` with fields set in their order; a path such as ``sell_conditions.0.value`` goes into a field."""
    for name, value in fields:
        if "." not in name:
            config = config | {name: value}  # a wrong name is told with all else that is wrong
            continue
        head = name.partition(".")[0]
        empty = {head: EMPTY[head]} if head in EMPTY and config.get(head) is None else {}
        try:
            config = overridden(config | empty, {name: value})
        except BacktestError as error:
            raise BacktestError(str(error).replace("axes:", "--set:", 1)) from error
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        found = strategies_read(text=path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BacktestError(f"config: {path} cannot be read: {error.strerror}") from error
    except (NotYaml, UnicodeDecodeError) as error:
        raise BacktestError(f"config: {path} is not YAML: {error}") from error
    if not isinstance(found, dict):
        raise BacktestError(f"config: {path} must be names with values")
    return found
