"""What a sweep varies, in words: ``buy_conditions.0.value`` is the "value of pe_ratio <" of its configuration."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backtests.report.text import spaced

KINDS = {
    "buy_conditions": gettext_noop("%(part)s of buy condition %(number)s"),
    "sell_conditions": gettext_noop("%(part)s of sell condition %(number)s"),
}


def axis_labels(fields: Sequence[str], base: Mapping[str, Any]) -> dict[str, str]:
    """A label for each path; those that would be equal are told apart by their paths."""
    found = {field: _label(field, fields, base) for field in fields}
    often = Counter(found.values())
    return {field: label if often[label] == 1 else f"{label} ({field})" for field, label in found.items()}


def _label(field: str, fields: Sequence[str], base: Mapping[str, Any]) -> str:
    head, *rest = field.split(".")
    if head not in KINDS or len(rest) < 2:
        return ": ".join(spaced(part) for part in (head, *rest))
    row, part = rest[0], ".".join(rest[1:])
    names = _names(field, fields, base) if part == "value" else ""
    number = int(row) + 1 if row.isdigit() else row
    return names or _(KINDS[head]) % {"part": spaced(part), "number": number}


def _names(field: str, fields: Sequence[str], base: Mapping[str, Any]) -> str:
    """The condition whose value this is; "" where another axis sets the rest of it, or it cannot be told."""
    head, row = field.split(".")[:2]
    above = (head, f"{head}.{row}")
    others = [one for one in fields if one != field and (one in above or one.startswith(f"{above[1]}."))]
    rows = base.get(head)
    if others or not isinstance(rows, list) or not row.isdigit() or int(row) >= len(rows):
        return ""
    one = rows[int(row)]
    if not isinstance(one, Mapping):
        return ""
    if one.get("type", "FACTOR") != "FACTOR":
        return _("%(kind)s value") % {"kind": one["type"]}
    shown = [one.get("factor"), one.get("field") if one.get("field") != "value" else None, one.get("operator")]
    told = " ".join(str(part) for part in shown if part)
    if not told:
        return ""
    sold = head == "sell_conditions"
    return (_("to sell: value of %(condition)s") if sold else _("value of %(condition)s")) % {"condition": told}
