"""Proposed targets: as skfolio finds them on the same returns; constraints; what is refused."""

import numpy as np
import pandas as pd
import pytest
from skfolio import RiskMeasure
from skfolio.measures import standard_deviation
from skfolio.moments import EmpiricalMu, LedoitWolf
from skfolio.optimization import MeanRisk, ObjectiveFunction
from skfolio.prior import EmpiricalPrior

from market.models import FxRate, PriceBar
from portfolio.calc.optimisation import View
from portfolio.models import PortfolioAllocation
from portfolio.services.errors import PortfolioError
from portfolio.services.optimisation import METHOD_NAMES, frontier, targets_propose
from portfolio.services.wishes import Wish
from tests.portfolio.analysis.world import DAYS, bars, book, instrument, portfolio_of

PRIOR = {"covariance_estimator": LedoitWolf(), "mu_estimator": EmpiricalMu()}


@pytest.fixture
def returns(world) -> pd.DataFrame:
    """Of what is held, in dollars, on the dates that all three have: with mean and covariance of a session."""
    held = (world.kkk, world.aaa, world.bbb)  # by symbol
    table = pd.DataFrame({
        str(one): pd.Series(dict(PriceBar.objects.filter(instrument=one).values_list("date", "close"))) for one in held
    })  # fmt: skip
    table["KR:000001"] *= pd.Series(dict(FxRate.objects.values_list("date", "rate")))
    earned = table.dropna().pct_change().dropna()
    # Seoul closes on days on which New York is open; so many of these returns there are for one of New York
    pace = len(earned) / (len(table) - 1)
    assert pace < 0.98
    return pace**0.5 * (earned - earned.mean()) + pace * earned.mean()


def percents(found, names=("KR:000001", "US:AAA", "US:BBB")):
    return [found["targets"][name] for name in names]


def skfolio(returns, objective, **options):
    model = MeanRisk(
        objective_function=objective, risk_measure=RiskMeasure.VARIANCE, prior_estimator=EmpiricalPrior(**PRIOR),
        risk_free_rate=1.02 ** (1 / 252) - 1, **options,
    )  # fmt: skip
    return 100 * model.fit(returns).weights_


def test_minimum_variance_is_that_of_skfolio(world, returns):
    found = targets_propose(portfolio=world.portfolio, method="minimum_variance")
    assert percents(found) == pytest.approx(skfolio(returns, ObjectiveFunction.MINIMIZE_RISK), abs=0.02)
    weights = np.array(percents(found)) / 100
    shrunk = LedoitWolf().fit(returns).covariance_
    assert found["volatility"] == pytest.approx(100 * (weights @ shrunk @ weights * 252) ** 0.5, rel=1e-3)
    assert found["volatility"] == pytest.approx(100 * 252**0.5 * standard_deviation(returns @ weights), rel=0.05)
    assert found["returns"] == len(returns)


def test_maximum_sharpe_within_sectors_is_that_of_skfolio(world, returns):
    wish = Wish(sectors={"Energy": (0.0, 70.0)}, maximum=80.0)
    found = targets_propose(portfolio=world.portfolio, method="maximum_sharpe", wish=wish)
    limits = {"max_weights": np.array([0.8, 0.8, 0.7])}
    # whatever the optimum, ours has no lower Sharpe ratio
    theirs = skfolio(returns, ObjectiveFunction.MAXIMIZE_RATIO, **limits) / 100
    mean, shrunk = returns.mean().to_numpy() - (1.02 ** (1 / 252) - 1), LedoitWolf().fit(returns).covariance_
    sharpe = 252**0.5 * (mean @ theirs) / (theirs @ shrunk @ theirs) ** 0.5
    assert found["sharpe_ratio"] == pytest.approx(sharpe, rel=1e-4)
    assert found["targets"]["US:BBB"] <= 70.0
    assert sum(found["targets"].values()) == pytest.approx(100)


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_every_method_sums_to_100_with_cash(world, method):
    options = {"target_return": 1.0} if method == "mean_variance" else {}
    found = targets_propose(portfolio=world.portfolio, method=method, wish=Wish(budget=90.0), **options)
    assert found["targets"]["cash"] == 10.0
    assert sum(found["targets"].values()) == pytest.approx(100, abs=1e-9)
    assert (found["method"], found["first"], found["last"]) == (method, DAYS[0], DAYS[-1])


def test_risk_parity_shares_alike(world):
    found = targets_propose(portfolio=world.portfolio, method="risk_parity")
    assert list(found["risk_shares"].values()) == pytest.approx([100 / 3] * 3, abs=0.05)


