"""What each way of rebalancing wants every asset to be worth."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.rebalancing.book import Book, weights_of
from portfolio.calc.rebalancing.drift import breach_of

FULL, BAND, CASH_ONLY = "full", "band", "cash_only"
MODES = (FULL, BAND, CASH_ONLY)


@dataclass(frozen=True)
class Goals:
    """``weight`` float64 [N + 1] in percent that trades aim at, cash last; ``sells`` and ``buys`` bool [N]: who may."""

    mode: str
    weight: np.ndarray
    sells: np.ndarray
    buys: np.ndarray


def goals_of(book: Book, mode: str) -> Goals:
    """full: every target. cash_only: every target, without selling. band: assets that break a limit come to the nearer
    edge of their band, nobody else trades, and cash keeps what its band asks for.
    """
    everyone = np.ones(len(book.positions), dtype=bool)
    if mode == FULL:
        return Goals(mode, book.targets, everyone, everyone)
    if mode == CASH_ONLY:
        return Goals(mode, book.targets, ~everyone, everyone)
    if mode != BAND:
        raise ValueError(f"mode: must be one of {', '.join(MODES)}, not {mode!r}")
    weights = weights_of(book.values)
    bands = [band for _, band in book.bands]
    edges = np.array([min(max(float(w), band.lower), band.upper) for w, band in zip(weights, bands, strict=True)])
    broken = np.array([breach_of(float(w), band) is not None for w, band in zip(weights, bands, strict=True)])
    edges[-1] = bands[-1].lower  # cash above the least it must be may be spent
    moves = broken[:-1]
    return Goals(mode, edges, moves & (weights > edges)[:-1], moves & (weights < edges)[:-1])
