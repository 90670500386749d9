"""28 real US funds, 1993 to 2026: risk, stress and proposals of a portfolio of all of them, against pandas, empyrical
and skfolio on the same closes.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import empyrical
import numpy as np
import pandas as pd
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from skfolio.moments import EmpiricalMu, LedoitWolf
from skfolio.optimization import MeanRisk, ObjectiveFunction
from skfolio.prior import EmpiricalPrior

from portfolio.calc.stress import HISTORICAL
from portfolio.services.held_correlations import correlations_held
from portfolio.services.optimisation import targets_propose
from portfolio.services.risk import risk_metrics_compute
from portfolio.services.risk_report import risk_contributions, var_backtest
from portfolio.services.standing import standing_of
from portfolio.services.stress import stress_historical, stress_reverse
from portfolio.services.wishes import Wish
from tests.portfolio.analysis.world import book, instrument, portfolio_of
from tests.portfolio.real_prices import bars_copied, etf_prices

BOUGHT = dt.date(2016, 1, 4)


@pytest.fixture(scope="module")
def funds(shared_data: Path, django_db_setup: None, django_db_blocker) -> Iterator[SimpleNamespace]:
    """About as much money in each of the 28, bought in 2016."""
    closes = etf_prices(shared_data)["close"]
    with django_db_blocker.unblock(), transaction.atomic():
        held = {name: instrument(f"US:{name}", "ETF") for name in closes}
        for name, one in held.items():
            bars_copied(one, closes[name].dropna())
        portfolio = portfolio_of(User.objects.create_user("real"), "funds")
        prices = closes.loc[str(BOUGHT)]
        shares = {name: int(10_000 / prices[name]) for name in closes}
        book(
            portfolio,
            ("DEPOSIT", BOUGHT, None, None, 300_000),
            *(("BUY", BOUGHT, held[name], shares[name], float(prices[name])) for name in closes),
        )
        yield SimpleNamespace(portfolio=portfolio, closes=closes, shares=shares)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def weights(funds) -> pd.Series:
    value = funds.closes.iloc[-1] * pd.Series(funds.shares)
    paid = sum(funds.closes.loc[str(BOUGHT), name] * count for name, count in funds.shares.items())
    return value / (value.sum() + 300_000 - paid)


pytestmark = pytest.mark.django_db


def test_risk_metrics_of_ten_years(funds, weights):
    row = risk_metrics_compute(portfolio=funds.portfolio)
    own = funds.closes.loc[str(BOUGHT) :]
    value = (own * pd.Series(funds.shares)).sum(axis=1) + 300_000 - (own.iloc[0] * pd.Series(funds.shares)).sum()
    returns = value.pct_change().fillna(0.0)
    assert row.volatility == pytest.approx(100 * empyrical.annual_volatility(returns))
    assert row.max_drawdown == pytest.approx(-100 * empyrical.max_drawdown(returns))
    assert row.var_99_1d == pytest.approx(-100 * np.quantile(returns.iloc[-252:], 0.01))
    assert row.effective_assets == pytest.approx(1 / ((weights**2).sum() + (1 - weights.sum()) ** 2))
    table = own.iloc[-253:].pct_change().corr().to_numpy()[np.triu_indices(28, 1)]
    assert (row.average_correlation, row.max_correlation) == pytest.approx((table.mean(), table.max()))


def test_correlations_and_contributions(funds, weights):
    found = correlations_held(portfolio=funds.portfolio, window="3y")
    returns = funds.closes.pct_change()
    inside = returns[returns.index >= pd.Timestamp(found["first"])]
    names = [one.removeprefix("US:") for one in found["symbols"]]
    assert np.array(found["correlation"]) == pytest.approx(inside[names].corr().to_numpy())
    parts = risk_contributions(portfolio=funds.portfolio)
    covariance = returns.iloc[-252:].cov().to_numpy()
    volatility = 100 * (weights @ covariance @ weights * 252) ** 0.5
    assert parts["totals"]["volatility"] == pytest.approx(volatility)
    by_name = {row["asset"]: row["volatility"]["component"] for row in parts["results"]}
    marginal = covariance @ weights / (weights @ covariance @ weights) ** 0.5 * 100 * 252**0.5
    assert by_name == pytest.approx({f"US:{name}": one for name, one in (weights * marginal).items()})


def test_exceptions_of_the_historical_var(funds):
    found = var_backtest(portfolio=funds.portfolio)
    one = next(row for row in found["results"] if (row["method"], row["level"]) == ("historical", 99))
    rows = funds.portfolio.performance.order_by("date").values_list("date", "daily_return")
    returns = pd.Series(dict(rows))
    limit = returns.rolling(252).quantile(0.01).shift(1)
    exceeded = returns[limit.notna()] < limit.dropna()
    assert (one["tests"]["sessions"], one["tests"]["exceptions"]) == (len(exceeded), exceeded.sum())
    assert dt.date(2020, 3, 12) in {row["date"] for row in one["exceptions"]}


def test_bad_times_of_the_past(funds, weights):
    found = stress_historical(portfolio=funds.portfolio)["results"]
    for window, one in zip(HISTORICAL, found, strict=True):
        known = funds.closes.loc[: str(window.first)].ffill().iloc[-1], funds.closes.loc[: str(window.last)].iloc[-1]
        change = (known[1] / known[0] - 1).dropna()
        own = {row["asset"].removeprefix("US:"): row["change"] for row in one["assets"] if row["change"] is not None}
        assert own == pytest.approx((100 * change).to_dict())
        assert one["change"] == pytest.approx(100 * (weights[change.index] * change).sum())
    spy = {one["name"]: one["assets"] for one in found}["2008"]
    assert next(row["change"] for row in spy if row["asset"] == "US:SPY") == pytest.approx(-56, abs=2)


def test_a_proposal_is_as_good_as_skfolios(funds):
    wish = Wish(maximum=20.0, lookback=756)
    found = targets_propose(portfolio=funds.portfolio, method="maximum_sharpe", wish=wish)
    returns = funds.closes.pct_change().iloc[-756:]
    daily = 1.02 ** (1 / 252) - 1
    prior = EmpiricalPrior(covariance_estimator=LedoitWolf(), mu_estimator=EmpiricalMu())
    model = MeanRisk(
        objective_function=ObjectiveFunction.MAXIMIZE_RATIO, prior_estimator=prior, max_weights=0.2,
        risk_free_rate=daily,
    )  # fmt: skip
    theirs = model.fit(returns).weights_
    shrunk = LedoitWolf().fit(returns).covariance_
    sharpe = 252**0.5 * ((returns.mean().to_numpy() - daily) @ theirs) / (theirs @ shrunk @ theirs) ** 0.5
    assert found["sharpe_ratio"] == pytest.approx(sharpe, rel=1e-4)
    assert sum(found["targets"].values()) == pytest.approx(100)
    assert max(found["targets"].values()) <= 20.0


def test_the_way_to_lose_ten_percent(funds):
    found = stress_reverse(portfolio=funds.portfolio, loss=10.0, sessions=21)
    assert sum(one["contribution"] for one in found["assets"]) == pytest.approx(-10)
    assert standing_of(portfolio=funds.portfolio).as_of == found["last"]
