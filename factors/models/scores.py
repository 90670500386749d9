"""Daily factor scores: the largest table of the house. Integers for names, one key, no other index."""

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.db import models
from django.db.models import Q

from factors.models.runs import Factor
from market.models import Instrument
from market.models.columns import RealField
from market.models.keyed import KeyedQuerySet


class FactorScoreQuerySet(models.QuerySet["FactorScore"]):
    """Reads that go through the key (date, instrument, factor); each starts with its dates.

    ``factor_ids`` None: all factors.
    """

    def of_day(self, region: str, date: dt.date, factor_ids: Sequence[int] | None = None) -> Self:
        """A region's scores of one session, by instrument and factor."""
        day = self.filter(date=date, instrument__region=region)
        return day._of_factors(factor_ids).order_by("instrument_id", "factor_id")

    def of_instrument(self, instrument_id: int, date: dt.date, factor_ids: Sequence[int] | None = None) -> Self:
        """One instrument's scores of one session, by factor."""
        return self.history(instrument_id, [date], factor_ids)

    def history(self, instrument_id: int, dates: Sequence[dt.date], factor_ids: Sequence[int] | None = None) -> Self:
        """One instrument's scores of ``dates``, newest first. The dates must be listed: the key begins with them."""
        rows = self.filter(instrument_id=instrument_id, date__in=dates)
        return rows._of_factors(factor_ids).order_by("-date", "factor_id")

    def ranked(self, ordering: str) -> Self:
        """By ``score``, ``value`` or ``percentile`` (``-``: descending); rows without a score last."""
        unscored = models.ExpressionWrapper(Q(score__isnull=True), models.BooleanField())
        ties = ("-date", "instrument_id", "factor_id")
        return self.annotate(unscored=unscored).order_by("unscored", ordering, *ties)

    def with_names(self) -> Self:
        return self.select_related("instrument", "factor")

    def _of_factors(self, factor_ids: Sequence[int] | None) -> Self:
        return self if factor_ids is None else self.filter(factor_id__in=factor_ids)


class FactorScore(models.Model):
    """One factor of one instrument as of one session.

    ``value`` is the raw figure, ``score`` the normalised signal, ``percentile`` its rank (0-100). A cross-section
    of fewer than 10 instruments has values without scores. What has no value has no row.
    """

    pk = models.CompositePrimaryKey("date", "instrument_id", "factor_id")
    date = models.DateField()
    instrument = models.ForeignKey(
        Instrument, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="scores"
    )
    factor = models.ForeignKey(
        Factor, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="scores"
    )
    value = models.FloatField()
    score = RealField(null=True)
    percentile = RealField(null=True)

    objects = FactorScoreQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.date} {self.instrument_id} {self.factor_id}"


class FactorScoreRowQuerySet(KeyedQuerySet["FactorScoreRow"]):
    key_fields = ("date", "instrument", "factor")


class FactorScoreRow(models.Model):
    """FactorScore as the admin needs it: the SQL view ``factors_factorscore_row`` adds a text key."""

    key = models.CharField(primary_key=True, max_length=40)
    date = models.DateField()
    instrument = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")
    factor = models.ForeignKey(Factor, on_delete=models.DO_NOTHING, related_name="+")
    value = models.FloatField()
    score = RealField(null=True)
    percentile = RealField(null=True)

    objects = FactorScoreRowQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "factors_factorscore_row"
        verbose_name = "factor score"

    def __str__(self) -> str:
        return self.key
