"""What people ask with, checked before anything is calculated."""

from collections.abc import Sequence

import numpy as np

from etfs.services.errors import EtfError

LARGEST = 1e30  # of an amount; beyond it products of amounts are no numbers any more
CANCELLED = 1e-9  # of the gross amount: a smaller sum of long and short ones is nothing to take shares of


def different_check(name: str, symbols: Sequence[str], at_least: int, at_most: int) -> None:
    """EtfError unless there are ``at_least`` to ``at_most`` symbols, each of them once."""
    repeated = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
    if repeated:
        raise EtfError(f"{name}: {', '.join(repeated[:3])} named more than once")
    if not at_least <= len(symbols) <= at_most:
        raise EtfError(f"{name}: {at_least} to {at_most:,} of them, not {len(symbols):,}")


def amount_check(name: str, amount: float) -> None:
    """EtfError unless it is above 0, up to 1e30."""
    if not 0 < amount <= LARGEST:
        raise EtfError(f"{name}: must be above 0 and at most {LARGEST:g}")


def amounts_check(name: str, amounts: np.ndarray) -> None:
    """EtfError unless all are numbers up to 1e30 and what is long and what is short leaves something above 0."""
    if not np.all(np.abs(amounts) <= LARGEST):  # NaN is not
        raise EtfError(f"{name}: an amount is no number, or beyond {LARGEST:g}")
    if not amounts.sum() > CANCELLED * np.abs(amounts).sum():
        if len(amounts) == 1:
            raise EtfError(f"{name}: amount: must be above 0")
        raise EtfError(f"{name}: amounts add up to {amounts.sum():g}: must be above 0")
