"""A small market of two regions, written to the tables: stocks, a fund, an index, and what is special about some."""

import numpy as np

from market.models import Instrument, PriceBar
from tests.factors.market_tables import SESSION, add_bars, add_instrument, sessions

BARS = 320
SPLIT_BARS = 40  # since the split of SPLIT, 2:1


def small_market() -> None:
    """KR: index, stocks A and B, fund F, preferred line P, SPLIT (2:1, forty bars ago), PAUSED (last bar three sessions
    ago), GONE (last bar ten sessions ago). US: funds SPY and AGG. All of 320 sessions up to SESSION."""
    rng = np.random.default_rng(3)
    days = sessions(BARS)
    kinds = {
        "KOSPI": "INDEX", "A": "STOCK", "B": "STOCK", "F": "ETF", "P": "PREFERRED", "SPLIT": "STOCK",
        "PAUSED": "STOCK", "GONE": "STOCK",
    }  # fmt: skip
    for ticker, kind in kinds.items():
        missing = {"PAUSED": 3, "GONE": 10}.get(ticker, 0)
        bars_made(add_instrument(ticker, asset_type=kind), days[: BARS - missing], rng)
    split = Instrument.objects.get(ticker="SPLIT")
    before = PriceBar.objects.filter(instrument=split, date__lt=days[-SPLIT_BARS])
    before.update(adjustment_factor=0.5)
    for ticker in ("SPY", "AGG"):
        bars_made(add_instrument(ticker, "US", asset_type="ETF"), sessions(BARS, SESSION, "US"), rng)


def bars_made(instrument: Instrument, days: list, rng: np.random.Generator) -> None:
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0.0003, 0.015, len(days)))), 2)
    high, low = close * (1 + rng.uniform(0, 0.01, len(days))), close * (1 - rng.uniform(0, 0.01, len(days)))
    add_bars(instrument, days, close, high=high, low=low, volume=rng.integers(1_000, 90_000, len(days)).astype(float))


def closes_of(ticker: str) -> dict:
    """Adjusted closes by day, read one by one."""
    rows = PriceBar.objects.filter(instrument__ticker=ticker).order_by("date")
    return {row.date: row.close * row.adjustment_factor for row in rows}