def test_a_view_moves_weight(world):
    view = View({"US:AAA": 1.0, "US:BBB": -1.0}, 10.0, 0.9)
    plain = targets_propose(portfolio=world.portfolio, method="black_litterman")
    bent = targets_propose(portfolio=world.portfolio, method="black_litterman", wish=Wish(views=[view]))
    assert bent["targets"]["US:AAA"] > plain["targets"]["US:AAA"]
    assert any("current weights imply" in note for note in bent["notes"])
    market = {"KR:000001": 30.0, "US:AAA": 30.0, "US:BBB": 40.0}
    given = targets_propose(portfolio=world.portfolio, method="black_litterman", wish=Wish(market=market))
    # without a view the best portfolio is the market's own
    assert percents(given) == pytest.approx(list(market.values()), abs=0.02)


def test_turnover_from_the_current_weights(world):
    free = targets_propose(portfolio=world.portfolio, method="maximum_sharpe")
    assert free["turnover"] > 30
    bound = targets_propose(portfolio=world.portfolio, method="maximum_sharpe", wish=Wish(turnover=30.0))
    assert bound["turnover"] == pytest.approx(30.0, abs=0.01)


def test_assets_are_what_is_held_and_what_has_a_target(world):
    PortfolioAllocation.objects.create(portfolio=world.portfolio, instrument=world.idle, target=100)
    found = targets_propose(portfolio=world.portfolio, method="equal_weight")
    assert list(found["targets"]) == ["KR:000001", "US:AAA", "US:BBB", "US:IDLE"]
    chosen = Wish(assets=[world.idle, world.aaa])
    found = targets_propose(portfolio=world.portfolio, method="equal_weight", wish=chosen)
    assert found["targets"] == {"US:IDLE": 50.0, "US:AAA": 50.0}
    assert any("to be sold" in note and "US:BBB" in note for note in found["notes"])


def test_applied_targets_keep_what_an_asset_had_beside_its_target(world):
    PortfolioAllocation.objects.create(
        portfolio=world.portfolio, instrument=world.aaa, target=60, minimum=50, maximum=90, threshold=5,
        frequency="QUARTERLY",
    )  # fmt: skip
    PortfolioAllocation.objects.create(portfolio=world.portfolio, instrument=world.idle, target=40)
    wish = Wish(assets=[world.aaa, world.bbb])
    found = targets_propose(portfolio=world.portfolio, method="equal_weight", wish=wish, apply=True)
    kept, new = world.portfolio.allocations.order_by("instrument__ticker")
    assert (kept.instrument, kept.target, kept.minimum, kept.maximum) == (world.aaa, 50, 50, 90)
    assert (kept.threshold, kept.frequency) == (5, "QUARTERLY")
    assert (new.instrument, new.target, new.threshold) == (world.bbb, 50, None)
    least = Wish(assets=[world.aaa, world.bbb], maxima={"US:AAA": 20.0})
    assert found["applied"]
    targets_propose(portfolio=world.portfolio, method="equal_weight", wish=least, apply=True)
    row = world.portfolio.allocations.get(instrument=world.aaa)
    assert (row.target, row.minimum, row.maximum) == (20, None, 90)


def test_what_is_infeasible_applies_nothing(world):
    PortfolioAllocation.objects.create(portfolio=world.portfolio, instrument=world.aaa, target=100)
    with pytest.raises(PortfolioError, match="constraints: "):
        targets_propose(portfolio=world.portfolio, method="risk_parity", wish=Wish(maximum=20.0), apply=True)
    assert [row.target for row in world.portfolio.allocations.all()] == [100]


def test_the_frontier_rises(world):
    found = frontier(portfolio=world.portfolio, points=5)
    returns, risks = ([one[name] for one in found["points"]] for name in ("expected_return", "volatility"))
    assert len(returns) == 5
    assert np.diff(returns) == pytest.approx(np.diff(returns)[:1].repeat(4), rel=1e-3)
    assert (np.diff(risks) > 0).all()
    least = targets_propose(portfolio=world.portfolio, method="minimum_variance")
    assert found["points"][0]["targets"] == least["targets"]
    best = max(found["assets"], key=lambda one: one["expected_return"])
    assert returns[-1] == pytest.approx(best["expected_return"], rel=1e-4)
    assert risks[-1] == pytest.approx(best["volatility"], rel=1e-3)


