"""A stock with a split and five bars, whose figures can be worked out by hand."""

import datetime as dt

from market.models import CorporateAction, Instrument, PriceBar

NOW = dt.datetime(2024, 6, 28, 12, tzinfo=dt.UTC)  # 21:00 in Seoul, long after the close
# Day, close as traded, adjustment factor, low, high, volume. Two new shares for one on 2024-03-04.
BARS = (
    ("2023-06-28", 160.0, 0.5, 150.0, 170.0, 100.0),
    ("2023-12-28", 180.0, 0.5, 176.0, 200.0, 100.0),
    ("2024-05-28", 95.0, 1.0, 94.0, 96.0, 300.0),
    ("2024-06-27", 98.0, 1.0, 97.0, 99.0, None),
    ("2024-06-28", 99.0, 1.0, 98.0, 99.5, 400.0),
)


def split_stock() -> Instrument:
    stock = Instrument.objects.create(region="KR", ticker="005930", name="삼성전자", currency="KRW", sector="IT")
    CorporateAction.objects.create(instrument=stock, ex_date=dt.date(2024, 3, 4), kind="SPLIT", ratio=2.0)
    for day, close, factor, low, high, volume in BARS:
        PriceBar.objects.create(
            instrument=stock, date=dt.date.fromisoformat(day), open=low, low=low, high=high, close=close,
            adjustment_factor=factor, volume=volume,
        )  # fmt: skip
    return stock
