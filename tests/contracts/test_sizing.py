"""What every sizing rule must do, asked of all that are registered."""

from dataclasses import replace

import numpy as np
import pytest

from backtests.calc.errors import InputError
from backtests.sizing import Chosen, all_sizings, register_sizing, shared, sizing_named, unregister_sizing
from tests.backtests.markets import market, permuted, signals

NAMES = ["EQUAL_WEIGHT", "MARKET_CAP", "RISK_PARITY", "SCORE"]
SESSION = 80
every_rule = pytest.mark.parametrize("name", all_sizings())
every_market = pytest.mark.parametrize("wild", [0.0, 1.0])


def chosen(wild=0.0, names=(3, 0, 7, 5, 9)):
    prices = market(11, sessions=100, instruments=10, wild=wild)
    found = signals(11, prices)
    return Chosen(prices, replace(found, order=np.abs(np.nan_to_num(found.order, nan=5.0))), SESSION, np.array(names))


def test_all_rules_of_the_specification_are_registered():
    assert set(NAMES) <= set(all_sizings())


@every_rule
@every_market
def test_weights_are_above_0_and_sum_to_1(name, wild):
    weights = sizing_named(name)(chosen(wild)).weights
    assert weights.shape == (5,)
    assert weights.dtype == np.float64
    assert (weights[np.isfinite(weights)] > 0).all()
    assert not np.isinf(weights).any()
    assert np.nansum(weights) == pytest.approx(1.0, abs=1e-12)


@every_rule
@every_market
def test_it_is_deterministic_and_leaves_its_input_alone(name, wild):
    case = chosen(wild)
    arrays = [case.prices.close, case.prices.market_value, case.signals.order, case.names]
    before = [array.copy() for array in arrays]
    first, second = sizing_named(name)(case), sizing_named(name)(chosen(wild))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.note == second.note
    for old, new in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(old, new)


@every_rule
@every_market
def test_the_order_of_the_columns_does_not_matter(name, wild):
    case = chosen(wild)
    order = np.random.default_rng(2).permutation(10)
    place = np.argsort(order)
    mixed = Chosen(*permuted(case.prices, case.signals, order), SESSION, place[case.names])
    assert sizing_named(name)(mixed).weights.tobytes() == sizing_named(name)(case).weights.tobytes()


@every_rule
@every_market
def test_who_is_best_does_not_matter(name, wild):
    straight, mixed = chosen(wild), chosen(wild, (9, 5, 3, 7, 0))
    weights = dict(zip(straight.names.tolist(), sizing_named(name)(straight).weights, strict=True))
    for one, weight in zip(mixed.names.tolist(), sizing_named(name)(mixed).weights, strict=True):
        assert weight == pytest.approx(weights[one], rel=1e-9, nan_ok=True)


@every_rule
@every_market
def test_the_future_changes_nothing(name, wild):
    case = chosen(wild)
    prices, later = case.prices, np.arange(100) > SESSION
    changed = {key: getattr(prices, key).copy() for key in ("open", "close", "volume", "market_value")}
    for array in changed.values():
        array[later] = 7.0
    order = case.signals.order.copy()
    order[later] = 99.0
    other = Chosen(replace(prices, **changed), replace(case.signals, order=order), SESSION, case.names)
    assert sizing_named(name)(other).weights.tobytes() == sizing_named(name)(case).weights.tobytes()


@every_rule
def test_a_name_about_which_nothing_is_known(name):
    case = chosen()
    close, value, order = case.prices.close.copy(), case.prices.market_value.copy(), case.signals.order.copy()
    close[:, 7] = value[:, 7] = order[:, 7] = np.nan
    prices = replace(case.prices, close=close, market_value=value)
    weights = sizing_named(name)(Chosen(prices, replace(case.signals, order=order), SESSION, case.names)).weights
    assert np.isnan(weights[2]) or name == "EQUAL_WEIGHT"
    assert np.nansum(weights) == pytest.approx(1.0)


@every_rule
def test_one_name_alone_and_on_the_first_session(name):
    case = chosen(0.0, (4,))
    assert sizing_named(name)(case).weights == pytest.approx([1.0])
    early = replace(case, session=0)
    assert sizing_named(name)(early).weights.tolist() in ([1.0], [pytest.approx(np.nan, nan_ok=True)])


# --- the registry -------------------------------------------------------------------------------------------------


def test_a_name_is_given_only_once_and_can_be_taken_back():
    def mine(chosen):
        """A rule of a test."""
        return shared(np.ones(len(chosen.names)))

    register_sizing("MINE")(mine)
    try:
        assert sizing_named("MINE") is mine
        with pytest.raises(ValueError, match="'MINE' is taken"):
            register_sizing("MINE")(mine)
    finally:
        unregister_sizing("MINE")
    with pytest.raises(InputError, match="unknown rule 'RISK_PARTY'; did you mean RISK_PARITY"):
        sizing_named("RISK_PARTY")


def test_an_incomplete_rule_is_refused():
    with pytest.raises(ValueError, match="needs a name"):
        register_sizing("")(lambda chosen: None)
    with pytest.raises(ValueError, match="has no docstring"):
        register_sizing("MINE")(lambda chosen: None)
