"""Machine learning on stored scores: no look-ahead, purged, the same to the bit whatever the range, leaks told."""

import datetime as dt

import numpy as np
import pytest

from factors.combiners import NOT_YET, History, Samples, combiner_named
from factors.combiners.learners import KINDS
from factors.models import CombineRun, CompositeScore, FactorScore, JobState
from factors.services import combine_run_create, combine_run_execute, strategy_save
from market.models import PriceBar
from tests.factors.combining.scored_market import add_scores, learning_market

pytestmark = pytest.mark.django_db(transaction=True)
QUICK = {"min_sessions": 60, "trees": 20, "every": 3}


def combine(**asked: object) -> CombineRun:
    return combine_run_execute(run_id=combine_run_create(strategy="ml", **asked).pk)


def stored(date: dt.date) -> list[tuple]:
    return list(
        CompositeScore.objects.filter(date=date).order_by("instrument_id").values_list("instrument_id", "score", "rank")
    )


def save(**options: object) -> None:
    strategy_save(name="ml", region="KR", factors=["roe", "beta"], combiner="machine_learning", options=QUICK | options)


@pytest.mark.parametrize("model", list(KINDS))
def test_one_day_alone_is_the_same_day_in_a_long_run_and_without_the_future(model):
    _, days, _ = learning_market(30, 200, skill=0.002)
    save(model=model)
    day = days[-25]
    combine(start=days[60])
    long = stored(day)
    assert len(long) == 30
    combine(date=day)
    assert stored(day) == long
    PriceBar.objects.filter(date__gt=day).delete()
    FactorScore.objects.filter(date__gt=day).delete()
    combine(date=day)
    assert stored(day) == long


def test_until_there_is_enough_history_it_is_equal_weight_and_says_so():
    _, days, _ = learning_market(30, 160)
    save()
    run = combine(start=days[0])
    first, *rest = run.weights
    assert first["fallback"].startswith("too little history: 0 sessions of samples before")
    assert first["weights"] == {"beta": 0.5, "roe": 0.5}
    assert rest[-1]["model"].startswith("xgboost as of")
    (warning,) = [text for text in run.warnings if text.startswith("equal weight on")]
    assert f"of {len(days)} sessions" in warning
    assert len(run.model_cards) == len({card["as_of"] for card in run.model_cards}) > 2
    assert sum(entry["sessions"] for entry in run.weights) == len(days)


def test_the_card_tells_what_was_learnt_from_and_the_purge_holds():
    _, days, _ = learning_market(30, 200, skill=0.002)
    save()
    card = combine().model_cards[0]
    month_start = next(day for day in days if (day.year, day.month) == (days[-1].year, days[-1].month))
    assert card["as_of"] == str(month_start)
    place = {str(day): i for i, day in enumerate(days)}
    assert place[card["trained_to"]] + 21 == place[card["last_target_closed"]]
    assert card["last_target_closed"] < card["as_of"]
    assert place[card["out_of_sample_trained_to"]] + 21 < place[card["out_of_sample_from"]]
    assert place[card["out_of_sample_to"]] == place[card["trained_to"]]
    assert card["samples"] == card["sessions"] * 30
    assert card["features"] == ["beta", "roe"]
    assert card["hyperparameters"]["max_depth"] == 4
    assert card["versions"]["xgboost-cpu"]
    assert card["seed"] == 7
    assert card["importance"]["roe"] > card["importance"]["beta"]
    assert card["out_of_sample_ic"] > 0.05  # roe does lead


def test_tomorrow_s_return_planted_as_a_factor_raises_the_leakage_warning():
    stocks, days, close = learning_market(40, 300)
    future = np.full(close.shape, np.nan)
    future[:-21] = close[21:] / close[:-21] - 1
    FactorScore.objects.filter(factor__name="beta").delete()
    add_scores("beta", days, stocks, future)
    save()
    run = combine(start=days[-40], end=days[-22])
    assert run.state == JobState.DONE
    assert run.model_cards[-1]["out_of_sample_ic"] > 0.10
    assert "leakage?" in run.model_cards[-1]["warning"]
    (warning,) = [text for text in run.warnings if text.startswith("leakage?")]
    assert "check that no factor knows the future" in warning
    assert "leakage?" in run.message


def test_noise_raises_no_warning():
    _, days, _ = learning_market(40, 300, seed=3)
    save()
    run = combine(start=days[-40])
    assert abs(run.model_cards[-1]["out_of_sample_ic"]) < 0.10
    assert not any("leakage" in text for text in run.warnings)


# --- the combiner alone -------------------------------------------------------------------------------------------


def history(count: int = 40, sessions: int = 60, seed: int = 1) -> History:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(3, sessions, count)).astype(np.float32)
    features[:, rng.random((sessions, count)) < 0.05] = np.nan
    features[1, rng.random((sessions, count)) < 0.3] = np.nan
    target = rng.random((sessions, count)).astype(np.float32)
    days = np.arange(16000, 16000 + 7 * sessions, 7, dtype=np.int32)
    tickers = np.array([f"T{i:02d}" for i in range(count)], dtype=object)
    return History(
        ("a", "b", "c"), np.zeros(0, np.int32), np.zeros((3, 0)), tickers, Samples(days, days + 30, features, target)
    )


@pytest.mark.parametrize("model", list(KINDS))
def test_samples_whose_window_is_open_or_that_are_too_old_do_not_count(model):
    whole = history()
    learner = combiner_named("machine_learning")(
        whole.names, None, {"model": model, "window_months": 6, "min_sessions": 60}
    )
    scores, day = whole.samples.features[:, 50], int(whole.samples.days[50])
    straight = learner.combine(scores, whole, day)
    changed = whole.samples.target.copy()
    open_or_old = (whole.samples.closed >= day) | (whole.samples.days < day - learner.window_days())
    assert 0 < open_or_old.sum() < len(open_or_old)
    changed[open_or_old] = 1.0 - changed[open_or_old]
    samples = Samples(whole.samples.days, np.where(whole.samples.closed >= day, NOT_YET, whole.samples.closed),
                      whole.samples.features, changed)  # fmt: skip
    other = learner.combine(scores, History(whole.names, whole.return_days, whole.returns, whole.tickers, samples), day)
    np.testing.assert_array_equal(straight, other)


@pytest.mark.parametrize("model", list(KINDS))
def test_half_of_the_scores_are_needed(model):
    whole = history()
    learner = combiner_named("machine_learning")(whole.names, None, {"model": model, "min_sessions": 60})
    scores = np.array([[1.0, 1, np.nan], [1, np.nan, 1], [1, 1, np.nan]], dtype=np.float32)
    raw = learner.combine(scores, whole, int(whole.samples.days[-1]))
    assert np.isfinite(raw).tolist() == [True, True, False]
