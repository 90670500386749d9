"""Analyses of stored scores: the figures, slices, states and refusals."""

import datetime as dt

import numpy as np
import pytest
from django.db import connections
from django_q.models import OrmQ
from scipy import stats

from factors import services, store
from factors.calc.analysis import Plan
from factors.models import Factor, FactorAnalysis, FactorRun, FactorScore
from factors.services import analysis as service
from factors.services import analysis_figures
from factors.tasks import run_analysis
from market.jobs.locks import LOCK_CLASS
from market.models import PriceBar
from tests.factors.analysis.scored import NAMES, Market, scored_market
from tests.factors.market_tables import sessions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market() -> Market:
    return scored_market()


def analyse(*names: str, **asked: object) -> FactorAnalysis:
    created = services.analysis_create(region="KR", factor_names=names or ("roe",), window=5, **asked)
    return services.analysis_execute(analysis_id=created.pk)


def filled(close: np.ndarray) -> np.ndarray:
    found = close.copy()
    for t in range(1, len(found)):
        found[t] = np.where(np.isnan(found[t]), found[t - 1], found[t])
    return found


def test_the_figures_are_those_of_scores_and_closes(market):
    """Rank ICs day by day by scipy, from the same scores and closes joined by hand."""
    analysis = analyse("roe", "beta")
    assert (analysis.state, analysis.message) == ("DONE", "")
    close, result = filled(market.close), analysis.result
    assert result["sessions"] == 44
    assert result["days"] == [str(day) for day in market.days[:44]]
    for horizon in (1, 5, 21):
        for name in ("roe", "beta"):
            ours = result["factors"][name]["series"]["rank_ic"][str(horizon)]
            for t in range(44):
                if t + horizon >= len(close):
                    assert ours[t] is None
                    continue
                score = market.score[name][t].astype(np.float32)
                known = np.isfinite(score)
                returns = close[t + horizon] / close[t] - 1
                assert ours[t] == pytest.approx(stats.spearmanr(score[known], returns[known])[0], abs=2e-6)


def test_a_name_that_stopped_trading_counts_to_its_last_day(market):
    """Its last scores, two sessions after its last bar, are set against its last close: a return of 0."""
    found = analyse("beta").result
    assert (found["instruments"], found["ended"]) == (NAMES, 1)
    assert found["prices_through"] == str(market.days[-1])
    scored = found["factors"]["beta"]["series"]["scored"]
    assert scored == [NAMES] * 35 + [NAMES - 1] * 9
    assert found["factors"]["beta"]["coverage"]["no_close"] == 0.0


def test_coverage_tells_drops_by_cause(market):
    covered = analyse("roe").result["factors"]["roe"]["coverage"]
    assert covered["universe"] == NAMES
    assert covered["drops"] == {"missing_field": round((35 * 1 + 9 * 2) / 44, 2)}
    assert covered["scored"] == round((35 * 13 + 9 * 12) / 44, 2)
    assert (covered["sessions_with_scores"], covered["counted_sessions"]) == (44, 44)
    assert covered["by_month"][0]["missing_field"] == 1.0


def test_slices_make_no_difference(market, monkeypatch):
    whole = analyse("roe", "beta").result
    monkeypatch.setattr(analysis_figures, "SESSIONS", (7, 7))
    assert analyse("roe", "beta").result == whole


def test_sessions_without_scores_stay_in_the_calendar(market):
    """Scores of every second session alone: turnover over 5 sessions is never known, over 4 it is."""
    FactorScore.objects.filter(date__in=market.days[1::2]).delete()
    found = analyse("roe").result["factors"]["roe"]
    assert found["series"]["scored"][:4] == [13, 0, 13, 0]
    assert found["turnover"]["top"] is None
    created = services.analysis_create(region="KR", factor_names=["roe"], window=4)
    again = services.analysis_execute(analysis_id=created.pk).result["factors"]["roe"]
    assert 0 < again["turnover"]["top"] <= 100


def test_a_period(market):
    found = analyse("roe", start=market.days[3], end=market.days[20])
    assert (found.start, found.end, found.result["sessions"]) == (market.days[3], market.days[20], 18)
    assert found.result["factors"]["roe"]["information"][2]["rank_ic"]["count"] == 18  # prices go on after it


