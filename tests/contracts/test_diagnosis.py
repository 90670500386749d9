"""What every check of a backtest must do, asked of all that are registered."""

import functools
import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from backtests.calc.ledger import Reason
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from backtests.diagnosis import (
    Evidence,
    Finding,
    SectorUse,
    Severity,
    all_checks,
    check,
    check_named,
    diagnose,
    unregister_check,
)
from backtests.diagnosis.registry import CHECK_FAILED
from portfolio.calc.statistics import statistics_of
from tests.backtests.diagnosis.made import made, trade
from tests.backtests.markets import market, permuted, signals
from tests.shared_data import ROOT

CODES = {
    "adjusted_prices", "bars_stop", "benchmark_missing", "benchmark_not_beaten", "capacity", "cash_idle",
    "concentration", "cost_drag", "costs_zero", "deep_drawdown", "delisted_at_end", "delisting_losses",
    "few_days_make_profit", "few_trades", "high_turnover", "look_ahead_fill", "losers_kept", "low_coverage",
    "luck_not_excluded", "many_trials", "missing_bars", "never_sells", "no_dividends",
    "no_rebalance_candidates", "no_trades", "one_month_makes_profit", "one_name_makes_profit", "price_index",
    "price_jumps", "risk_free_not_beaten", "ruin", "sectors_of_today", "short_period", "slippage_zero",
    "stale_prices", "survivorship", "tail_risk", "too_good", "unrealised_profit", "unstable_halves",
    "volume_unknown", "waiting_orders",
}  # fmt: skip
every_check = pytest.mark.parametrize("one", all_checks(), ids=lambda one: one.code)
SEEDS = range(6)


def moved_columns(seed):
    return np.random.default_rng(seed).permutation(10)


@functools.cache
def random_run(seed, sessions, moved):
    """A wild market of 10 names; ``moved``: its columns in another order."""
    prices = market(seed, sessions=sessions, instruments=10)
    found = signals(seed, prices)
    if moved:
        prices, found = permuted(prices, found, moved_columns(seed))
    rules = Rules(
        mode=("fill", "target")[seed % 2], fill=("next_open", "same_close", "next_close")[seed % 3], max_positions=4,
        frequency="WEEKLY", sell_rules=(SellRule("STOP_LOSS", 8), SellRule("HOLD_DAYS", 40)), initial_capital=1e6,
        volume_cap=50 if seed % 2 else None, slippage=0.1 * (seed % 4),
    )  # fmt: skip
    levels = 100.0 * np.exp(np.cumsum(np.random.default_rng([seed, 7]).normal(0, 0.01, sessions + 1)))
    return Run(prices, rules, simulate(prices, found, rules), prices.dates[0] - 3, levels if seed % 2 else None)


def random_evidence(seed, sessions=300, moved=False):
    run = replace(random_run(seed, sessions, moved))  # without what was worked out before
    rng = np.random.default_rng([seed, 8])
    adjusted = rng.random(10) < 0.2
    if moved:
        adjusted = adjusted[moved_columns(seed)]
    return Evidence(
        run, statistics_of(run.track), rng.normal(0, 1, seed * 3), adjusted, seed % 3 == 0, price_index=True,
        sector_uses=frozenset(list(SectorUse)[: seed % 3]),
    )  # fmt: skip


def is_json(found):
    """Of plain types alone: a NumPy number would be written by some encoders and refused by others."""
    if isinstance(found, dict):
        return all(type(key) is str and is_json(value) for key, value in found.items())
    if isinstance(found, list):
        return all(is_json(one) for one in found)
    return found is None or type(found) in (str, int, float, bool)


def answers(one, evidence):
    """The finding as plain data, None without one; it must be well-formed."""
    found = one.function(evidence)
    if found is None:
        return None
    assert type(found) is Finding
    assert found.code == one.code
    assert found.severity in one.severities
    assert 5 < len(found.title) < 60
    assert found.message.endswith(".")
    assert len(found.message) < 300
    assert "nan" not in found.message
    assert is_json(found.evidence)
    json.dumps(found.evidence, allow_nan=False)
    return asdict(found)


def test_all_checks_are_registered():
    assert {one.code for one in all_checks()} == CODES


@every_check
def test_it_describes_itself_and_stands_in_a_file_of_its_own(one):
    assert len(one.description()) > 30
    assert one.function.__module__ == f"backtests.diagnosis.checks.{one.code}"
    assert check_named(one.code) is one
    assert sorted(one.severities, key=lambda severity: -severity.rank) == list(one.severities)


@every_check
@pytest.mark.parametrize("seed", SEEDS)
def test_random_markets(one, seed):
    """The same answer for the same run, whatever was asked before and however the columns are ordered."""
    evidence = random_evidence(seed)
    first = answers(one, evidence)
    for other in all_checks():
        other.function(evidence)
    assert answers(one, evidence) == first
    assert answers(one, random_evidence(seed, moved=True)) == first


@every_check
@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_a_few_sessions_of_a_random_market(one, sessions):
    for seed in SEEDS:
        answers(one, random_evidence(seed, sessions))


