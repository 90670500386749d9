"""Rows of conditions as people fill them in.

In a request they are ``factor``, ``field``, ``operator``, ``value`` and ``upto``, lists of the same length.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from factors.calc.conditions import BETWEEN, FIELDS, OPERATORS, Condition
from factors.services.catalogue import factors_resolved
from factors.services.universes import MOST_CONDITIONS, StrategyError, condition_check
from market.pages.asked import number_asked

NAMES = ("factor", "field", "operator", "value", "upto")
EMPTY = ("", "value", ">=", "", "")
SIGNS = {">=": "≥", ">": ">", "<": "<", "<=": "≤"}
MOST_SCREENED = 20  # conditions of a screen; each is a join


@dataclass
class ConditionRow:
    """One row as filled in; ``error``: why it is no condition, "" for an empty row too."""

    factor: str
    field: str
    operator: str
    value: str
    upto: str
    condition: Condition | None = None
    error: str = ""

    def check(self) -> None:
        """Fill in ``condition`` or ``error``; neither for a row without a factor and figures."""
        if not (self.factor or self.value or self.upto):
            return
        try:
            self.condition = condition_check(given=self.given())
        except StrategyError as error:
            self.error = str(error).removeprefix("universe: ")
        except ValueError as error:
            self.error = str(error)

    def given(self) -> dict[str, Any]:
        """As strategies write it; ValueError where a figure is none."""
        if not self.factor:
            raise ValueError(_("Choose a factor."))
        texts = [self.value, self.upto] if self.operator == BETWEEN else [self.value]
        figures = [_number(text) for text in texts]
        value = figures if self.operator == BETWEEN else figures[0]
        return {"factor": self.factor, "field": self.field, "operator": self.operator, "value": value}

    def cells(self) -> list[tuple[str, str]]:
        return [(name, getattr(self, name)) for name in NAMES]


def rows_of(data: QueryDict) -> list[ConditionRow]:
    """The rows of a request, checked; beyond the most that a strategy may have none."""
    lists = [data.getlist(name)[:MOST_CONDITIONS] for name in NAMES]
    filled = [
        [text.strip() if text is not None else usual for text, usual in zip(texts, EMPTY, strict=True)]
        for texts in zip_longest(*lists)
    ]
    rows = [ConditionRow(*texts) for texts in filled]
    for row in rows:
        row.check()
    return rows


def conditions_added(data: QueryDict, conditions: Iterable[Mapping[str, Any]]) -> None:
    """Write stored conditions into ``data`` as rows."""
    for one in conditions:
        low, high = one["value"] if isinstance(one["value"], list) else (one["value"], None)
        texts = (one["factor"], one["field"], one["operator"], plain(low), "" if high is None else plain(high))
        for name, text in zip(NAMES, texts, strict=True):
            data.appendlist(name, text)


def row_dropped(data: QueryDict, names: Sequence[str], asked: str) -> None:
    """Take the row of this place out of fields that are there once a row; any other text takes none."""
    dropped = number_asked(asked)
    for name in names:
        data.setlist(name, [text for place, text in enumerate(data.getlist(name)) if place != dropped])


def buttons_done(data: QueryDict) -> bool:
    """Carry out the buttons ``add_condition`` and ``drop_condition`` in ``data``; whether one was pressed."""
    add, dropped = data.pop("add_condition", [""])[-1], data.pop("drop_condition", [""])[-1]
    row_dropped(data, NAMES, dropped)
    if add:
        for name, text in zip(NAMES, EMPTY, strict=True):
            data.appendlist(name, text)
    return bool(add or dropped)


def written(rows: Iterable[ConditionRow]) -> list[dict[str, Any]]:
    """The good ones, as strategies and backtests write them."""
    return [row.given() for row in rows if row.condition]


def choices_of_conditions() -> dict[str, Any]:
    """What the selects of ``factors/conditions.html`` offer."""
    factors = sorted(factors_resolved(), key=lambda factor: (factor.category, factor.name))
    groups = [(name, [one.name for one in of]) for name, of in groupby(factors, key=lambda factor: factor.category)]
    operators = [(name, SIGNS[name]) for name in OPERATORS]
    return {"factor_groups": groups, "fields": FIELDS, "operators": [*operators, (BETWEEN, _("between"))]}


def plain(number: float) -> str:
    """A number as a person would type it."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def _number(text: str) -> float:
    if not text:
        raise ValueError(_("A value is missing."))
    try:
        return float(text.replace(",", ""))
    except ValueError:
        raise ValueError(_("%(text)s is not a number.") % {"text": text}) from None
