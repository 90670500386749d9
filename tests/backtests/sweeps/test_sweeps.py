"""Sweeps over a small market: what each variant gives, what fails, what is refused."""

from importlib import import_module

import numpy as np
import pytest
from django.db import connection
from django.db.models import F

from backtests import services
from backtests.models import BacktestSession, BacktestSweep, BacktestVariant
from backtests.services import sweep_worker, workbench
from backtests.services.errors import BacktestError
from backtests.services.overrides import overridden
from backtests.services.sweep_worker import SweepWorker
from market.models import PriceBar
from portfolio.calc.statistics import Track, deflated_sharpe_ratio
from tests.backtests.sweeps.made import BASE, make_market

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market() -> None:
    make_market()


def sweep(axes, config=BASE, **more) -> BacktestSweep:
    created = services.sweep_create(config=config, axes=axes, **more)
    services.sweep_work(sweep_id=created.pk)
    created.refresh_from_db()
    return created


def figures(found: BacktestSweep) -> list[dict]:
    return [one.figures for one in found.variants.order_by("number")]


AXES = [
    {"order_by": ["momentum_1m", "market_cap"], "sizing": ["EQUAL_WEIGHT", "MARKET_CAP", "RISK_PARITY"],
     "mode": ["target"]},
    {"rebalance": ["MONTHLY", "DAILY"], "buy_conditions.0.value": [-2, 3], "sell_conditions.1.value": [-5],
     "fill": ["next_open", "same_close"]},
    {"buy_conditions": [[], [{"factor": "market_cap", "operator": "top", "value": 5}]], "commission": [1.5],
     "sell_conditions": [[], [{"type": "FACTOR", "factor": "market_cap", "operator": "<", "value": 1e9}],
                         [{"type": "TRAILING_STOP", "value": 4}]], "universe.sectors": [["bank"]]},
    {"start": ["2024-02-01", "2024-03-05"], "end": ["2024-05-10", None], "benchmark": [""],
     "normalisation": ["zscore", "minmax"]},
    {"rebalance": ["EVERY_N", "MONTHLY"], "every": [4, 7], "rebalance_on_start": [False, True],
     "start": ["2024-02-13"]},
]  # fmt: skip


@pytest.mark.parametrize("axes", AXES)
def test_every_variant_is_the_single_backtest_of_its_configuration(market, axes):
    found = sweep(axes)
    assert found.status == "COMPLETED"
    variants = list(found.variants.order_by("number"))
    assert len(variants) == found.variant_count
    for variant in variants:
        single = services.backtest_run(config=overridden(found.config, variant.overrides), again=True)
        assert variant.figures == single.statistics.figures
        assert variant.objective == single.statistics.sharpe_ratio
    assert len({str(one.figures) for one in variants}) > len(variants) / 3  # the fields make a difference


def test_a_strategy_written_in_the_configuration(market):
    config = BASE | {"strategy": {"factors": ["momentum_1m", "market_cap"]}, "order_by": "composite"}
    axes = {
        "sizing": ["EQUAL_WEIGHT", "SCORE"], "strategy.factors": [["momentum_1m"], ["market_cap"]],
        "normalisation": ["zscore", "percentile"],
    }  # fmt: skip
    found = sweep(axes, config)
    for variant in found.variants.order_by("number"):
        single = services.backtest_run(config=overridden(found.config, variant.overrides), again=True)
        assert variant.figures == single.statistics.figures
    assert len({one["final_value"] for one in figures(found)}) == 6  # equal weights do not know how scores are scaled


def test_little_memory_changes_nothing(market, monkeypatch):
    axes = {"order_by": ["momentum_1m", "market_cap"], "start": ["2024-02-01", "2024-03-05"], "max_positions": [3, 5]}
    plenty = figures(sweep(axes))
    monkeypatch.setattr(sweep_worker, "MOST_BYTES", 1)
    monkeypatch.setattr(sweep_worker, "SIGNAL_BYTES", 1)
    assert figures(sweep(axes)) == plenty


