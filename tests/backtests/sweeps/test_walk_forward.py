"""Walk-forward tests over a small market: by hand, and with a future that changes nothing."""

import datetime as dt

import numpy as np
import pytest
from django_q.models import OrmQ

from backtests import services, tasks
from backtests.models import BacktestSweep
from backtests.services import sweep_working, walk_forward_end
from backtests.services.errors import BacktestError
from backtests.services.sweep_plan import sweep_planned
from market.models import Instrument, PriceBar
from portfolio.calc.statistics import Track, statistics_of
from tests.backtests.sweeps.made import BASE, make_market
from tests.factors.market_tables import add_bars, add_instrument, sessions

pytestmark = pytest.mark.django_db(transaction=True)
CONFIG = BASE | {"start": "2024-01-01", "benchmark": ""}
AXES = {"max_positions": [2, 3, 5], "order_by": ["momentum_1m", "market_cap"]}


def walk(config=CONFIG, axes=AXES, train=2, test=1, **more) -> BacktestSweep:
    created = services.walk_forward_create(config=config, axes=axes, train=train, test=test, **more)
    services.sweep_work(sweep_id=created.pk)
    created.refresh_from_db()
    return created


@pytest.fixture
def market() -> None:
    make_market()


def test_every_figure_is_that_of_a_single_backtest(market):
    found = walk()
    assert (found.status, found.method, found.variant_count) == ("COMPLETED", "WALK_FORWARD", 24)
    windows = found.result["windows"]
    assert [(one["train_start"], one["train_end"], one["test_start"], one["test_end"]) for one in windows] == [
        ("2024-01-02", "2024-02-29", "2024-03-04", "2024-03-29"),  # 1 March is a holiday in Korea
        ("2024-02-01", "2024-03-29", "2024-04-01", "2024-04-30"),
        ("2024-03-04", "2024-04-30", "2024-05-02", "2024-05-31"),
        ("2024-04-01", "2024-05-31", "2024-06-03", "2024-06-28"),
    ]
    value, days = [1e8], []
    for window in windows:
        trained = {}
        for names in AXES["max_positions"]:
            for factor in AXES["order_by"]:
                asked = {"max_positions": names, "order_by": factor}
                period = {"start": window["train_start"], "end": window["train_end"]}
                single = services.backtest_run(config=CONFIG | asked | period)
                trained[names, factor] = single.statistics.sharpe_ratio
        best = max(trained.values())
        first = next(key for key, ratio in trained.items() if ratio == best)
        assert window["chosen"] == {"max_positions": first[0], "order_by": first[1]}
        assert window["train"]["sharpe_ratio"] == best
        period = {"start": window["test_start"], "end": window["test_end"]}
        tested = services.backtest_run(config=CONFIG | window["chosen"] | period)
        assert window["test"] == tested.statistics.figures
        rows = list(tested.snapshots.order_by("date").values_list("date", "value"))
        growth = value[-1] / 1e8
        value += [growth * level for _, level in rows]
        days += [str(day) for day, _ in rows]
    series = found.result["series"]
    assert series["dates"][1:] == days
    assert series["value"] == pytest.approx(value, rel=1e-13)
    _statistics_are_those_of_the_series(found)


def _statistics_are_those_of_the_series(found):
    series = found.result["series"]
    index = Instrument.objects.get(ticker="KOSPI")
    levels = dict(PriceBar.objects.filter(instrument=index).values_list("date", "close"))
    benchmark = np.array([levels[dt.date.fromisoformat(day)] for day in series["dates"]])
    assert series["benchmark"] == pytest.approx((1e8 * benchmark / benchmark[0]).tolist(), rel=1e-12)
    track = Track(np.array(series["value"]), np.array(series["dates"], "datetime64[D]"), benchmark)
    for name, figure in statistics_of(track).items():
        assert found.result["statistics"][name] == (None if figure is None else pytest.approx(figure, rel=1e-9)), name
    assert found.result["benchmark"]["ticker"] == "KOSPI"


