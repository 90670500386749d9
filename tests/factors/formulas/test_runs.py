"""Formulas through the real engine and store: computed with the others, point-in-time, daily and over years alike."""

import datetime as dt

import numpy as np
import pytest
from django.db.models import F

from factors.engine import run
from factors.models import FactorFormula, FactorRun, FactorScore
from factors.registry import UnknownFactor
from factors.services import FactorRunError, factor_run_create, factor_run_execute, scores_top
from factors.services.catalogue import factors_resolved
from factors.services.formulas import FormulaRefused, formula_save, formula_try
from market.models import Instrument, PriceBar
from market.store.histories import read_history
from market.store.panels import read_panel
from tests.factors.market_tables import SESSION, random_market, sessions
from tests.factors.test_no_look_ahead import delete_the_future, split

pytestmark = pytest.mark.django_db(transaction=True)
CHANGED = "the formula was changed while it was computed: compute it again"
FORMULAS = {
    "example": "rank(roe) - 0.5 * zscore(debt_to_equity)",
    "trend": "mean(close, 20) / mean(close, 120) - 1",
    "level": "std(close, 20) + ema(close, 5)",
    "levels_of_volume": "corr(close, log(volume + 1), 20) * wma(volume, 5)",
    "mixed": "where(close > mean(close, 10), price_momentum_12m, -beta) / raw_close",
    "candle": "mean((high - low) / open, 10) + resi(close, 15) / close",
    "of_another": "lag(trend, 5) * argmax(high, 30) + median(returns, 21)",
    "money": "log(mean(trading_value, 20)) + rank(market_cap)",
}


def save_all() -> None:
    for name, text in FORMULAS.items():
        formula_save(name=name, formula=text)


def compute(day: dt.date, names: tuple[str, ...] = ()) -> FactorRun:
    return factor_run_execute(run_id=factor_run_create(region="KR", date=day, factor_names=names).pk)


def scores(day: dt.date) -> dict[tuple[str, str], tuple]:
    rows = FactorScore.objects.filter(date=day, factor__name__in=FORMULAS)
    return {
        (ticker, name): figures
        for ticker, name, *figures in rows.values_list(
            "instrument__ticker", "factor__name", "value", "score", "percentile"
        )
    }


@pytest.fixture
def market() -> list[Instrument]:
    """Twelve stocks; splits before, within and after the last eleven sessions."""
    stocks = random_market(12, bars=290)
    days = sessions(290)
    PriceBar.objects.filter(instrument__in=stocks).update(open=F("close") * 0.995, low=F("close") * 0.98)
    split(stocks[0], days[-60], 5.0)
    split(stocks[1], days[-5], 3.0)
    split(stocks[2], days[-30], 7.0)
    split(stocks[2], days[-3], 2.0)
    PriceBar.objects.filter(instrument=stocks[5], date__in=days[-100:-40]).delete()
    PriceBar.objects.filter(instrument=stocks[6], date=days[-20]).update(volume=None)
    return stocks


def test_they_are_computed_with_the_others_and_stored(market):
    save_all()
    done = compute(SESSION)
    assert done.state == FactorRun.State.DONE, done.errors
    assert {name: done.counts[name]["scored"] for name in FORMULAS} == dict.fromkeys(FORMULAS, 12) | {
        "levels_of_volume": 11, "money": 11, "example": done.counts["debt_to_equity"]["scored"],
    }  # fmt: skip
    assert done.counts["money"]["missing_field"] == 1
    top = scores_top(region="KR", date=None, factor_name="trend", count=3)
    assert [row["rank"] for row in top] == [1, 2, 3]
    assert top[0]["value"] >= top[1]["value"]


def test_scores_are_bit_identical_after_the_future_is_deleted(market):
    save_all()
    day = sessions(12)[0]
    compute(day)
    before = scores(day)
    assert {name for _, name in before} == set(FORMULAS)
    delete_the_future(day)
    assert compute(day).cache == "rebuilt"
    assert scores(day) == before


