"""Which variants there are, and how a field is set."""

import datetime as dt

import pytest

from backtests.services.axes import axes_check, combinations
from backtests.services.errors import BacktestError
from backtests.services.overrides import overridden

CONFIG = {
    "max_positions": 20, "mode": "fill", "strategy": None, "universe": {},
    "buy_conditions": [{"factor": "roe", "operator": ">", "value": 10.0}], "sell_conditions": [],
}  # fmt: skip
AXES = [{"field": "max_positions", "values": [5, 10, 15]}, {"field": "mode", "values": ["fill", "target"]}]


def test_a_field_within_a_list_is_set_and_the_configuration_stays_as_it_was():
    found = overridden(CONFIG, {"buy_conditions.0.value": 12, "universe.sectors": ["bank"], "max_positions": 3})
    assert found["buy_conditions"] == [{"factor": "roe", "operator": ">", "value": 12}]
    assert (found["universe"], found["max_positions"], found["mode"]) == ({"sectors": ["bank"]}, 3, "fill")
    assert CONFIG["buy_conditions"][0]["value"] == 10.0
    assert CONFIG["universe"] == {}


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        ({}, "axes: name at least one field"),
        ([], "axes: name at least one field"),
        ({"max_position": [1]}, "axes: max_position: unknown field 'max_position'; did you mean max_positions?"),
        ({"buy_conditions.1.value": [1]}, "axes: buy_conditions.1.value: buy_conditions has rows 0 to 0, not '1'"),
        ({"buy_conditions.-1.value": [1]}, "buy_conditions has rows 0 to 0, not '-1'"),
        ({"sell_conditions.0.value": [1]}, "sell_conditions has no row, not '0'"),
        ({"buy_conditions.0.valu": [1]}, "unknown field 'valu'; did you mean value?"),
        ({"mode.0": ["fill"]}, "axes: mode.0: mode is one value and has no parts"),
        ({"universe.sectorz": [["a"]]}, "unknown field 'sectorz'; did you mean sectors?"),
        ({"strategy.factors": [["roe"]]}, "strategy is one value and has no parts"),
        ({"max_positions": 5}, "axes: max_positions: needs a list of values, not 5"),
        ({"max_positions": []}, "axes: max_positions: needs a list of values, not []"),
        ({"max_positions": [5, 6, 5]}, "axes: max_positions: 5 is there twice"),
        ({"tax": [float("nan")]}, "axes: tax: nan is not a value of a configuration"),
        ({"tax": [object]}, "is not a value of a configuration"),
        ({"name": ["a\0b"]}, "cannot be stored"),
        ({"buy_conditions": [[]], "buy_conditions.0.value": [1]}, "buy_conditions.0.value is a part of buy_conditions"),
        ({7: [1]}, "axes: a field is named by a text of at most 200 characters, not '7'"),
        ({"strategy.a\0b": [1]}, "axes: a field is named by a text of at most 200 characters"),
        ({"buy_conditions." + "1" * 5000: [1]}, "axes: a field is named by a text of at most 200 characters"),
        ({"buy_conditions.00.value": [1]}, "buy_conditions has rows 0 to 0, not '00'"),
        ({"strategy": [{"a\0b": 1}]}, "cannot be stored"),
        ({f"strategy.a{place}": [1] for place in range(21)}, "axes: 21 fields are too many (at most 20)"),
    ],
)  # fmt: skip
def test_axes_that_cannot_be(axes, told):
    with pytest.raises(BacktestError) as refused:
        axes_check(CONFIG, axes)
    assert told in str(refused.value)
    assert str(refused.value).startswith("axes: ")


def test_days_are_written_as_json_has_them_and_true_is_not_one():
    found = axes_check(CONFIG, {"start": [dt.date(2024, 2, 1)], "fractional": [True, 1]})
    assert found == [
        {"field": "start", "values": ["2024-02-01"]}, {"field": "fractional", "values": [True, 1]},
    ]  # fmt: skip


def test_a_grid_is_every_combination_the_last_axis_first():
    assert [tuple(one.values()) for one in combinations(AXES, "GRID", None, 0)] == [
        (5, "fill"), (5, "target"), (10, "fill"), (10, "target"), (15, "fill"), (15, "target"),
    ]  # fmt: skip


def test_a_draw_is_of_different_combinations_in_the_order_of_the_grid_and_the_same_for_its_seed():
    grid = combinations(AXES, "GRID", None, 0)
    drawn = [combinations(AXES, "RANDOM", 4, seed) for seed in (1, 1, 2, 3, 4)]
    assert drawn[0] == drawn[1]
    assert len({str(one) for one in drawn}) > 1
    for one in drawn:
        places = [grid.index(variant) for variant in one]
        assert places == sorted(set(places))
        assert len(places) == 4
    assert combinations(AXES, "RANDOM", 6, 9) == grid


def test_a_draw_reaches_every_combination():
    wide = [{"field": f"f{place}", "values": list(range(10))} for place in range(9)]
    drawn = combinations(wide, "RANDOM", 500, 3)
    assert len({str(one) for one in drawn}) == 500
    assert all({one[axis["field"]] for one in drawn} == set(range(10)) for axis in wide)


@pytest.mark.parametrize(
    ("method", "samples", "seed", "told"),
    [
        ("RANDOM", 7, 0, "samples: there are 6 combinations alone, 7 are asked for"),
        ("RANDOM", 0, 0, "samples: must be from 1 to"),
        ("RANDOM", None, 0, "samples: must be a whole number, not None"),
        ("RANDOM", True, 0, "samples: must be a whole number"),
        ("RANDOM", 3, -1, "seed: must not be below 0"),
        ("RANDOM", 3, "x", "seed: must be a whole number"),
        ("BEST", None, 0, "method: must be GRID or RANDOM, not 'BEST'"),
    ],
)
def test_draws_that_cannot_be(method, samples, seed, told):
    with pytest.raises(BacktestError, match=told):
        combinations(AXES, method, samples, seed)


def test_too_many_variants_are_refused_before_they_are_made():
    huge = [{"field": f"f{place}", "values": list(range(1000))} for place in range(6)]
    with pytest.raises(BacktestError, match="axes: 1,000,000,000,000,001 variants are too many"):
        combinations(huge, "GRID", None, 0)
    with pytest.raises(BacktestError, match="too many to draw from"):
        combinations(huge, "RANDOM", 5, 0)
