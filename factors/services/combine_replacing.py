"""A strategy's stored scores are of one definition: when others go, and when a run must begin again."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Min, QuerySet

from factors import store
from factors.models import CombineRun, CompositeScore
from factors.services.universes import StrategyError


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two stored definitions mean the same. Options that neither strategy sets do not count: a release may have
    changed their defaults, and that is no edit. (What set options was not kept in the beginning: then all count.)
    """
    options, others = one.get("options", {}), other.get("options", {})
    given = {*one.get("given", options), *other.get("given", others)}
    same = all(options.get(name) == others.get(name) for name in given)
    return same and _rest(one) == _rest(other)


def _rest(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name not in ("options", "given")}


def _others(run: CombineRun) -> QuerySet[CombineRun]:
    """Other runs of the strategy that stored something, the last to do so first."""
    return run.strategy.runs.filter(stored_at__isnull=False).exclude(pk=run.pk).order_by("-stored_at")


def begin_again_if_overtaken(run: CombineRun) -> None:
    """A run taken up again begins anew if another definition's scores were stored meanwhile: they replaced its own."""
    if run.stored_at is None:
        return
    since = _others(run).filter(stored_at__gt=run.stored_at)
    other = next((one for one in since if not alike(one.definition, run.definition)), None)
    if other is not None:
        run.done_through, run.stored_at, run.score_count = None, None, 0
        run.weights, run.model_cards, run.timings = [], [], {}
        run.warnings = [f"begun again from {run.start}: run #{other.pk} stored scores of another definition meanwhile"]


def refuse_to_replace_for_one_session(run: CombineRun) -> None:
    """StrategyError where a run of one session, such as that of every day, would remove the scores of other sessions
    because the strategy was changed: that is for somebody to ask for, over a range.
    """
    earlier = _others(run).first()
    if run.start != run.end or earlier is None or alike(earlier.definition, run.definition):
        return
    rest = CompositeScore.objects.filter(strategy_id=run.strategy_id).exclude(date=run.start)
    period = rest.aggregate(first=Min("date"), last=Max("date"))
    if period["first"]:
        raise StrategyError(
            f"strategy: it was changed, and its scores from {period['first']} to {period['last']} are of the earlier"
            f" definition; recombine from {period['first']}: manage.py combine_factors --strategy"
            f" {run.strategy.name!r} --from {period['first']}"
        )


def replace_other_definition(run: CombineRun) -> None:
    """Scores of an earlier definition would not be comparable with these: they go, and the run says so."""
    earlier = _others(run).first()
    if earlier is None:
        return
    if not alike(earlier.definition, run.definition):
        removed = store.composites_delete(run.strategy_id)
        if removed:
            run.warnings.append(f"the strategy was changed: {removed:,} scores of its earlier definition were removed")
        return
    options, before = run.definition["options"], earlier.definition.get("options", {})
    changed = [f"{name} {before.get(name)} to {now}" for name, now in options.items() if before.get(name) != now]
    if changed:
        run.warnings.append(
            f"defaults have changed since the scores before were made ({', '.join(changed)}): recombine them all for"
            " one series"
        )
