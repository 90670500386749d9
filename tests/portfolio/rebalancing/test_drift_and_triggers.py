"""Drift, breaches and triggers, by hand."""

import datetime as dt

import pytest

from portfolio.calc.rebalancing import (
    CASH,
    Band,
    Book,
    BookError,
    Position,
    drift_analysis,
    next_period,
    schedule_trigger,
    threshold_trigger,
)


def row(analysis, asset):
    return next(one for one in analysis.rows if one.asset == asset)


def test_drift_by_hand():
    # 60 x 100 = 6000, 20 x 150 = 3000, cash 1000: of 10,000 that is 60, 30 and 10 percent.
    book = Book(
        [Position("AAA", 60, 100, band=Band(50, threshold=5)), Position("BBB", 20, 150, band=Band(40, minimum=35))],
        cash=1000,
        cash_band=Band(10, maximum=12),
    )
    analysis = drift_analysis(book)
    assert analysis.value == 10_000
    assert [one.asset for one in analysis.rows] == ["AAA", "BBB", CASH]
    assert [one.weight for one in analysis.rows] == pytest.approx([60, 30, 10])
    assert [one.drift for one in analysis.rows] == pytest.approx([10, -10, 0])
    assert [one.breach for one in analysis.rows] == ["THRESHOLD", "BELOW_MINIMUM", None]
    assert analysis.total_drift == pytest.approx(20)
    assert (row(analysis, "AAA").lower, row(analysis, "AAA").upper) == (45, 55)
    assert (row(analysis, "BBB").lower, row(analysis, "BBB").upper) == (35, 100)
    trigger = threshold_trigger(analysis)
    assert (trigger.due, trigger.assets) == (True, ("AAA", "BBB"))


@pytest.mark.parametrize(
    ("band", "quantity", "breach"),
    [
        (Band(50, threshold=5), 55, None),  # on the limit
        (Band(50, threshold=5), 56, "THRESHOLD"),
        (Band(50, threshold=5), 45, None),
        (Band(50, threshold=5), 44, "THRESHOLD"),
        (Band(50, minimum=40, maximum=60), 61, "ABOVE_MAXIMUM"),
        (Band(50, minimum=40, maximum=60), 39, "BELOW_MINIMUM"),
        (Band(50, minimum=40, maximum=60, threshold=20), 61, "ABOVE_MAXIMUM"),
        (Band(50), 99, None),  # no limit, no breach
    ],
)
def test_a_breach_is_beyond_the_limit_not_on_it(band, quantity, breach):
    # One currency unit a share, a hundred in all: shares are percent.
    analysis = drift_analysis(Book([Position("AAA", quantity, 1, band=band)], 100 - quantity, Band(50)))
    assert row(analysis, "AAA").breach == breach


def test_cash_breaches_too():
    analysis = drift_analysis(Book([Position("AAA", 80, 1, band=Band(95))], 20, Band(5, threshold=10)))
    assert row(analysis, CASH).breach == "THRESHOLD"


def test_a_portfolio_worth_nothing_has_no_weights():
    analysis = drift_analysis(Book([Position("AAA", 0, 100, band=Band(100, threshold=1))]))
    assert (analysis.value, analysis.total_drift, analysis.breaches) == (0, None, ())
    assert [(one.weight, one.drift) for one in analysis.rows] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    ("positions", "cash", "cash_band", "told"),
    [
        ([Position("A", 1, 1, band=Band(60)), Position("B", 1, 1, band=Band(39))], 0, Band(), "target: .* 99, not 100"),
        ([Position("A", 1, 1, band=Band(100))], 0, Band(5), "target: .* 105, not 100"),
        ([Position("A", 1, 1, band=Band(100, minimum=101))], 0, Band(), "minimum: A has 101"),
        ([Position("A", 1, 1, band=Band(100, minimum=60, maximum=50))], 0, Band(), "minimum: A .* 60 above .* 50"),
        ([Position("A", 1, 1, band=Band(100, maximum=90))], 0, Band(), "target: A has 100, outside"),
        ([Position("A", 1, 1, band=Band(100, threshold=-1))], 0, Band(), "threshold: A"),
        ([Position("A", -1, 1, band=Band(100))], 0, Band(), "quantity: A has -1"),
        ([Position("A", 1, None, band=Band(100))], 0, Band(), "price: A is held and has none"),
        ([Position("A", 1, 0.0, band=Band(100))], 0, Band(), "price: A has 0"),
        ([Position("A", 1, float("nan"), band=Band(100))], 0, Band(), "price: A has nan"),
        ([Position("A", 1, 1, band=Band(100), lot=-1)], 0, Band(), "lot: A"),
        ([Position("A", 1, 1, -3, band=Band(100))], 0, Band(), "average_cost: A"),
        ([Position("A", 1, 1, band=Band(100)), Position("A", 1, 1)], 0, Band(), "asset: A is there twice"),
        ([Position(CASH, 1, 1, band=Band(100))], 0, Band(), "asset: CASH is there twice"),
        ([Position("A", 1, 1, band=Band(100))], float("nan"), Band(), "cash: "),
        ([], 10, Band(7), "target: the targets sum to 7, not 100"),
    ],
)
def test_what_cannot_be_used_is_told_by_field(positions, cash, cash_band, told):
    with pytest.raises(BookError, match=told):
        Book(positions, cash, cash_band)