@every_check
@pytest.mark.parametrize("sessions", [1, 300])
def test_an_empty_ledger(one, sessions):
    """Only what can be said of a run without a trade."""
    found = answers(one, made(sessions=sessions))
    expected = {"no_trades", "benchmark_missing"} | ({"short_period"} if sessions == 1 else set())
    assert (found is not None) == (one.code in expected)


@every_check
def test_a_total_loss(one):
    trades = [trade(0, "A", 100), trade(1, "A", -100, execution=0.0, reason=Reason.DELISTED)]
    answers(one, made([1000, 1000, 0, 0], cash=[0, 0, 0], trades=trades, benchmark=[1, 2, 3, 4], delisting_return=-100))


@every_check
def test_it_leaves_its_input_alone(one):
    evidence = random_evidence(3)
    arrays = [evidence.run.ledger.trades, evidence.run.prices.close, evidence.run.values, evidence.trials]
    before = [array.tobytes() for array in arrays]
    one.function(evidence)
    assert [array.tobytes() for array in arrays] == before


def sound_run(seed=4):
    """Five years of 40 names that rise about 13 % a year at ordinary risk, a fifth of which is delisted; 25 equal
    positions, quarterly, real costs, and a benchmark that earned half of it.
    """
    rng = np.random.default_rng(seed)
    prices = market(5, sessions=1260, instruments=40, wild=0.0)
    daily = rng.normal(0.0, 0.007, (1260, 1)) + rng.normal(0.0005, 0.012, (1260, 40))
    close = 50.0 * np.exp(np.cumsum(daily, axis=0))
    ends = np.where(np.arange(40) % 5 == 0, np.arange(40) * 20 + 300, 1260)
    volume = np.full_like(close, 1e6)
    prices = replace(prices, close=close, open=close.copy(), volume=volume, ends=ends)
    rules = Rules(mode="target", frequency="QUARTERLY", max_positions=25, initial_capital=1e7, delisting_return=-30)
    ledger = simulate(prices, signals(5, prices), rules)
    levels = 100.0 * np.exp(np.r_[0.0, np.cumsum(daily.mean(axis=1) / 2)])
    return Run(prices, rules, ledger, prices.dates[0] - 3, levels)


def test_a_sound_run_gives_no_alarm():
    run = sound_run()
    known = statistics_of(run.track)
    assert known["sharpe_ratio"] > 0.7
    found = diagnose(Evidence(run, known, np.array([known["sharpe_ratio"]]), np.zeros(40, bool), True))
    assert [one.code for one in found if one.severity is not Severity.NOTE] == []
    assert [one.code for one in found] == ["delisting_losses", "no_dividends"]  # which is a fact, told with its figures


# --- the registry and diagnose ------------------------------------------------------------------------------------


@pytest.fixture
def broken():
    @check("broken", Severity.NOTE)
    def function(evidence: Evidence) -> Finding | None:
        """A check that cannot be made."""
        raise ZeroDivisionError("nothing to divide by")

    yield function
    unregister_check("broken")


def test_the_most_severe_come_first_then_by_code():
    found = diagnose(random_evidence(1))
    keys = [(["SERIOUS", "WARNING", "NOTE"].index(one.severity), one.code) for one in found]
    assert keys == sorted(keys)
    assert len({key[0] for key in keys}) == 3
    assert {one.code for one in found} == {one.code for one in all_checks() if one.function(random_evidence(1))}


def test_a_check_that_raises_is_told_by_name(broken):
    with pytest.raises(ZeroDivisionError):
        check_named("broken").function(made())
    found = {one.code: one for one in diagnose(made(sessions=300))}
    assert set(found) == {"no_trades", "benchmark_missing", CHECK_FAILED}
    told = found[CHECK_FAILED]
    assert told.severity is Severity.NOTE
    assert told.message == "The check broken could not be made: ZeroDivisionError: nothing to divide by."
    assert told.evidence == {"check": "broken", "error": "ZeroDivisionError", "detail": "nothing to divide by"}


def test_a_statistic_that_was_not_given_is_told():
    found = diagnose(replace(made(sessions=300), statistics={}))
    failed = {one.evidence["check"] for one in found if one.code == CHECK_FAILED}
    assert failed == {
        "benchmark_not_beaten", "deep_drawdown", "luck_not_excluded", "many_trials", "risk_free_not_beaten",
        "tail_risk", "too_good",
    }  # fmt: skip


def test_a_code_is_given_only_once_and_can_be_taken_back(broken):
    with pytest.raises(ValueError, match="'broken' is taken"):
        check("broken", Severity.NOTE)(broken)
    with pytest.raises(ValueError, match="'check_failed' is taken"):
        check(CHECK_FAILED, Severity.NOTE)(broken)
    unregister_check("broken")
    assert "broken" not in {one.code for one in all_checks()}
    with pytest.raises(KeyError):
        check_named("broken")


def test_an_incomplete_check_is_refused():
    with pytest.raises(ValueError, match="mine has no docstring"):
        check("mine", Severity.NOTE)(lambda evidence: None)
    with pytest.raises(ValueError, match="mine: name the severities"):
        check("mine")(made)


def test_the_documentation_names_every_check_with_its_severities():
    text = (ROOT / "docs" / "backtest-diagnosis.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", text, flags=re.MULTILINE))
    assert rows == {one.code: ", ".join(one.severities) for one in all_checks()}