def test_percent(market):
    """Quantile returns are kept in percent: twice the spread of the halves of two names each."""
    found = analyse("beta", quantiles=2, horizons=[1]).result["factors"]["beta"]
    close = filled(market.close)
    spreads = []
    for t in range(44):
        score = market.score["beta"][t]
        known = np.isfinite(score)
        returns = 100 * (close[t + 1] / close[t] - 1)
        top = known & (score > np.median(score[known]))
        spreads.append(returns[top].mean() - returns[known & ~top].mean())
    assert found["spread"][0]["mean"] == pytest.approx(np.mean(spreads), abs=1e-9)
    assert found["series"]["cumulative"]["spread"][0] == pytest.approx(spreads[0], rel=1e-5)


# --- what cannot be analysed --------------------------------------------------------------------------------------


REFUSED = [
    ({"region": "XX"}, "region: unknown region 'XX'"),
    ({"region": "US"}, "region: US has no prices"),
    ({"factor_names": []}, "factors: name at least one"),
    ({"factor_names": ["roee"]}, "factors: unknown factor 'roee'; did you mean roe"),
    ({"start": dt.date(2010, 1, 4)}, "from: 2010-01-04 is before the first factor scores of KR (2024-04-16)"),
    ({"start": dt.date(2024, 6, 27)}, "from: 2024-06-27 is after the newest factor scores of KR (2024-06-20)"),
    ({"start": dt.date(2024, 6, 1), "end": dt.date(2024, 5, 1)}, "from: 2024-06-01 is after to (2024-05-01)"),
    ({"start": dt.date(2024, 6, 1), "end": dt.date(2024, 6, 2)}, "from: there is no session of KR"),
    ({"end": dt.date(2024, 4, 1)}, "to: 2024-04-01 is before the first factor scores of KR (2024-04-16)"),
    ({"end": dt.date(2999, 1, 4)}, "to: 2999-01-04 is in the future for KR"),
    ({"horizons": []}, "horizons: one or more numbers of sessions from 1 to 252"),
    ({"horizons": [0, 5]}, "horizons: one or more numbers of sessions from 1 to 252"),
    ({"quantiles": 1}, "quantiles: 1 is not between 2 and 20"),
    ({"quantiles": 21}, "quantiles: 21 is not between 2 and 20"),
    ({"window": 0}, "window: 0 is not between 1 and 252 sessions"),
]


def test_requests_that_are_refused(market, subtests):
    for asked, reason in REFUSED:
        with subtests.test(reason), pytest.raises(services.AnalysisError) as error:
            services.analysis_create(**{"region": "KR", "factor_names": ["roe"], **asked})
        assert str(error.value).startswith(reason)
    assert not FactorAnalysis.objects.exists()


def test_a_holiday_before_the_first_scores_is_no_mistake(market):
    first = market.days[0] - dt.timedelta(days=1)
    while first in sessions(60):
        first -= dt.timedelta(days=1)
    FactorRun.objects.filter(date__lt=market.days[5]).delete()
    monday = next(day for day in market.days[6:] if day.weekday() == 0)
    FactorRun.objects.filter(date__lt=monday).delete()
    assert services.analysis_check(region="KR", factor_names=["roe"], start=monday - dt.timedelta(days=1))


def test_a_region_without_scores(market):
    FactorRun.objects.all().delete()
    with pytest.raises(services.AnalysisError, match=r"KR has no factor scores yet: manage\.py compute_factors"):
        services.analysis_create(region="KR", factor_names=["roe"])


def test_a_factor_without_scores_fails_and_says_how_to_get_some(market):
    with pytest.raises(
        services.AnalysisError, match=r"roa: no scores in this period.*compute_factors --region KR --from"
    ):
        analyse("roa")
    assert FactorAnalysis.objects.get().state == "FAILED"


def test_some_factors_without_scores_leave_the_others(market):
    found = analyse("roa", "roe")
    assert (found.state, found.message) == ("PARTLY", "roa: no scores in this period")
    assert list(found.result["factors"]) == ["roe"]
    assert found.result["correlation"]["names"] == ["roe"]


