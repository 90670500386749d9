"""From conditions to candidates: operators, ranks, universe, composites."""

import datetime as dt

import numpy as np
import pytest

from backtests.calc.conditions import FactorCondition, ranks_of
from backtests.services import BacktestError, backtest_run, config_check
from backtests.services.signals import asked_of, signals_of
from backtests.services.workbench import Workbench
from factors.models import CompositeScore, FactorScore
from factors.services import (
    FiguresError,
    backfill_create,
    backfill_execute,
    combine_run_create,
    combine_run_execute,
    strategy_save,
)
from market.models import Fundamental
from tests.backtests.services.tables import START, config, days, small_market

NAN = float("nan")
FIGURES = np.array([[1.0, 2.0, 2.0, 3.0, NAN]])


@pytest.mark.parametrize(
    ("operator", "low", "high", "expected"),
    [
        (">", 2, 2, [0, 0, 0, 1, 0]), (">=", 2, 2, [0, 1, 1, 1, 0]), ("<", 2, 2, [1, 0, 0, 0, 0]),
        ("<=", 2, 2, [1, 1, 1, 0, 0]), ("==", 2, 2, [0, 1, 1, 0, 0]), ("between", 1, 2, [1, 1, 1, 0, 0]),
    ],
)  # fmt: skip
def test_operators(operator, low, high, expected):
    """A missing figure meets nothing; between includes both ends."""
    assert FactorCondition("roe", "value", operator, low, high).met(FIGURES).tolist() == [list(map(bool, expected))]


def test_ranks_are_by_score_then_by_ticker_among_members():
    """Tickers D C B A E; B and C share a score; E is no member; A has no score."""
    score = np.array([[5.0, 7.0, 7.0, NAN, 9.0]])
    members = np.array([[True, True, True, True, False]])
    by_rank = np.array([3, 2, 1, 0, 4])
    ranks = ranks_of(score, members, by_rank)
    np.testing.assert_array_equal(ranks, [[3.0, 2.0, 1.0, NAN, NAN]])
    top, bottom = (FactorCondition("f", "rank", operator, 2, 2) for operator in ("top", "bottom"))
    assert top.met_by_rank(ranks).tolist() == [[False, True, True, False, False]]
    assert bottom.met_by_rank(ranks).tolist() == [[True, True, False, False, False]]
    assert FactorCondition("f", "rank", "==", 1, 1).met(ranks).tolist() == [[False, False, True, False, False]]


@pytest.fixture
def market():
    return small_market()


def decided(**changes):
    """(market, signals, places of the rebalance sessions) of a configuration."""
    asked, bench = config_check(config=config(sell_conditions=[], **changes)), Workbench()
    market = bench.market(asked)
    known = asked_of(asked, market, bench)
    return market, signals_of(asked, market, known)[1], known.plan.at


@pytest.mark.django_db(transaction=True)
def test_candidates_are_those_whose_stored_scores_meet_the_conditions(market):
    """Scores, percentiles and values computed anew are those that the daily job stores."""
    start, end = dt.date.fromisoformat(START), days()[-1]
    asked = [
        {"factor": "momentum_1m", "field": "score", "operator": ">", "value": -0.5},
        {"factor": "roe", "field": "percentile", "operator": ">=", "value": 40},
        {"factor": "pe_ratio", "operator": "<", "value": 30},
    ]
    found, signals, at = decided(buy_conditions=asked, order_by="roe")
    names = ["momentum_1m", "roe", "pe_ratio"]
    job = backfill_create(region="KR", start=start, end=end, factor_names=names)
    backfill_execute(backfill_id=job.pk)
    place = {pk: column for column, pk in enumerate(found.ids.tolist())}
    for session in at:
        rows = FactorScore.objects.filter(date=found.prices.dates[session].item())
        by_name = {name: {r.instrument_id: r for r in rows.filter(factor__name=name)} for name in names}
        expected = np.zeros(len(place), dtype=bool)
        for pk, column in place.items():
            momentum, roe, ratio = (by_name[name].get(pk) for name in names)
            expected[column] = bool(
                momentum and roe and ratio and momentum.score is not None and momentum.score > -0.5
                and roe.percentile is not None and roe.percentile >= 40
                and ratio.value is not None and ratio.value < 30
            )  # fmt: skip
        assert signals.candidates[session].tolist() == expected.tolist()
        assert expected.any()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_between_rebalances(market):
    _, signals, at = decided(rebalance="MONTHLY")
    others = np.setdiff1d(np.arange(len(signals.order)), at)
    assert not signals.candidates[others].any()
    assert np.isnan(signals.order[others]).all()


@pytest.mark.django_db(transaction=True)
def test_top_counts_within_the_universe(market):
    """The two best banks, though chips have better scores."""
    top = [{"factor": "momentum_1m", "operator": "top", "value": 2}]
    found, signals, at = decided(buy_conditions=top, universe={"sectors": ["bank"]})
    banks = found.sectors == "bank"
    assert (signals.candidates[at].sum(axis=1) == 2).all()
    assert not signals.candidates[:, ~banks].any()
    for session in at:
        best = np.sort(signals.order[session][banks])[-2:]
        assert sorted(signals.order[session][signals.candidates[session]]) == best.tolist()


@pytest.mark.django_db(transaction=True)
def test_conditions_of_the_universe(market):
    large = {"conditions": [{"factor": "market_cap", "operator": ">", "value": 3e11}]}
    everybody, only = (decided(buy_conditions=[], universe=universe)[1] for universe in ({}, large))
    assert everybody.candidates.sum() > only.candidates.sum() > 0
    assert (only.candidates <= everybody.candidates).all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("neutralise", [[], ["sector", "size"]])