def test_what_a_variant_needs_is_not_read_again_however_little_memory_there_is(market, monkeypatch):
    monkeypatch.setattr(sweep_worker, "MOST_BYTES", 1)
    read, computed = [], []
    for place, name, calls in ((workbench, "market_read", read), (workbench, "figures_compute", computed)):
        original = getattr(place, name)
        monkeypatch.setattr(place, name, lambda *, was=original, to=calls, **asked: to.append(asked) or was(**asked))
    found = sweep({"max_positions": [2, 3, 5, 8], "buy_conditions.0.value": [-2, 3]})  # sells by a factor every day
    assert (len(read), len(computed), found.counts()["COMPLETED"]) == (1, 1, 8)


def test_markets_and_figures_that_are_not_needed_go_the_oldest_first(market, monkeypatch):
    created = services.sweep_create(config=BASE, axes={"start": ["2024-02-01", "2024-03-05"], "max_positions": [2, 3]})
    monkeypatch.setattr(sweep_worker, "MOST_BYTES", 1)
    worker = SweepWorker(created)
    worker.run({"start": "2024-02-01"})
    assert [str(one.prices.dates[one.prices.start]) for one in worker.bench.markets] == ["2024-02-01"]
    worker.run({"start": "2024-03-05"})
    assert [str(one.prices.dates[one.prices.start]) for one in worker.bench.markets] == ["2024-03-05"]
    last = worker.run({"start": "2024-03-05", "order_by": "market_cap", "sell_conditions": [], "buy_conditions": []})
    computed = []
    original = workbench.figures_compute
    monkeypatch.setattr(workbench, "figures_compute", lambda **asked: computed.append(asked) or original(**asked))
    for name, times in (("market_cap", 0), ("momentum_1m", 1)):
        worker.bench.figures(last.market, workbench.scale_of(last.config), [name], last.asked.plan.at)
        assert len(computed) == times, name


def test_variants_that_fail_are_kept_apart(market):
    axes = {"benchmark": ["", "NONE_SUCH"], "max_positions": [3, 0], "sizing": ["EQUAL_WEIGHT", "SCORE"]}
    found = sweep(axes, BASE | {"benchmark": ""})
    assert (found.status, found.error) == ("COMPLETED", "")
    told = {tuple(one.overrides[name] for name in axes): one.error for one in found.variants.failed()}
    assert found.counts() == {"PENDING": 0, "RUNNING": 0, "COMPLETED": 1, "FAILED": 7, "CANCELLED": 0}
    assert told["", 0, "EQUAL_WEIGHT"] == "max_positions: must be a whole number from 1, not 0"
    assert told["", 3, "SCORE"] == "sizing: SCORE weighs by the composite of a strategy: name one"
    assert told["NONE_SUCH", 3, "EQUAL_WEIGHT"].startswith("benchmark: NONE_SUCH is not known in KR")
    assert all(one.objective is None and one.figures == {} for one in found.variants.failed())


def test_a_factor_that_cannot_be_computed_fails_its_variants_alone(market):
    found = sweep({"order_by": ["momentum_1m", "etf_preference", "no_such_factor"]})
    told = {one.overrides["order_by"]: (one.status, one.error) for one in found.variants.all()}
    assert told["momentum_1m"] == ("COMPLETED", "")
    assert "no_such_factor" in told["no_such_factor"][1]
    assert told["no_such_factor"][0] == "FAILED"


def test_an_error_of_the_database_about_one_variant_fails_it_alone(market, monkeypatch):
    original = sweep_worker.run_of

    def dividing(config, *rest):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / %s", [config.rules.max_positions - 3])
        return original(config, *rest)

    monkeypatch.setattr(sweep_worker, "run_of", dividing)
    found = sweep({"max_positions": [2, 3, 4]})
    assert [one.status for one in found.variants.order_by("number")] == ["COMPLETED", "FAILED", "COMPLETED"]
    assert "division by zero" in found.variants.get(number=2).error


