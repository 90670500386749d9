"""Trailing twelve months, year ago and balance sheets, case by case by hand (FORMULAS.md sections 2 and 9).

The as-of date is 2024-06-28; a report is known 45 days after its period end unless it says otherwise.
"""

import datetime as dt

import numpy as np
import pytest

from market.calc.figures import Status
from market.calc.snapshot import Snapshot
from tests.factors.market_builder import AS_OF, make_snapshot


def fy(end: str, figure: float, **more: object) -> dict:
    return {"end": end, "period": "FY", "net_income": figure, **more}


def q(end: str, figure: float, **more: object) -> dict:
    return {"end": end, "period": "Q", "net_income": figure, **more}


def known(*reports: dict, as_of: dt.date = AS_OF, splits: tuple = ()) -> Snapshot:
    return make_snapshot(reports, 1, as_of, splits)


def ttm(*reports: dict, name: str = "net_income", **options: object) -> float | None:
    figure = known(*reports, **options).ttm(name)
    return None if figure.status[0] else float(figure.values[0])


def year_ago(*reports: dict, name: str = "net_income") -> float | None:
    figure = known(*reports).ttm_year_ago(name)
    return None if figure.status[0] else float(figure.values[0])


Y2022 = [q("2022-03-31", 1), q("2022-06-30", 2), q("2022-09-30", 3)]
Y2023 = [q("2023-03-31", 10), q("2023-06-30", 20), q("2023-09-30", 30)]

# --- rules (a) to (d) ---------------------------------------------------------------------------------------------


def test_a_the_newest_period_end_is_a_fiscal_year():
    assert ttm(*Y2023, fy("2023-12-31", 100)) == 100


def test_b_the_last_year_plus_this_year_so_far_minus_the_same_of_last_year():
    assert ttm(*Y2023, fy("2023-12-31", 100), q("2024-03-31", 15)) == 105  # 100 + 15 - 10


def test_b_after_two_and_three_quarters():
    reports = [*Y2022, fy("2022-12-31", 10), *Y2023]
    assert ttm(*reports[:-1], as_of=dt.date(2023, 9, 1)) == 10 + (10 - 1) + (20 - 2)
    assert ttm(*reports, as_of=dt.date(2023, 12, 1)) == 10 + 9 + 18 + (30 - 3)


def test_b_needs_the_same_quarters_of_the_year_before():
    assert ttm(fy("2023-12-31", 100), q("2024-03-31", 15)) is None


def test_c_four_quarters_in_a_row():
    assert ttm(*Y2023, q("2023-12-31", 40)) == 100
    assert ttm(*Y2023[1:], q("2023-12-31", 40)) is None  # three are not enough


def test_c_a_missing_fourth_quarter_is_the_rest_of_the_year():
    # Without the first quarter of 2023, (b) fails for 2024-03-31, but Q4 of 2022 is 10 - 6 = 4 ...
    reports = [*Y2022, fy("2022-12-31", 10), *Y2023]
    without_q1_2022 = reports[1:]
    assert ttm(*without_q1_2022, as_of=dt.date(2023, 12, 1)) is None  # neither rule has all it needs
    # ... and with it the sum of the four most recent quarters is 4 + 10 + 20 + 30.
    quarters = known(*reports, as_of=dt.date(2023, 12, 1)).quarters("net_income")[0]
    assert list(quarters[:4]) == [30, 20, 10, 4]


def test_c_is_used_where_no_year_is_reported_lately():
    # FY 2022 only; the quarters since: Q1 2023 is missing a year before, so (b) fails and (c) sums up.
    reports = [fy("2022-12-31", 7), *Y2023, q("2023-12-31", 40), q("2024-03-31", 50)]
    assert ttm(*reports) == 20 + 30 + 40 + 50


def test_d_a_hole_between_the_quarters_is_null():
    assert ttm(*Y2023[:1], Y2023[2], q("2023-12-31", 40), q("2024-03-31", 50)) is None
    assert known(q("2024-03-31", 50)).ttm("net_income").status[0] == Status.MISSING
    assert known().ttm("net_income").status[0] == Status.MISSING


def test_a_company_that_reports_half_years():
    halves = [{"end": "2023-06-30", "period": "H1", "net_income": 40}, fy("2023-12-31", 100)]
    assert ttm(*halves) == 100
    # FY 2022 + H1 2023 - H1 2022
    reports = [{"end": "2022-06-30", "period": "H1", "net_income": 30}, fy("2022-12-31", 90), halves[0]]
    assert ttm(*reports, as_of=dt.date(2023, 9, 1)) == 90 + 40 - 30
    # Without H1 2022: the derived second half of 2022 would need it too.
    assert ttm(*reports[1:], as_of=dt.date(2023, 9, 1)) is None
    # Both halves reported, no year: their sum.
    second = {"end": "2023-12-31", "period": "H2", "net_income": 60}
    assert ttm(halves[0], second) == 100