def test_a_composite_computed_anew_is_the_one_that_is_stored(market, neutralise):
    members = {"factors": {"roe": 2.0, "momentum_1m": 1.0}, "combiner": "fixed_weight", "neutralise": neutralise}
    universe = {"exclude_tickers": ["T03"], "conditions": [{"factor": "pe_ratio", "operator": "<", "value": 60}]}
    strategy_save(name="both", region="KR", universe=universe, **members)
    found, signals, at = decided(strategy="both", order_by=None, buy_conditions=[])
    names = ["roe", "momentum_1m", "pe_ratio", "market_cap"]
    start, end = dt.date.fromisoformat(START), days()[-1]
    backfill_execute(backfill_id=backfill_create(region="KR", start=start, end=end, factor_names=names).pk)
    combine_run_execute(run_id=combine_run_create(strategy="both", start=start, end=end).pk)
    for session in at:
        day = found.prices.dates[session].item()
        stored = dict(CompositeScore.objects.filter(date=day).values_list("instrument_id", "score"))
        ours = {
            int(pk): score for pk, score in zip(found.ids, signals.order[session], strict=True) if np.isfinite(score)
        }
        assert ours.keys() == stored.keys()
        assert len(ours) > 5
        assert all(ours[pk] == pytest.approx(stored[pk], rel=1e-5, abs=1e-4) for pk in ours)


@pytest.mark.django_db(transaction=True)
def test_a_strategy_may_be_written_in_the_configuration(market):
    """It weighs by its composite, as SCORE does."""
    written = {"factors": ["roe", "momentum_1m"]}
    session = backtest_run(config=config(strategy=written, order_by=None, sizing="SCORE"))
    assert session.strategy is None
    assert session.config["strategy"] == written
    assert session.trades.exists()


@pytest.mark.django_db(transaction=True)
def test_a_combiner_that_learns_needs_its_stored_scores(market):
    strategy_save(name="learnt", region="KR", factors=["roe", "momentum_1m"], combiner="risk_adjusted")
    with pytest.raises(FiguresError, match=r"^strategy: learnt has no composite scores on (\d+) of \1 sessions"):
        backtest_run(config=config(strategy="learnt", order_by=None))
    written = {"factors": ["roe", "momentum_1m"], "combiner": "risk_adjusted"}
    with pytest.raises(BacktestError, match=r"^strategy: its combiner learns from the past: save it"):
        backtest_run(config=config(strategy=written, order_by=None))


@pytest.mark.django_db(transaction=True)
def test_a_workbench_computes_each_figure_once(market, monkeypatch):
    from backtests.services import workbench

    asked = []
    real = workbench.figures_compute

    def counting(*, names, on, **more):
        asked.append((tuple(names), len(on)))
        return real(names=names, on=on, **more)

    monkeypatch.setattr(workbench, "figures_compute", counting)
    bench = Workbench()
    for rebalance in ("WEEKLY", "MONTHLY", "WEEKLY"):
        checked = config_check(config=config(sell_conditions=[], rebalance=rebalance))
        asked_of(checked, bench.market(checked), bench)
    assert len(asked) == 2  # the first session of a month is not always that of a week
    assert asked[0][1] > asked[1][1]


@pytest.mark.django_db(transaction=True)
def test_few_names_with_a_figure_are_ordered_by_it(market):
    """Nine have a return on equity: no score, but a value; the best of them are bought."""
    Fundamental.objects.exclude(instrument__in=market[:9]).delete()
    roe = [{"factor": "roe", "operator": ">", "value": 1}]
    _, signals, at = decided(buy_conditions=roe, order_by="roe", max_positions=3)
    session = backtest_run(config=config(buy_conditions=roe, order_by="roe", max_positions=3, sell_conditions=[]))
    bought = [trade for trade in session.trades.all() if trade.signal_date == session.start]
    values = [trade.factors["roe"]["value"] for trade in bought]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)
    candidates = signals.candidates[at[0]]
    assert candidates.sum() == 9
    assert sorted(signals.order[at[0]][candidates])[-3:] == pytest.approx(sorted(values))


@pytest.mark.django_db(transaction=True)
def test_who_meets_the_conditions_without_a_figure_to_order_by_comes_last(market):
    Fundamental.objects.filter(instrument__in=market[:3]).delete()
    _, signals, at = decided(buy_conditions=[{"factor": "momentum_1m", "value": -99}], order_by="roe")
    for session in at:
        order = signals.order[session]
        assert signals.candidates[session].all()
        assert set(np.argsort(order, kind="stable")[:3]) == {0, 1, 2}
    _, without, at = decided(buy_conditions=[], order_by="roe")
    assert np.isnan(without.order[at][:, :3]).all()  # nothing is known of them


@pytest.mark.django_db(transaction=True)
def test_the_selection_tells_where_names_were_lost(market):
    """14 stocks, ten of them banks or chips with reports; five figures missing."""
    Fundamental.objects.filter(instrument__in=market[:5]).delete()
    conditions = [{"factor": "roe", "operator": ">", "value": 10}, {"factor": "momentum_1m", "value": 0}]
    session = backtest_run(config=config(buy_conditions=conditions, order_by="roe", rebalance="MONTHLY"))
    rows = session.statistics.details["selection"]
    assert [row["date"] for row in rows][:2] == ["2024-02-01", "2024-03-04"]
    for row in rows:
        assert row["universe"] == 14
        assert row["conditions"][0]["known"] == 9
        assert row["conditions"][1]["known"] == 14
        met = [condition["met"] for condition in row["conditions"]]
        assert sum(met) - 14 <= row["candidates"] <= min(met)
        day = session.trades.filter(side="BUY", signal_date=row["date"])
        assert row["bought"] == day.count() <= row["candidates"]