def test_by_hand():
    """Two stocks that rise and fall in turns: what is chosen is what rose, what is tested is what comes then."""
    days = sessions(86, dt.date(2024, 4, 30))  # from 22 December 2023 on
    months = np.array([day.month for day in days])
    up, flat = np.full(len(days), 1.01), np.full(len(days), 1.0)
    growth_a = np.where(np.isin(months, [1, 4]), up, flat)  # A rises in January and April, B in February and March
    growth_b = np.where(np.isin(months, [2, 3]), up, flat)
    for ticker, growth in (("A", growth_a), ("B", growth_b)):
        close = 100.0 * np.cumprod(growth)
        add_bars(add_instrument(ticker), days, close, open=close, shares_outstanding=1.0)
    for place in range(10):  # a factor needs ten names to have scores
        add_bars(add_instrument(f"Z{place}"), days, np.full(len(days), 50.0 + place), shares_outstanding=1.0)
    config = {
        "region": "KR", "start": "2024-01-01", "order_by": "market_cap", "max_positions": 1, "benchmark": "none",
        "cash_buffer": 0, "commission": 0, "tax": 0, "slippage": 0, "fractional": True, "fill": "next_close",
        "risk_free": 0,
    }  # fmt: skip
    found = walk(config, {"universe.tickers": [["A"], ["B"]]}, 1, 1, objective="total_return")
    told = [(one["chosen"]["universe.tickers"], one["test_start"]) for one in found.result["windows"]]
    assert told == [(["A"], "2024-02-01"), (["B"], "2024-03-04"), (["B"], "2024-04-01")]
    # Window 1: A in February, flat. Window 2: B, decided on 4 March, bought at the close of the 5th, then up 1 % on
    # each session that is left of the month. Window 3: B in April, flat.
    rises = sum(dt.date(2024, 3, 5) < day <= dt.date(2024, 3, 31) for day in days)
    values = found.result["series"]["value"]
    assert values[-1] == pytest.approx(100_000_000 * 1.01**rises, rel=1e-12)
    assert found.result["statistics"]["total_return"] == pytest.approx(100 * (1.01**rises - 1), rel=1e-12)
    assert (found.result["series"]["benchmark"], found.result["benchmark"]) == (None, None)


def test_the_future_changes_no_choice_made_before_it(market):
    before = walk().result["windows"]
    last = before[1]["train_end"]  # the second choice is made on its close
    rng = np.random.default_rng(0)
    bars = list(PriceBar.objects.filter(date__gt=last))
    for bar in bars:
        bar.close, bar.open = (float(price) for price in rng.uniform(1_000, 90_000, 2))
    PriceBar.objects.bulk_update(bars, ["close", "open"])
    after = walk().result["windows"]
    for place in (0, 1):
        for name in ("chosen", "train", "variant"):
            assert after[place][name] == before[place][name]
    assert after[0]["test"] == before[0]["test"]
    assert after[1]["test"] != before[1]["test"]
    assert [one["train"] for one in after[2:]] != [one["train"] for one in before[2:]]


def test_tests_are_made_turn_by_turn_where_a_turn_is_short(market, monkeypatch):
    at_once = walk()
    created = services.walk_forward_create(config=CONFIG, axes=AXES, train=2, test=1)
    services.sweep_work(sweep_id=created.pk, most_seconds=0)
    created.variants.update(status="COMPLETED")
    for done, one in zip(at_once.variants.order_by("number"), created.variants.order_by("number"), strict=True):
        created.variants.filter(pk=one.pk).update(objective=done.objective, figures=done.figures)
    monkeypatch.setattr(sweep_working.Conf, "TIMEOUT", 1e-6)
    for turn in (1, 2, 3):
        assert tasks.work_sweep(created.pk) == 0
        created.refresh_from_db()
        assert (created.status, len(created.tests), created.result) == ("RUNNING", turn, None)
        assert OrmQ.objects.count() == turn
    tasks.work_sweep(created.pk)
    created.refresh_from_db()
    assert (created.status, created.tests, OrmQ.objects.count()) == ("COMPLETED", [], 3)
    assert created.result == at_once.result


