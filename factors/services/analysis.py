"""Analyse factors: how well their scores ordered the returns that came after them."""

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from factors import store
from factors.calc.analysis import Plan
from factors.models import FactorAnalysis, JobState
from factors.services.analysis_figures import Asked, figures_read
from factors.services.analysis_request import AnalysisError, names_check, period_check, plan_check
from factors.services.analysis_result import NO_SCORES, result_of
from factors.services.jobs import carried_out
from factors.services.progress import Progress, silent
from factors.tearsheet import tear_sheet
from market.regions import region_get

ANALYSIS_DEFAULT = Plan()


def analysis_check(
    *, region: str, factor_names: Sequence[str], start: dt.date | None = None, end: dt.date | None = None,
    horizons: Sequence[int] = ANALYSIS_DEFAULT.horizons, quantiles: int = ANALYSIS_DEFAULT.quantiles,
    window: int = ANALYSIS_DEFAULT.window, demean: bool = ANALYSIS_DEFAULT.demean,
) -> FactorAnalysis:  # fmt: skip
    """The analysis that these would make, not saved. ``start``, ``end`` None: of the scores there are.

    AnalysisError, which names field and reason, for an unknown region or factor, options out of range, and a period
    without a session, in the future, or before or after the scores.
    """
    try:
        code = region_get(region).code
    except ValueError as error:
        raise AnalysisError(f"region: {error}") from error
    names = names_check(factor_names)
    plan = plan_check(horizons=horizons, quantiles=quantiles, window=window, demean=demean)
    first, last = period_check(code, start, end)
    options = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(plan).items()}
    return FactorAnalysis(region=code, factor_names=names, start=first, end=last, options=options)


def analysis_create(**asked: Any) -> FactorAnalysis:
    """A queued analysis; arguments and errors as ``analysis_check``."""
    created = analysis_check(**asked)
    created.save()
    return created


def analysis_enqueue(**asked: Any) -> FactorAnalysis:
    """Create an analysis and hand it to the background workers; arguments and errors as ``analysis_check``."""
    with transaction.atomic():
        created = analysis_create(**asked)
        async_task("factors.tasks.run_analysis", created.pk, task_name=f"analysis {created.region} #{created.pk}")
    return created


def analysis_execute(*, analysis_id: int, progress: Progress = silent) -> FactorAnalysis:
    """Carry out a queued analysis; the row keeps result, state and timings.

    PARTLY when some of its factors have nothing to analyse, FAILED and AnalysisError when none has. ``NotQueued`` when
    it has been carried out; ``store.RunInProgress`` while another process does.
    """
    analysis = FactorAnalysis.objects.get(pk=analysis_id)
    with carried_out(analysis):
        _execute(analysis, progress)
    return analysis


def _execute(analysis: FactorAnalysis, progress: Progress) -> None:
    clock = time.perf_counter()
    plan = plan_of(analysis)
    region, start, end, names = analysis.region, analysis.start, analysis.end, analysis.factor_names
    figures = figures_read(Asked(region, start, end, names, plan), progress)
    analysis.timings = figures.seconds
    counts = store.counts_read(region, start, end, names)
    result, problems = result_of(figures, plan, counts)
    if not result["factors"]:
        raise AnalysisError(_nothing(analysis, problems))
    analysis.result = result | {"problems": problems}
    analysis.timings |= {"total": round(time.perf_counter() - clock, 4)}
    progress("done", 1, 1)
    message = "; ".join([*(f"{name}: {why}" for name, why in problems.items()), *result["warnings"]])
    analysis.finish(JobState.PARTLY if problems else JobState.DONE, message)


def _nothing(analysis: FactorAnalysis, problems: dict[str, str]) -> str:
    region, start, end = analysis.region, analysis.start, analysis.end
    told = "; ".join(f"{name}: {why}" for name, why in problems.items())
    hint = ""
    if NO_SCORES in problems.values():
        hint = f" (manage.py compute_factors --region {region} --from {start} --to {end} computes scores)"
    return f"factors: nothing to analyse in {region} from {start} to {end}: {told}{hint}"


def plan_of(analysis: FactorAnalysis) -> Plan:
    """The plan an analysis was asked for."""
    asked: dict[str, Any] = dict(analysis.options)
    return Plan(**asked | {name: tuple(asked[name]) for name in ("horizons", "decay")})


def analysis_summary(*, analysis: FactorAnalysis) -> dict[str, Any]:
    """A finished analysis as plain data, for JSON."""
    names = (
        "id", "region", "factor_names", "start", "end", "options", "state", "message", "timings", "result",
        "created_at", "started_at", "finished_at",
    )  # fmt: skip
    return {name: getattr(analysis, name) for name in names}


def analysis_tear_sheet(*, analysis: FactorAnalysis) -> str:
    """The tear sheet as one HTML file that needs nothing else; AnalysisError while there is no result."""
    if analysis.result is None:
        why = f": {analysis.message}" if analysis.message else ""
        raise AnalysisError(f"analysis #{analysis.pk} is {analysis.state} and has no result{why}")
    return tear_sheet(analysis)
