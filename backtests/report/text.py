"""Figures and settings as text."""

import math
from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from market.pages.parts import NONE

PERCENT, POINTS = "\u00a0%", format_lazy("\u00a0{}", gettext_lazy("pp"))  # not torn apart at the end of a line
WITHOUT_CENTS = ("KRW", "JPY", "VND")
DIGITS = {"%": 2, "ratio": 2, "fraction": 4, "probability": 3, "sessions": 0, "days": 1, "count": 0}


def is_known(value: Any) -> bool:
    """Whether it is a finite number."""
    return isinstance(value, int | float) and math.isfinite(value)


def figure(value: float | None, digits: int = 2, *, sign: bool = False, suffix: Any = "") -> str:
    """With thousands separators and a fixed number of digits; a dash for None and what is no number."""
    if value is None or not is_known(value):
        return NONE
    text = f"{value:{'+' if sign else ''},.{digits}f}"
    if not text.strip("+-0.,"):
        text = text.lstrip("+-")  # rounded to nothing: no direction
    return f"{text}{suffix}".replace("-", "−")


def percent(value: float | None, digits: int = 2, *, sign: bool = False) -> str:
    """Of a figure that is percent already."""
    return figure(value, digits, sign=sign, suffix=PERCENT)


def money(value: float | None, currency: str, *, sign: bool = False) -> str:
    """An amount, without the name of its currency."""
    return figure(value, 0 if currency in WITHOUT_CENTS else 2, sign=sign)


def price(value: float | None) -> str:
    """Of one share: two digits, four below 1."""
    return figure(value, 4 if is_known(value) and 0 < abs(value or 0.0) < 1 else 2)


def in_unit(value: float | None, unit: str, currency: str, *, bare: bool = False) -> str:
    """A statistic with the digits of its unit, and with the sign of percent unless ``bare``."""
    if unit == "currency":
        return money(value, currency)
    if unit == "count" and is_known(value) and value != int(value or 0):
        return figure(value, 1)  # the mean of a count
    return figure(value, DIGITS.get(unit, 2), suffix=PERCENT if unit == "%" and not bare else "")


def words(value: Any) -> str:
    """A setting as a person reads it."""
    if value is None or value in ("", [], (), {}):
        return NONE
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int | float):
        return f"{value:,.10g}".replace("-", "−") if is_known(value) else NONE
    if isinstance(value, Mapping):
        return ", ".join(f"{spaced(str(key))} {words(part)}" for key, part in value.items() if part is not None) or NONE
    if isinstance(value, list | tuple):
        return ("; " if any(isinstance(part, Mapping) for part in value) else ", ").join(words(part) for part in value)
    return str(value)


def spaced(name: str) -> str:
    """The name of a field or figure as words (``vocabulary.py``)."""
    return gettext(name.replace("_", " "))


def span(first: Any, last: Any) -> str:
    """From one to the other."""
    return gettext("%(first)s to %(last)s") % {"first": first, "last": last}


def counted(number: int, noun: str) -> str:
    """ "1 trade", "1,200 trades"; in English alone."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
