"""What a combination looks at first: scores of every factor, of one normalisation; sectors of today are told."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factors.models import CombineRun, CompositeScore, FactorRun, FactorScore
from factors.services import StrategyError, combine_run_create, combine_run_execute, strategy_save
from tests.factors.combining.scored_market import add_factor, add_scores, add_stocks, learning_market
from tests.factors.market_tables import SESSION, sessions

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = "sectors are those of today, in the past as well: a name that has moved since counts where it is now"
QUICK = {"min_sessions": 60, "trees": 10, "every": 3, "window_months": 6}


def combine(name: str = "mine", **asked: object) -> CombineRun:
    return combine_run_execute(run_id=combine_run_create(strategy=name, **asked).pk)


def add_runs(days, scored: int = 12, factors=("roe", "beta"), **more: object) -> None:
    counts = {name: {"scored": scored, "valued": scored} for name in factors}
    FactorRun.objects.bulk_create(
        FactorRun(region="KR", date=day, state="DONE", score_count=scored * 2, counts=counts, **more) for day in days
    )


@pytest.fixture
def market():
    rng, days, stocks = np.random.default_rng(4), sessions(12), add_stocks(12)
    for name in ("roe", "beta"):
        add_scores(name, days, stocks, rng.normal(size=(12, 12)))
    return days


def scans(asked: CaptureQueriesContext) -> list[str]:
    """Queries that look for scores in a whole range."""
    texts = [query["sql"] for query in asked.captured_queries]
    return [text for text in texts if 'FROM "factors_factorscore"' in text and " BETWEEN " in text]


def test_runs_tell_of_scores_without_a_search_through_years(market):
    strategy_save(name="mine", region="KR", factors=["roe", "beta"])
    add_runs(market)
    with CaptureQueriesContext(connection) as asked:
        combine(start=market[0])
    assert not scans(asked)
    add_factor("roa")
    add_runs(market, 0, ["roa"])
    strategy_save(name="none", region="KR", factors=["roe", "roa"])
    with CaptureQueriesContext(connection) as asked, pytest.raises(StrategyError, match="factors: roa has no scores"):
        combine("none", start=market[0])
    assert not scans(asked)


def test_scores_removed_since_their_runs_are_missed(market):
    strategy_save(name="mine", region="KR", factors=["roe", "beta"])
    add_runs(market)
    FactorScore.objects.filter(factor__name="beta").delete()
    with pytest.raises(StrategyError, match="factors: beta has no scores of KR"):
        combine(start=market[0])


@pytest.mark.parametrize(("field", "what"), [("value", "values"), ("score", "scores"), ("percentile", "scores")])
def test_a_condition_without_figures_is_refused_and_nothing_is_removed(market, field, what):
    strategy = strategy_save(name="mine", region="KR", factors=["roe"])
    combine(start=market[0])
    add_factor("liquidity")
    universe = {"conditions": [{"factor": "liquidity", "field": field, "value": 1}]}
    strategy_save(name="mine", region="KR", factors=["roe"], universe=universe, strategy=strategy)
    with pytest.raises(StrategyError, match=f"universe: liquidity has no {what} of KR from {market[0]} to {SESSION}"):
        combine(start=market[0])
    assert CompositeScore.objects.count() == 144


def test_a_condition_on_values_alone_needs_no_scores(market):
    FactorScore.objects.filter(factor__name="beta").update(score=None, value=5.0)
    add_runs(market, factors=["roe"])
    universe = {"conditions": [{"factor": "beta", "value": 1}]}
    strategy_save(name="mine", region="KR", factors=["roe"], universe=universe)
    assert combine(start=market[0]).score_count == 144


# --- sectors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [{"neutralise": ["sector"]}, {"universe": {"sectors": ["bank"]}}, {"universe": {"exclude_sectors": ["bank"]}}],
)
def test_sectors_of_today_over_the_past_are_told(market, more):
    strategy_save(name="mine", region="KR", factors=["roe", "beta"], **more)
    assert combine(start=market[0]).warnings == [TODAY]
    assert combine(date=market[3]).warnings == [TODAY]
    assert combine(date=SESSION).warnings == []


def test_without_sectors_there_is_nothing_to_tell(market):
    strategy_save(name="mine", region="KR", factors=["roe", "beta"], universe={"exclude_tickers": ["T01"]})
    assert combine(start=market[0]).warnings == []


# --- one normalisation --------------------------------------------------------------------------------------------


def test_a_model_does_not_learn_from_scores_of_two_normalisations():
    _, days, _ = learning_market(30, 200)
    strategy_save(name="mine", region="KR", factors=["roe", "beta"], combiner="machine_learning", options=QUICK)
    add_runs(days)
    assert combine().model_cards
    add_runs(days[-60:], normalisation="rank")
    with pytest.raises(StrategyError, match="cannot learn from scores of different normalisations") as told:
        combine()
    assert f"{SESSION}: rank, neutralised by nothing; " in str(told.value)
    assert "zscore, neutralised by nothing" in str(told.value)
    add_runs(days, normalisation="rank", neutralise=["size", "sector"])
    add_runs(days[-30:], normalisation="rank", neutralise=["sector", "size"])
    assert combine().model_cards


def test_days_that_a_model_does_not_look_at_may_be_normalised_otherwise():
    _, days, _ = learning_market(30, 260)
    strategy_save(name="mine", region="KR", factors=["roe", "beta"], combiner="machine_learning", options=QUICK)
    add_runs(days[:60], normalisation="rank")
    add_runs(days[60:])
    assert combine().model_cards
