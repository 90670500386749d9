"""Every rule of a backtest as it was set."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backtests.calc.conditions import FactorCondition
from backtests.calc.rules import Exit
from backtests.report.page import Lines, Pairs
from backtests.report.text import figure, is_known, spaced, words

Config = dict[str, Any]


def flat(config: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Settings as text by the path of their name; what is nested stands by itself."""
    found: dict[str, str] = {}
    for name, value in config.items():
        path = f"{above}{spaced(str(name))}"
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{path} · ")
        else:
            found[path] = _told(value)
    return found


def _told(value: Any) -> str:
    """A setting as a person reads it, conditions as they are told everywhere."""
    if not isinstance(value, list | tuple) or not value:
        return words(value)
    texts = [_condition(one) if isinstance(one, Mapping) else None for one in value]
    return "; ".join(text or words(one) for text, one in zip(texts, value, strict=True)) if any(texts) else words(value)


def _condition(one: Mapping[str, Any]) -> str | None:
    """None for what is no condition."""
    kind, value = one.get("type", Exit.FACTOR), one.get("value")
    bounds = value if isinstance(value, list | tuple) else [value, value]
    if len(bounds) != 2 or not all(is_known(bound) for bound in bounds):
        return None
    if kind != Exit.FACTOR:
        return f"{kind} {bounds[0]:g} {_('days') if kind == Exit.HOLD_DAYS else '%'}"
    if "factor" not in one:
        return None
    condition = FactorCondition(one["factor"], one.get("field", "value"), one.get("operator", ">="), *bounds)
    return f"FACTOR {condition.text}" if "type" in one else condition.text


def rules(config: Config, title: str = "") -> Pairs | None:
    pairs = list(flat(config).items())
    note = _("Percentages are percent; – is not set.")
    return Pairs(title or _("Every rule as set"), pairs, note, wide=True) if pairs else None


def conditions(found: dict[str, Any]) -> Pairs:
    """When is bought and sold, from which stocks."""
    buy, sell = _("buy when"), _("sell when")
    pairs = [(f"{buy} ({place})", text) for place, text in enumerate(found["buy"], 1)] or [(buy, _("always"))]
    pairs += [(f"{sell} ({place})", text) for place, text in enumerate(found["sell"], 1)] or [(sell, _("never"))]
    pairs.append((_("universe"), _(words(found["universe"]))))
    return Pairs(_("Strategy"), pairs, _("All buy conditions, the first sell condition."))


def timings(found: dict[str, float]) -> Pairs | None:
    if not found:
        return None
    return Pairs(
        _("How long it took"), [(spaced(name), figure(value, 3, suffix=_(" s"))) for name, value in found.items()]
    )


def warnings(found: list[str]) -> Lines | None:
    return Lines(_("Warnings of the simulation"), found, wide=True) if found else None


def described(result: dict[str, Any]) -> dict[str, str]:
    """Conditions and settings together by name, for comparing sessions."""
    found = result["conditions"]
    benchmark = result["benchmark"]
    return {
        _("region"): words(result["region"]), _("first session"): str(result["start"]),
        _("last session"): str(result["end"]), _("buy when"): words(found["buy"]),
        _("sell when"): words(found["sell"]), _("universe"): words(found["universe"]),
        _("benchmark"): benchmark["ticker"] if benchmark else words(None),
    } | flat(result["config"])  # fmt: skip


def differences(results: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """What is not the same in all: name, and the text of each session."""
    each = [described(result) for result in results]
    names = list(dict.fromkeys(name for one in each for name in one))
    rows = [(name, [one.get(name, words(None)) for one in each]) for name in names]
    return [(name, texts) for name, texts in rows if len(set(texts)) > 1]
