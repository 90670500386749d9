"""Configurations as people get them wrong: each refused with its field and a reason, and nothing stored."""

import datetime as dt

import pytest

from backtests.models import BacktestSession
from backtests.services import BacktestError, backtest_create, config_check
from factors.services import strategy_save
from tests.backtests.services.tables import config, small_market

pytestmark = pytest.mark.django_db
NAN = float("nan")
PE = {"factor": "pe_ratio", "operator": "<", "value": 15}


@pytest.fixture
def market():
    return small_market(bars=60)


REFUSED = {
    "not a mapping": ([1], "config: must be names with values"),
    "a name that is none": ({"max_position": 3}, "max_position: unknown; did you mean max_positions?"),
    "no region": ({"region": None}, "region: say which"),
    "unknown region": ({"region": "DE"}, "region: unknown region 'DE'"),
    "no start": ({"start": None}, "start: say from which day on"),
    "a day that is none": ({"start": "2024-13-01"}, "start: must be a day as YYYY-MM-DD, not '2024-13-01'"),
    "a moment": ({"start": dt.datetime(2024, 6, 3, tzinfo=dt.UTC)}, "start: must be a day"),
    "start after end": ({"start": "2024-06-20", "end": "2024-06-03"}, "start: 2024-06-20 is after end (2024-06-03)"),
    "before the data": ({"start": "2001-01-02"}, "start: 2001-01-02 is before the data: the first bar of KR is of"),
    "after the data": ({"end": "2030-01-02"}, "end: 2030-01-02 is after the newest bar of KR (2024-06-28)"),
    "no session": ({"start": "2024-06-15", "end": "2024-06-16"}, "start: there is no session of KR"),
    "no capital": ({"initial_capital": 0}, "initial_capital: must be above 0"),
    "endless capital": ({"initial_capital": float("inf")}, "initial_capital: must be a number"),
    "NaN": ({"slippage": NAN}, "slippage: must be a number"),
    "negative commission": ({"commission": -0.1}, "commission: must be from 0"),
    "negative tax": ({"tax": -1}, "tax: must be from 0"),
    "costs above all": ({"commission": 60, "tax": 50}, "tax: with the commission it takes"),
    "a number as text": ({"tax": "0.23"}, "tax: must be a number, not '0.23'"),
    "true as a number": ({"max_positions": True}, "max_positions: must be a number"),
    "half a position": ({"max_positions": 2.5}, "max_positions: must be a whole number from 1"),
    "a word for true": ({"fractional": "yes"}, "fractional: must be true or false"),
    "unknown fill": ({"fill": "midday"}, "fill: must be one of next_open, next_close, same_close"),
    "unknown rebalance": ({"rebalance": "HOURLY"}, "rebalance: must be one of DAILY"),
    "unknown sizing": ({"sizing": "EQUAL_WEIHT"}, "sizing: unknown rule 'EQUAL_WEIHT'; did you mean EQUAL_WEIGHT?"),
    "unknown mode": ({"mode": "hold"}, "mode: must be one of fill, target"),
    "SCORE without a strategy": ({"sizing": "SCORE"}, "sizing: SCORE weighs by the composite"),
    "unknown factor": ({"buy_conditions": [PE | {"factor": "pe"}]}, "buy_conditions: row 1: unknown factor 'pe'"),
    "unknown order": ({"order_by": "momentun_1m"}, "order_by: unknown factor 'momentun_1m'; did you mean"),
    "nothing to order by": ({"order_by": None, "buy_conditions": []}, "order_by: name a factor"),
    "no list": ({"buy_conditions": PE}, "buy_conditions: must be a list"),
    "no value": ({"buy_conditions": [{"factor": "roe"}]}, "buy_conditions: row 1: a condition needs"),
    "unknown operator": ({"buy_conditions": [PE, PE | {"operator": "!="}]}, "buy_conditions: row 2: the operator"),
    "unknown field": ({"buy_conditions": [PE | {"field": "zscore"}]}, "buy_conditions: row 1: the field is one of"),
    "value is text": ({"buy_conditions": [PE | {"value": "15"}]}, "buy_conditions: row 1: the value must be a number"),
    "between one": ({"buy_conditions": [PE | {"operator": "between"}]}, "buy_conditions: row 1: between needs"),
    "half a place": ({"buy_conditions": [PE | {"operator": "top", "value": 2.5}]}, "row 1: top needs a whole number"),
    "composite of nothing": ({"buy_conditions": [PE | {"factor": "composite"}]}, "row 1: there is no composite"),
    "unknown sell": ({"sell_conditions": [{"type": "PANIC"}]}, "sell_conditions: row 1: the type is one of"),
    "stop at zero": ({"sell_conditions": [{"type": "STOP_LOSS", "value": 0}]}, "row 1: STOP_LOSS needs a threshold"),
    "stop without": ({"sell_conditions": [{"type": "STOP_LOSS"}]}, "row 1: STOP_LOSS needs a number"),
    "empty universe": ({"universe": {"tickers": ["NONE"]}}, "universe: tickers: no stock of KR has the ticker 'NONE'"),
    "nobody left": ({"universe": {"tickers": ["T00"], "exclude_tickers": ["T00"]}}, "universe: empty"),
    "unknown benchmark": ({"benchmark": "DAX"}, "benchmark: DAX is not known in KR"),
    "unknown strategy": ({"strategy": "growht"}, "strategy: unknown strategy 'growht'"),
    "a strategy of nothing": ({"strategy": {"combiner": "equal_weight"}}, "strategy: name its factors"),
    "odd normalisation": ({"normalisation": "log"}, "normalisation: must be one of"),
    "odd neutralising": ({"neutralise": ["country"]}, "neutralise: must be a list of sector and/or size"),
    "odd rate": ({"risk_free": -150}, "risk_free: must be at least -99 and at most 1000"),
    "more money than there is": ({"initial_capital": 1e300}, "initial_capital: must be at most 1e+15, not 1e+300"),
    "a lot of nothing": ({"lot_size": 1e-320}, "lot_size: must be at least 1e-09 and at most 1e+09"),
    "a rebalance never": ({"rebalance": "EVERY_N", "every": 10**19}, "every: must be at most 1e+06"),
    "a hundred conditions": ({"universe": {"conditions": [PE] * 101}}, "universe: 101 conditions are too many"),
    "a volume cap of nothing": ({"volume_cap": 0}, "volume_cap: must be above 0"),
    "a nul": ({"name": "a\0b"}, "name: must be a text"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_field_and_nothing_stored(market, case):
    changes, told = REFUSED[case]
    asked = changes if isinstance(changes, list) else config(start="2024-06-03") | changes
    with pytest.raises(BacktestError) as refused:
        backtest_create(config=asked)
    assert told in str(refused.value)
    assert not BacktestSession.objects.exists()


def test_a_region_without_prices(market):
    with pytest.raises(BacktestError, match=r"^region: US has no prices"):
        backtest_create(config=config(region="US"))


def test_a_benchmark_without_bars_in_the_period(market):
    market[0].__class__.objects.create(region="KR", ticker="OLD", currency="KRW")
    with pytest.raises(BacktestError, match=r"^benchmark: OLD has no bar from"):
        backtest_create(config=config(start="2024-06-03", benchmark="OLD"))


def test_a_strategy_of_another_region(market):
    strategy_save(name="US value", region="US", factors=["pe_ratio"])
    with pytest.raises(BacktestError, match=r"^strategy: US value is a strategy of US, not of KR"):
        config_check(config=config(strategy="US value"))


def test_defaults_are_those_of_the_region(market):
    small = {"start": "2024-06-03", "order_by": "momentum_1m"}
    korea, japan = (config_check(config={"region": region, **small}).rules for region in ("KR", "jp"))
    assert (korea.initial_capital, korea.commission, korea.tax, korea.slippage, korea.lot_size) == (
        1e8,
        0.015,
        0.23,
        0.1,
        1,
    )
    assert (japan.initial_capital, japan.tax, japan.lot_size) == (1e7, 0.0, 100)
    assert (korea.fill, korea.mode, korea.cash_buffer, korea.rebalance_on_start) == ("next_open", "fill", 5.0, True)


def test_words_in_any_case(market):
    small = {"start": "2024-06-03", "order_by": "momentum_1m", "region": "kr", "rebalance": "weekly", "mode": "Target"}
    rules = config_check(config=small | {"sizing": "risk_parity", "fill": "NEXT_CLOSE"}).rules
    assert (rules.frequency, rules.mode, rules.sizing, rules.fill) == ("WEEKLY", "target", "RISK_PARITY", "next_close")


def test_what_is_written_down_is_whole_and_means_the_same(market):
    """The stored configuration, checked again, is the same configuration."""
    asked = config(
        buy_conditions=[PE, {"factor": "roe", "operator": "between", "value": [1, 20]}],
        universe={"sectors": ["bank"], "conditions": [{"factor": "market_cap", "value": 1e9}]},
    )  # fmt: skip
    once = config_check(config=asked)
    again = config_check(config=once.written)
    assert again.written == once.written
    assert (again.rules, again.buys, again.sells, again.universe) == (once.rules, once.buys, once.sells, once.universe)
    assert once.written["slippage"] == 0.1
