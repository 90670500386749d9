"""Rows of the builder: conditions, and factors of a strategy that is written in the configuration."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backtests.calc.conditions import FIELDS, OPERATORS
from backtests.calc.rules import Exit
from backtests.views.builder.fields import FACTOR, Choices, number, of
from market.pages.asked import number_asked
from market.pages.forms import worded

BUY, SELL, MEMBER, WHERE = "buy", "sell", "member", "where"
EXITS = {
    Exit.STOP_LOSS: _("Stop loss, %"), Exit.TAKE_PROFIT: _("Take profit, %"), Exit.HOLD_DAYS: _("Held, days"),
    Exit.FACTOR: _("A factor"), Exit.TRAILING_STOP: _("Trailing stop, %"),
}  # fmt: skip
MOST = 100


class Row(forms.Form):
    """``factors``: what may be chosen."""

    use_required_attribute = False
    factor = of(FACTOR, ())

    def __init__(self, *args: Any, factors: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["factor"].choices = factors  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.required = False

    def given(self, name: str) -> str:
        return str(self[name].value() or "").strip()

    @property
    def is_blank(self) -> bool:
        return not any(self.given(name) for name in ("factor", "value") if name in self.fields)


class ConditionRow(Row):
    """A figure of a factor against a value, two of them with ``between``."""

    field = of(_("Figure"), worded((one, one) for one in FIELDS))
    operator = of(_("Is"), worded((one, one) for one in OPERATORS))
    value = number(pgettext_lazy("of a factor", "Value"))
    high = number(_("and"), _("With between."))


class SellRow(ConditionRow):
    type = of(_("Sell when"), [(str(one), EXITS[one]) for one in Exit])
    field_order = ("type", "value", "high", "factor", "field", "operator")


class MemberRow(Row):
    """A factor of the strategy."""

    weight = number(_("Weight"))


KINDS: dict[str, type[Row]] = {BUY: ConditionRow, SELL: SellRow, MEMBER: MemberRow, WHERE: ConditionRow}
Rows = dict[str, Any]


def rows_of(factors: Choices, *, data: QueryDict | None = None, initial: dict[str, Any] | None = None) -> Rows:
    """A formset of each kind: of what was sent, or of what is begun with."""
    found: Rows = {}
    for kind, row in KINDS.items():
        given = (initial or {}).get(kind, [])
        made = forms.formset_factory(row, extra=0, max_num=MOST, absolute_max=MOST)
        kwargs = {"prefix": kind, "form_kwargs": {"factors": factors}}
        found[kind] = made(data, **kwargs) if data is not None else made(initial=given, **kwargs)
    return found


def row_added(data: QueryDict, kind: str) -> None:
    """One more row at the end."""
    name = f"{kind}-TOTAL_FORMS"
    data[name] = str(min(_count(data, kind) + 1, MOST))


def row_removed(data: QueryDict, kind: str, place: int) -> None:
    """The others move up."""
    total = _count(data, kind)
    for number_ in range(place, total):
        for name in KINDS[kind].base_fields:
            key, following = f"{kind}-{number_}-{name}", f"{kind}-{number_ + 1}-{name}"
            data.setlist(key, data.getlist(following))
    data[f"{kind}-TOTAL_FORMS"] = str(max(total - (place < total), 0))


def _count(data: QueryDict, kind: str) -> int:
    return min(number_asked(data.get(f"{kind}-TOTAL_FORMS", "")) or 0, MOST)
