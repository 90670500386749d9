"""Saving, changing and deleting formulas: what is refused, and that a name never has two meanings."""

import pytest
from django.contrib.auth.models import User

from factors.base import Factor as FactorClass
from factors.formulas import BrokenFormula
from factors.models import Factor, FactorFormula, Strategy, StrategyFactor
from factors.registry import UnknownFactor, all_factors, register, unregister
from factors.services.catalogue import factor_names_check, factors_resolved, formulas_active, panel_lookback
from factors.services.formulas import (
    FormulaRefused,
    formula_check,
    formula_delete,
    formula_problems,
    formula_save,
    formula_validate,
)
from factors.store import factors_sync

pytestmark = pytest.mark.django_db
TREND = "mean(close, 20) / mean(close, 120) - 1"


def computed(name: str) -> Factor:
    """The catalogue's row, as after a run."""
    factors_sync(factors_resolved([name]))
    return Factor.objects.get(name=name)


def test_a_formula_becomes_a_factor():
    owner = User.objects.create(username="someone")
    saved = formula_save(name="trend", formula=f"  {TREND}\n", unit="%", direction=-1, description="MA", owner=owner)
    assert (saved.formula, saved.owner, saved.is_active) == (TREND, owner, True)
    (factor,) = formulas_active()
    assert (factor.name, factor.unit, factor.direction, factor.category) == ("trend", "%", -1, "custom")
    assert (factor.lookback, factor.min_bars) == (120, 120)
    assert [found.name for found in factors_resolved()] == [*(found.name for found in all_factors()), "trend"]
    assert computed("trend").description == f"MA: {TREND}"


def test_factors_by_name_are_of_the_library_or_formulas():
    formula_save(name="trend", formula=TREND, is_active=False)
    assert [factor.name for factor in factors_resolved(["trend", "roe", "trend"])] == ["trend", "roe"]
    assert formulas_active() == []
    assert "trend" not in [factor.name for factor in factors_resolved()]
    with pytest.raises(UnknownFactor, match="unknown factor 'trendd'; did you mean trend"):
        factors_resolved(["trendd"])
    with pytest.raises(UnknownFactor, match="did you mean roe"):
        factors_resolved(["reo"])


def test_the_panel_reaches_back_for_the_longest():
    assert panel_lookback() == 260
    formula_save(name="long", formula="mean(close, 1000)")
    assert panel_lookback() == 1000
    formula_save(name="long", formula="mean(close, 1000)", is_active=False, existing=FactorFormula.objects.get())
    assert panel_lookback() == 260
    assert panel_lookback(factors_resolved(["long"])) == 1000


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"name": "roe"}, "name", "roe is a library factor: choose another name"),
        ({"name": "close"}, "name", "close is a series"),
        ({"name": "mean"}, "name", "mean is a function"),
        ({"name": "and"}, "name", "and is a word of formulas"),
        ({"name": "total_debt"}, "name", "total_debt is a figure"),
        ({"name": "there"}, "name", "there is another formula"),
        ({"name": "Trend"}, "name", "'Trend' is no name: a small letter, then"),
        ({"name": "2x"}, "name", "'2x' is no name"),
        ({"name": "x~1"}, "name", "'x~1' is no name"),
        ({"name": "x" * 57}, "name", "at most 56 in all"),
        ({"name": ""}, "name", "'' is no name"),
        ({"direction": 0}, "direction", "must be 1 or -1, not 0"),
        ({"formula": "mean(clse, 20)"}, "formula", "unknown name 'clse'; did you mean close"),
        ({"formula": "mine + 1"}, "formula", "in a circle: mine -> mine"),
        ({"formula": ""}, "formula", "the formula is empty"),
    ],
)
def test_refusals_name_the_field(asked, field, reason):
    formula_save(name="there", formula=TREND)
    with pytest.raises(FormulaRefused) as refused:
        formula_save(**{"name": "mine", "formula": TREND} | asked)
    assert refused.value.field == field
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"{field}: ")
    assert FactorFormula.objects.count() == 1


def test_the_place_of_a_mistake_is_told():
    with pytest.raises(FormulaRefused) as refused:
        formula_check(formula="close + clse")
    assert refused.value.position == 9
    assert refused.value.reason.splitlines()[1:] == ["  close + clse", "          ^^^^"]


def test_what_a_formula_is_made_of():
    formula_save(name="trend", formula=TREND)
    found = formula_check(formula="trend * roe + cash / returns")
    assert (found.bars, found.series, found.figures) == (120, ["close", "returns"], ["cash"])
    assert (found.factors, found.formulas) == (["roe"], ["trend"])


def test_a_change_of_meaning_sets_the_scores_so_far_apart():
    saved = formula_save(name="trend", formula=TREND)
    first = computed("trend")
    strategy = Strategy.objects.create(name="s", region="KR")
    StrategyFactor.objects.create(strategy=strategy, factor=first)
    formula_save(name="trend", formula="close / lag(close, 20) - 1", existing=saved)
    first.refresh_from_db()
    second = Factor.objects.get(name="trend")
    assert (first.name, second.pk != first.pk) == ("trend~1", True)
    assert strategy.members.get().factor == second  # strategies go on with the new one
    assert computed("trend") == second
    formula_save(name="trend", formula="close / lag(close, 20) - 1", direction=-1, existing=saved)
    second.refresh_from_db()
    assert second.name == "trend~2"
    assert factor_names_check(["trend~1", "trend", "roe", "trend"]) == ["trend~1", "trend", "roe"]
    with pytest.raises(UnknownFactor, match="did you mean trend"):
        factor_names_check(["trend~9"])


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "%"}, {"description": "another"}, {"category": "momentum"}, {"is_active": False},
        {"formula": "mean(close,20)/mean( close, 120 )\n - 1"},
    ],
)  # fmt: skip
def test_a_change_of_anything_else_keeps_them(change):
    saved = formula_save(name="trend", formula=TREND)
    first = computed("trend")
    formula_save(**{"name": "trend", "formula": TREND} | change, existing=saved)
    assert Factor.objects.get(name="trend") == first
    assert Factor.objects.filter(name__contains="~").count() == 0


