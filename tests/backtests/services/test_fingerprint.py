"""When a stored backtest is the answer, and when it is not: every ingredient of a result is one of its fingerprint."""

import datetime as dt

import pytest

from backtests.models import BacktestSession, Status
from backtests.services import backtest_create, backtest_execute, backtest_run, config_check, fingerprint
from backtests.services.fingerprint import basis_of, deciding_files
from factors.models import FactorFormula
from factors.services import (
    FiguresError,
    backfill_create,
    backfill_execute,
    combine_run_create,
    combine_run_execute,
    strategy_save,
)
from factors.services.formulas import formula_save
from market.models import Fundamental, Instrument, PriceBar
from tests.backtests.services.tables import START, config, days, small_market
from tests.shared_data import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = dt.date.fromisoformat(START)


@pytest.fixture
def market():
    return small_market()


def told(**changes):
    return basis_of(config_check(config=config(**changes))).fingerprint


def closes_change(settings):
    PriceBar.objects.filter(date=days()[-5]).update(close=4000)


def reports_change(settings):
    Fundamental.objects.all().update(net_income=1e9)


def a_name_changes(settings):
    Instrument.objects.filter(ticker="T00").update(name="Another")


def a_delisting_is_known(settings):
    Instrument.objects.filter(ticker="T00").update(delisted_on=days()[-3])


def other_sources_win(settings):
    settings.FUNDAMENTAL_SOURCE_RANKS = ["sec", "csv"]


def the_code_changes(settings):
    settings.monkeypatch.setattr(fingerprint, "CODE_VERSION", "another")


@pytest.mark.parametrize(
    "change", [closes_change, reports_change, a_name_changes, a_delisting_is_known, other_sources_win, the_code_changes]
)
def test_what_a_result_follows_from(market, settings, monkeypatch, change):
    before = told()
    assert told() == before
    settings.monkeypatch = monkeypatch
    change(settings)
    assert told() != before
    assert len(before) == 64


def test_a_first_day_is_no_last_day(market):
    """Listed on a day, then delisted on it: two markets."""
    stock = Instrument.objects.filter(ticker="T00")
    stock.update(listed_on=days()[-20], delisted_on=None)
    listed = told()
    stock.update(listed_on=None, delisted_on=days()[-20])
    assert told() != listed


def test_a_formula_that_means_something_else(market):
    formula_save(name="trend", formula="mean(close, 5) / close")
    before = told(order_by="trend")
    existing = FactorFormula.objects.get(name="trend")
    formula_save(name="trend", formula="close / mean(close, 5)", existing=existing)
    assert told(order_by="trend") != before


def test_a_strategy_that_was_edited(market):
    strategy = strategy_save(name="s", region="KR", factors=["roe"])
    before = told(strategy="s", order_by=None)
    strategy_save(name="s", region="KR", factors=["momentum_1m"], strategy=strategy)
    assert told(strategy="s", order_by=None) != before


def test_what_has_no_revision_is_never_equal(market):
    """Holdings of ETFs come and go without one."""
    assert told(order_by="etf_preference", buy_conditions=[]) == ""


def test_the_name_alone_makes_no_difference(market):
    assert told(name="one") == told(name="two")


def test_every_deciding_file_counts():
    """Doors do not; calendars, regions, models and the registry do."""
    names = {str(path.relative_to(ROOT)) for path in deciding_files()}
    assert {"market/calendars.py", "market/regions.py", "factors/base.py", "backtests/calc/simulate.py"} <= names
    assert {"factors/models/runs.py", "backtests/store/results.py", "market/store/quotes.py"} <= names
    assert not [name for name in names if "/api/" in name or "/admin" in name or "/migrations/" in name]


def test_a_result_is_stamped_with_what_it_was_computed_from(market):
    """Asked for, then the strategy edited, then computed: it is the answer to the edited one."""
    strategy = strategy_save(name="s", region="KR", factors=["momentum_1m"])
    asked = backtest_create(config=config(strategy="s", order_by=None))
    first = asked.fingerprint
    strategy_save(name="s", region="KR", factors=["roe"], strategy=strategy)
    done = backtest_execute(session_id=asked.pk)
    assert done.fingerprint != first
    assert backtest_run(config=config(strategy="s", order_by=None)).pk == done.pk
    strategy_save(name="s", region="KR", factors=["momentum_1m"], strategy=strategy)
    assert backtest_run(config=config(strategy="s", order_by=None)).pk != done.pk


def test_data_that_change_while_it_runs(market):
    """The result says so, and nobody else is given it."""
    asked = backtest_create(config=config())

    def change(stage: str, done: int, total: int) -> None:
        if stage == "saving":
            PriceBar.objects.filter(date=days()[-5]).update(close=4000)

    done = backtest_execute(session_id=asked.pk, progress=change)
    assert done.status == Status.COMPLETED
    assert done.fingerprint == ""
    assert "changed while it ran" in done.warnings[-1]


def test_the_end_is_settled_when_it_is_asked_for(market):
    """Days that are loaded meanwhile belong to another backtest."""
    last = days()[-1]
    PriceBar.objects.filter(date__gt=days()[-4]).delete()
    asked = backtest_create(config=config(end=None))
    assert (str(asked.end), asked.config["end"]) == (str(days()[-4]),) * 2
    stocks = Instrument.objects.filter(asset_type="STOCK")
    PriceBar.objects.bulk_create(PriceBar(instrument=one, date=last, close=5000, open=5000) for one in stocks)
    done = backtest_execute(session_id=asked.pk)
    assert done.snapshots.latest("date").date == days()[-4]
    assert backtest_run(config=config(end=None)).end == last


def combined(strategy: str) -> None:
    combine_run_execute(run_id=combine_run_create(strategy=strategy, start=FIRST, end=days()[-1]).pk)


def test_composites_of_an_earlier_definition_are_refused(market):
    """And older ones than the data are told; trades show the composite that decided."""
    names = ["roe", "momentum_1m", "pe_ratio"]
    backfill_execute(backfill_id=backfill_create(region="KR", start=FIRST, end=days()[-1], factor_names=names).pk)
    how = {"region": "KR", "combiner": "risk_adjusted"}
    strategy = strategy_save(name="learnt", factors=["roe", "momentum_1m"], **how)
    combined("learnt")
    asked = config(strategy="learnt", order_by=None, buy_conditions=[{"factor": "composite", "value": 40}])
    first = backtest_run(config=asked)
    assert not first.warnings
    for trade in first.trades.filter(side="BUY"):
        assert trade.factors["composite"]["value"] >= 40
    strategy_save(name="learnt", factors=["pe_ratio", "roe"], strategy=strategy, **how)
    with pytest.raises(FiguresError, match=r"^strategy: learnt was changed after its composites were stored"):
        backtest_run(config=asked)
    combined("learnt")
    PriceBar.objects.filter(date=days()[-5]).update(close=4000)
    old = backtest_run(config=asked)
    assert old.warnings == [
        "composites of learnt were combined before the newest change of the data: combine them again"
    ]
    assert BacktestSession.objects.completed().count() == 2
