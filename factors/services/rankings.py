"""A strategy's composite ranking as people look at it: with the scores it was made of and the ranks before."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Count, F, FilteredRelation, IntegerField, Q, Value
from django.db.models.expressions import Combinable

from factors.models import CompositeScore, Strategy
from factors.services.screens import Figure, figures_added
from market.models import Instrument
from market.models.instruments import InstrumentQuerySet

COUNTED = dt.timedelta(days=92)  # of a strategy's sessions, those counted: older ones are millions of rows


def composite_session(
    *, strategy_id: int, up_to: dt.date | None = None, before: dt.date | None = None
) -> dt.date | None:
    """A strategy's newest session with composites, on ``up_to`` or earlier, earlier than ``before``."""
    bounds = {"date__lte": up_to, "date__lt": before}
    rows = CompositeScore.objects.filter(strategy_id=strategy_id, **{key: day for key, day in bounds.items() if day})
    return rows.order_by("-date").values_list("date", flat=True).first()


def strategy_ranking(
    *, strategy: Strategy, date: dt.date, before: dt.date | None, figures: Mapping[str, Figure]
) -> InstrumentQuerySet:
    """Who has a composite on ``date``: ``rank``, ``composite`` and ``climbed``, the places won since the session
    ``before`` (None for the new, and for all without such a session), with ``figures`` of that session as
    ``figures_added`` adds them.
    """
    joined = Instrument.objects.in_region(strategy.region).annotate(now=_on(strategy, date))
    climbed: Combinable = Value(None, output_field=IntegerField())
    if before:
        joined, climbed = joined.annotate(then=_on(strategy, before)), F("then__rank") - F("now__rank")
    ranked = joined.annotate(rank=F("now__rank"), composite=F("now__score"), climbed=climbed)
    ranked = ranked.filter(rank__isnull=False)
    return figures_added(instruments=ranked, date=date, figures=figures)


def weights_newest(*, strategy: Strategy) -> dict[str, float]:
    """By factor the weights, of which the sum is 1, that the scores stored last were made with; nothing for a combiner
    without weights.
    """
    stored = strategy.runs.filter(stored_at__isnull=False).order_by("-stored_at").values_list("weights", flat=True)
    periods = stored.first() or [{}]
    found: dict[str, float] = periods[-1].get("weights", {})
    return found


def composites_counted(*, strategy_id: int) -> list[tuple[dt.date, int]]:
    """How many names had a composite, by session: the last three months of them, oldest first."""
    newest = composite_session(strategy_id=strategy_id)
    if newest is None:
        return []
    rows = CompositeScore.objects.filter(strategy_id=strategy_id, date__gt=newest - COUNTED)
    return list(rows.values_list("date").annotate(Count("instrument_id")).order_by("date"))


def _on(strategy: Strategy, date: dt.date) -> FilteredRelation:
    condition = Q(composite_scores__strategy_id=strategy.pk, composite_scores__date=date)
    return FilteredRelation("composite_scores", condition=condition)
