"""Equal risk contributions, and the returns they are made of."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from backtests.calc.prices import Events, Prices
from backtests.calc.signals import Signals
from backtests.sizing import Chosen, sizing_named
from backtests.sizing.risk_parity import NoWeights, covariance, equal_risk, inverse_volatility
from tests.backtests.markets import business_days, market, signals

approx = pytest.approx
NAN = float("nan")


@pytest.mark.parametrize("count", [1, 2, 5, 20, 100])
def test_contributions_are_equal(count):
    rng = np.random.default_rng(count)
    matrix = covariance(rng.normal(0, 0.02, (60, count)) @ rng.normal(size=(count, count)))
    weights = equal_risk(matrix)
    assert weights.sum() == approx(1)
    assert (weights > 0).all()
    share = weights * (matrix @ weights) / (weights @ matrix @ weights)
    assert share == approx(np.full(count, 1 / count), rel=1e-9)


def test_two_names_by_hand():
    # with two names equal risk is inverse volatility, whatever the correlation: 1/1 to 1/3
    assert equal_risk(np.array([[1.0, 2.4], [2.4, 9.0]])) == approx([0.75, 0.25])


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_the_unit_does_not_matter(scale):
    rng = np.random.default_rng(4)
    matrix = np.cov(rng.normal(size=(50, 6)), rowvar=False)
    assert equal_risk(matrix * scale) == approx(equal_risk(matrix))


def test_as_skfolio():
    from skfolio import RiskMeasure
    from skfolio.moments import LedoitWolf as Shrunk
    from skfolio.optimization import RiskBudgeting
    from skfolio.prior import EmpiricalPrior

    returns = np.random.default_rng(5).normal(0, 0.01, (60, 8)) * np.linspace(1, 4, 8)
    model = RiskBudgeting(
        risk_measure=RiskMeasure.VARIANCE, prior_estimator=EmpiricalPrior(covariance_estimator=Shrunk())
    ).fit(returns)
    assert equal_risk(covariance(returns)) == approx(model.weights_, abs=1e-4)  # a conic solver's precision


def test_the_covariance_is_ledoit_and_wolfs():
    returns = np.random.default_rng(6).normal(0, 0.01, (60, 8))
    np.testing.assert_allclose(covariance(returns), LedoitWolf().fit(returns).covariance_, rtol=1e-12, atol=1e-18)


def test_what_does_not_vary_has_no_equal_risk():
    returns = np.random.default_rng(6).normal(0, 0.01, (60, 3))
    returns[:, 1] = 0.0
    with pytest.raises(NoWeights, match="do not vary"):
        covariance(returns)


def test_what_cannot_be_found_is_told():
    with pytest.raises(NoWeights, match="did not converge"):
        equal_risk(np.array([[1.0, NAN], [NAN, 1.0]]))


def one_name(close, splits=(), dividends=(), session=None):
    close = np.array(close, dtype=float)[:, None]
    events = [Events(*(np.array(part) for part in zip(*((s, 0, f) for s, f in rows), strict=True))) if rows else None
              for rows in (splits, dividends)]  # fmt: skip
    given = {key: value for key, value in zip(("splits", "dividends"), events, strict=True) if value}
    prices = Prices(business_days(len(close)), np.array(["A"]), close, close, close * NAN, np.array([99]), **given)
    found = Signals(close * 0, np.ones(close.shape, dtype=bool))
    return Chosen(prices, found, len(close) - 1 if session is None else session, np.array([0]))


def test_returns_by_hand():
    # 100 -> 110; split 2:1 to 55, no change; 1 paid at 54: 55/55 - 1 = 0; then no bar: 0; then 108/54 - 1
    found = one_name([100, 110, 55, 54, NAN, 108], splits=[(2, 2.0)], dividends=[(3, 1.0)]).returns(5)
    assert found[:, 0].tolist() == approx([0.1, 0, 0, 0, 1.0])


def test_a_split_without_a_bar():
    # 100, suspended over a 4:1 split, back at 30: 120/100
    assert one_name([100, NAN, 30], splits=[(1, 4.0)]).returns(2)[:, 0].tolist() == approx([0, 0.2])


def test_the_first_return_starts_from_the_last_bar_before_the_window():
    assert one_name([100, NAN, NAN, 110]).returns(1)[:, 0].tolist() == approx([0.1])
    assert one_name([NAN, NAN, 5, 6]).returns(3)[:, 0].tolist() == approx([NAN, NAN, 0.2], nan_ok=True)


def test_a_young_name_makes_it_inverse_volatility_and_that_is_told():
    prices = market(3, sessions=90, instruments=3, wild=0)
    close = prices.close.copy()
    close[:60, 1] = NAN
    close[:75, 2] = NAN
    young = Prices(prices.dates, prices.tickers, prices.open, close, prices.volume, prices.ends)
    sized = sizing_named("RISK_PARITY")(Chosen(young, signals(3, prices), 89, np.array([0, 1, 2])))
    assert sized.note == "inverse volatility, since a name has fewer than 60 returns"
    # 60 and 29 returns; 14 are too few
    inverse = 1 / np.array([np.std(close[-61:, 0][1:] / close[-61:, 0][:-1], ddof=1),
                            np.std(close[60:, 1][1:] / close[60:, 1][:-1], ddof=1)])  # fmt: skip
    assert sized.weights == approx([*inverse / inverse.sum(), NAN], nan_ok=True)


def test_inverse_volatility_by_hand():
    # returns +-1 % and +-2 % in turn: half as volatile, twice the weight; a constant has none
    swing = np.tile([0.01, -0.01], 15)
    found = inverse_volatility(np.column_stack([swing, 2 * swing, 0 * swing]))
    assert found[0] == approx(2 * found[1])
    assert np.isnan(found[2])