def test_scores_that_are_the_same_for_all(market):
    FactorScore.objects.update(score=0.0)
    with pytest.raises(services.AnalysisError, match="scores or returns do not vary"):
        analyse("roe")


def test_values_without_scores(market):
    """Of cross-sections too small to be normalised."""
    FactorScore.objects.update(score=None)
    with pytest.raises(services.AnalysisError, match="roe: no scores in this period"):
        analyse("roe")


def test_nobody_has_a_close(market):
    """Scores whose bars were deleted, save those of somebody else."""
    keeper = market.stocks[0]
    PriceBar.objects.exclude(instrument=keeper).delete()
    with pytest.raises(services.AnalysisError, match="no instrument with a score has a close"):
        analyse("roe")


def test_a_forecast_that_cannot_be_is_flagged(market):
    """A factor made of tomorrow's return."""
    close = filled(market.close)
    tomorrow = {
        (day, stock.pk): close[t + 1, i] / close[t, i] - 1
        for t, day in enumerate(market.days[:44])
        for i, stock in enumerate(market.stocks)
    }
    rows = list(FactorScore.objects.filter(factor__name="beta"))
    for row in rows:
        row.score = tomorrow[row.date, row.instrument_id]
    FactorScore.objects.filter(factor__name="beta").delete()
    FactorScore.objects.bulk_create(rows)
    found = analyse("beta")
    assert found.state == "DONE"
    assert "suspicious: look-ahead?" in found.message
    assert found.result["factors"]["beta"]["information"][0]["rank_ic"]["mean"] == pytest.approx(1.0)


# --- states -------------------------------------------------------------------------------------------------------


def test_queued_carried_out_and_not_twice(market):
    queued = services.analysis_enqueue(region="KR", factor_names=["roe"])
    assert (queued.state, OrmQ.objects.count()) == ("QUEUED", 1)
    assert run_analysis(queued.pk) == "DONE"
    queued.refresh_from_db()
    assert queued.finished_at > queued.started_at
    assert set(queued.timings) == {"read", "compute", "total"}
    with pytest.raises(services.NotQueued, match="is DONE, not QUEUED"):
        services.analysis_execute(analysis_id=queued.pk)


def test_one_process_at_a_time(market):
    created = services.analysis_create(region="KR", factor_names=["roe"])
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, f"analysis:{created.pk}"])
        with pytest.raises(store.RunInProgress):
            services.analysis_execute(analysis_id=created.pk)
    other.close()
    created.refresh_from_db()
    assert (created.state, created.message) == (
        "CANCELLED", f"analysis #{created.pk} is being carried out by another process"
    )  # fmt: skip


def test_a_killed_process_is_noticed(market):
    dead = services.analysis_create(region="KR", factor_names=["roe"])
    FactorAnalysis.objects.filter(pk=dead.pk).update(state="RUNNING")
    analyse("roe")
    dead.refresh_from_db()
    assert (dead.state, dead.message) == ("INTERRUPTED", "its process ended before it")


def test_whatever_fails_is_told_and_raised(market, monkeypatch):
    def broken(*args: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(service, "figures_read", broken)
    with pytest.raises(MemoryError):
        analyse("roe")
    failed = FactorAnalysis.objects.get()
    assert (failed.state, failed.message) == ("FAILED", "MemoryError: no room")
    with pytest.raises(services.AnalysisError, match="is FAILED and has no result: MemoryError: no room"):
        services.analysis_tear_sheet(analysis=failed)


def test_counts_come_from_the_newest_finished_run(market):
    day = market.days[0]
    for state, number in (("DONE", 3), ("FAILED", 9)):
        FactorRun.objects.create(
            region="KR", date=day, state=state, universe_size=20, counts={"roe": {"scored": 17, "stale": number}}
        )
    assert store.counts_read("KR", day, day, ["roe", "pe_ratio"]) == {"roe": {day: (20, {"stale": 3})}, "pe_ratio": {}}


def test_the_plan_survives_its_row(market):
    created = services.analysis_create(region="KR", factor_names=["roe"], horizons=[5, 1, 5], quantiles=3, demean=True)
    created.refresh_from_db()
    assert service.plan_of(created) == Plan(horizons=(1, 5), quantiles=3, demean=True)
    assert Factor.objects.filter(name="roe").exists()
