"""Checks of what chance can do: length, trials, halves, what is too good, and what it is compared with."""

import numpy as np
import pytest

from backtests.diagnosis import Severity
from tests.backtests.diagnosis.made import ask, compound, made, trade

approx = pytest.approx
ONE = [trade(1, "A", 10)]


def two_valued(up, down, count):
    """Returns that alternate."""
    return np.where(np.arange(count) % 2 == 0, up, down)


@pytest.mark.parametrize(("sessions", "severity"), [(62, "SERIOUS"), (63, "WARNING"), (251, "WARNING"), (252, None)])
def test_short_period(sessions, severity):
    found = ask("short_period", made(sessions=sessions))
    assert (found and found.severity) == severity
    if found:
        assert found.evidence == {"sessions": sessions, "year": 252}


def test_luck_is_not_excluded():
    known = {"sharpe_ratio": 0.8, "probabilistic_sharpe_ratio": 0.91}
    found = ask("luck_not_excluded", made(sessions=700, statistics=known))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"sharpe_ratio": 0.8, "probability": 0.91, "sure": 0.95, "sessions": 700}
    assert found.message == (
        "A Sharpe ratio of 0.80 over 700 sessions can be chance: the true one is above 0 with a probability of 91 %, "
        "less than 95 %."
    )


@pytest.mark.parametrize(("sharpe", "probability"), [(0.8, 0.95), (-0.2, 0.4), (0.0, 0.5), (0.8, None), (None, None)])
def test_luck_is_excluded_or_nothing_has_to_be_explained(sharpe, probability):
    known = {"sharpe_ratio": sharpe, "probabilistic_sharpe_ratio": probability}
    assert ask("luck_not_excluded", made(statistics=known)) is None


def test_the_best_of_many_trials():
    """Returns of +1.5 % and -1.3 % in turn over 400 sessions: mean 0.1 %, deviation 1.4 % x sqrt(400/399) = 0.014018,
    no skewness, kurtosis 1. Without a rate SR = 0.0713 a session, 1.132 a year; its error term is 1 - 0 + 0 x SR^2 = 1.

    Three trials 1.132, 0.132 and -0.868 (deviation 1): the luckiest of three is expected at 0.42278 x z(2/3) +
    0.57722 x z(1 - 1/(3e)) = 0.42278 x 0.43073 + 0.57722 x 1.16196 = 0.85280; (1.13246 - 0.85280)/sqrt(252) x
    sqrt(399) = 0.35189, of which the normal distribution is 63.8 %.
    """
    values = compound(two_valued(0.015, -0.013, 400))
    found = ask("many_trials", made(values, trials=[1.13246, 0.13246, -0.86754, np.nan], risk_free=0.0))
    assert found.severity is Severity.WARNING
    assert found.evidence["trials"] == 3
    assert found.evidence["sharpe_ratio"] == approx(1.13246, abs=1e-4)
    assert found.evidence["expected_best"] == approx(0.85280, abs=1e-4)
    assert found.evidence["probability"] == approx(0.6375, abs=1e-4)
    assert found.message.startswith(
        "Of 3 variants luck alone makes the best show a Sharpe ratio of 0.85; this one has 1.13 and"
    )
    assert found.message.endswith("is better than that with a probability of 64 %.")
    # twice the spread: 1.70 is expected of luck alone
    worse = ask("many_trials", made(values, trials=[1.13246, -0.86754, -2.86754], risk_free=0.0))
    assert worse.severity is Severity.SERIOUS


def test_few_or_similar_trials():
    good = compound(two_valued(0.015, -0.011, 1000))
    assert ask("many_trials", made(good, trials=[2.4, 2.3, 2.2])) is None
    bad = compound(two_valued(0.015, -0.013, 400))
    assert ask("many_trials", made(bad, trials=[1.1])) is None
    assert ask("many_trials", made(bad, trials=[1.1, -1.1])) is not None
    assert ask("many_trials", made(bad)) is None
    assert ask("many_trials", made(compound(two_valued(0.01, -0.011, 400)), trials=[1, -1, -2])) is None  # a loss


def test_halves_of_different_sign():
    """+1.2 % and -1 % in turn, then +1 % and -1.2 %: mean 0.1 % and -0.1 % at a deviation of 1.1 % x sqrt(200/199) =
    0.011028, so Sharpe ratios of +-1.4395 over 200 sessions each. Error of each sqrt((252 + 1.036)/200) = 1.1248, of
    the difference 1.5907: 2.879 / 1.5907 = 1.81.
    """
    returns = np.r_[two_valued(0.012, -0.010, 200), two_valued(0.010, -0.012, 200)]
    found = ask("unstable_halves", made(compound(returns), risk_free=0.0))
    assert found.severity is Severity.NOTE
    assert found.evidence == {
        "first": approx(1.4395, abs=1e-3), "second": approx(-1.4395, abs=1e-3), "turn": "2020-10-09",
        "standard_errors": approx(1.810, abs=2e-3),
    }  # fmt: skip
    assert found.message == ("The Sharpe ratio is 1.44 up to 2020-10-09 and -1.44 after it, 1.8 standard errors apart.")


