"""Jumps of a held price that look like a corporate action nobody recorded."""

import numpy as np

from backtests.calc.positions import Positions
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

RISE = 1.8  # times the close before; a reverse split of 1:2 doubles it
FALL = 0.55  # a split of 2:1 halves it
SHOWN = 10


@check("price_jumps", Severity.WARNING, Severity.SERIOUS)
def price_jumps(evidence: Evidence) -> Finding | None:
    """A split, or a decimal point, that the data lack makes a profit or a loss that never was.

    Closes of one session to the next bar while a name is held, splits taken out. SERIOUS when the rises make more than
    half of the gain.
    """
    positions = evidence.positions
    row, ratio, won = _jumps(positions, evidence.run.prices.close)
    if not len(row):
        return None
    rises = float(won[won > 0].sum())
    largest = [
        {"ticker": evidence.ticker(positions.instrument[row[at]]), "date": evidence.day(positions.session[row[at]]),
         "change": 100.0 * (float(ratio[at]) - 1.0), "gain": float(won[at])}
        for at in np.lexsort((row, -np.abs(won)))[:SHOWN]
    ]  # fmt: skip
    first, serious = largest[0], 0 < evidence.gain < 2.0 * rises
    return Finding(
        "price_jumps", Severity.SERIOUS if serious else Severity.WARNING, "Prices jump",
        f"{counted(len(row), 'jump')} of a held price without a recorded split; {first['ticker']} on {first['date']} "
        f"{first['change']:+,.0f} %. Look for missing corporate actions.",
        {"jumps": len(row), "gain_of_rises": rises, "largest": largest},
    )  # fmt: skip


def _jumps(positions: Positions, close: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rows of positions, close / close before, what the jump earned) of each jump."""
    bars = np.flatnonzero(positions.bar)
    price = close[positions.session[bars], positions.instrument[bars]]
    ratio_so_far = np.cumsum(np.log(positions.split))[bars]
    begun = np.cumsum(positions.first)[bars]
    same = begun[1:] == begun[:-1]
    ratio = price[1:] / price[:-1] * np.exp(np.diff(ratio_so_far))
    jump = same & ((ratio >= RISE) | (ratio <= FALL))
    ratio, row = ratio[jump], bars[1:][jump]
    return row, ratio, positions.value[row] * (1.0 - 1.0 / ratio)