def test_a_field_reported_only_yearly_uses_its_year_although_quarters_are_newer():
    reports = [fy("2023-12-31", 100, dividends_per_share=2.0), *Y2023, q("2024-03-31", 15)]
    assert ttm(*reports, name="dividends_per_share") == 2.0
    assert ttm(*reports) == 105  # each field by itself


def test_fifty_two_and_fifty_three_week_years():
    # Quarters of 13 weeks (91 days), one of 14; the same quarter of the year before 364 or 371 days apart.
    ends = np.cumsum([91, 91, 91, 98, 91, 91, 91])
    dates = [str(np.datetime64("2022-07-02") + int(days)) for days in ends]
    one, two, three, year, five, six, seven = dates
    reports = [q(one, 1), q(two, 2), q(three, 3), fy(year, 10), q(five, 5), q(six, 6), q(seven, 7)]
    assert (np.datetime64(five) - np.datetime64(one)).astype(int) == 371
    assert ttm(*reports) == 10 + (5 - 1) + (6 - 2) + (7 - 3)


@pytest.mark.parametrize(("days", "expected"), [(349, None), (350, 105.0), (380, 105.0), (381, None)])
def test_the_same_quarter_a_year_before_is_350_to_380_days_apart(days, expected):
    now, year = np.datetime64("2024-03-31"), np.datetime64("2023-12-31")
    before = now - days
    assert ttm(q(str(before), 10), fy(str(year), 100), q(str(now), 15)) == expected


@pytest.mark.parametrize(("days", "expected"), [(74, None), (75, 100.0), (125, 100.0), (126, None)])
def test_neighbouring_quarters_are_75_to_125_days_apart(days, expected):
    newest = np.datetime64("2024-03-31")
    ends = [newest, newest - days, newest - days - 91, newest - days - 182]
    assert ttm(*(q(str(end), 25) for end in ends)) == expected


# --- age ----------------------------------------------------------------------------------------------------------


def test_a_figure_expires_550_days_after_its_own_period_end():
    assert ttm(fy("2022-12-26", 100)) == 100  # 550 days before 2024-06-28
    assert known(fy("2022-12-25", 100)).ttm("net_income").status[0] == Status.STALE
    assert known({**fy("2022-12-25", 1), "total_assets": 9.0}).newest("total_assets").status[0] == Status.STALE


def test_each_field_has_its_own_age():
    old = {**fy("2022-12-25", 100), "total_assets": 9.0}
    fresh = {"end": "2024-03-31", "period": "Q", "total_assets": 11.0}
    snapshot = known(old, fresh)
    assert snapshot.ttm("net_income").status[0] == Status.STALE
    assert list(snapshot.newest("total_assets").values) == [11.0]


def test_a_year_ago_has_no_age_limit_of_its_own():
    assert year_ago(fy("2023-01-31", 5), fy("2022-01-31", 4)) == 4  # 879 days before the as-of date
    assert year_ago(fy("2022-12-20", 5), fy("2021-12-20", 4)) is None  # but the current figure has


# --- a year ago ---------------------------------------------------------------------------------------------------


def test_a_year_ago_applies_the_same_rule_there():
    earlier = [q("2021-03-31", 0.5), q("2021-06-30", 0.5), q("2021-09-30", 0.5), fy("2021-12-31", 4)]
    reports = [*earlier, *Y2022, fy("2022-12-31", 10), *Y2023, fy("2023-12-31", 100), q("2024-03-31", 15)]
    assert ttm(*reports) == 100 + 15 - 10
    assert year_ago(*reports) == 10 + 10 - 1  # at 2023-03-31
    assert year_ago(*reports[:-1]) == 10  # at 2022-12-31


def test_a_year_ago_uses_what_is_known_now():
    restated = fy("2022-12-31", 12, on="2024-05-01")
    assert year_ago(fy("2022-12-31", 10), fy("2023-12-31", 100), restated) == 12


def test_a_year_ago_of_a_balance_sheet():
    rows = [{"end": end, "period": "Q", "total_assets": amount} for end, amount in [
        ("2023-03-31", 80.0), ("2023-06-30", 85.0), ("2024-03-31", 100.0),
    ]]  # fmt: skip
    assert list(known(*rows).newest("total_assets").values) == [100.0]
    assert list(known(*rows).year_ago("total_assets").values) == [80.0]
    assert known(*rows[1:]).year_ago("total_assets").status[0] == Status.MISSING


