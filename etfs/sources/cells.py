"""Cells to numbers and dates, one by one; a figure keeps the digits it was published with, nothing is guessed."""

import datetime as dt
import re
from decimal import Decimal

NULLS = ("", "-", "--")
# Prefixes of an amount of money, with the currency where the sign alone says it.
MONEY_SIGNS = {"US$": "USD", "HK$": "HKD", "€": "EUR", "£": "GBP", "$": ""}
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_LONGEST = 40  # characters of a number: a fund's assets in dong with twenty decimals are shorter
_ISO = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/ ]([A-Za-z]{3,9})[-/ ](\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}), ?(\d{4})", re.ASCII)
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {name[:size]: i for i, name in enumerate(_NAMES, 1) for size in (3, len(name))} | {"sept": 9}
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def clean(text: str) -> str:
    """Without blanks around it; a no-break space is a blank too."""
    return text.replace("\xa0", " ").strip()


def number(text: str, *, money: bool = False, percent: bool = False) -> Decimal | None:
    """A figure with the source's digits; None for '', '-' and '--'. ValueError for anything else.

    A currency sign is read only where ``money`` is expected and '%' only where ``percent`` is: elsewhere they are
    the sign of shifted columns. '12,5' is refused, it may be 12.5 or 125.
    """
    text = clean(text)
    if text in NULLS:
        return None
    body = without_sign(text)[0] if money else text
    body = body.removesuffix("%") if percent else body
    grouped = _GROUPED.fullmatch(body)
    if len(body) > _LONGEST or not (grouped or _PLAIN.fullmatch(body)):
        raise ValueError(f"{text[:60]!r} is not a number")
    return Decimal(body.replace(",", "") if grouped else body)


def without_sign(text: str) -> tuple[str, str]:
    """('US$1,234') -> ('1,234', 'USD'): the amount, and its currency where the sign says it."""
    negative = "-" if text.startswith("-") else ""
    body = text.removeprefix("-")
    for sign, currency in MONEY_SIGNS.items():
        if body.startswith(sign):
            return negative + body.removeprefix(sign), currency
    return text, ""


def times_hundred(fraction: Decimal) -> Decimal:
    """Percent from a fraction, exactly: only the decimal point moves. 0.5 gives 50, not 5E+1."""
    sign, digits, exponent = fraction.as_tuple()
    moved = int(exponent) + 2
    return Decimal((sign, (*digits, *[0] * max(0, moved)), min(0, moved)))


def day(text: str, *, us: bool = False) -> dt.date:
    """A date: 2024-01-31, 2024/01/31, '19/Jun/2026', '18-Mar-2024', 'Apr 06, 2023'; 01/31/2024 only when ``us``, since
    others put the day first. ValueError for anything else."""
    text = clean(text)
    if match := _ISO.fullmatch(text):
        return _date(text, match[1], match[3], match[4])
    if match := _DAY_FIRST.fullmatch(text):
        return _date(text, match[3], _MONTHS.get(match[2].lower(), 0), match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _date(text, match[3], _MONTHS.get(match[1].lower(), 0), match[2])
    if us and (match := _US.fullmatch(text)):
        return _date(text, match[3], match[1], match[2])
    raise ValueError(f"{text[:60]!r} is not a date" + ("" if us else " in a known order"))


def day_in_name(name: str) -> dt.date | None:
    """The only date in a file name (2024-03-19, 20240319); None where there is none or more than one."""
    found = set()
    for year, _, month, of_month in _IN_NAME.findall(name.replace("\\", "/").rsplit("/", 1)[-1]):
        try:
            found.add(_date(name, year, month, of_month))
        except ValueError:
            continue  # eight digits that are no date
    return found.pop() if len(found) == 1 else None


def _date(text: str, year: str | int, month: str | int, of_month: str | int) -> dt.date:
    try:
        found = dt.date(int(year), int(month), int(of_month))
    except ValueError:
        raise ValueError(f"{text[:60]!r} is not a date") from None
    if not dt.date(1900, 1, 1) <= found < dt.date(2200, 1, 1):
        raise ValueError(f"{text[:60]!r} is not a plausible date")
    return found
