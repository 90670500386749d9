"""Walk-forward tests: settings chosen on one stretch of time, tested on the next.

A walk-forward is a sweep whose variants are run on every train window; the last worker chooses by window and runs the
tests (``walk_forward_end``). So it is spread over workers, taken up again and cancelled like any sweep.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from backtests.calc.errors import InputError
from backtests.calc.windows import windows_of
from backtests.models import BacktestSweep
from backtests.report import walk_forward_report as report
from backtests.services.axes import MOST_VARIANTS, Axis, combinations
from backtests.services.config_values import day_given
from backtests.services.errors import BacktestError
from backtests.services.market import period_check
from backtests.services.result import config_in_order
from backtests.services.sweeps import Method, base_check, sweep_store
from market.calendars import sessions

PERIOD = ("start", "end", "region")
MOST_MONTHS = 600


def walk_forward_create(
    *, config: Any, axes: Mapping[str, Any], train: int = 24, test: int = 6, anchored: bool = False,
    objective: str = "sharpe_ratio", name: str = "", owner: User | None = None,
) -> BacktestSweep:  # fmt: skip
    """A pending walk-forward: every combination of ``axes`` on every window of ``train`` months.

    ``test``: months on which the choice of a window is tested; ``anchored``: train windows all begin at the start.
    BacktestError begins with the field that is wrong; nothing is stored then.
    """
    base, checked, windows = walk_forward_check(
        config=config, axes=axes, train=train, test=test, anchored=anchored, objective=objective, owner=owner
    )
    each = combinations(checked, Method.GRID, None, 0, most=MOST_VARIANTS // len(windows))
    variants = [
        {"start": window["train_start"], "end": window["train_end"]} | one for window in windows for one in each
    ]
    options = {"train": train, "test": test, "anchored": anchored, "windows": windows, "combinations": len(each)}
    return sweep_store(
        base=base, axes=checked, method=Method.WALK_FORWARD, objective=objective, options=options, variants=variants,
        name=name, owner=owner,
    )  # fmt: skip


def walk_forward_check(
    *, config: Any, axes: Mapping[str, Any], train: int, test: int, anchored: bool, objective: str, owner: User | None
) -> tuple[dict[str, Any], list[Axis], list[dict[str, str]]]:
    """What ``base_check`` finds, and the windows; BacktestError begins with the field that is wrong."""
    _months_check(train=train, test=test)
    base, checked = base_check(config=config, axes=axes, objective=objective, owner=owner)
    for axis in checked:
        if axis["field"] in PERIOD:
            raise BacktestError(f"axes: {axis['field']}: the windows of a walk-forward set the period of one region")
    return base, checked, _windows(base, train, test, anchored)


def _months_check(**given: int) -> None:
    for field, months in given.items():
        if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
            raise BacktestError(f"{field}: must be a whole number of months from 1 to {MOST_MONTHS}, not {months!r}")


def _windows(base: Mapping[str, Any], train: int, test: int, anchored: bool) -> list[dict[str, str]]:
    """The windows of the exchange's calendar, as plain data."""
    start, end = (day_given(name, base[name]) for name in ("start", "end"))
    if start is None:
        raise BacktestError("start: say from which day on (YYYY-MM-DD)")
    first, last = period_check(region=base["region"], start=start, end=end)
    try:
        found = windows_of(sessions(base["region"], first, last), np.datetime64(start, "D"), train, test, anchored)
    except InputError as error:
        raise BacktestError(str(error)) from error
    return [{name: str(day) for name, day in window._asdict().items()} for window in found]


def walk_forward_report(*, sweep: BacktestSweep) -> str:
    """The report as one HTML file; BacktestError while there is no result."""
    return report(walk_forward_told(sweep=sweep))


def walk_forward_told(*, sweep: BacktestSweep) -> dict[str, Any]:
    """All of a finished walk-forward as plain data; BacktestError while there is no result."""
    if sweep.method != Method.WALK_FORWARD:
        raise BacktestError(f"sweep: {sweep} is no walk-forward")
    if sweep.result is None:
        why = f": {sweep.error}" if sweep.error else ""
        raise BacktestError(f"status: {sweep} is {sweep.status} and has no result{why}")
    return {
        "id": sweep.pk, "name": sweep.name, "status": sweep.status, "objective": sweep.objective, "axes": sweep.axes,
        "base": config_in_order(sweep.config), "train": sweep.options["train"], "test": sweep.options["test"],
        "anchored": sweep.options["anchored"], "timings": sweep.timings, "counts": sweep.counts(), **sweep.result,
    }  # fmt: skip