def test_an_exception_within_a_variant_fails_it_alone(market, monkeypatch):
    original = sweep_worker.run_of

    def broken(config, *rest):
        if config.rules.max_positions == 3:
            raise ZeroDivisionError("by nothing")
        return original(config, *rest)

    monkeypatch.setattr(sweep_worker, "run_of", broken)
    found = sweep({"max_positions": [2, 3, 4]})
    assert [(one.status, one.error) for one in found.variants.order_by("number")] == [
        ("COMPLETED", ""), ("FAILED", "ZeroDivisionError: by nothing"), ("COMPLETED", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"config": BASE | {"max_positions": 0}}, "max_positions: "),
        ({"config": BASE | {"start": "1990-01-01"}}, "start: 1990-01-01 is before the data"),
        ({"config": BASE | {"benchmark": "NONE_SUCH"}}, "benchmark: NONE_SUCH is not known"),
        ({"axes": {"max_position": [1]}}, "axes: max_position: unknown field"),
        ({"axes": {"sell_conditions.2.value": [1]}}, "axes: sell_conditions.2.value: sell_conditions has rows 0 to 1"),
        ({"objective": "sharp_ratio"}, "objective: unknown 'sharp_ratio'"),
        ({"method": "ALL"}, "method: must be GRID or RANDOM"),
        ({"axes": {"max_positions": list(range(1, 1002)), "tax": list(range(100))}}, "axes: 100,100 variants are too"),
        ({"name": "x" * 121}, "name: must be a text of at most 120"),
    ],
)  # fmt: skip
def test_sweeps_that_cannot_be(market, asked, told):
    with pytest.raises(BacktestError) as refused:
        services.sweep_create(**{"config": BASE, "axes": {"max_positions": [3]}} | asked)
    assert str(refused.value).startswith(told)
    assert not BacktestSweep.objects.exists()


def test_the_period_is_settled_when_it_is_asked_for(market):
    created = services.sweep_create(config=BASE, axes={"max_positions": [3]})
    assert created.config["end"] == "2024-06-28"
    assert (created.name, created.status, created.method) == ("momentum", "PENDING", "GRID")


def test_the_deflated_sharpe_ratio_is_of_the_best_over_all_variants(market):
    found = sweep({"max_positions": [2, 3, 5, 8], "sell_conditions.0.value": [3, 6]})
    ratios = np.array([one["sharpe_ratio"] for one in figures(found)])
    best = int(ratios.argmax()) + 1
    single = services.variant_run(sweep_id=found.pk, number=best)
    values = [single.config["initial_capital"], *single.snapshots.order_by("date").values_list("value", flat=True)]
    days = [single.statistics.details["before"], *single.snapshots.order_by("date").values_list("date", flat=True)]
    track = Track(np.array(values), np.array(days, dtype="datetime64[D]"))
    deflated = deflated_sharpe_ratio(track, ratios)
    assert found.result == {"best": best, "deflated_sharpe": deflated, "data_changed": False}
    result = services.sweep_result(sweep=found, best=3)
    assert [one["number"] for one in result["best"]] == (np.argsort(-ratios, kind="stable")[:3] + 1).tolist()
    assert result["deflated_sharpe"] == found.result["deflated_sharpe"]


def test_a_variant_as_a_whole_backtest_knows_of_the_others_and_is_not_served_to_anybody(market):
    found = sweep({"max_positions": [2, 3, 5, 8], "sell_conditions.0.value": [3, 6]}, objective="total_return")
    trials = [one["sharpe_ratio"] for one in figures(found)]
    whole = services.variant_run(sweep_id=found.pk, number=found.result["best"])
    assert (whole.sweep_id, whole.status, whole.name) == (
        found.pk, "COMPLETED", f"momentum #{found.pk}/{found.result['best']}",
    )  # fmt: skip
    evidence = [one["evidence"] for one in whole.statistics.findings if one["code"] == "many_trials"]
    assert [one["trials"] for one in evidence] == [len(trials)]
    alone = services.backtest_run(config=whole.config)
    assert alone.pk != whole.pk
    assert "many_trials" not in [one["code"] for one in alone.statistics.findings]
    with pytest.raises(BacktestError, match=r"number: sweep #\d+ has variants 1 to 8, not 9"):
        services.variant_run(sweep_id=found.pk, number=9)
    assert BacktestSession.objects.count() == 2