def test_a_balance_sheet_item_comes_from_the_newest_period_end_that_has_it():
    rows = [
        {"end": "2023-12-31", "period": "FY", "total_equity": 50.0, "cash": 5.0},
        {"end": "2024-03-31", "period": "Q", "total_equity": 55.0},
    ]
    snapshot = known(*rows)
    assert snapshot.newest("total_equity").values[0] == 55.0
    assert snapshot.newest("cash").values[0] == 5.0


# --- versions -----------------------------------------------------------------------------------------------------


def test_what_is_not_published_yet_does_not_exist():
    late = q("2024-03-31", 15, on="2024-06-29")
    assert ttm(*Y2023, fy("2023-12-31", 100), late) == 100
    assert ttm(*Y2023, fy("2023-12-31", 100), {**late, "on": "2024-06-28"}) == 105


def test_a_restatement_counts_from_its_own_publication():
    first, second = fy("2023-12-31", 100), fy("2023-12-31", 90, on="2024-05-02")
    assert ttm(first, second) == 90
    assert ttm(first, second, as_of=dt.date(2024, 5, 1)) == 100


def test_a_restatement_without_the_field_leaves_the_older_figure():
    assert ttm(fy("2023-12-31", 100), fy("2023-12-31", np.nan, on="2024-05-02")) == 100


def test_a_source_of_higher_rank_wins_over_a_newer_one_but_a_gap_is_filled():
    good, newer = fy("2023-12-31", 100, priority=2), fy("2023-12-31", 90, on="2024-05-02", priority=1, revenue=7.0)
    assert ttm(good, newer) == 100
    assert ttm(good, newer, name="revenue") == 7.0


def test_quarter_and_year_of_the_same_end_are_different_figures():
    reports = [*Y2023, q("2023-12-31", 45), fy("2023-12-31", 100)]
    assert ttm(*reports) == 100
    assert list(known(*reports).quarters("net_income")[0][:4]) == [45, 30, 20, 10]  # reported, not derived


# --- revenue, per-share figures, splits ---------------------------------------------------------------------------


def test_revenue_of_zero_or_less_counts_as_null():
    reports = [
        {"end": "2023-12-31", "period": "FY", "revenue": 50.0},
        {"end": "2024-03-31", "period": "Q", "revenue": -1.0},
    ]
    assert ttm(*reports, name="revenue") == 50.0


def test_eps_is_diluted_else_basic():
    report = {"end": "2023-12-31", "period": "FY", "eps_basic": 3.0}
    assert ttm(report, name="eps") == 3.0
    assert ttm({**report, "eps_diluted": 2.8}, name="eps") == 2.8


def test_a_split_moves_the_reports_published_before_it_row_by_row():
    eps = [10.0, 10.0, 10.0, 10.0, 2.0]  # 5:1 between the fourth and the fifth report
    ends = ["2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31"]
    rows = [
        {"end": e, "period": "Q", "eps_basic": v, "shares_outstanding": 100.0 * 10 / v}
        for e, v in zip(ends, eps, strict=True)
    ]
    split = ((0, "2024-04-15", 5.0),)  # the fourth was known on 2024-02-14, the fifth on 2024-05-15
    assert ttm(*rows, name="eps", splits=split) == pytest.approx(2 + 2 + 2 + 2)
    assert known(*rows[:4], splits=split).newest("shares_outstanding").values[0] == 500.0
    assert known(*rows, splits=split).newest("shares_outstanding").values[0] == 500.0
    assert ttm(*rows, name="net_income", splits=split) is None


def test_splits_multiply_and_those_after_the_as_of_date_do_not_count():
    row = {"end": "2023-12-31", "period": "FY", "eps_basic": 60.0}
    splits = ((0, "2024-03-01", 2.0), (0, "2024-06-28", 3.0), (0, "2024-06-29", 5.0))
    assert ttm(row, name="eps", splits=splits) == 10.0
    assert ttm({**row, "on": "2024-03-01"}, name="eps", splits=splits) == 20.0  # published on the ex-date: knows it


def test_a_split_of_one_company_leaves_the_others_alone():
    rows = [{"i": i, "end": "2023-12-31", "period": "FY", "eps_basic": 6.0} for i in range(3)]
    snapshot = make_snapshot(rows, 3, AS_OF, [(1, "2024-03-01", 2.0)])
    assert list(snapshot.ttm("eps").values) == [6.0, 3.0, 6.0]


def test_figures_of_a_company_without_reports_are_missing_beside_one_with():
    snapshot = make_snapshot([{"i": 1, **fy("2023-12-31", 100)}], 3)
    assert list(snapshot.ttm("net_income").status) == [Status.MISSING, Status.OK, Status.MISSING]
    assert list(snapshot.quarters("net_income").shape) == [3, 1]
