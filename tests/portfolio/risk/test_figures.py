"""All columns of the risk metrics: against empyrical, SciPy and NumPy; every step leads to its figure."""

import empyrical
import numpy as np
import pytest
from scipy import stats

from portfolio.calc.common import common_track
from portfolio.calc.risk.figures import OF_RECORD, TAILS, Positions, recent, risk_figures
from portfolio.calc.risk.steps import risk_steps
from portfolio.calc.statistics import Track

SESSIONS = 700
RISK_FREE = 1.02 ** (1 / 252) - 1
Z95, Z99 = stats.norm.ppf([0.05, 0.01])


@pytest.fixture(scope="module")
def returns() -> np.ndarray:
    return np.random.default_rng(11).standard_t(5, SESSIONS) * 0.008 + 0.0003


@pytest.fixture(scope="module")
def track(returns) -> Track:
    dates = np.datetime64("2021-01-01") + np.arange(SESSIONS + 1)
    market = 100 * np.cumprod(np.r_[1, 1 + 0.7 * returns + np.random.default_rng(12).normal(0, 0.004, SESSIONS)])
    return Track(np.cumprod(np.r_[1, 1 + returns]), dates, market)


@pytest.fixture(scope="module")
def positions() -> Positions:
    closes = np.cumprod(1 + np.random.default_rng(13).normal(0, 0.01, (400, 3)), axis=0)
    return Positions(np.array([0.5, 0.3, 0.1]), 0.1, closes)


@pytest.fixture(scope="module")
def figures(track, positions):
    return risk_figures(track, common_track(track), positions)


def test_figures_of_the_record_equal_empyrical(figures, returns, track):
    excess = returns - RISK_FREE
    assert figures["volatility"] == pytest.approx(100 * empyrical.annual_volatility(returns))
    assert figures["sharpe_ratio"] == pytest.approx(empyrical.sharpe_ratio(excess))
    assert figures["sortino_ratio"] == pytest.approx(empyrical.sortino_ratio(excess))
    assert figures["max_drawdown"] == pytest.approx(-100 * empyrical.max_drawdown(returns))
    highest = np.maximum.accumulate(track.values)
    assert figures["current_drawdown"] == pytest.approx(100 * (1 - track.values[-1] / highest[-1]))
    years = SESSIONS / 365.25
    annual = 100 * (track.values[-1] ** (1 / years) - 1)
    assert figures["calmar_ratio"] == pytest.approx(annual / figures["max_drawdown"])
    beta = stats.linregress(track.benchmark[1:] / track.benchmark[:-1] - 1, returns).slope
    assert figures["treynor_ratio"] == pytest.approx(excess.mean() * 252 / beta)


def test_tails_look_at_the_last_252_returns(figures, returns, track):
    last = returns[-252:]
    assert figures["var_95_1d"] == pytest.approx(-100 * np.quantile(last, 0.05))
    assert figures["var_99_1m"] == pytest.approx(-100 * np.quantile(last, 0.01) * 21**0.5)
    months = track.values[-253:][21:] / track.values[-253:][:-21] - 1
    assert figures["var_95_1m_overlapping"] == pytest.approx(-100 * np.quantile(months, 0.05))
    normal = stats.norm(last.mean(), last.std(ddof=1))
    assert figures["var_99_1d_normal"] == pytest.approx(-100 * normal.ppf(0.01))
    assert figures["cvar_95_1d"] == pytest.approx(-100 * last[last <= np.quantile(last, 0.05)].mean())
    assert figures["cvar_95_1d"] == pytest.approx(-100 * empyrical.conditional_value_at_risk(last, 0.05), rel=0.01)


def test_concentration_and_correlation(figures, positions):
    assert figures["hhi"] == pytest.approx(0.25 + 0.09 + 0.01 + 0.01)
    assert figures["effective_assets"] == pytest.approx(1 / 0.36)
    closes = positions.closes[-253:]
    table = np.corrcoef((closes[1:] / closes[:-1] - 1).T)[np.triu_indices(3, 1)]
    assert figures["average_correlation"] == pytest.approx(table.mean())
    assert figures["max_correlation"] == pytest.approx(table.max())


