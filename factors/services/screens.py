"""Instruments by conditions on their factors: what the screener counts, and what rankings show beside a name."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import F, FilteredRelation, Q

from factors.calc.conditions import BETWEEN, Condition
from factors.models import Factor
from market.models import Instrument
from market.models.instruments import InstrumentQuerySet

LOOKUPS = {">=": "gte", ">": "gt", "<": "lt", "<=": "lte"}
Figure = tuple[str, str]  # factor and column: value, score or percentile
MOST_JOINS = 40  # figures of one query; the planner takes longer over more than there are rows to gain


def figures_added(
    *, instruments: InstrumentQuerySet, date: dt.date, figures: Mapping[str, Figure]
) -> InstrumentQuerySet:
    """``instruments`` with figures of that session as attributes, by their names; None where one has none.

    ValueError beyond ``MOST_JOINS`` factors. A factor never computed has no figures.
    """
    ids = dict(Factor.objects.filter(name__in={name for name, _ in figures.values()}).values_list("name", "id"))
    factors = list(dict.fromkeys(name for name, _ in figures.values()))
    if len(factors) > MOST_JOINS:
        raise ValueError(f"{len(factors)} factors are too many (at most {MOST_JOINS})")
    relations = {f"of_{place}": ids.get(name, -1) for place, name in enumerate(factors)}
    joined = instruments.annotate(**{
        alias: FilteredRelation("scores", condition=Q(scores__date=date, scores__factor_id=factor_id))
        for alias, factor_id in relations.items()
    })  # fmt: skip
    return joined.annotate(**{
        name: F(f"of_{factors.index(factor)}__{column}") for name, (factor, column) in figures.items()
    })  # fmt: skip


def instruments_screened(
    *, region: str, date: dt.date, conditions: Sequence[Condition], sector: str = ""
) -> InstrumentQuerySet:
    """The common stocks of ``region`` that meet every condition on that session.

    Each condition's figure is an attribute: ``figure_0``, ``figure_1``, ... A missing figure meets nothing; without
    conditions all stocks are found.
    """
    stocks = Instrument.objects.matching(region=region, asset_type=Instrument.AssetType.STOCK, sector=sector)
    figures = {f"figure_{place}": (one.factor, one.field) for place, one in enumerate(conditions)}
    found = figures_added(instruments=stocks, date=date, figures=figures)
    for name, condition in zip(figures, conditions, strict=True):
        found = found.filter(_met(name, condition))
    return found


def _met(name: str, condition: Condition) -> Q:
    if condition.operator == BETWEEN:
        return Q(**{f"{name}__gte": condition.low, f"{name}__lte": condition.high})
    return Q(**{f"{name}__{LOOKUPS[condition.operator]}": condition.low})
