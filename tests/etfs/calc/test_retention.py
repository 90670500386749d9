"""Which snapshots are kept: by the calendar, and independent of when and how often there was pruning."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etfs.calc.retention import kept

TODAY = np.datetime64("2024-12-31")


def days(first, last):
    return np.arange(np.datetime64(first), np.datetime64(last) + 1)


def weekdays(first, last):
    return np.array([day for day in days(first, last) if np.is_busday(day)])


def prune(dates, today):
    return dates[kept(dates, np.datetime64(today))]


def by_definition(dates, today):
    """The rule date by date, with the standard library's ISO calendar."""
    plain, keep = [day.item() for day in dates], []
    for day in plain:
        age = (today - day).days
        week = max(other for other in plain if other.isocalendar()[:2] == day.isocalendar()[:2])
        month = max(other for other in plain if (other.year, other.month) == (day.year, day.month))
        of_week, of_month = day == week, day == month
        keep.append(age <= 90 or (age <= 365 and (of_week or of_month)) or of_month or day == max(plain))
    return keep


def test_the_boundaries_by_hand():
    # 90 days before 2024-12-31 is 2024-10-02, 365 days before is 2024-01-01.
    dates = weekdays("2023-06-01", "2024-12-31")
    keep = dict(zip(dates.astype(str).tolist(), kept(dates, TODAY).tolist(), strict=True))
    assert all(keep[str(day)] for day in weekdays("2024-10-02", "2024-12-31"))
    # the week of Monday 2024-09-23: only the Friday; that of 09-30 lies across: its last is Friday 10-04
    assert [keep[f"2024-09-{day}"] for day in (23, 24, 25, 26, 27)] == [False, False, False, False, True]
    assert keep["2024-09-30"]  # the last of its month
    assert not keep["2024-10-01"]  # 91 days old
    # 2024-02-29 is a Thursday: the last of its month; the Friday is the last of its week
    assert [keep[f"2024-0{day}"] for day in ("2-28", "2-29", "3-01", "3-04")] == [False, True, True, False]
    # older than a year: one a month
    assert [day for day in keep if day < "2023-12-31" and keep[day]] == [
        "2023-06-30", "2023-07-31", "2023-08-31", "2023-09-29", "2023-10-31", "2023-11-30", "2023-12-29",
    ]  # fmt: skip


def test_a_year_is_365_days():
    # 2024-01-01 less 365 days is 2023-01-01, a Sunday and the last of its week; nothing else is asked of it
    dates = np.array(["2023-01-01", "2023-01-31", "2024-01-01"], dtype="datetime64[D]")
    assert kept(dates, np.datetime64("2024-01-01")).tolist() == [True, True, True]
    assert kept(dates, np.datetime64("2024-01-02")).tolist() == [False, True, True]


def test_the_latest_is_never_dropped_however_old():
    dates = np.array(["2020-03-02", "2020-03-03"], dtype="datetime64[D]")
    assert kept(dates, TODAY).tolist() == [False, True]


def test_none_at_all_and_dates_out_of_order():
    assert kept(np.zeros(0, dtype="datetime64[D]"), TODAY).tolist() == []
    with pytest.raises(ValueError, match="ascending"):
        kept(np.array(["2024-02-02", "2024-02-01"], dtype="datetime64[D]"), TODAY)


SOME_DAYS = st.lists(st.dates(dt.date(2019, 12, 1), dt.date(2021, 12, 31)), min_size=1, unique=True, max_size=120)


@given(SOME_DAYS, st.integers(0, 800))
def test_the_rule_as_it_is_written(found, later):
    dates = np.array(sorted(found), dtype="datetime64[D]")
    today = max(found) + dt.timedelta(days=later)
    assert kept(dates, np.datetime64(today)).tolist() == by_definition(dates, today)


@given(SOME_DAYS, SOME_DAYS, st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_it_does_not_matter_when_and_how_often_it_ran(old, new, steps):
    """New snapshots arrive, and now and then there is pruning; at the end all is as if it had been done once."""
    arriving = np.array(sorted({*old, *new}), dtype="datetime64[D]")
    held, today = arriving[:0], arriving[0]
    for step in steps:
        since, today = today, today + step
        came = arriving[(arriving >= arriving[0]) & (arriving <= today) & ((arriving > since) | (len(held) == 0))]
        held = prune(np.union1d(held, came), today)
        once = prune(arriving[arriving <= today], today)
        assert held.tolist() == once.tolist()
        assert prune(held, today).tolist() == held.tolist()
