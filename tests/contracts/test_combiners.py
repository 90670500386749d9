"""What every combiner must do, asked of all that are registered."""

from dataclasses import replace

import numpy as np
import pytest

from factors.combiners import (
    NOT_YET,
    Combiner,
    History,
    OptionError,
    Samples,
    UnknownCombiner,
    all_combiners,
    combiner_named,
    register_combiner,
    unregister_combiner,
)
from factors.combiners.base import equal_weights

NAMES = ["equal_weight", "fixed_weight", "machine_learning", "optimized", "risk_adjusted"]
FACTORS = ("a", "b", "c", "d")
N = 35
every_combiner = pytest.mark.parametrize("kind", all_combiners(), ids=lambda kind: kind.name)


def history(seed: int = 1) -> History:
    """400 sessions of returns, 80 sample sessions every five days, all on consecutive days; ``a`` has an edge."""
    rng = np.random.default_rng(seed)
    days = np.arange(16000, 16400, dtype=np.int32)
    returns = rng.normal(0.0005, 0.01, (len(FACTORS), len(days))) * np.array([[1.0], [0.5], [2.0], [1.0]])
    features = rng.normal(size=(len(FACTORS), 80, N)).astype(np.float32)
    features[:, rng.random((80, N)) < 0.1] = np.nan
    target = rng.random((80, N)).astype(np.float32)
    target[5, :7] = np.nan
    tickers = np.array([f"T{i:02d}" for i in range(N)], dtype=object)
    closed = np.append(days, NOT_YET)[np.minimum(np.arange(0, 400, 5) + 21, 400)]
    return History(FACTORS, days, returns, tickers, Samples(days[::5], closed, features, target))