@pytest.mark.parametrize(
    ("method", "wish", "options", "told"),
    [
        ("luck", {}, {}, "method: must be one of mean_variance"),
        ("risk_parity", {"maximum": 30.0}, {}, "constraints: no weights meet these together: the budget of 100 %"),
        ("minimum_variance", {"minima": {"US:AAA": 60.0}, "sectors": {"Information Technology": (0.0, 50.0)}}, {},
         "constraints: no weights meet these together: .*US:AAA.*Information Technology"),
        ("mean_variance", {}, {"target_return": 99.0}, "constraints: .*expected return of at least 99 %"),
        ("mean_variance", {}, {}, "risk_aversion or target_return: exactly one"),
        ("maximum_sharpe", {}, {"target_return": 5.0}, "target_return: belongs to mean_variance"),
        ("minimum_variance", {"minima": {"US:NOPE": 5.0}}, {}, "minima: US:NOPE is not among the assets"),
        ("minimum_variance", {"minimum": 50.0, "maximum": 40.0}, {}, "the minimum 50 is above the maximum 40"),
        ("minimum_variance", {"budget": 0.0}, {}, "budget: must be above 0"),
        ("minimum_variance", {"sectors": {"Banks": (0.0, 10.0)}}, {}, "sectors: no asset is of the sector 'Banks'"),
        ("minimum_variance", {"lookback": 10}, {}, "lookback: must be from 60"),
        ("risk_parity", {"views": [View({"US:AAA": 1.0}, 5.0)]}, {}, "views: risk_parity does not look at"),
        ("black_litterman", {"views": [View({"US:NOPE": 1.0}, 5.0)]}, {}, "views, market: US:NOPE is not among"),
        ("black_litterman", {"views": [View({"US:AAA": 1.0}, 5.0, 1.5)]}, {}, "confidence: view 1 has 1.5"),
        ("hierarchical_risk_parity", {"turnover": 5.0}, {}, "groups, turnover: hierarchical risk parity knows bounds"),
    ],
)  # fmt: skip
def test_refusals_name_the_field(world, method, wish, options, told):
    with pytest.raises(PortfolioError, match=told):
        targets_propose(portfolio=world.portfolio, method=method, wish=Wish(**wish), **options)


def test_assets_that_cannot_be_estimated_are_named(world):
    new = instrument("US:NEW")
    bars(new, dict.fromkeys(DAYS[-5:], 10.0))
    for assets, told in (
        ([world.aaa, new], "assets: too few closes in common with the others: US:NEW"),
        ([world.aaa, world.aaa], "assets: one is there twice"),
        ([], "assets: 1 to 500 are needed"),
    ):
        with pytest.raises(PortfolioError, match=told):
            targets_propose(portfolio=world.portfolio, method="equal_weight", wish=Wish(assets=assets))
    with pytest.raises(PortfolioError, match="sectors: a name is blank"):
        targets_propose(portfolio=world.portfolio, method="equal_weight", wish=Wish(sectors={" ": (0.0, 10.0)}))
    twice = Wish(sectors={"Technology": (0.0, 50.0), "information technology": (0.0, 50.0)})
    with pytest.raises(PortfolioError, match="sectors: Information Technology is there twice"):
        targets_propose(portfolio=world.portfolio, method="equal_weight", wish=twice)
    with pytest.raises(PortfolioError, match="points: must be from 2"):
        frontier(portfolio=world.portfolio, points=1)


def test_what_is_held_without_recent_closes_is_left_out_with_a_note(world):
    old = instrument("US:OLD")
    bars(old, dict.fromkeys(DAYS[-5:], 10.0))
    book(world.portfolio, ("BUY", DAYS[-5], old, 10, 10.0))
    found = targets_propose(portfolio=world.portfolio, method="equal_weight")
    assert list(found["targets"]) == ["KR:000001", "US:AAA", "US:BBB"]
    assert "left out, too few closes in common with the others: US:OLD" in found["notes"]


def test_sectors_are_named_in_any_words(world):
    wish = Wish(sectors={"Technology": (0.0, 40.0)})
    found = targets_propose(portfolio=world.portfolio, method="minimum_variance", wish=wish)
    assert found["targets"]["US:AAA"] + found["targets"]["KR:000001"] <= 40.0


def test_a_portfolio_without_a_value_has_no_default_assets(world):
    empty = portfolio_of(world.owner, "empty")
    with pytest.raises(PortfolioError, match="nothing is held and nothing has a target"):
        targets_propose(portfolio=empty, method="equal_weight")


def test_missing_rates_are_told(world):
    FxRate.objects.all().delete()
    with pytest.raises(PortfolioError, match="no exchange rate KRW/USD"):
        targets_propose(portfolio=world.portfolio, method="equal_weight")


def test_queries_are_constant(world, django_assert_max_num_queries):
    many = portfolio_of(world.owner, "many")
    stocks = [instrument(f"US:N{number}") for number in range(30)]
    for number, one in enumerate(stocks):
        bars(one, {day: 10.0 + (at * (number + 3)) % 37 for at, day in enumerate(DAYS[-100:])})
    book(many, *(("BUY", DAYS[-50], one, 1, 10.0) for one in stocks), ("DEPOSIT", DAYS[-50], None, None, 1_000))
    with django_assert_max_num_queries(12):
        targets_propose(portfolio=many, method="minimum_variance")
