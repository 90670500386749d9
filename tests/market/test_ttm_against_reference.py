"""Random report histories: the vectorised trailing twelve months equal a plain reading of FORMULAS.md section 2."""

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factors.market_builder import AS_OF, day_number, make_snapshot
from tests.market import ttm_reference
from tests.market.ttm_reference import Report

DAY = day_number(AS_OF)
PERIODS = ("Q", "H1", "H2", "FY")


def calendar_ends(shift: int) -> list[int]:
    """Quarter ends of four years before the as-of date, moved by ``shift`` days."""
    months = np.datetime64("2020-07", "M") + 3 * np.arange(16)
    return [int((month.astype("datetime64[D]") - 1).astype(int)) + shift for month in months]


@st.composite
def histories(draw: st.DrawFn) -> list[Report]:
    """A company that mostly reports regularly: gaps, restatements, several sources, odd period ends."""
    ends = calendar_ends(draw(st.integers(-40, 40)))
    if draw(st.booleans()):  # 52/53-week years
        ends = [end + draw(st.integers(-4, 4)) for end in ends]
    style = draw(st.sampled_from(["quarters", "us", "halves", "yearly", "mixed"]))
    reports = []
    for i, end in enumerate(ends):
        for period in _kinds(draw, style, i % 4):
            if draw(st.integers(0, 9)) == 0:
                continue  # never published
            for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
                figure = (
                    draw(st.none() | st.integers(-50, 200))
                    if draw(st.integers(0, 7)) == 0
                    else draw(st.integers(1, 200))
                )
                on = end + draw(st.sampled_from([20, 45, 90, 400]))
                priority = draw(st.sampled_from([0, 0, 0, 1]))
                if any((r.end, r.period, r.on, r.priority) == (end, period, on, priority) for r in reports):
                    continue
                reports.append(Report(end, period, on, priority, None if figure is None else float(figure)))
    return reports


def _kinds(draw: st.DrawFn, style: str, quarter: int) -> list[str]:
    """Which reports end with this quarter (3 = the last of the fiscal year)."""
    if style == "mixed":
        return draw(st.lists(st.sampled_from(PERIODS), max_size=2, unique=True))
    if style == "halves":
        return {1: ["H1"], 3: draw(st.sampled_from([["FY"], ["FY"], ["H2"], ["H2", "FY"]]))}.get(quarter, [])
    if style == "yearly":
        return ["FY"] if quarter == 3 else []
    last = ["FY"] if style == "us" else draw(st.sampled_from([["Q"], ["Q", "FY"]]))
    return last if quarter == 3 else ["Q"]


def rows_of(companies: list[list[Report]]) -> list[dict]:
    return [
        {
            "i": i, "end": np.datetime64(r.end, "D"), "on": np.datetime64(r.on, "D"), "period": r.period,
            "priority": r.priority, "net_income": np.nan if r.figure is None else r.figure,
        }
        for i, reports in enumerate(companies)
        for r in reports
    ]  # fmt: skip


def assert_same(found: np.ndarray, expected: list[float | None]) -> None:
    np.testing.assert_allclose(found, [np.nan if e is None else e for e in expected], rtol=1e-9, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=3), st.integers(0, 500))
def test_trailing_twelve_months_equal_the_reference(companies, days_back):
    as_of = AS_OF - dt.timedelta(days=days_back)
    snapshot = make_snapshot(rows_of(companies), len(companies), as_of)
    day = DAY - days_back
    assert_same(snapshot.ttm("net_income").values, [ttm_reference.ttm(reports, day) for reports in companies])
    assert_same(
        snapshot.ttm_year_ago("net_income").values, [ttm_reference.ttm_year_ago(reports, day) for reports in companies]
    )


@settings(max_examples=60, deadline=None)
@given(histories())
def test_quarters_equal_the_reference(reports):
    snapshot = make_snapshot(rows_of([reports]), 1)
    figures = ttm_reference.versions([r for r in reports if r.end <= DAY], DAY)
    expected = ttm_reference.discrete(figures)
    found = snapshot.quarters("net_income")[0]
    ends = snapshot.grid.ends[0]
    assert {int(e): v for e, v in zip(ends, found, strict=True) if not np.isnan(v)} == expected


@settings(max_examples=40, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(reports, random):
    shuffled = list(reports)
    random.shuffle(shuffled)
    first, second = (make_snapshot(rows_of([rows]), 1).ttm("net_income").values for rows in (reports, shuffled))
    np.testing.assert_array_equal(first, second)
