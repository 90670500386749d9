"""Figures of a price and its series, worked out by hand."""

import datetime as dt

import numpy as np
import pytest

from market.calc.months import day_months_before
from market.calc.weekly import Bars, weekly
from market.models import Instrument, PriceBar
from market.services.freshness import freshness_list, newest_bars, session_due, sessions_behind
from market.services.price_figures import price_figures
from market.services.price_series import price_series
from tests.market.views.market import NOW, split_stock


@pytest.mark.django_db
def test_returns_go_through_a_split():
    found = price_figures(instrument=split_stock(), now=NOW)
    assert (found.as_of, found.close) == (dt.date(2024, 6, 28), 99.0)
    assert found.change == pytest.approx(99 / 98 - 1)
    assert found.month == pytest.approx(99 / 95 - 1)
    assert found.year_to_date == pytest.approx(99 / 90 - 1)  # 180 before the split
    assert found.year == pytest.approx(99 / 80 - 1)
    assert (found.low, found.high) == (88.0, 100.0)  # 176 and 200 before the split
    assert found.value == 99.0 * 400.0
    assert found.behind == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("bar", "reported", "value"), [
    ({"market_cap": 7e9, "shares_outstanding": 1e6}, 2e6, 7e9),
    ({"shares_outstanding": 1e6}, 2e6, 99e6),
    ({}, 2e6, 198e6),
    ({}, None, None),
    ({"market_cap": 7e9, "close_is_adjusted": True}, 2e6, None),  # what it traded at is not known
])  # fmt: skip
def test_market_value_is_that_of_factors(bar, reported, value):
    stock = split_stock()
    PriceBar.objects.filter(instrument=stock, date="2024-06-28").update(**bar)
    assert price_figures(instrument=stock, now=NOW).market_value(reported_shares=reported) == value


@pytest.mark.django_db
def test_an_instrument_without_bars_has_no_figures():
    assert price_figures(instrument=Instrument.objects.create(region="US", ticker="X", currency="USD")) is None


@pytest.mark.django_db
def test_what_is_delisted_is_behind_nothing():
    stock = split_stock()
    later = NOW + dt.timedelta(days=7)
    assert price_figures(instrument=stock, now=later).behind == 5
    stock.delisted_on = dt.date(2024, 6, 28)
    assert price_figures(instrument=stock, now=later).behind == 0


def test_a_session_is_due_two_hours_after_its_close():
    friday = dt.date(2024, 6, 28)
    assert session_due(region="KR", now=dt.datetime(2024, 6, 28, 8, 29, tzinfo=dt.UTC)) == dt.date(2024, 6, 27)
    assert session_due(region="KR", now=dt.datetime(2024, 6, 28, 8, 31, tzinfo=dt.UTC)) == friday  # 17:31 in Seoul
    assert session_due(region="KR", now=dt.datetime(2024, 6, 30, 12, tzinfo=dt.UTC)) == friday
    assert sessions_behind(region="KR", newest=dt.date(2024, 6, 25), due=friday) == 3
    assert sessions_behind(region="KR", newest=None, due=friday) is None


def test_vietnam_has_no_calendar_but_weekdays():
    sunday = dt.datetime(2024, 6, 30, 12, tzinfo=dt.UTC)
    friday = dt.date(2024, 6, 28)
    assert session_due(region="VN", now=sunday) == friday
    # It closes at 14:45 in Saigon, 07:45 UTC.
    at_once = {"region": "VN", "grace": dt.timedelta(0)}
    assert session_due(now=dt.datetime(2024, 6, 28, 7, 44, tzinfo=dt.UTC), **at_once) == dt.date(2024, 6, 27)
    assert session_due(now=dt.datetime(2024, 6, 28, 7, 45, tzinfo=dt.UTC), **at_once) == friday
    assert sessions_behind(region="VN", newest=dt.date(2024, 6, 20), due=friday) == 6  # the weekend is none


@pytest.mark.django_db
def test_newest_bars_of_stocks_and_of_funds_are_kept_apart():
    kinds = ("STOCK", "ETF")
    fund = Instrument.objects.create(region="KR", ticker="069500", currency="KRW", asset_type="ETF")
    PriceBar.objects.create(instrument=fund, date=dt.date(2024, 7, 1), close=1.0)
    assert newest_bars(asset_types=kinds) == {"KR": dt.date(2024, 7, 1)}
    assert newest_bars() == {}
    (korea,) = freshness_list(now=NOW)
    assert (korea.newest, korea.state) == (None, "none")
    split_stock()
    assert newest_bars() == {"KR": dt.date(2024, 6, 28)}
    assert newest_bars(asset_types=kinds) == {"KR": dt.date(2024, 7, 1)}


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [("2024-03-31", 1, "2024-02-29"), ("2024-01-15", 1, "2023-12-15"), ("2024-02-29", 12, "2023-02-28")],
)
def test_months_before(day, months, before):
    assert day_months_before(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(before)


@pytest.mark.django_db
def test_freshness_of_regions():
    split_stock()
    (korea,) = freshness_list(now=NOW)
    assert (korea.region, korea.instruments, korea.newest, korea.behind) == ("KR", 1, dt.date(2024, 6, 28), 0)
    assert korea.state == "on_time"
    (late,) = freshness_list(now=NOW + dt.timedelta(days=4))
    assert (late.behind, late.state) == (2, "late")
    stock = Instrument.objects.get()
    PriceBar.objects.create(instrument=stock, date=dt.date(2024, 7, 2), close=100.0)  # a change is seen at once
    assert freshness_list(now=NOW + dt.timedelta(days=4))[0].behind == 0


@pytest.mark.django_db
def test_a_series_is_adjusted_or_as_traded():
    stock = split_stock()
    adjusted = price_series(instrument=stock, span="MAX")
    assert adjusted.bars.close.tolist() == [80.0, 90.0, 95.0, 98.0, 99.0]
    assert adjusted.bars.volume.tolist()[:3] == [200.0, 200.0, 300.0]  # in shares of today
    assert adjusted.splits == [(dt.date(2024, 3, 4), 2.0)]
    raw = price_series(instrument=stock, span="MAX", adjusted=False)
    assert raw.bars.close.tolist() == [160.0, 180.0, 95.0, 98.0, 99.0]
    assert not raw.is_adjusted
    year = price_series(instrument=stock, span="YTD")
    assert year.bars.days.astype(str).tolist() == ["2024-05-28", "2024-06-27", "2024-06-28"]


def test_weeks():
    days = np.array(["2024-06-27", "2024-06-28", "2024-07-01", "2024-07-03"], dtype="datetime64[D]")
    nan = np.nan
    of = weekly(Bars(
        days, np.array([10.0, 11.0, 12.0, 13.0]), np.array([15.0, nan, 14.0, 19.0]), np.array([9.0, 8.0, 7.0, 10.0]),
        np.array([11.0, 12.0, 13.0, 14.0]), np.array([100.0, nan, nan, nan]),
    ))  # fmt: skip
    assert of.days.astype(str).tolist() == ["2024-06-28", "2024-07-03"]
    assert (of.open.tolist(), of.close.tolist()) == ([10.0, 12.0], [12.0, 14.0])
    assert (of.high.tolist(), of.low.tolist()) == ([15.0, 19.0], [8.0, 7.0])
    assert of.volume[0] == 100.0
    assert np.isnan(of.volume[1])
