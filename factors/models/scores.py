"""Daily factor scores: the largest table of the house. Integers for names, one key, no other index."""

from django.db import models

from factors.models.runs import Factor
from market.models import Instrument
from market.models.columns import RealField


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

    def __str__(self) -> str:
        return f"{self.date} {self.instrument_id} {self.factor_id}"


class FactorScoreRow(models.Model):
    """FactorScore as the admin needs it: the SQL view ``factors_factorscore_row`` adds a text key."""

    key = models.CharField(primary_key=True, max_length=40)
    date = models.DateField()
    instrument = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")
    factor = models.ForeignKey(Factor, on_delete=models.DO_NOTHING, related_name="+")
    value = models.FloatField()
    score = RealField(null=True)
    percentile = RealField(null=True)

    class Meta:
        managed = False
        db_table = "factors_factorscore_row"
        verbose_name = "factor score"

    def __str__(self) -> str:
        return self.key