def test_where_less_is_better_the_best_is_the_lowest(market):
    found = sweep({"max_positions": [2, 3, 5, 8]}, objective="max_drawdown")
    falls = [one["max_drawdown"] for one in figures(found)]
    assert found.result["best"] == falls.index(min(falls)) + 1


def test_without_any_objective_there_is_no_best(market):
    found = sweep({"max_positions": [2, 3]}, BASE | {"buy_conditions": [
        {"factor": "momentum_1m", "operator": ">", "value": 1e6}]})  # fmt: skip
    assert (found.status, found.result) == (
        "COMPLETED", {"best": None, "deflated_sharpe": None, "data_changed": False},
    )  # fmt: skip
    assert "No variant came to an end with an objective" in services.sweep_report(sweep=found)


def test_the_report_of_a_sweep(market):
    found = sweep({"max_positions": [2, 3, 0], "mode": ["fill", "target"]}, name="How many")
    page = services.sweep_report(sweep=found)
    assert "How many" in page
    assert "Failed variants" in page
    assert "must be a whole number from 1, not 0" in page
    waiting = services.sweep_create(config=BASE, axes={"max_positions": [3]})
    with pytest.raises(BacktestError, match="is PENDING and no variant has come to an end"):
        services.sweep_report(sweep=waiting)


def test_data_that_change_are_read_anew_between_batches(market):
    created = services.sweep_create(config=BASE, axes={"max_positions": [3, 4]})
    worker = SweepWorker(created)
    first, second = created.variants.order_by("number")
    worker.refresh()
    before = worker.worked(first)
    worker.refresh()
    assert worker.worked(first).figures == before.figures
    PriceBar.objects.filter(date__gte="2024-05-02").update(close=F("close") * 2.0)
    assert worker.worked(first).figures == before.figures  # within a batch all variants see the same
    worker.refresh()
    after = worker.worked(first)
    assert after.figures != before.figures
    single = services.backtest_run(config=overridden(created.config, first.overrides))
    assert after.figures == single.statistics.figures
    assert worker.worked(second).status == "COMPLETED"
    services.sweep_work(sweep_id=created.pk)
    created.refresh_from_db()
    assert services.sweep_result(sweep=created)["data_changed"]


def test_of_many_variants_the_best_and_the_failed_alone_are_whole(market, monkeypatch):
    monkeypatch.setattr(import_module("backtests.services.sweep_result"), "MOST", 2)
    found = sweep({"max_positions": [0, 2, 3, 4, 5]}, objective="total_return")
    returns = {one.number: one.objective for one in found.variants.completed()}
    best = sorted(returns, key=returns.get, reverse=True)[:2]
    told = services.sweep_result(sweep=found, best=2)["variants"]
    assert [one["number"] for one in told] == [1, 2, 3, 4, 5]
    assert told[0]["error"] == "max_positions: must be a whole number from 1, not 0"
    for one in told[1:]:
        assert one["objective"] == one["statistics"]["total_return"] == returns[one["number"]]
        assert one["overrides"] == {"max_positions": one["number"]}
        assert (len(one["statistics"]) > 30) == (one["number"] in best)
    whole = services.sweep_result(sweep=found, best=4)["variants"]
    assert all(len(one["statistics"]) > 30 for one in whole[1:])
    assert f"{max(returns.values()):,.2f}" in services.sweep_report(sweep=found)


def test_variants_and_sessions_go_with_their_sweep(market):
    found = sweep({"max_positions": [2, 3]})
    services.variant_run(sweep_id=found.pk, number=1)
    found.delete()
    assert not BacktestVariant.objects.exists()
    assert not BacktestSession.objects.exists()
