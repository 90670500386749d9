"""Combinations of stored scores, against numbers worked out by hand and by scipy."""

import datetime as dt

import numpy as np
import pytest
from scipy.stats import rankdata

from factors.models import CombineRun, CompositeScore, FactorScore, JobState
from factors.services import combine_run_create, combine_run_execute, strategy_save
from tests.factors.combining.scored_market import add_scores, add_stocks
from tests.factors.market_tables import SESSION, sessions

pytestmark = pytest.mark.django_db(transaction=True)
NAN = np.nan


def combine(name: str = "mine", **asked: object) -> CombineRun:
    return combine_run_execute(run_id=combine_run_create(strategy=name, **asked).pk)


def composites(date: dt.date = SESSION) -> dict[str, tuple[float, int]]:
    rows = CompositeScore.objects.filter(date=date).order_by("rank")
    return {row.instrument.ticker: (pytest.approx(row.score, abs=1e-4), row.rank) for row in rows}


@pytest.fixture
def four():
    """Four stocks, two sessions, roe and beta; the newest day by hand:

    T00 roe 2, beta 1; T01 roe 1, beta 0; T02 roe 0 alone; T03 beta -1 alone.
    """
    stocks, days = add_stocks(4), sessions(2)
    add_scores("roe", days, stocks, np.array([[1.0, 2, 3, 4], [2, 1, 0, NAN]]))
    add_scores("beta", days, stocks, np.array([[0.0, 0, 0, 0], [1, 0, NAN, -1]]))
    return stocks, days


def test_equal_weight_by_hand(four):
    strategy_save(name="mine", region="KR", factors=["roe", "beta"])
    run = combine()
    # Raw 1.5, 0.5, 0 and -1 (one of two factors is half of the weight).
    assert composites() == {"T00": (100.0, 1), "T01": (60.0, 2), "T02": (40.0, 3), "T03": (0.0, 4)}
    assert (run.state, run.score_count, run.done_through) == (JobState.DONE, 4, SESSION)
    assert run.weights == [
        {"from": str(SESSION), "to": str(SESSION), "sessions": 1, "weights": {"beta": 0.5, "roe": 0.5}}
    ]
    assert {"read", "fit", "combine", "write"} <= set(run.timings)
    assert run.warnings == []


def test_fixed_weights_and_half_of_them(four):
    strategy_save(name="mine", region="KR", factors={"roe": 3, "beta": 1}, combiner="fixed_weight")
    run = combine()
    # Raw 1.75, 0.75, 0; T03 has a quarter of the weight: nothing.
    assert composites() == {"T00": (100.0, 1), "T01": (pytest.approx(100 * 0.75 / 1.75, abs=1e-4), 2), "T02": (0.0, 3)}
    assert run.weights[0]["weights"] == {"beta": 0.25, "roe": 0.75}


def test_ties_go_by_ticker_and_all_equal_are_50(four):
    strategy_save(name="mine", region="KR", factors=["beta"], universe={"tickers": ["T03", "T01", "T02"]})
    days = sessions(2)
    combine(date=days[0])
    assert composites(days[0]) == {"T01": (50.0, 1), "T02": (50.0, 2), "T03": (50.0, 3)}


def test_one_factor_is_said_to_be_one(four):
    strategy_save(name="mine", region="KR", factors=["roe"])
    run = combine()
    assert composites() == {"T00": (100.0, 1), "T01": (50.0, 2), "T02": (0.0, 3)}
    assert run.warnings == ["one factor: the composite is the score of roe on a scale of 0 to 100"]


def test_a_factor_without_cross_section_on_a_day_leaves_the_weights(four):
    days = sessions(2)
    FactorScore.objects.filter(date=days[1], factor__name="beta").delete()
    strategy_save(name="mine", region="KR", factors={"roe": 1, "beta": 3}, combiner="fixed_weight")
    combine(start=days[0])
    assert composites() == {"T00": (100.0, 1), "T01": (50.0, 2), "T02": (0.0, 3)}


def test_ranks_are_those_of_scipy():
    rng = np.random.default_rng(5)
    stocks, days = add_stocks(40), sessions(3)
    roe, beta = np.round(4 * rng.normal(size=(2, 3, 40))) / 4  # exact in binary: ties are ties
    add_scores("roe", days, stocks, roe)
    add_scores("beta", days, stocks, beta)
    strategy_save(name="mine", region="KR", factors=["roe", "beta"])
    combine(start=days[0])
    for t, day in enumerate(days):
        raw = ((roe[t] + beta[t]) / 2).astype(np.float32)
        rows = CompositeScore.objects.filter(date=day).select_related("instrument").order_by("instrument__ticker")
        expected = rankdata(-raw, method="ordinal")  # ties in the order given: by ticker
        assert [row.rank for row in rows] == expected.tolist()
        np.testing.assert_allclose([row.score for row in rows], 100 * (raw - raw.min()) / np.ptp(raw), atol=1e-4)
