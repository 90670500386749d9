"""Days to trade as they were known on a day, over HTTP and by the service."""

import datetime as dt

import pytest
from django.test import Client

from etfs.services import liquidity_get
from tests.etfs.api.asking import ask
from tests.etfs.builder import composition, daily, fund, stock
from tests.factors.market_tables import add_bars, sessions

MAY, JUNE = dt.date(2024, 5, 31), dt.date(2024, 6, 28)


def test_trading_as_known_on_a_day(client: Client, db) -> None:
    """A million, at most a fifth of a day's value: of a million up to May, of two millions on all days of June."""
    held = fund("KR", "F", average_value_20d=5e6)
    composition(held, "2024-05-02", {"A": 100})
    before, since = sessions(20, MAY), [day for day in sessions(25, JUNE) if day > MAY]
    for days, value in ((before, 1e6), (since, 2e6)):
        add_bars(stock("KR", "A"), days, [100] * len(days), trading_value=value)
        for day in days:
            daily(held, day, trading_value=value)
    assert len(since) == 19
    found = ask(client, "etf-liquidity/?etf=F&amount=1000000&as_of=2024-05-31")
    assert (found["fund_days"], found["days_to_percent"]["100"]) == (5, 5)
    found = ask(client, "etf-liquidity/?etf=F&amount=1000000&as_of=2024-06-28")  # 19 days of two millions, one of one
    assert (found["fund_days"], found["days_to_percent"]["100"]) == pytest.approx((20 * 5 / 39, 20 * 5 / 39))
    assert ask(client, "etf-liquidity/?etf=F&amount=1000000&as_of=2024-05-30")["fund_days"] is None
    assert client.get("/api/etf-liquidity/?etf=F&amount=1&as_of=2999-01-01").status_code == 400


def test_lines_and_funds_are_averaged_alike(db) -> None:
    """A day whose value nobody knows is no session of the twenty, for a line as for the fund's own shares."""
    held, days = fund("KR", "F"), sessions(21)
    composition(held, "2024-05-02", {"A": 100})
    values = [1e6 * (place != 10) for place in range(21)]
    for day, value in zip(days, values, strict=True):
        add_bars(stock("KR", "A"), [day], [100], trading_value=value or None, volume=None)
        daily(held, day, trading_value=value or None)
    found = liquidity_get(fund=held, amount=1e6, as_of=JUNE)
    assert (found["fund_days"], found["days_to_percent"]["100"], found["unknown_percent"]) == (5, 5, 0)
