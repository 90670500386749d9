"""Figures as people read them, in the language of the page (Babel): ``1,234.5``, ``12.3%``, ``₩1,200``, ``1.2조``.

None and NaN are a dash everywhere. Nothing here rounds what is computed with or exported.
"""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_currency, format_compact_decimal, format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language

NONE = "–"
MINUS = "−"
Number = int | float | Decimal | None
MOMENTS = {"ko": "yy. M. d. HH:mm"}  # its short one writes AM and PM
LARGE, MOST_DIGITS = 1e6, 10
HUGE = 1e21  # from here on nobody counts digits, and soon Babel does not either
PATTERNS = {digits: "#,##0" + ("." + "0" * digits if digits else "") for digits in range(MOST_DIGITS + 1)}


def is_missing(value: Any) -> bool:
    """None and NaN."""
    return value is None or value != value  # noqa: PLR0124 # NaN, of whatever type, is the one that differs from itself


def is_huge(value: Number) -> bool:
    """Infinite, or of so many digits that it is written in powers of ten."""
    return abs(value) >= HUGE


def locale() -> str:
    """The page's language as Babel calls it: ``ko``, ``en``, ``pt_BR``."""
    language, _, country = (get_language() or "en").partition("-")
    return f"{language}_{country.upper()}" if country else language


def number(value: Number, digits: int = 2, *, sign: bool = False) -> str:
    """With a fixed number of decimals and separated thousands; ``sign``: a plus before what is above zero."""
    if is_missing(value):
        return NONE
    if is_huge(value):
        return _signed(f"{Decimal(str(value)):.2e}", above=sign and value > 0)
    text = format_decimal(value, format=PATTERNS[digits], locale=locale())
    return _signed(text, above=sign and value > 0)


def any_size(value: Number, digits: int = 4) -> str:
    """A raw figure that may be of any size: in few characters from a million on, with three digits that count where
    ``digits`` decimals would not show them.
    """
    if is_missing(value):
        return NONE
    size = abs(value)
    if size >= LARGE:
        return compact(value)
    return number(value, min(MOST_DIGITS, max(digits, 2 - math.floor(math.log10(size)))) if size else digits)


def percent(value: Number, digits: int = 2, *, sign: bool = False) -> str:
    """A share as percent: 0.123 is ``12.30%``."""
    if is_missing(value):
        return NONE
    return f"{number(100 * value, digits, sign=sign)}%"


def points(value: Number, digits: int = 2, *, sign: bool = False) -> str:
    """What is percent already: 12.3 is ``12.30%``."""
    return NONE if is_missing(value) else f"{number(value, digits, sign=sign)}%"


def money(value: Number, currency: str, digits: int | None = None) -> str:
    """An amount with its currency's own decimals (none for won and yen), or with ``digits``."""
    if is_missing(value):
        return NONE
    if is_huge(value):
        return f"{currency} {number(value)}"
    pattern = None if digits is None else f"¤{PATTERNS[digits]}"
    text = format_currency(value, currency, format=pattern, locale=locale(), currency_digits=digits is None)
    return _signed(text)


def compact(value: Number, currency: str = "") -> str:
    """A large figure in few characters: ``1.2M``, ``3.4조``; with a currency as an amount of it."""
    if is_missing(value):
        return NONE
    if is_huge(value):
        return money(value, currency) if currency else number(value)
    if currency:
        return _signed(format_compact_currency(value, currency, locale=locale(), fraction_digits=1))
    return _signed(format_compact_decimal(value, locale=locale(), fraction_digits=1))


def day(value: dt.date | dt.datetime | None, width: str = "medium") -> str:
    """A date as the language writes it."""
    return NONE if value is None else format_date(value, format=width, locale=locale())


def moment(value: dt.datetime | None) -> str:
    """A date and time, to the minute, in the time zone of the site."""
    if value is None:
        return NONE
    return format_datetime(timezone.localtime(value), format=MOMENTS.get(locale(), "short"), locale=locale())


def tone(value: Number) -> str:
    """The class of the style sheet for a gain or loss."""
    if is_missing(value) or value == 0:
        return ""
    return "up" if value > 0 else "down"


def _signed(text: str, *, above: bool = False) -> str:
    """With a minus that is as wide as a plus; none before a figure that is zero as it is shown."""
    if not above and "0" in text and not any(digit in text for digit in "123456789"):
        return text.replace("-", "")
    return f"+{text}" if above else text.replace("-", MINUS)
