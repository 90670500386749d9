"""What the service refuses, by the place of the form that it stands beside."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.text import Truncator

from backtests.services import BacktestError
from backtests.services.config import CHOICES, COUNTS, NUMBERS
from backtests.services.sessions import backtest_check
from backtests.views.builder.fields import ConfigForm
from backtests.views.builder.reading import BY_ROWS
from backtests.views.builder.rows import KINDS, MEMBER, WHERE, Rows
from factors.services.universes import LISTS
from market.models.owned import Reader

WHOLE = "form"  # the place of what is about no single field
ROW = re.compile(r"row (\d+): ")
LONGEST = 500
# Fields that have a default: without the wrong value the rest can be checked, so that more than one error is told.
DEFAULTED = (*NUMBERS, *COUNTS, *CHOICES, "risk_free", "normalisation", "rebalance", "benchmark")
OF_STRATEGY = {"factors": MEMBER, "combiner": "combiner", "options": "options"}
Refused = dict[str, str]


def refusals_of(config: dict[str, Any], form: ConfigForm, rows: Rows, user: Reader) -> Refused:
    """Every reason that can be told at once, by place; empty where it can be run."""
    found: Refused = {}
    left = dict(config)
    while True:
        try:
            backtest_check(config=left, user=user)
        except BacktestError as error:
            place, reason = placed(str(error), form, rows)
            found[place] = reason
            if place not in DEFAULTED or place not in left:
                return found
            del left[place]
        else:
            return found


def placed(refusal: str, form: ConfigForm, rows: Rows) -> tuple[str, str]:
    """Place and reason of ``field: reason``."""
    name, _, reason = refusal.partition(": ")
    reason = Truncator(reason or refusal).chars(LONGEST)
    for kind, field in BY_ROWS.items():
        if name == field:
            return _of_row(kind, reason, rows)
    if name == "universe":
        part = reason.partition(": ")[0]
        return (part if part in LISTS else WHERE), reason.removeprefix(f"{part}: ") if part in LISTS else reason
    if name == "strategy":
        part, _, rest = reason.partition(": ")
        return (OF_STRATEGY[part], rest) if part in OF_STRATEGY else ("strategy", reason)
    return (name, reason) if name in form.fields else (WHOLE, Truncator(refusal).chars(LONGEST))


def _of_row(kind: str, reason: str, rows: Rows) -> tuple[str, str]:
    """The row of the form, whose blank rows the configuration does not have."""
    found = ROW.match(reason)
    filled = [place for place, row in enumerate(rows[kind]) if not row.is_blank]
    if found is None or int(found[1]) > len(filled):
        return kind, reason
    return f"{kind}-{filled[int(found[1]) - 1]}", reason[found.end() :]


def places_of(form: ConfigForm, rows: Rows) -> Iterator[str]:
    """Every place that a reason may stand at."""
    yield WHOLE
    yield from (name for name, field in form.fields.items() if not field.widget.is_hidden)
    for kind in KINDS:
        yield kind
        yield from (f"{kind}-{place}" for place in range(len(rows[kind].forms)))
