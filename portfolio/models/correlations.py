"""Correlations of two assets each as of a day: what ``portfolio.calc.correlations`` computes."""

from django.db import models
from django.db.models import F, Q

from market.models import Instrument
from market.models.keyed import KeyedQuerySet
from portfolio.calc.windows import WINDOWS


class AssetCorrelationBase(models.Model):
    """Two assets, the one with the lower id first. A window: Pearson's coefficient, the common returns, the two-sided
    p-value; null where it is not known (fewer than 20 common returns, or one does not scatter)."""

    date = models.DateField()
    revision = models.BigIntegerField(help_text="The newest change of bars when it was computed.")
    correlation_1m = models.FloatField(null=True)
    n_1m = models.PositiveIntegerField()
    p_value_1m = models.FloatField(null=True)
    correlation_3m = models.FloatField(null=True)
    n_3m = models.PositiveIntegerField()
    p_value_3m = models.FloatField(null=True)
    correlation_6m = models.FloatField(null=True)
    n_6m = models.PositiveIntegerField()
    p_value_6m = models.FloatField(null=True)
    correlation_1y = models.FloatField(null=True)
    n_1y = models.PositiveIntegerField()
    p_value_1y = models.FloatField(null=True)
    correlation_3y = models.FloatField(null=True)
    n_3y = models.PositiveIntegerField()
    p_value_3y = models.FloatField(null=True)
    correlation_20d = models.FloatField(null=True)
    n_20d = models.PositiveIntegerField()
    p_value_20d = models.FloatField(null=True)
    correlation_60d = models.FloatField(null=True)
    n_60d = models.PositiveIntegerField()
    p_value_60d = models.FloatField(null=True)

    class Meta:
        abstract = True


class AssetCorrelation(AssetCorrelationBase):
    pk = models.CompositePrimaryKey("date", "instrument_a_id", "instrument_b_id")
    instrument_a = models.ForeignKey(
        Instrument, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    instrument_b = models.ForeignKey(
        Instrument, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        db_table = "asset_correlations"
        constraints = [
            models.CheckConstraint(
                condition=Q(instrument_a_id__lt=F("instrument_b_id")), name="assetcorrelation_order"
            ),
            *(
                models.CheckConstraint(condition=Q((f"correlation_{window}__range", (-1, 1))),
                                       name=f"assetcorrelation_{window}_range")
                for window in WINDOWS
            ),
            *(
                models.CheckConstraint(condition=Q((f"p_value_{window}__range", (0, 1))),
                                       name=f"assetcorrelation_{window}_p_value")
                for window in WINDOWS
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.date} {self.instrument_a_id} {self.instrument_b_id}"


class AssetCorrelationRowQuerySet(KeyedQuerySet["AssetCorrelationRow"]):
    key_fields = ("date", "instrument_a", "instrument_b")


class AssetCorrelationRow(AssetCorrelationBase):
    """AssetCorrelation as the admin needs it: the SQL view ``asset_correlations_row`` adds a text key."""

    key = models.CharField(primary_key=True, max_length=32)
    instrument_a = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")
    instrument_b = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")

    objects = AssetCorrelationRowQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "asset_correlations_row"
        verbose_name = "asset correlation"

    def __str__(self) -> str:
        return self.key
