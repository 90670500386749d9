"""The figures of a session as a whole: edges, no look-ahead, slices."""

import numpy as np
import pytest

from factors.calc.analysis import Plan, daily_figures, joined, summarise
from factors.calc.analysis.inference import Mean

NAN = np.nan
PLAN = Plan(horizons=(1, 3), decay=(1, 2, 3), quantiles=4, window=2)


def market(sessions: int = 30, names: int = 25, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores [sessions, names] with gaps, closes of 5 sessions more."""
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (sessions + 5, names)), axis=0))
    score = rng.normal(size=(sessions, names))
    score[rng.random(score.shape) < 0.1] = NAN
    return score, close


def test_a_perfect_forecast_is_flagged():
    """Tomorrow's return as the score: IC 1 on every session, and a warning that says why that cannot be."""
    _, close = market()
    score = (close[1:] / close[:-1] - 1)[:30]
    found = summarise(daily_figures(score, close, 0, PLAN), PLAN)
    assert found.rank_ic[0].mean == pytest.approx(1.0)
    assert found.pearson_ic[0].mean == pytest.approx(1.0)
    assert found.monotonicity[0] == pytest.approx(1.0)
    (warning,) = found.warnings
    assert warning.startswith("suspicious: look-ahead?")


def test_half_a_look_ahead_is_flagged_and_chance_is_not():
    noise, close = market(120)
    leak = (close[1:] / close[:-1] - 1)[:120]
    leaking = np.where(np.isfinite(noise), 0.02 * noise + leak, NAN)
    assert "look-ahead" in summarise(daily_figures(leaking, close, 0, PLAN), PLAN).warnings[0]
    assert summarise(daily_figures(noise, close, 0, PLAN), PLAN).warnings == []


def test_later_closes_change_no_rank_and_no_quantile():
    """What a session's quantiles, turnover and autocorrelation are does not depend on any later close."""
    score, close = market()
    later = close.copy()
    later[12:] *= np.random.default_rng(1).uniform(0.5, 2.0, later[12:].shape)
    before, after = daily_figures(score, close, 0, PLAN), daily_figures(score, later, 0, PLAN)
    for name in ("quantile_names", "turnover_top", "turnover_bottom", "autocorrelation", "autocorrelation_1"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    np.testing.assert_array_equal(before.rank_ic[0][:11], after.rank_ic[0][:11])
    np.testing.assert_array_equal(before.rank_ic[1][:9], after.rank_ic[1][:9])
    assert (before.rank_ic[0][11:] != after.rank_ic[0][11:]).all()


def test_slices_with_their_past_make_the_whole():
    score, close = market()
    whole = daily_figures(score, close, 0, PLAN)
    parts = [daily_figures(score[:11], close, 0, PLAN), daily_figures(score[9:], close, 9, PLAN).after(2)]
    for name, values in vars(joined(parts)).items():
        np.testing.assert_array_equal(values, getattr(whole, name), err_msg=name)


def test_the_order_of_the_names_does_not_matter():
    score, close = market()
    turned = np.random.default_rng(2).permutation(score.shape[1])
    one, two = daily_figures(score, close, 0, PLAN), daily_figures(score[:, turned], close[:, turned], 0, PLAN)
    for name, values in vars(one).items():
        np.testing.assert_allclose(getattr(two, name), values, rtol=0, atol=1e-12, err_msg=name)


def test_what_is_not_known_where_the_data_ends():
    score, close = market(6)
    found = daily_figures(score, close[:6], 0, PLAN)
    assert np.isfinite(found.rank_ic[0]).tolist() == [True] * 5 + [False]
    assert np.isfinite(found.rank_ic[1]).tolist() == [True] * 3 + [False] * 3
    assert found.quantile_names.any(axis=1).all()  # quantiles need no return


def test_names_without_a_close_are_scored_but_not_analysed():
    score, close = market(4)
    close[:, :10] = NAN
    found = daily_figures(score, close, 0, PLAN)
    assert (found.scored == np.isfinite(score).sum(axis=1)).all()
    assert (found.analysed == np.isfinite(score[:, 10:]).sum(axis=1)).all()


@pytest.mark.parametrize("value", [NAN, 0.5])
def test_nothing_to_rank(value):
    """No score at all, or the same for everyone: nothing is known, nothing fails."""
    _, close = market(8)
    daily = daily_figures(np.full((8, 25), value), close, 0, PLAN)
    found = summarise(daily, PLAN)
    assert found.rank_ic[0] == Mean(0, None, None, None, None, None, None, 0, None, None)
    assert found.quantiles[0][0].count == 0
    assert (found.monotonicity, found.turnover_top, found.autocorrelation) == ([None, None], None, None)
    assert bool(found.warnings) == (value == 0.5)  # tied scores have no quantiles: told


def test_one_session():
    score, close = market(1)
    found = summarise(daily_figures(score, close, 0, PLAN), PLAN)
    assert found.rank_ic[0].count == 1
    assert found.rank_ic[0].t is None
    assert found.turnover_top is None
    assert found.warnings == []


def test_demeaned_quantile_returns_add_up_to_nothing():
    score, close = market(names=24)
    score = np.random.default_rng(3).normal(size=score.shape)
    plan = Plan(horizons=(1,), decay=(), quantiles=4, window=1, demean=True)
    found = daily_figures(score, close, 0, plan).quantile_return[0]
    np.testing.assert_allclose(found.mean(axis=1), 0.0, atol=1e-15)  # four quantiles of six names
    raw = daily_figures(score, close, 0, Plan(horizons=(1,), decay=(), quantiles=4, window=1)).quantile_return[0]
    np.testing.assert_allclose(raw[:, 3] - raw[:, 0], found[:, 3] - found[:, 0], atol=1e-15)


def test_without_the_horizon_of_one_session_there_is_no_growth():
    score, close = market()
    plan = Plan(horizons=(2,), decay=(), quantiles=4, window=1)
    found = summarise(daily_figures(score, close, 0, plan), plan)
    assert found.growth is None
    assert found.warnings == []
