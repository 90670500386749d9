"""Axes of a search from a command line."""

from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal
from pathlib import Path
from typing import Any

from backtests.management.given import config_arguments, field_given
from backtests.management.workers import cores
from backtests.services import BacktestError
from backtests.services.grids import RANGE, range_values


def axis_given(text: str) -> tuple[str, list[Any]]:
    """An argparse type: ``FIELD=[v1, v2]``, or ``FIELD=10..50:10`` for 10, 20, 30, 40, 50."""
    name, values = field_given(text)
    if isinstance(values, str) and (found := RANGE.fullmatch(values.strip())):
        try:
            values = range_values(text, *(Decimal(part or 1) for part in found.groups()))
        except BacktestError as error:
            raise ArgumentTypeError(str(error).removeprefix("axes: ")) from error
    if not isinstance(values, list):
        raise ArgumentTypeError(f"{text!r}: write values as FIELD=[v1,v2] or as FIELD=10..50:10")
    return name, values


def axes_of(given: list[tuple[str, list[Any]]]) -> dict[str, list[Any]]:
    """Values by field; BacktestError for a field that is given twice."""
    found: dict[str, list[Any]] = {}
    for name, values in given:
        if name in found:
            raise BacktestError(f"axes: {name} is given twice")
        found[name] = values
    return found


def search_arguments(parser: ArgumentParser) -> None:
    """What both searches have in common."""
    config_arguments(parser)
    parser.add_argument(
        "--grid", action="append", default=[], type=axis_given, metavar="FIELD=[v1,v2]", dest="axes",
        help="values of a field of the configuration, or a range 10..50:10 (repeatable); buy_conditions.0.value",
    )  # fmt: skip
    parser.add_argument("--objective", default="sharpe_ratio", metavar="NAME", help="the figure to choose by")
    parser.add_argument("--processes", type=int, default=cores(), metavar="N", help="at work here (all cores)")
    parser.add_argument("--background", action="store_true", help="hand it to the workers and leave")
    parser.add_argument("--work", type=int, metavar="ID", help="join those who work on a sweep (other machines, too)")
    parser.add_argument("--resume", type=int, metavar="ID", help="go on with one that was stopped")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="the whole result as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="the report, one self-contained file")
