"""``{% load house %}``: figures in the page's language, charts, scripts inside reports."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString, mark_safe

from market.pages import formats
from market.pages.charts import DRAWN, Chart

register = template.Library()


@register.filter
def number(value: formats.Number, digits: int = 2) -> str:
    return formats.number(value, digits)


@register.filter
def any_size(value: formats.Number, digits: int = 4) -> str:
    """A raw figure of any size."""
    return formats.any_size(value, digits)


@register.filter
def signed(value: formats.Number, digits: int = 2) -> str:
    return formats.number(value, digits, sign=True)


@register.filter
def percent(value: formats.Number, digits: int = 2) -> str:
    return formats.percent(value, digits)


@register.filter
def change(value: formats.Number, digits: int = 2) -> str:
    """A gain or loss as percent, with its sign."""
    return formats.percent(value, digits, sign=True)


@register.filter
def points(value: formats.Number, digits: int = 2) -> str:
    """What is percent already (12.5), as percent."""
    return formats.points(value, digits)


@register.filter
def signed_points(value: formats.Number, digits: int = 2) -> str:
    return formats.points(value, digits, sign=True)


@register.filter
def money(value: formats.Number, currency: str) -> str:
    return formats.money(value, currency)


@register.filter
def compact(value: formats.Number, currency: str = "") -> str:
    return formats.compact(value, currency)


@register.filter
def exact(value: Any) -> str:
    """A value of a calculation, to ten digits: what somebody adds up again."""
    if isinstance(value, bool) or value is None:
        return formats.NONE if value is None else str(value)
    if isinstance(value, int | float):
        return f"{value:,.10g}".replace("-", formats.MINUS)
    if isinstance(value, dict):
        return ", ".join(f"{name} {exact(one)}" for name, one in value.items()) or formats.NONE
    if isinstance(value, list | tuple):
        return ", ".join(exact(one) for one in value) or formats.NONE
    return str(value)


@register.filter
def day(value: dt.date | None, width: str = "medium") -> str:
    return formats.day(value, width)


@register.filter
def moment(value: dt.datetime | None) -> str:
    return formats.moment(value)


@register.filter
def tone(value: formats.Number) -> str:
    return formats.tone(value)


@register.filter
def unlocalized(value: float | None) -> str:
    """As attributes of HTML have numbers."""
    return "" if formats.is_missing(value) else repr(float(value or 0.0))


@register.inclusion_tag("pages/chart.html")
def chart(of: Chart, name: str) -> dict[str, Any]:
    """A chart of the page, called ``name`` (letters, digits and dashes) there."""
    drawn = {key: of[key] for key in DRAWN if key in of}
    return {"chart": {**of, "id": name}, "drawn": drawn, "figure": f"{name}-figure"}


@register.simple_tag(takes_context=True)
def asking(context: template.Context, *pairs: Any) -> str:
    """The address with other parameters: ``{% asking "sort" "-name" "page" 2 %}``. Whole, as a part of a page that
    stands inside another one asks for itself."""
    request = context["request"]
    query = request.GET.copy()
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        query[name] = value
    return f"{request.path}?{query.urlencode()}"


@register.simple_tag
def static_text(path: str) -> SafeString:
    """The text of one of our static files: reports carry their scripts and styles inside."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"no static file {path}")
    return mark_safe(Path(found).read_text(encoding="utf-8"))  # noqa: S308 # our own files


@register.filter
def at(found: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key that only the template knows; None without it."""
    return found.get(key)