def test_cash_that_is_owed_has_a_weight_below_zero():
    # 110 shares at 1 and 10 owed: of 100 that is 110 and -10 percent.
    owed = drift_analysis(Book([Position("AAA", 110, 1, band=Band(100))], -10, Band(0, minimum=0)))
    assert [(one.weight, one.drift, one.breach) for one in owed.rows] == [
        (pytest.approx(110), pytest.approx(10), None), (pytest.approx(-10), pytest.approx(-10), "BELOW_MINIMUM")
    ]  # fmt: skip
    rounded = drift_analysis(Book([Position("AAA", 100, 1, band=Band(100))], -0.004, Band(0, minimum=0)))
    assert (rounded.rows[-1].weight, rounded.rows[-1].breach) == (pytest.approx(-0.004, rel=1e-3), None)
    missing = drift_analysis(Book([Position("AAA", 90, 1, band=Band(90))], -0.004, Band(10, minimum=5)))
    assert missing.rows[-1].breach == "BELOW_MINIMUM"


def test_where_nothing_is_wanted_there_are_weights_alone():
    analysis = drift_analysis(Book([Position("AAA", 60, 1)], 40))
    assert [(one.weight, one.target, one.drift, one.breach) for one in analysis.rows] == [
        (60, None, None, None), (40, None, None, None)
    ]  # fmt: skip
    assert (analysis.total_drift, threshold_trigger(analysis).due) == (None, False)


def test_targets_may_be_rounded_to_four_decimals():
    def thirds(target):
        return [Position(name, 1, 1, band=Band(target)) for name in "ABC"]

    assert Book(thirds(33.3333)).targets.sum() == pytest.approx(99.9999)
    with pytest.raises(BookError, match=r"target: the targets sum to 99\.9996, not 100"):
        Book(thirds(33.3332))


@pytest.mark.parametrize(
    ("day", "frequency", "following"),
    [
        ("2026-11-21", "WEEKLY", "2026-11-23"),  # a Saturday; weeks begin on Monday
        ("2026-11-23", "WEEKLY", "2026-11-30"),
        ("2026-11-21", "MONTHLY", "2026-12-01"),
        ("2026-12-31", "MONTHLY", "2027-01-01"),
        ("2026-01-01", "QUARTERLY", "2026-04-01"),
        ("2026-11-21", "QUARTERLY", "2027-01-01"),
        ("2026-06-30", "SEMIANNUAL", "2026-07-01"),
        ("2026-07-01", "SEMIANNUAL", "2027-01-01"),
        ("2024-02-29", "ANNUAL", "2025-01-01"),
    ],
)
def test_the_next_period(day, frequency, following):
    assert next_period(dt.date.fromisoformat(day), frequency) == dt.date.fromisoformat(following)


def test_a_schedule_is_due_from_the_first_day_of_the_next_period():
    last = dt.date(2026, 9, 30)
    assert schedule_trigger(last=last, frequency="QUARTERLY", as_of=dt.date(2026, 9, 30)).due is False
    due = schedule_trigger(last=last, frequency="QUARTERLY", as_of=dt.date(2026, 10, 1))
    assert (due.due, due.on) == (True, dt.date(2026, 10, 1))
    assert schedule_trigger(last=None, frequency="ANNUAL", as_of=last).due is True


def test_wrong_schedules_are_refused():
    with pytest.raises(ValueError, match="frequency: must be one of WEEKLY"):
        schedule_trigger(last=None, frequency="DAYLY", as_of=dt.date(2026, 1, 1))
    with pytest.raises(ValueError, match="last: 2026-01-02 is after 2026-01-01"):
        schedule_trigger(last=dt.date(2026, 1, 2), frequency="MONTHLY", as_of=dt.date(2026, 1, 1))
