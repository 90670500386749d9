"""Portfolios as people write them: ``SPY=1000``, or rows of a CSV file with symbol and amount."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from etfs.services.errors import Ambiguous, EtfError, NotFound
from etfs.services.lookup import stock_get
from etfs.sources.base import SourceProblem
from etfs.store.files import file_read
from market.models import Instrument

Position = tuple[Instrument, float]
_SYMBOLS, _AMOUNTS = ("symbol", "ticker"), ("amount", "value", "weight")


def positions_of(*, words: Sequence[str]) -> list[Position]:
    """Positions of ``SYMBOL=AMOUNT`` words and of CSV files (a word that ends in .csv), in their order.

    A CSV file has a header with the columns symbol (or ticker) and amount (or value, weight), and region where symbols
    lack it. EtfError names word or row and what is wrong with it.
    """
    found: list[Position] = []
    for word in words:
        symbol, is_pair, text = word.rpartition("=")
        if not is_pair and word.lower().endswith(".csv"):
            found += _of_file(Path(word))
        elif is_pair and symbol:
            found.append(_position(symbol, "", text, word))
        else:
            raise EtfError(f"positions: {word!r} is neither SYMBOL=AMOUNT nor a .csv file")
    return found


def _of_file(path: Path) -> list[Position]:
    try:
        text = file_read(path).decode("utf-8-sig")
    except SourceProblem as problem:
        raise EtfError(f"positions: {problem}") from problem
    except UnicodeDecodeError as error:
        raise EtfError(f"positions: {path.name} is not UTF-8 text") from error
    rows = csv.DictReader(io.StringIO(text))
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
    symbol, amount = (next((names[name] for name in known if name in names), None) for known in (_SYMBOLS, _AMOUNTS))
    if symbol is None or amount is None:
        there = ", ".join(names) or "none"
        raise EtfError(f"positions: {path.name} needs the columns symbol and amount; it has {there}")
    region = names.get("region", "")
    return [
        _position(row[symbol] or "", row.get(region) or "", row[amount] or "", f"{path.name} row {number}")
        for number, row in enumerate(rows, 1)
    ]


def _position(symbol: str, region: str, text: str, where: str) -> Position:
    try:
        amount = float(text.strip().replace(",", ""))
    except ValueError:
        raise EtfError(f"positions: {where}: {text.strip()!r} is not an amount") from None
    try:
        return stock_get(symbol, region.strip()), amount
    except (NotFound, Ambiguous, ValueError) as error:
        raise EtfError(f"positions: {where}: {error}") from error