def test_cancelled_between_two_tests_it_goes_on_from_there(market, monkeypatch):
    at_once, made, original = walk(), [], walk_forward_end._tested
    created = services.walk_forward_create(config=CONFIG, axes=AXES, train=2, test=1)

    def cancelled_at_two(sweep, worker, place):
        made.append(place)
        if made == [0, 1]:
            services.sweep_cancel(sweep_id=sweep.pk)
        return original(sweep, worker, place)

    monkeypatch.setattr(sweep_working, "LOOK", 0.0)
    monkeypatch.setattr(walk_forward_end, "_tested", cancelled_at_two)
    services.sweep_work(sweep_id=created.pk)
    created.refresh_from_db()
    assert (created.status, len(created.tests), made) == ("CANCELLED", 1, [0, 1])
    services.sweep_resume(sweep_id=created.pk)
    services.sweep_work(sweep_id=created.pk)
    created.refresh_from_db()
    assert (created.status, made) == ("COMPLETED", [0, 1, 1, 2, 3])
    assert created.result == at_once.result


def test_anchored_windows_and_equal_variants(market):
    found = walk(axes={"name": ["one", "two"], "max_positions": [3]}, anchored=True)
    assert {one["train_start"] for one in found.result["windows"]} == {"2024-01-02"}
    assert {one["chosen"]["name"] for one in found.result["windows"]} == {"one"}  # the first of equal ones
    assert [one["variant"] for one in found.result["windows"]] == [1, 3, 5, 7]


def test_variants_that_fail_are_not_chosen(market):
    found = walk(axes={"max_positions": [0, 3]})
    assert found.counts()["FAILED"] == len(found.result["windows"])
    assert {one["chosen"]["max_positions"] for one in found.result["windows"]} == {3}


def test_without_any_objective_there_is_no_choice(market):
    never = CONFIG | {"buy_conditions": [{"factor": "momentum_1m", "operator": ">", "value": 1e6}]}
    created = services.walk_forward_create(config=never, axes={"max_positions": [3]}, train=2, test=1)
    why = "objective: no variant has a sharpe_ratio from 2024-01-02 to 2024-02-29"
    with pytest.raises(BacktestError, match=why):
        services.sweep_work(sweep_id=created.pk)
    created.refresh_from_db()
    assert (created.status, created.error) == ("FAILED", why)
    with pytest.raises(BacktestError, match="has no result: objective: no variant has"):
        services.walk_forward_report(sweep=created)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"train": 24}, "train: 24 months to choose on and 1 to test on do not fit into 2024-01-01 to 2024-06-28"),
        ({"train": 0}, "train: must be a whole number of months from 1 to 600, not 0"),
        ({"test": 1.5}, "test: must be a whole number of months"),
        ({"axes": {"start": ["2024-02-01"]}}, "axes: start: the windows of a walk-forward set the period"),
        ({"axes": {"max_positions": list(range(1, 25_002))}}, "axes: 25,001 variants are too many (at most 25,000)"),
        ({"objective": "luck"}, "objective: unknown 'luck'"),
    ],
)
def test_walks_that_cannot_be(market, asked, told):
    given = {"config": CONFIG, "axes": AXES, "train": 2, "test": 1} | asked
    with pytest.raises(BacktestError) as refused:
        services.walk_forward_create(**given)
    assert str(refused.value).startswith(told)
    with pytest.raises(BacktestError) as planned:  # counting it beforehand says the same
        sweep_planned(**given, method="WALK_FORWARD")
    assert str(planned.value) == str(refused.value)
    assert not BacktestSweep.objects.exists()


def test_the_report(market):
    found = walk(name="Half a year ahead")
    page = services.sweep_report(sweep=found)
    assert "Half a year ahead" in page
    assert "2024-06-03 to 2024-06-28" in page
    with pytest.raises(BacktestError, match="a walk-forward has windows"):
        services.variant_run(sweep_id=found.pk, number=1)
