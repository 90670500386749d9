"""A small Korean market in the tables, what is searched over it, and many at work on it."""

import threading
import time

import numpy as np
from django.db import connection

from backtests.models import BacktestSweep
from tests.factors.market_tables import SESSION, add_bars, add_instrument, sessions

SESSIONS = 150
STOCKS = 14
BASE = {
    "name": "momentum", "region": "KR", "start": "2024-02-01", "order_by": "momentum_1m", "rebalance": "WEEKLY",
    "max_positions": 4, "benchmark": "none",
    "buy_conditions": [{"factor": "momentum_1m", "operator": ">", "value": 0}],
    "sell_conditions": [
        {"type": "STOP_LOSS", "value": 6}, {"type": "FACTOR", "factor": "momentum_1m", "operator": "<", "value": -10},
    ],
}  # fmt: skip
AXES = {"max_positions": [2, 3, 4, 5, 6, 7, 8, 9], "sell_conditions.0.value": [3, 5, 8]}


def make_market(stocks: int = STOCKS, last=SESSION, count: int = SESSIONS, seed: int = 5) -> None:
    """Random walks with opens of their own; the index KOSPI beside them."""
    rng = np.random.default_rng(seed)
    days = sessions(count, last)
    add_bars(add_instrument("KOSPI", asset_type="INDEX"), days, 2500 * np.exp(np.cumsum(rng.normal(0, 0.01, count))))
    for place in range(stocks):
        close = np.round(9000 * np.exp(np.cumsum(rng.normal(0.0003, 0.02, count))), 2)
        opens = np.round(close * np.exp(rng.normal(0, 0.004, count)), 2)
        add_bars(
            add_instrument(f"T{place:02d}", sector=["bank", "chip"][place % 2]), days, close,
            open=opens, shares_outstanding=float(rng.integers(10, 99)) * 1e6,
        )  # fmt: skip


def in_threads(*jobs) -> None:
    """Each with a connection of its own."""

    def carried_out(job):
        try:
            job()
        finally:
            connection.close()

    threads = [threading.Thread(target=carried_out, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def numbers(found: BacktestSweep, status: str) -> list[int]:
    return list(found.variants.filter(status=status).order_by("number").values_list("number", flat=True))


def until(true) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
