"""Single cells of a transaction, from a file or a request. A ValueError is the reason why one cannot be read."""

import datetime as dt
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from market.calc.parsing import NULL_WORDS, date_of
from market.currencies import is_code, is_currency
from market.texts import is_storable
from portfolio.calc.accounting import Kind

EARLIEST = dt.date(1900, 1, 1)
LARGEST = Decimal(10) ** 18  # what NUMERIC(28, 10) holds
_DECIMALS = Decimal("1e-10")
_BLANK = set(NULL_WORDS) - {"nan"}
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
# What is written after them is shown in another order, or is not seen at all.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SHOWN = 40

_OTHER_WORDS = {
    Kind.BUY: ("bought", "purchase", "매수"), Kind.SELL: ("sold", "sale", "매도"),
    Kind.DIVIDEND: ("div", "dividends", "cash dividend", "distribution", "interest", "배당", "배당금", "이자"),
    Kind.DEPOSIT: ("contribution", "cash in", "입금"), Kind.WITHDRAWAL: ("withdraw", "cash out", "출금"),
    Kind.FEE: ("fees", "commission", "수수료"), Kind.TAX: ("taxes", "withholding tax", "세금"),
    Kind.SPLIT: ("stock split", "액면분할"), Kind.TRANSFER: ("exchange", "대체", "환전"),
}  # fmt: skip
_KINDS = {word: kind for kind, words in _OTHER_WORDS.items() for word in (kind.name.lower(), *words)}


def number_read(value: Any) -> Decimal | None:
    """A number as written (``1,234.5``, ``1e3``), to ten decimals; None for a blank."""
    text = "" if value is None else str(value).strip()
    if text.lower() in _BLANK:
        return None
    if not _NUMBER.fullmatch(text) or not any(letter.isdigit() for letter in text.lower().split("e")[0]):
        raise ValueError(f"{text[:_SHOWN]!r} is not a number")
    found = Decimal(text.replace(",", ""))
    if abs(found) >= LARGEST:
        raise ValueError(f"{text[:_SHOWN]} is beyond {LARGEST:.0e}")
    return found.quantize(_DECIMALS, ROUND_HALF_EVEN)


def number_told(figure: Decimal | None) -> str | None:
    """A number to its last digit, without the zeros behind it; None for none."""
    return None if figure is None else f"{Decimal(figure).normalize():f}"


def day_read(value: Any) -> dt.date:
    """YYYY-MM-DD, also with slashes, dots or nothing between; a time behind it is left out."""
    if isinstance(value, dt.date):
        return value
    text = "" if value is None else str(value).strip()
    if not text:
        raise ValueError("is missing")
    found = date_of(text)
    if found is None:
        raise ValueError(f"{text[:_SHOWN]!r} is not a date: write it as YYYY-MM-DD")
    if found < EARLIEST:
        raise ValueError(f"{found} is before {EARLIEST}")
    return found


def kind_read(value: Any) -> str:
    """The name of a kind; brokers' words for them, too."""
    text = "" if value is None else str(value).strip()
    if not text:
        raise ValueError("is missing")
    found = _KINDS.get(text.lower())
    if found is None:
        raise ValueError(f"unknown kind {text[:_SHOWN]!r}: use one of {', '.join(kind.name for kind in Kind)}")
    return found.name


def currency_read(value: Any) -> str:
    """A currency of ISO 4217, in any case; '' for a blank."""
    text = "" if value is None else str(value).strip().upper()
    if text and not is_code(text):
        raise ValueError(f"{text[:_SHOWN]!r} is not a currency: three letters, as in USD")
    if text and not is_currency(text):
        raise ValueError(f"{text} is no currency of ISO 4217")
    return text


def whole_read(value: Any) -> int:
    """A whole number of four bytes; 0 for a blank."""
    found = number_read(value)
    if found is None:
        return 0
    if found != found.to_integral_value() or abs(found) >= 2**31:
        raise ValueError(f"{str(value)[:_SHOWN]!r} is not a whole number below {2**31:,}")
    return int(found)


def text_read(value: Any, longest: int) -> str:
    """Text of several lines that can be stored and shown as it is."""
    text = "" if value is None else str(value).strip()
    for part in text.splitlines():
        line_read(part.replace("\t", " "), longest)
    if len(text) > longest:
        raise ValueError(f"has {len(text):,} characters; at most {longest} are kept")
    return text


def line_read(value: Any, longest: int) -> str:
    """A line of text that can be stored and shown as it is."""
    text = "" if value is None else str(value).strip()
    if len(text) > longest:
        raise ValueError(f"has {len(text):,} characters; at most {longest} are kept")
    if not is_storable(text):
        raise ValueError("holds characters that cannot be stored")
    if _CONTROL.search(text):
        raise ValueError("holds line breaks or control characters")
    if _TURNING.search(text):
        raise ValueError("holds characters that turn the direction of writing")
    return text
