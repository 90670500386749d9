"""A small market written to the tables so that the triggers note every change."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from market.calendars import sessions_before
from market.models import CorporateAction, Fundamental, Instrument, PriceBar
from market.regions import REGIONS
from tests.copying import rows_copied

SESSION = dt.date(2024, 6, 28)  # a session in Korea and the United States


def sessions(count: int, last: dt.date = SESSION, region: str = "KR") -> list[dt.date]:
    """The last ``count`` sessions of the exchange up to ``last``."""
    return [day.item() for day in sessions_before(region, last, count)]


def add_instrument(ticker: str, region: str = "KR", **more: object) -> Instrument:
    return Instrument.objects.create(region=region, ticker=ticker, **{"currency": REGIONS[region].currency, **more})


def add_bars(instrument: Instrument, days: Sequence[dt.date], close: Sequence[float], **columns: object) -> None:
    """Bars on ``days``; ``columns`` are numbers or one per day, volume 1,000 unless given."""
    table = {name: np.broadcast_to(value, len(days)).tolist() for name, value in {"volume": 1000.0, **columns}.items()}
    close = np.asarray(close, dtype=float).tolist()
    rows_copied(PriceBar, instrument_id=[instrument.pk] * len(days), date=list(days), close=close, **table)


def add_report(
    instrument: Instrument, end: dt.date, period: str = "FY", on: dt.date | None = None, **figures: object
) -> Fundamental:
    return Fundamental.objects.create(
        instrument=instrument, period_end=end, period=period, available_on=on or end + dt.timedelta(days=45),
        **{"source": "csv", "currency": instrument.currency, **figures},
    )  # fmt: skip


def add_split(instrument: Instrument, ex_date: dt.date, ratio: float) -> None:
    CorporateAction.objects.create(instrument=instrument, ex_date=ex_date, kind="SPLIT", ratio=ratio)


def random_market(count: int, bars: int, last: dt.date = SESSION, seed: int = 0) -> list[Instrument]:
    """``count`` Korean stocks T00... with ``bars`` bars, three years of reports, and the index KOSPI."""
    rng = np.random.default_rng(seed)
    days = sessions(bars, last)
    index = add_instrument(REGIONS["KR"].index, asset_type="INDEX")
    market = rng.normal(0.0003, 0.01, bars)
    add_bars(index, days, 2500 * np.exp(np.cumsum(market)))
    stocks = [add_instrument(f"T{i:02d}", sector=["bank", "chip", "wood"][i % 3]) for i in range(count)]
    for stock in stocks:
        close = np.round(5000 * np.exp(np.cumsum(market + rng.normal(0, 0.02, bars))), 2)
        volume = rng.integers(1_000, 90_000, bars).astype(float)
        add_bars(
            stock, days, close, high=close * 1.01, volume=volume, shares_outstanding=float(rng.integers(10, 99)) * 1e6
        )
        add_reports(stock, rng, last)
    return stocks


def add_reports(stock: Instrument, rng: np.random.Generator, last: dt.date) -> None:
    """Q1 to Q3 and FY of four years up to ``last``."""
    rows = []
    for end in pd.date_range(end=pd.Timestamp(last) - pd.Timedelta(days=40), periods=16, freq="QE"):
        scale = 4.0 if end.month == 12 else 1.0
        flow = {
            name: scale * float(rng.uniform(low, 2.0)) * 1e9
            for name, low in {
                "revenue": 1.0, "operating_income": -0.2, "net_income": -0.2, "ebitda": 0.1,
                "operating_cash_flow": -0.1, "capital_expenditure": 0.0,
            }.items()
        }  # fmt: skip
        stock_items = {
            name: float(rng.uniform(1.0, 9.0)) * 1e10 for name in ("total_assets", "total_equity", "total_debt", "cash")
        }
        rows.append(Fundamental(
            instrument=stock, period_end=end.date(), period="FY" if end.month == 12 else "Q", source="csv",
            available_on=end.date() + dt.timedelta(days=int(rng.integers(20, 95))), currency=stock.currency,
            eps_basic=scale * float(rng.normal(100, 30)),
            dividends_per_share=scale * 10.0, free_float_shares=5e6, **flow, **stock_items,
        ))  # fmt: skip
    Fundamental.objects.bulk_create(rows)
