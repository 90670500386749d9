"""Which version of which figure counts, and splits row by row (FORMULAS.md sections 1, 2 and 9)."""

import numpy as np

from market.calc.reports import (
    MAX_SLOTS,
    PERIODS,
    ReportGrid,
    ReportRows,
    Splits,
    shared_by_company,
    split_adjusted,
    split_multiplier,
)

NAN = np.nan


def rows(*reports: tuple) -> ReportRows:
    """Reports as (column, period end, period, day published, priority, {figures})."""
    columns, ends, periods, days, priorities, figures = (
        zip(*reports, strict=True) if reports else ((), (), (), (), (), ())
    )
    names = {name for figure in figures for name in figure}
    return ReportRows(
        np.array(columns, dtype=np.int64), np.array(ends, dtype=np.int32),
        np.array([PERIODS.index(period) for period in periods], dtype=np.int32),
        np.array(days, dtype=np.int32), np.array(priorities, dtype=np.int32),
        {name: np.array([figure.get(name, NAN) for figure in figures], dtype=float) for name in names},
    )  # fmt: skip


def splits(*actions: tuple[int, int, float]) -> Splits:
    column, day, ratio = zip(*actions, strict=True) if actions else ((), (), ())
    return Splits(np.array(column, dtype=np.int64), np.array(day, dtype=np.int32), np.array(ratio, dtype=float))


def figures(reports: ReportRows, name: str, period: str | None = None, n: int = 1) -> list[list[float]]:
    return ReportGrid(reports, n).figures(name, period).tolist()


def test_slots_run_from_the_newest_period_end_backwards_for_each_instrument():
    reports = rows(
        (1, 100, "Q", 110, 0, {"cash": 1.0}),
        (0, 300, "Q", 310, 0, {"cash": 3.0}), (0, 200, "Q", 210, 0, {"cash": 2.0}),
    )  # fmt: skip
    grid = ReportGrid(reports, 3)
    assert grid.ends[0].tolist() == [300, 200]
    assert grid.ends[1, 0] == 100
    np.testing.assert_array_equal(grid.figures("cash"), [[3, 2], [1, NAN], [NAN, NAN]])


def test_empty_slots_never_look_like_neighbouring_periods():
    ends = ReportGrid(rows((0, 300, "Q", 310, 0, {}), (0, 200, "Q", 310, 0, {}), (1, 300, "Q", 310, 0, {})), 3).ends
    assert (np.diff(ends, axis=1) < 0).all()
    assert -np.diff(ends[2])[0] > 380


def test_the_newest_version_wins_and_a_null_never_does():
    reports = rows(
        (0, 100, "FY", 150, 0, {"cash": 1.0, "total_debt": 5.0}),
        (0, 100, "FY", 180, 0, {"cash": 2.0}),
    )  # fmt: skip
    assert figures(reports, "cash") == [[2.0]]
    assert figures(reports, "total_debt") == [[5.0]]
    assert figures(reports.known_on(179), "cash") == [[1.0]]
    assert np.isnan(figures(reports.known_on(149), "cash")[0][0])


def test_priority_goes_before_the_date():
    reports = rows((0, 100, "FY", 150, 3, {"cash": 1.0}), (0, 100, "FY", 180, 2, {"cash": 2.0}))
    assert figures(reports, "cash") == [[1.0]]


def test_quarter_and_year_are_kept_apart_for_flows_and_together_for_balance_sheets():
    reports = rows((0, 100, "FY", 150, 0, {"net_income": 9.0}), (0, 100, "Q", 140, 0, {"net_income": 2.0, "cash": 7.0}))
    assert figures(reports, "net_income", "FY") == [[9.0]]
    assert figures(reports, "net_income", "Q") == [[2.0]]
    assert figures(reports, "cash") == [[7.0]]


def test_an_unknown_field_is_empty():
    assert np.isnan(figures(rows((0, 100, "FY", 150, 0, {"cash": 1.0})), "total_debt")[0][0])
    assert ReportGrid(rows(), 2).figures("cash").shape == (2, 1)


def test_only_the_newest_period_ends_are_kept():
    many = rows(*((0, 91 * i, "Q", 91 * i + 45, 0, {"cash": float(i)}) for i in range(MAX_SLOTS + 5)))
    kept = figures(many, "cash")[0]
    assert kept == [float(i) for i in range(MAX_SLOTS + 4, 4, -1)]


def test_nothing_is_known_before_its_period_has_ended():
    assert len(rows((0, 100, "FY", 90, 0, {"cash": 1.0})).known_on(95).column) == 0


def test_splits_count_between_publication_and_the_as_of_date():
    reports = rows(*((0, 50, "Q", day, 0, {}) for day in (100, 149, 150, 151)), (1, 50, "Q", 100, 0, {}))
    two = splits((0, 150, 2.0), (0, 160, 5.0))
    assert split_multiplier(reports, two, 170).tolist() == [10, 10, 5, 5, 1]  # published on the ex-date: split known
    assert split_multiplier(reports, two, 159).tolist() == [2, 2, 1, 1, 1]
    assert split_multiplier(reports, two, 149).tolist() == [1, 1, 1, 1, 1]


def test_per_share_figures_are_divided_share_counts_multiplied_amounts_left():
    given = {
        "eps_basic": 8.0, "eps_diluted": 6.0, "dividends_per_share": 4.0, "book_value_per_share": 40.0,
        "shares_outstanding": 10.0, "free_float_shares": 5.0, "net_income": 80.0, "total_equity": 400.0,
    }  # fmt: skip
    moved = split_adjusted(rows((0, 50, "FY", 100, 0, given)), splits((0, 120, 4.0)), 130).fields
    assert {name: float(values[0]) for name, values in moved.items()} == {
        "eps_basic": 2.0, "eps_diluted": 1.5, "dividends_per_share": 1.0, "book_value_per_share": 10.0,
        "shares_outstanding": 40.0, "free_float_shares": 20.0, "net_income": 80.0, "total_equity": 400.0,
    }  # fmt: skip


def test_a_line_without_reports_carries_those_of_its_company_but_not_its_share_counts():
    reports = rows(
        (0, 100, "FY", 150, 0, {"net_income": 9.0, "eps_basic": 3.0, "shares_outstanding": 3.0}),
        (3, 100, "FY", 150, 0, {"net_income": 5.0}),
    )  # fmt: skip
    shared = shared_by_company(reports, np.array([7, 7, 2, 2, 4]))
    np.testing.assert_array_equal(np.ravel(figures(shared, "net_income", "FY", n=5)), [9, 9, 5, 5, NAN])
    np.testing.assert_array_equal(np.ravel(figures(shared, "eps_basic", "FY", n=5)), [3, 3, NAN, NAN, NAN])
    np.testing.assert_array_equal(np.ravel(figures(shared, "shares_outstanding", n=5)), [3, NAN, NAN, NAN, NAN])


def test_lines_that_report_themselves_and_companies_of_one_line_are_left_alone():
    reports = rows((0, 100, "FY", 150, 0, {"cash": 1.0}), (1, 100, "FY", 150, 0, {"cash": 2.0}))
    assert shared_by_company(reports, np.array([0, 0])) is reports
    assert shared_by_company(reports, np.array([0, 1, 2])) is reports
