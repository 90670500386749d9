"""Who belongs to the market on a session, and the score of a figure in it (FORMULAS.md sections 1, 3 and 9)."""

import math
import statistics

import numpy as np
import pandas as pd

FRESH = 5  # sessions in which a bar must lie, and bars of which one must have traded


def listed_bars(close: pd.DataFrame, delisted: dict[str, pd.Timestamp]) -> pd.DataFrame:
    """``close`` without what is dated after a name's last day of trading."""
    kept = close.copy()
    for ticker, last in delisted.items():
        kept.loc[kept.index > last, ticker] = np.nan
    return kept


def eligible(close: pd.DataFrame, volume: pd.DataFrame, delisted: dict[str, pd.Timestamp]) -> pd.DataFrame:
    """Listed on the session, a bar in its last five sessions, traded on one of the own last five bars. bool."""
    answer = {}
    for ticker in close.columns:
        bars: list[tuple[int, float]] = []  # session and volume
        column = []
        for t, (day, price, shares) in enumerate(zip(close.index, close[ticker], volume[ticker], strict=True)):
            if not math.isnan(price):
                bars.append((t, shares))
            listed = ticker not in delisted or day <= delisted[ticker]
            fresh = bool(bars) and bars[-1][0] > t - FRESH
            traded = any(math.isnan(of_bar) or of_bar > 0 for _, of_bar in bars[-FRESH:])
            column.append(listed and fresh and traded)
        answer[ticker] = column
    return pd.DataFrame(answer, index=close.index)


def zscores(signals: dict[str, float]) -> dict[str, float]:
    """Distance from the mean in standard deviations, of signals clipped at three of them. Fewer than ten: none."""
    if len(signals) < 10:
        return {}
    middle, spread = statistics.fmean(signals.values()), statistics.stdev(signals.values())
    if spread <= 1e-12 * max(1, abs(middle)):
        return dict.fromkeys(signals, 0.0)
    low, high = middle - 3 * spread, middle + 3 * spread
    return {name: (min(max(signal, low), high) - middle) / spread for name, signal in signals.items()}


def score_table(figure: pd.DataFrame) -> pd.DataFrame:
    """Scores of a figure of which more is better, session by session."""
    rows = [zscores({name: x for name, x in row.items() if math.isfinite(x)}) for _, row in figure.iterrows()]
    return pd.DataFrame(rows, index=figure.index, columns=figure.columns, dtype=float)