def test_what_comes_after_changes_nothing(track, positions):
    """The last 252 are those before the end, whatever was before them."""
    short = Track(track.values[-253:], track.dates[-253:])
    assert {name: risk_figures(short, None, positions)[name] for name in TAILS} == pytest.approx(
        {name: risk_figures(track, None, positions)[name] for name in TAILS}
    )


def test_nothing_is_known_of_nothing():
    found = risk_figures(None, None, Positions(np.zeros(0), 0.0, np.zeros((0, 0))))
    assert found.pop("risk_level") == ""
    assert set(found.values()) == {None}


def test_a_lone_asset_has_no_pair():
    found = risk_figures(None, None, Positions(np.ones(1), 0.0, np.ones((5, 1))))
    assert (found["hhi"], found["average_correlation"]) == (1.0, None)


def test_after_a_total_loss_there_is_nothing_recent():
    values = np.r_[1.0, np.zeros(300)]
    track = Track(values, np.datetime64("2021-01-01") + np.arange(301))
    assert recent(track) is track
    assert risk_figures(track, None, Positions(np.zeros(0), 0.0, np.zeros((0, 0))))["max_drawdown"] == 100


# The figure from its steps, as a reader with a pocket calculator finds it.
RATIOS = {
    "volatility": lambda s: 100 * s["standard_deviation"] * 252**0.5,
    "sharpe_ratio": lambda s: s["mean_excess_return"] / s["standard_deviation"] * 252**0.5,
    "sortino_ratio": lambda s: s["mean_excess_return"] * 252 / (s["downside_volatility"] / 100),
    "calmar_ratio": lambda s: s["annualized_return"] / s["max_drawdown"],
    "max_drawdown": lambda s: 100 * (1 - s["trough_value"] / s["peak_value"]),
    "current_drawdown": lambda s: 100 * (1 - s["last_value"] / s["peak_value"]),
    "drawdown_duration": lambda s: s["sessions"],
    "treynor_ratio": lambda s: s["mean_excess_return"] * 252 / s["beta"],
}


def leads_to(name: str, steps: dict) -> float:
    if name in RATIOS:
        return RATIOS[name](steps)
    if name.startswith("cvar"):
        return -100 * steps["mean_of_tail"]
    if name.endswith("_1m"):
        return steps["var_1d"] * steps["sessions"] ** 0.5
    if "z" in steps:
        return -100 * (steps["mean_return"] + steps["z"] * steps["standard_deviation"])
    part = steps["place"] - int(steps["place"])
    return -100 * (steps["return_below"] + part * (steps["return_above"] - steps["return_below"]))


@pytest.mark.parametrize("name", [*OF_RECORD, "treynor_ratio", *TAILS])
def test_every_step_leads_to_its_figure(name, figures, track, positions):
    steps = risk_steps(track, common_track(track), positions)[name]
    assert leads_to(name, steps) == pytest.approx(figures[name])


def test_the_normal_quantiles_are_told(track, positions):
    steps = risk_steps(track, None, positions)
    assert (steps["var_95_1d_normal"]["z"], steps["var_99_1d_normal"]["z"]) == pytest.approx((Z95, Z99))
    bent = steps["var_95_1d_cornish_fisher"]
    last = recent(track).returns
    assert (bent["skewness"], bent["kurtosis"]) == pytest.approx((stats.skew(last), stats.kurtosis(last)))


def test_steps_of_too_little():
    one = Track(np.array([1, 1.1]), np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[D]"))
    steps = risk_steps(one, None, Positions(np.zeros(0), 0.0, np.zeros((0, 0))))
    assert set(steps) == {"hhi", "effective_assets", "average_correlation", "max_correlation"}
    rising = Track(np.array([1, 1.1, 1.2]), np.datetime64("2024-01-01") + np.arange(3))
    steps = risk_steps(rising, None, Positions(np.zeros(0), 0.0, np.zeros((0, 0))))
    assert steps["max_drawdown"] == {"returns": 2}
    assert steps["var_95_1m_overlapping"] == {"returns": 0}
