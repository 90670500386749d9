"""The same figures as alphalens-reloaded, to 1e-9; it lives in an environment of its own."""

import numpy as np
import pytest

from benchmarks.environments import ALPHALENS, NoEnvironment
from factors.calc.analysis import Plan, daily_figures, summarise
from factors.calc.analysis.quantiles import quantile_rows
from factors.calc.analysis.returns import carried, demeaned, forward_returns

SESSIONS, NAMES = 80, 211
AGREED = 1e-9


@pytest.fixture(scope="module")
def alphalens() -> None:
    try:
        ALPHALENS.python()
    except NoEnvironment as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def made_up() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(scores [T, N], closes [T + 21, N], days): names that come late, stop trading, pause; ties; unscored names."""
    rng = np.random.default_rng(11)
    rows = SESSIONS + 21
    weekdays = np.arange(np.datetime64("2019-01-01"), np.datetime64("2020-01-01"))
    days = weekdays[np.is_busday(weekdays)][:rows]
    close = 40 * np.exp(np.cumsum(rng.normal(0, 0.02, (rows, NAMES)), axis=0))
    at = np.arange(rows)[:, None]
    close[(at < rng.integers(0, 30, NAMES)) | (at > rng.integers(30, 3 * rows, NAMES))] = np.nan
    close[rng.random(close.shape) < 0.01] = np.nan
    score = np.round(rng.normal(size=(SESSIONS, NAMES)), 2)  # to two digits: many ties
    score[rng.random(score.shape) < 0.05] = np.nan
    return score, close, days


@pytest.mark.parametrize("quantiles", [5, 10])
def test_alphalens_finds_the_same(alphalens, made_up, quantiles):
    score, close, days = made_up
    plan = Plan(quantiles=quantiles, decay=())
    filled = carried(close, days.astype(int), np.zeros(NAMES, int))
    ours = daily_figures(score, filled, 0, plan)
    summary = summarise(ours, plan)
    found = ALPHALENS.ask(
        score=score, close=close, days=days, horizons=plan.horizons, quantiles=quantiles, window=plan.window
    )

    def same(one: object, other: np.ndarray) -> None:
        np.testing.assert_allclose(np.asarray(one, dtype=float), other, rtol=0, atol=AGREED)

    sample = np.where(np.isfinite(filled[:SESSIONS]), score, np.nan)
    np.testing.assert_array_equal(quantile_rows(sample, quantiles), found["quantile"])
    same(ours.rank_ic.T, found["ic"])
    same(ours.quantile_return.transpose(1, 0, 2), found["by_date"])
    same([[one.mean for one in row] for row in summary.quantiles], found["mean"])
    same([[one.standard_error for one in row] for row in summary.quantiles], found["error"])
    for name in ("turnover_top", "turnover_bottom", "autocorrelation", "autocorrelation_1"):
        same(getattr(ours, name), found[name])
    assert np.isfinite(found["ic"]).all()
    assert found["by_date"].shape == (SESSIONS, 3, quantiles)


def test_demeaned_returns_are_those_of_alphalens(alphalens, made_up):
    score, close, days = made_up
    plan = Plan(decay=(), demean=True)
    filled = carried(close, days.astype(int), np.zeros(NAMES, int))
    summary = summarise(daily_figures(score, filled, 0, plan), plan)
    found = ALPHALENS.ask(score=score, close=close, days=days, horizons=plan.horizons, quantiles=5, window=21)
    means = np.array([[one.mean for one in row] for row in summary.quantiles])
    np.testing.assert_allclose(means, found["demeaned"], rtol=0, atol=AGREED)
    returns = forward_returns(filled, SESSIONS, 1)
    assert np.nanmax(np.abs(demeaned(returns, np.isfinite(score)) - returns)) > 1e-4