def test_formulas_that_name_a_changed_one_change_with_it():
    trend = formula_save(name="trend", formula=TREND)
    formula_save(name="twice", formula="2 * trend")
    formula_save(name="more", formula="twice + 1")
    formula_save(name="other", formula="close + 1")
    for name in ("trend", "twice", "more", "other"):
        computed(name)
    assert formula_validate(name="trend", formula="close / open", existing=trend) == ["trend", "more", "twice"]
    formula_save(name="trend", formula="close / open", existing=trend)
    assert set(Factor.objects.filter(name__endswith="~1").values_list("name", flat=True)) == {
        "trend~1", "twice~1", "more~1",
    }  # fmt: skip
    assert factors_resolved(["more"])[0].min_bars == 1


def test_a_change_that_would_break_another_formula_is_refused():
    trend = formula_save(name="trend", formula="close")
    formula_save(name="mean_trend", formula="mean(trend, 20)")
    with pytest.raises(FormulaRefused, match="the formula mean_trend, which names it, would break"):
        formula_save(name="trend", formula="roe", existing=trend)
    with pytest.raises(FormulaRefused, match="in a circle: trend -> mean_trend -> trend"):
        formula_save(name="trend", formula="mean_trend", existing=trend)
    assert FactorFormula.objects.get(name="trend").formula == "close"


def test_the_name_stays():
    saved = formula_save(name="trend", formula=TREND)
    with pytest.raises(FormulaRefused, match="name: stays trend"):
        formula_save(name="tendency", formula=TREND, existing=saved)


def test_deleting():
    saved = formula_save(name="trend", formula=TREND)
    row = computed("trend")
    StrategyFactor.objects.create(strategy=Strategy.objects.create(name="mine", region="KR"), factor=row)
    user = formula_save(name="twice", formula="2 * trend")
    with pytest.raises(FormulaRefused, match="used by the strategies mine and named by the formulas twice"):
        formula_delete(formula=saved)
    StrategyFactor.objects.all().delete()
    formula_delete(formula=user)
    formula_delete(formula=saved)
    row.refresh_from_db()
    assert (row.name, FactorFormula.objects.count()) == ("trend~1", 0)
    formula_save(name="trend", formula="close / open")
    assert computed("trend").pk != row.pk


def test_a_formula_in_a_universe_is_in_use():
    saved = formula_save(name="trend", formula=TREND)
    condition = {"factor": "trend", "field": "percentile", "operator": ">=", "value": 50}
    Strategy.objects.create(name="mine", region="KR", universe={"conditions": [condition]})
    Strategy.objects.create(name="other", region="KR", universe={"sectors": ["trend"]})
    with pytest.raises(FormulaRefused, match=r"used by the strategies mine$"):
        formula_delete(formula=saved)


class Passing(FactorClass):
    """Here today."""

    name, category, unit = "passing", "value", "ratio"

    def compute(self, panel):
        return panel.close[-1]


def test_a_formula_whose_factor_is_gone_is_a_problem_and_can_be_switched_off():
    register(Passing)
    saved = formula_save(name="twice", formula="2 * passing")
    unregister("passing")
    (broken,) = formulas_active()
    assert isinstance(broken, BrokenFormula)
    assert formula_problems()["twice"].startswith("unknown name 'passing'")
    formula_save(name="twice", formula="2 * passing", is_active=False, existing=saved)
    assert formulas_active() == []


def test_a_library_factor_that_takes_the_name_wins():
    formula_save(name="passing", formula="close")
    register(Passing)
    try:
        assert [factor.name for factor in factors_resolved()].count("passing") == 1
        assert isinstance(factors_resolved(["passing"])[0], Passing)
        assert "the library has a factor of this name" in formula_problems()["passing"]
    finally:
        unregister("passing")


def test_spaces_change_nothing_at_all():
    """Not what a strategy or an unfinished backfill is defined by, of the formula and of those that name it."""
    texts = ["mean(close,20)/mean(close,120)-1", " mean( close , 20 )\n/ mean(close, 120) - 1 "]
    meanings = []
    for text in texts:
        formula_save(name="trend", formula=text, existing=FactorFormula.objects.filter(name="trend").first())
        if not FactorFormula.objects.filter(name="double").exists():
            formula_save(name="double", formula="2*trend")
        meanings.append([factor.definition() for factor in factors_resolved(["trend", "double"])])
    assert meanings[0] == meanings[1]
    changed = formula_save(
        name="trend", formula=texts[0].replace("20)", "2)"), existing=FactorFormula.objects.get(name="trend")
    )
    assert [factor.definition() for factor in factors_resolved([changed.name, "double"])] != meanings[0]