def test_halves_far_apart():
    """Twice the mean: 2.879 and -2.879, 5.758 / sqrt(2 x (252 + 4.144)/200) = 3.6 errors apart."""
    returns = np.r_[two_valued(0.013, -0.009, 200), two_valued(0.009, -0.013, 200)]
    found = ask("unstable_halves", made(compound(returns), risk_free=0.0))
    assert found.severity is Severity.WARNING
    assert found.evidence["standard_errors"] == approx(3.60, abs=0.01)


def test_halves_alike():
    same_sign = np.r_[two_valued(0.014, -0.010, 200), two_valued(0.0105, -0.0095, 200)]
    assert ask("unstable_halves", made(compound(same_sign), risk_free=0.0)) is None
    chance = np.r_[two_valued(0.0105, -0.010, 200), two_valued(0.010, -0.0105, 200)]
    assert ask("unstable_halves", made(compound(chance), risk_free=0.0)) is None
    short = np.r_[two_valued(0.02, -0.001, 125), two_valued(0.001, -0.02, 125)]
    assert ask("unstable_halves", made(compound(short), risk_free=0.0)) is None
    year = np.r_[two_valued(0.02, -0.001, 126), two_valued(0.001, -0.02, 126)]
    assert ask("unstable_halves", made(compound(year), risk_free=0.0)) is not None
    lost = made([1000.0, *[500.0] * 100, *[0.0] * 200])  # nothing is left for a second half
    assert ask("unstable_halves", lost) is None


@pytest.mark.parametrize(
    ("sharpe", "annual", "severity"), [(3.1, 40.0, "SERIOUS"), (1.0, 101.0, "WARNING"), (3.0, 101.0, "WARNING")]
)
def test_too_good_to_be_true(sharpe, annual, severity):
    known = {"sharpe_ratio": sharpe, "annualized_return": annual}
    found = ask("too_good", made(sessions=126, statistics=known))
    assert found.severity == severity
    assert found.evidence == known
    assert ask("too_good", made(sessions=125, statistics=known)) is None


def test_good_and_possible():
    assert ask("too_good", made(sessions=300, statistics={"sharpe_ratio": 3.0, "annualized_return": 100.0})) is None
    assert ask("too_good", made(sessions=300)) is None  # no trades, no Sharpe ratio


# --- what it is compared with -------------------------------------------------------------------------------------


def test_the_benchmark_earned_more():
    found = ask("benchmark_not_beaten", made([1000, 1010, 1050], benchmark=[50, 51, 54], trades=ONE))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"benchmark_return": approx(8.0), "excess_return": approx(-3.0)}
    assert found.message == "The benchmark returned 8.0 %, the strategy 5.0 % over the same sessions."


def test_the_benchmark_earned_less():
    assert ask("benchmark_not_beaten", made([1000, 1010, 1090], benchmark=[50, 51, 54], trades=ONE)) is None
    assert (
        ask("benchmark_not_beaten", made([1000, 1010, 2000], benchmark=[50, 51, 100], trades=ONE)) is None
    )  # the same
    assert ask("benchmark_not_beaten", made([1000, 1000, 1000], benchmark=[50, 51, 54])) is None  # nothing traded
    assert ask("benchmark_not_beaten", made([1000, 1000, 1000], trades=ONE)) is None


@pytest.mark.parametrize(("asked", "severity"), [(True, "WARNING"), (False, "NOTE")])
@pytest.mark.parametrize("levels", [None, [np.nan] * 6])
def test_no_benchmark(asked, severity, levels):
    found = ask("benchmark_missing", made(sessions=5, asked=asked, benchmark=levels))
    assert found.severity == severity
    assert found.title == "No benchmark"
    assert found.evidence == {"asked": asked, "levels": 0, "sessions": 6, "missing": 100.0}


def test_a_benchmark_with_gaps():
    levels = np.full(20, 50.0)
    levels[3] = np.nan
    assert ask("benchmark_missing", made(sessions=19, asked=True, benchmark=levels)) is None  # 5 %
    found = ask("benchmark_missing", made(sessions=18, asked=True, benchmark=levels[:19]))
    assert found.severity is Severity.WARNING
    assert found.title == "Benchmark with gaps"
    assert found.evidence == {"asked": True, "levels": 18, "sessions": 19, "missing": approx(100 / 19)}


def test_a_deposit_earned_more():
    known = {"annualized_return": 1.4}
    found = ask("risk_free_not_beaten", made(sessions=63, trades=ONE, statistics=known, risk_free=0.03))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"annualized_return": 1.4, "risk_free": 3.0}


def test_more_than_a_deposit():
    known = {"annualized_return": 1.4}
    assert ask("risk_free_not_beaten", made(sessions=63, trades=ONE, statistics=known, risk_free=0.01)) is None
    just = made(sessions=63, trades=ONE, statistics={"annualized_return": 2.0})
    assert ask("risk_free_not_beaten", just) is None
    assert ask("risk_free_not_beaten", made(sessions=62, trades=ONE, statistics=known)) is None
    assert ask("risk_free_not_beaten", made(sessions=63, statistics=known)) is None
