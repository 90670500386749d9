"""Bad times of the past: by hand, and with the real index."""

import datetime as dt
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from portfolio.calc.stress import HISTORICAL, Window, historical_stress, historical_window

DATES = np.array(["2019-12-30", "2019-12-31", "2020-01-02", "2020-01-03"], dtype="datetime64[D]")
WINDOW = Window("made up", "two days", dt.date(2020, 1, 1), dt.date(2020, 1, 3))
NAN = np.nan


def test_by_hand():
    # AAA 100 -> 80, BBB 50 -> 55; CCC and its first proxy AAB begin later, so CCC follows BBB; DDD has nothing at all;
    # 10 % are cash.
    levels = {
        "AAA": np.array([90, 100, 70, 80.0]),
        "BBB": np.array([60, 50, 40, 55.0]),
        "CCC": np.array([NAN, NAN, 10, 12.0]),
        "AAB": np.array([NAN, NAN, NAN, 7.0]),
    }
    weights = {"AAA": 40.0, "BBB": 20.0, "CCC": 20.0, "DDD": 10.0}
    (found,) = historical_stress(weights, levels, DATES, windows=[WINDOW], proxies={"CCC": ["AAB", "BBB"]})
    rows = {one.asset: one for one in found.assets}
    assert {name: one.change for name, one in rows.items()} == pytest.approx(
        {"AAA": -20, "BBB": 10, "CCC": 10, "DDD": None}
    )
    assert [one.contribution for one in found.assets] == pytest.approx([-8, 2, 2, None])
    assert [one.source for one in found.assets] == ["own prices", "own prices", "proxy BBB", "no data"]
    assert found.change == pytest.approx(-4)
    assert found.covered == pytest.approx(90)  # all but DDD; cash stands still for certain
    assert found.change_if_alike == pytest.approx(-4 * 90 / 80)


def test_an_old_level_is_no_level():
    dates = np.array(["2019-12-20", "2020-01-03"], dtype="datetime64[D]")
    (found,) = historical_stress({"AAA": 100.0}, {"AAA": np.array([1.0, 2.0])}, dates, windows=[WINDOW])
    assert (found.change, found.covered, found.change_if_alike) == (0, 0, None)


def test_a_gap_at_the_edge_takes_the_close_before():
    levels = {"AAA": np.array([100, NAN, 70, NAN])}
    (found,) = historical_stress({"AAA": 100.0}, levels, DATES, windows=[WINDOW])
    assert found.change == pytest.approx(-30)


def test_what_comes_after_the_window_does_not_matter():
    longer = np.r_[DATES, np.datetime64("2020-01-06")]
    (short,) = historical_stress({"AAA": 100.0}, {"AAA": np.array([1, 2, 3, 4.0])}, DATES, windows=[WINDOW])
    (long,) = historical_stress({"AAA": 100.0}, {"AAA": np.array([1, 2, 3, 4, 99.0])}, longer, windows=[WINDOW])
    assert short == long


def test_the_real_index_fell_as_is_known():
    """S&P 500 price index, high to low: -56.8 % to March 2009, -19.4 % in 2011, -33.9 % in 2020, -25.4 % in 2022."""
    with (files("skfolio") / "datasets/data/sp500_index.csv.gz").open("rb") as packed:
        index = pd.read_csv(packed, compression="gzip", parse_dates=["Date"]).set_index("Date").iloc[:, 0]
    dates = index.index.to_numpy().astype("datetime64[D]")
    found = historical_stress({"SPX": 60.0}, {"SPX": index.to_numpy()}, dates)
    assert [one.name for one in found] == ["1997-98", "2008", "2011", "2020", "2022"]
    own = [one.assets[0].change for one in found]
    assert own[1:] == pytest.approx([-56.8, -19.4, -33.9, -25.4], abs=0.05)
    assert [one.change for one in found] == pytest.approx([0.6 * change for change in own])
    for window in HISTORICAL[1:]:  # the edges are the high and the low
        inside = index[str(window.first) : str(window.last)]
        assert (inside.idxmax().date(), inside.idxmin().date()) == (window.first, window.last)


@pytest.mark.parametrize(
    ("weights", "levels", "proxies", "told"),
    [
        ({"AAA": 100.0}, {}, {"AAA": ["ZZZ"]}, "proxies: there are no levels of ZZZ"),
        ({"AAA": 101.0}, {}, {}, "weights: they sum to 101"),
        ({"AAA": NAN}, {}, {}, "weights: AAA has no finite weight"),
        ({}, {}, {}, "weights: no asset"),
        ({"AAA": 100.0}, {"AAA": np.ones(3)}, {}, "levels: AAA needs one positive level"),
        ({"AAA": 100.0}, {"AAA": np.array([1, 2, 0.0, 4])}, {}, "levels: AAA needs one positive level"),
    ],
)
def test_what_cannot_be_used_is_told(weights, levels, proxies, told):
    with pytest.raises(ValueError, match=told):
        historical_stress(weights, levels, DATES, windows=[WINDOW], proxies=proxies)
    with pytest.raises(ValueError, match="dates: must ascend"):
        historical_stress({"AAA": 100.0}, {}, DATES[::-1])


def test_windows_by_name():
    assert historical_window("2020").first == dt.date(2020, 2, 19)
    with pytest.raises(ValueError, match="must be one of 1997-98, 2008"):
        historical_window("1929")
    with pytest.raises(ValueError, match="is not before"):
        Window("x", "y", dt.date(2020, 1, 2), dt.date(2020, 1, 2))
