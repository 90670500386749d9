"""Machine learning on stored scores: no look-ahead, purged, the same to the bit whatever the range, leaks told."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from django.db.models import F

from factors.combiners import NOT_YET, History, Samples, combiner_named
from factors.combiners.learners import KINDS
from factors.models import CombineRun, CompositeScore, FactorScore, JobState, Strategy
from factors.services import (
    combine_run_create,
    combine_run_execute,
    combining,
    strategy_definition,
    strategy_save,
)
from factors.services.universes import members_of
from market.models import Instrument, PriceBar
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


def saved_definition() -> tuple:
    found = strategy_definition(strategy=Strategy.objects.get(name="ml"))
    return found, found.build(), members_of(region="KR", universe={})


@pytest.mark.parametrize("model", list(KINDS))
def test_a_day_alone_is_the_same_with_pauses_joiners_delistings_and_splits(model):
    stocks, days, _ = learning_market(30, 260, skill=0.002)
    save(model=model, window_months=6)
    day = days[-25]
    definition, combiner, _ = saved_definition()
    first = combining.sample_dates(definition, combiner, day, day)[0]
    assert days[60] < first < days[150]
    paused, joined, gone, split = stocks[3], stocks[5], stocks[7], stocks[9]
    PriceBar.objects.filter(instrument=paused, date__range=(first, first + dt.timedelta(days=2))).delete()
    for rows in (PriceBar, FactorScore):
        rows.objects.filter(instrument=joined, date__lt=days[150]).delete()
        rows.objects.filter(instrument=gone, date__gt=days[-60]).delete()
    Instrument.objects.filter(pk=gone.pk).update(delisted_on=days[-60])
    before = PriceBar.objects.filter(instrument=split, date__lt=days[-10])
    before.update(close=3 * F("close"), adjustment_factor=1 / 3)
    combine(start=days[60])
    long = stored(day)
    assert len(long) == 29  # the delisted one has no scores any more
    combine(date=day)
    assert stored(day) == long
    PriceBar.objects.filter(date__gt=day).delete()
    FactorScore.objects.filter(date__gt=day).delete()
    before.update(adjustment_factor=1.0)  # nobody knows of the split yet
    combine(date=day)
    assert stored(day) == long


def test_samples_do_not_depend_on_the_range_nor_on_how_many_are_read_at_a_time(monkeypatch):
    stocks, days, _ = learning_market(30, 340)
    save(window_months=6)
    known = saved_definition()
    first = combining.sample_dates(*known[:2], days[-1], days[-1])[0]
    PriceBar.objects.filter(instrument=stocks[3], date=first).delete()
    early = combining.history_read(*known, days[-60], days[-1]).samples
    read, sizes = combining.stretch_read, []

    def counted(*asked, only):
        sizes.append(len(only))
        return read(*asked, only=only)

    monkeypatch.setattr(combining, "SAMPLES", 7)
    monkeypatch.setattr(combining, "stretch_read", counted)
    late = combining.history_read(*known, days[-1], days[-1]).samples
    assert max(sizes) == 7
    both = np.isin(early.days, late.days)
    assert both.sum() == len(late.days) < len(early.days)
    assert np.isfinite(late.target[0, list(known[2].tickers).index("T03")])
    np.testing.assert_array_equal(early.target[both], late.target)
    np.testing.assert_array_equal(early.features[:, both], late.features)
    np.testing.assert_array_equal(early.closed[both], late.closed)


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


def test_trainings_share_one_sorted_copy_of_the_samples():
    whole = history()
    shuffled = np.random.default_rng(0).permutation(len(whole.tickers))
    mixed = replace(
        whole, tickers=whole.tickers[shuffled],
        samples=replace(
            whole.samples, features=whole.samples.features[:, :, shuffled], target=whole.samples.target[:, shuffled]
        ),
    )  # fmt: skip
    days = [int(day) for day in whole.samples.days[[30, 50]]]
    early, late = (mixed.samples_before(day).since(int(whole.samples.days[3])) for day in days)
    assert np.shares_memory(early.features, late.features)
    assert np.shares_memory(early.target, late.target)
    assert 0 < len(early.days) < len(late.days)
    np.testing.assert_array_equal(late.features, whole.samples.features[:, 3 : 3 + len(late.days)])
    straight = whole.samples_before(days[0])
    assert np.shares_memory(straight.features, whole.samples.features)


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
