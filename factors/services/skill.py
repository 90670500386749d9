"""What the newest analyses of a region found of each factor."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KeyTransform

from factors import store
from factors.models import FactorAnalysis, JobState

LOOKED_AT = 200  # analyses of a region, the newest


@dataclass(frozen=True)
class Skill:
    """The mean rank IC over ``horizon`` sessions after the score, and its t for overlapping returns, in a period."""

    analysis_id: int
    start: dt.date
    end: dt.date
    horizon: int
    rank_ic: float | None
    t: float | None


def skill_newest(*, region: str) -> dict[str, Skill]:
    """By factor, of the newest finished analysis that has it, over its longest horizon."""
    newest = analyses_newest(region=region)
    found = store.information_read(sorted({one.pk for one in newest.values()}))
    return {name: _skill(one, found[one.pk, name]["information"][-1]) for name, one in newest.items()}


def analyses_newest(*, region: str) -> dict[str, FactorAnalysis]:
    """By factor the newest finished analysis of ``region`` that could analyse it; rows without their results."""
    of_region = FactorAnalysis.objects.filter(region=region).order_by("-id").defer("result")
    done = list(of_region.filter(state=JobState.DONE)[:LOOKED_AT])
    partly = of_region.filter(state=JobState.PARTLY).annotate(problems=KeyTransform("problems", "result"))
    found: dict[str, FactorAnalysis] = {}
    for one in sorted([*done, *partly[:LOOKED_AT]], key=lambda row: row.pk, reverse=True):
        for name in one.factor_names:
            if name not in getattr(one, "problems", {}):
                found.setdefault(name, one)
    return found


def analysis_of_factor(*, analysis: FactorAnalysis, name: str) -> tuple[list[str], dict[str, Any]]:
    """(sessions, what was found of the factor) of a finished analysis."""
    row = FactorAnalysis.objects.filter(pk=analysis.pk).values_list(
        KeyTransform("days", "result"), KeyTransform(name, KeyTransform("factors", "result"))
    )
    days, found = row.get()
    return days, found


def _skill(analysis: FactorAnalysis, row: dict[str, Any]) -> Skill:
    one = row["rank_ic"]
    return Skill(analysis.pk, analysis.start, analysis.end, row["horizon"], one["mean"], one["t_newey_west"])
