"""A small Korean market in the tables, and a configuration that trades in it often."""

import datetime as dt
from typing import Any

import numpy as np

from market.models import Instrument
from tests.factors.market_tables import add_bars, add_instrument, add_report, sessions

STOCKS, BARS = 14, 150
START = "2024-02-01"


def days() -> list[dt.date]:
    return sessions(BARS)


def small_market(seed: int = 0, stocks: int = STOCKS, bars: int = BARS) -> list[Instrument]:
    """Random walks with opens and volumes, yearly reports of two years, and KOSPI."""
    rng = np.random.default_rng(seed)
    on = sessions(bars)
    index = add_instrument("KOSPI", asset_type="INDEX", name="KOSPI")
    add_bars(index, on, 2500 * np.exp(np.cumsum(rng.normal(0.0003, 0.01, bars))))
    found = [add_instrument(f"T{i:02d}", name=f"Company {i}", sector=("bank", "chip")[i % 2]) for i in range(stocks)]
    for stock in found:
        close = np.round(5000 * np.exp(np.cumsum(rng.normal(0, 0.025, bars))), 0)
        open_ = np.round(close * np.exp(rng.normal(0, 0.01, bars)), 0)
        high, low = np.maximum(open_, close), np.minimum(open_, close)
        shares = float(rng.integers(10, 99)) * 1e6
        add_bars(
            stock,
            on,
            close,
            open=open_,
            high=high,
            low=low,
            volume=rng.integers(50_000, 900_000, bars).astype(float),
            shares_outstanding=shares,
        )
        for year in (2022, 2023):
            add_report(
                stock,
                dt.date(year, 12, 31),
                net_income=float(rng.uniform(1e9, 6e10)),
                total_equity=float(rng.uniform(1e11, 4e11)),
                revenue=float(rng.uniform(2e11, 8e11)),
            )
    return found


def config(**changes: Any) -> dict[str, Any]:
    """Monthly, five names by one-month momentum, every kind of sell condition."""
    return {
        "name": "test", "region": "KR", "start": START, "end": str(days()[-1]), "initial_capital": 100_000_000,
        "buy_conditions": [{"factor": "momentum_1m", "operator": ">", "value": -20}], "order_by": "momentum_1m",
        "sell_conditions": [
            {"type": "STOP_LOSS", "value": 8}, {"type": "TAKE_PROFIT", "value": 12}, {"type": "HOLD_DAYS", "value": 60},
            {"type": "TRAILING_STOP", "value": 9},
            {"type": "FACTOR", "factor": "momentum_1m", "operator": "<", "value": -8},
        ],
        "rebalance": "WEEKLY", "max_positions": 5,
    } | changes  # fmt: skip
