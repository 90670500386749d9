"""What is looked at before a strategy is combined: that there are scores, all of one kind, and what one must know."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import IntegerField, Max, Min, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from factors.models import Factor, FactorBackfill, FactorRun, FactorScore
from factors.services.strategies import Definition
from factors.services.universes import StrategyError, conditions_of

NEWEST = 5  # sessions looked at for scores before a whole range is


def scores_period(*, region: str) -> tuple[dt.date, dt.date] | None:
    """First and last session of a region that have factor scores; None where there are none."""
    runs = FactorRun.objects.done().filter(region=region, score_count__gt=0).aggregate(Min("date"), Max("date"))
    backfills = FactorBackfill.objects.filter(region=region, done_through__isnull=False)
    of_backfills = backfills.aggregate(Min("start"), Max("done_through"))
    first = [day for day in (runs["date__min"], of_backfills["start__min"]) if day]
    last = [day for day in (runs["date__max"], of_backfills["done_through__max"]) if day]
    return (min(first), max(last)) if first and last else None


def refuse_scoreless(definition: Definition, start: dt.date, end: dt.date) -> None:
    """StrategyError for a factor of the strategy or of its universe's conditions without any figure from ``start`` to
    ``end``.
    """
    needed = [("factors", name, "score") for name in definition.factors]
    needed += [("universe", condition.factor, condition.field) for condition in conditions_of(definition.universe)]
    ids = dict(Factor.objects.values_list("name", "id"))
    for field, name, column in dict.fromkeys(needed):
        what = "valued" if column == "value" else "scored"
        if name not in ids or not _has(definition.region, (name, ids[name]), what, (start, end)):
            raise StrategyError(
                f"{field}: {name} has no {'values' if what == 'valued' else 'scores'} of {definition.region}"
                f" from {start} to {end}: manage.py compute_factors --region {definition.region} tells why"
            )


def _has(region: str, factor: tuple[str, int], what: str, period: tuple[dt.date, dt.date]) -> bool:
    """Whether a factor (name, id) has figures in a period. What its runs counted is asked first, and a few sessions of
    those; the whole range only where they do not tell (a formula's older scores may have been removed since).
    """
    rows = FactorScore.objects.filter(factor_id=factor[1], instrument__region=region)
    if what == "scored":
        rows = rows.filter(score__isnull=False)
    runs = FactorRun.objects.done().filter(region=region, date__range=period, counts__has_key=factor[0])
    some = _counting(runs, factor[0], what)
    if not some and runs.exists():
        return False
    return bool(some and rows.filter(date__in=some).exists()) or rows.filter(date__range=period).exists()


def _counting(runs: QuerySet[FactorRun], name: str, what: str) -> list[dt.date]:
    """The newest sessions whose runs counted figures of a factor."""
    count = Cast(KeyTextTransform(what, KeyTransform(name, "counts")), IntegerField())
    return list(runs.alias(n=count).filter(n__gt=0).order_by("-date").values_list("date", flat=True)[:NEWEST])


def refuse_normalisations(region: str, days: Sequence[dt.date]) -> None:
    """StrategyError where the scores of ``days`` are not all of one normalisation: a model cannot tell that 1.5 is one
    thing before some day and another one after it. Percentiles would hide that only in part: neutralised ones differ
    in their order, too.
    """
    if not days:
        return
    wanted = set(days)
    runs = FactorRun.objects.done().filter(region=region, date__range=(min(wanted), max(wanted)))
    newest = runs.order_by("-date", "-id").distinct("date").values_list("date", "normalisation", "neutralise")
    found: dict[tuple[str, str], dt.date] = {}
    for date, normalisation, neutralise in newest:
        if date in wanted:
            found.setdefault((normalisation, " and ".join(sorted(neutralise)) or "nothing"), date)
    if len(found) > 1:
        told = "; ".join(f"{day}: {one}, neutralised by {by}" for (one, by), day in list(found.items())[:2])
        raise StrategyError(
            f"factors: a model cannot learn from scores of different normalisations ({told}): make them alike with"
            f" manage.py compute_factors --region {region} --from {min(wanted)} --to {max(wanted)}"
        )


def sectors_note(definition: Definition, start: dt.date, learns: bool) -> str:
    """That sectors are those of today where the past depends on them; ``learns``: whether a model looks at the past."""
    members = any(definition.universe.get(name) for name in ("sectors", "exclude_sectors"))
    known = scores_period(region=definition.region)
    past = bool(known and start < known[1])
    if not (members and (past or learns)) and not ("sector" in definition.neutralise and past):
        return ""
    return "sectors are those of today, in the past as well: a name that has moved since counts where it is now"