def scores(seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = rng.normal(size=(len(FACTORS), N)).astype(np.float32)
    found[rng.random(found.shape) < 0.2] = np.nan
    found[:, 3] = np.nan
    return found


def build(kind: type[Combiner], weights: tuple[float, ...] = (1, 2, 3, 4)) -> Combiner:
    small = {"trees": 10} if "trees" in {option.name for option in kind.options} else {}
    return kind(FACTORS, np.array(weights, dtype=float), small)


DAY = 16390


def test_all_combiners_of_the_specification_are_registered():
    assert set(NAMES) <= {kind.name for kind in all_combiners()}


@every_combiner
def test_it_describes_itself_and_its_options(kind):
    assert len(kind.description()) > 15
    for option in kind.options:
        assert option.help
        assert option.check(option.default) == option.default


@every_combiner
def test_shape_and_that_half_of_the_weight_is_needed(kind):
    combiner, found = build(kind), scores()
    raw = combiner.combine(found, history(), DAY)
    assert raw.shape == (N,)
    assert raw.dtype == np.float64
    assert np.isnan(raw[3])
    assert np.isfinite(raw[np.isfinite(found).all(axis=0)]).all()
    assert not np.isinf(raw).any()


@every_combiner
def test_it_is_deterministic_and_leaves_its_input_alone(kind):
    past, found = history(), scores()
    before = [found.copy(), past.returns.copy(), past.samples.features.copy(), past.samples.target.copy()]
    first = build(kind).combine(found, past, DAY)
    second = build(kind).combine(scores(), history(), DAY)
    np.testing.assert_array_equal(first, second)
    for old, new in zip(before, [found, past.returns, past.samples.features, past.samples.target], strict=True):
        np.testing.assert_array_equal(old, new)


@every_combiner
def test_the_order_of_the_instruments_does_not_matter(kind):
    order = np.random.default_rng(3).permutation(N)
    past = history()
    features, target = past.samples.features[:, :, order], past.samples.target[:, order]
    mixed = replace(past, tickers=past.tickers[order], samples=replace(past.samples, features=features, target=target))
    straight = build(kind).combine(scores(), past, DAY)
    np.testing.assert_array_equal(build(kind).combine(scores()[:, order], mixed, DAY), straight[order])


@every_combiner
def test_deleting_the_future_changes_nothing(kind):
    past, day = history(), 16300
    known = past.samples.days <= day
    samples = past.samples.at(known)
    cut = replace(
        past, return_days=past.return_days[past.return_days <= day], returns=past.returns[:, past.return_days <= day],
        samples=replace(samples, closed=np.where(samples.closed > day, NOT_YET, samples.closed),
                        target=np.where((samples.closed > day)[:, None], np.nan, samples.target)),
    )  # fmt: skip
    np.testing.assert_array_equal(build(kind).combine(scores(), past, day), build(kind).combine(scores(), cut, day))


@every_combiner
def test_an_instrument_without_any_score_does_not_disturb_the_others(kind):
    past, found = history(), scores()
    more = np.column_stack([found, np.full(len(FACTORS), np.nan, dtype=np.float32)])
    np.testing.assert_array_equal(build(kind).combine(more, past, DAY)[:N], build(kind).combine(found, past, DAY))


@every_combiner
def test_without_history_there_is_still_an_answer_that_says_what_it_is(kind):
    empty = History(FACTORS, np.zeros(0, np.int32), np.zeros((4, 0)))
    fitted = build(kind, (1, 1, 1, 1)).fit(empty, DAY)
    record = fitted.record()
    assert record["weights"] == dict.fromkeys(FACTORS, 0.25)
    assert ("fallback" in record) == (kind.learns_from_returns or kind.learns_from_samples)


@every_combiner
def test_weights_are_never_negative_and_sum_to_1(kind):
    record = build(kind).fit(history(), DAY).record()
    if "weights" in record:
        assert min(record["weights"].values()) >= 0
        assert sum(record["weights"].values()) == pytest.approx(1.0, abs=1e-5)
    else:
        assert record["model"]


@every_combiner
def test_a_monthly_fit_day_is_the_first_session_of_the_month(kind):
    sessions = np.arange(16000, 16400, dtype=np.int32)
    combiner = build(kind)
    day = int((np.datetime64("2014-03-19") - np.datetime64("1970-01-01")).astype(int))
    found = combiner.fit_day(day, sessions)
    assert found in (day, day - 18)
    assert found == (day - 18 if kind.name == "machine_learning" else day)


# --- options and the registry -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"windw": 100}, "unknown option 'windw'; did you mean window"),
        ({"window": 19}, "window must be a whole number from 20 to 2520, not 19"),
        ({"window": 99.5}, "window must be a whole number"),
        ({"window": "252"}, "window must be a whole number"),
        ({"window": True}, "window must be a whole number"),
        ({"window": float("nan")}, "window must be a whole number"),
        ({"refit": "weekly"}, "refit must be one of daily, monthly, not 'weekly'"),
        ([1], "must be names with values"),
    ],
)
def test_wrong_options_are_named(options, why):
    with pytest.raises(OptionError, match=r"^options: ") as told:
        combiner_named("optimized")(FACTORS, None, options)
    assert why in str(told.value)


def test_a_name_is_given_only_once_and_can_be_taken_back():
    class Mine(Combiner):
        """A combiner of a test."""

        name = "mine"

        def fit(self, history, day):
            return equal_weights(self.names)

    register_combiner(Mine)
    try:
        assert combiner_named("mine") is Mine
        with pytest.raises(ValueError, match="'mine' is taken by Mine"):
            register_combiner(Mine)
    finally:
        unregister_combiner("mine")
    with pytest.raises(UnknownCombiner, match="unknown combiner 'optimised'; did you mean optimized"):
        combiner_named("optimised")


@pytest.mark.parametrize(("broken", "why"), [({"name": ""}, "has no name"), ({"__doc__": None}, "has no docstring")])
def test_an_incomplete_combiner_is_refused(broken, why):
    body = {"__doc__": "A combiner of a test.", "name": "mine", "fit": lambda self, history, day: None}
    with pytest.raises(ValueError, match=why):
        register_combiner(type("Mine", (Combiner,), body | broken))
