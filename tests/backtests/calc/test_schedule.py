"""Rebalance sessions on real calendars, against pandas and the calendar itself."""

import exchange_calendars
import numpy as np
import pandas as pd
import pytest

from backtests.calc.errors import InputError
from backtests.calc.schedule import Frequency, rebalance_sessions

SESSIONS = exchange_calendars.get_calendar("XKRX", start="2009-12-01", end="2021-12-30").sessions
CALENDAR = SESSIONS.to_numpy().astype("datetime64[D]")


def since(day):
    return CALENDAR[np.searchsorted(CALENDAR, np.datetime64(day)) :]


DATES = since("2010-01-01")


def days(frequency, dates=DATES, **more):
    more = {"calendar": CALENDAR, "on_start": False} | more
    return dates[rebalance_sessions(dates, frequency, **more)]


@pytest.mark.parametrize(
    ("frequency", "period", "months"),
    [("MONTHLY", "M", 1), ("QUARTERLY", "Q", 3), ("ANNUAL", "Y", 12), ("WEEKLY", "W", 0)],
)
def test_the_first_session_of_every_period_as_pandas_says(frequency, period, months):
    series = pd.Series(DATES, index=pd.DatetimeIndex(DATES).to_period(period))
    np.testing.assert_array_equal(days(frequency), series.groupby(level=0).first().to_numpy("datetime64[D]"))


def test_weeks_are_iso_weeks():
    found = {date.item().isocalendar()[:2] for date in days("WEEKLY")}
    assert found == {date.item().isocalendar()[:2] for date in DATES}
    # 2018-12-31 is the Monday of week 1 of 2019: New Year's Day begins no week
    assert np.datetime64("2018-12-31") not in DATES
    assert np.datetime64("2019-01-02") in days("WEEKLY")
    assert np.datetime64("2016-01-04") in days("WEEKLY")


def test_a_month_begins_where_the_exchange_says_and_not_where_the_backtest_does():
    later = since("2015-03-18")
    assert days("MONTHLY", later)[0] == np.datetime64("2015-04-01")
    assert days("MONTHLY", later, on_start=True)[:2].tolist() == [later[0].item(), np.datetime64("2015-04-01").item()]
    first = since("2015-04-01")
    assert days("MONTHLY", first)[0] == np.datetime64("2015-04-01")  # known from the calendar's 31 March
    assert days("MONTHLY", first, calendar=None)[0] == np.datetime64("2015-05-04")  # unknown without it


def test_daily_and_every_n_count_from_the_start():
    assert len(days("DAILY")) == len(DATES)
    np.testing.assert_array_equal(
        np.flatnonzero(rebalance_sessions(DATES[:12], "EVERY_N", start=2, every=4)), [2, 6, 10]
    )
    assert np.flatnonzero(rebalance_sessions(DATES[:5], "DAILY", start=3)).tolist() == [3, 4]


def test_nothing_before_the_start():
    for frequency in Frequency:
        found = rebalance_sessions(DATES[:100], frequency, calendar=CALENDAR, start=40, every=7)
        assert not found[:40].any()
        assert found[40]


def test_dates_that_are_not_the_calendars_are_refused():
    with pytest.raises(InputError, match=r"^calendar: .* the first that differs is 2010-01-06"):
        rebalance_sessions(np.delete(DATES, 2), "MONTHLY", calendar=CALENDAR)
    saturday = np.sort(np.r_[DATES[:20], np.datetime64("2010-01-09")])
    with pytest.raises(InputError, match=r"^calendar: .* 2010-01-09"):
        rebalance_sessions(saturday, "MONTHLY", calendar=CALENDAR)
    beyond = np.r_[CALENDAR[-3:], np.datetime64("2022-01-03")]
    with pytest.raises(InputError, match=r"^calendar: .* 2022-01-03"):
        rebalance_sessions(beyond, "WEEKLY", calendar=CALENDAR)