def test_a_history_gives_what_the_daily_job_gives(market):
    """Each session's own panel against one history of all, prices before splits and after."""
    save_all()
    factors = factors_resolved(tuple(FORMULAS))
    days = sessions(12)
    lookback = max(factor.lookback for factor in factors)
    found = {}
    for levels in (False, True):
        history = read_history("KR", days, lookback, set(), levels=levels)
        found |= {
            cross.factor.name: (history.by_session(cross.value), history.by_session(cross.score))
            for cross in run(history, [factor for factor in factors if factor.needs_levels == levels]).crosses
        }
    assert {factor.name for factor in factors if factor.needs_levels} == {"level", "levels_of_volume"}
    for place, day in enumerate(days):
        panel, _ = read_panel("KR", day, lookback, set())
        result = run(panel, factors)
        assert not result.errors
        for cross in result.crosses:
            value, score = found[cross.factor.name]
            np.testing.assert_allclose(value[place], cross.value, rtol=1e-9, err_msg=f"{cross.factor.name} {day}")
            np.testing.assert_allclose(score[place], cross.score, rtol=1e-9, atol=1e-9)


def test_a_formula_that_fails_is_told_by_name_and_the_others_are_stored(market):
    save_all()
    FactorFormula.objects.filter(name="candle").update(formula="mean(gone, 5)")
    done = compute(SESSION)
    assert done.state == FactorRun.State.PARTLY
    assert done.errors["candle"].startswith("FormulaError: unknown name 'gone'")
    assert list(done.errors) == ["candle"]
    assert "trend" in {name for _, name in scores(SESSION)}


def test_some_by_name(market):
    formula_save(name="trend", formula=FORMULAS["trend"], is_active=False)
    done = compute(SESSION, ("trend", "momentum_1m"))
    assert set(done.counts) == {"trend", "momentum_1m"}
    with pytest.raises(FactorRunError, match="unknown factor 'tend'; did you mean trend"):
        factor_run_create(region="KR", date=SESSION, factor_names=["tend"])
    with pytest.raises(UnknownFactor):
        factors_resolved(["tend"])


def test_trying_one_stores_nothing(market):
    found = formula_try(formula="close / lag(close, 250) - 1", region="kr", count=3)
    assert (found["region"], found["date"], found["universe"], found["valued"]) == ("KR", SESSION, 12, 11)
    assert found["without"] == {"insufficient_history": 1}
    assert [row["value"] for row in found["top"]] == sorted((row["value"] for row in found["top"]), reverse=True)
    assert not FactorScore.objects.exists()
    for asked, field in (({"region": "XX"}, "region"), ({"region": "US"}, "region"), ({"formula": "clse"}, "formula")):
        with pytest.raises(FormulaRefused) as refused:
            formula_try(**{"formula": "close", "region": "KR"} | asked)
        assert refused.value.field == field


def test_a_formula_changed_while_it_is_computed_is_not_stored_under_its_name(market):
    """Its numbers are of the old text; the name stands for the new one."""
    save_all()

    def change_it(stage: str, done: int, total: int) -> None:
        row = FactorFormula.objects.get(name="trend")
        if stage == "writing scores" and row.formula == FORMULAS["trend"]:
            formula_save(name="trend", formula="close / open", existing=row)

    run_id = factor_run_create(region="KR", date=SESSION).pk
    done = factor_run_execute(run_id=run_id, progress=change_it)
    assert done.state == FactorRun.State.PARTLY
    assert done.errors == dict.fromkeys(("trend", "of_another"), CHANGED)
    assert {name for _, name in scores(SESSION)} == set(FORMULAS) - {"trend", "of_another"}
    assert compute(SESSION).state == FactorRun.State.DONE
    assert scores(SESSION)["T03", "trend"][0] == pytest.approx(1 / 0.995)
