"""Indicators of every asset, a row per session: what ``portfolio.calc.indicators`` computes."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Self

from django.db import models
from django.db.models import Q

from market.models import Instrument
from market.models.keyed import KeyedQuerySet


class AssetMetricsQuerySet(models.QuerySet["AssetPerformanceMetrics"]):
    """Reads that go through the key (date, instrument), or through the index of one instrument."""

    def newest_dates(self, region: str = "", ticker: str = "") -> dict[str, dt.date]:
        """By region, the date of its newest rows, or of those of instruments of that ticker (a probe of the index per
        instrument)."""
        exact = {"region": region, "ticker": ticker}
        instruments = Instrument.objects.filter(**{name: value for name, value in exact.items() if value})
        edge = AssetPerformanceMetrics.objects.filter(instrument_id=models.OuterRef("pk")).order_by("-date")
        found = instruments.order_by().annotate(edge=models.Subquery(edge.values("date")[:1])).exclude(edge=None)
        return dict(found.values("region").annotate(newest=models.Max("edge")).values_list("region", "newest"))

    def of_days(self, days: Mapping[str, dt.date]) -> Self:
        """Each region's rows of one session, by instrument."""
        wanted = Q(pk__in=[])
        for region, date in days.items():
            wanted |= Q(date=date, instrument__region=region)
        return self.filter(wanted, date__in=set(days.values())).order_by("-date", "instrument_id")

    def of_day(self, date: dt.date, region: str = "") -> Self:
        """A session's rows, by instrument; ``""``: of every region."""
        rows = self.filter(date=date).order_by("-date", "instrument_id")
        return rows.filter(instrument__region=region) if region else rows

    def newest_of(self, instrument_ids: Collection[int], on: dt.date) -> Self:
        """The newest row on or before ``on`` of each of the instruments."""
        mine = self.filter(instrument__in=instrument_ids, date__lte=on)
        return mine.order_by("instrument_id", "-date").distinct("instrument_id")

    def history(self, instrument_id: int, start: dt.date | None, end: dt.date | None) -> Self:
        """One instrument's rows, both ends included, newest first; None leaves an end open."""
        bounds = {"date__gte": start, "date__lte": end}
        rows = self.filter(instrument_id=instrument_id, **{name: day for name, day in bounds.items() if day})
        return rows.order_by("-date", "instrument_id")

    def ranked(self, ordering: str) -> Self:
        """By an indicator (``-``: descending); rows without it last."""
        unknown = models.ExpressionWrapper(Q((f"{ordering.lstrip('-')}__isnull", True)), models.BooleanField())
        return self.annotate(unknown=unknown).order_by("unknown", ordering, "-date", "instrument_id")

    def with_names(self) -> Self:
        return self.select_related("instrument")


class AssetMetricsBase(models.Model):
    """One asset as of one session; null where it has too few bars. Prices are adjusted to its last bar."""

    date = models.DateField()
    bar_date = models.DateField(help_text="The asset's own last bar, one of the last five sessions.")
    sma_20 = models.FloatField(null=True)
    sma_50 = models.FloatField(null=True)
    sma_200 = models.FloatField(null=True)
    ema_12 = models.FloatField(null=True)
    ema_26 = models.FloatField(null=True)
    macd = models.FloatField(null=True)
    macd_signal = models.FloatField(null=True)
    macd_histogram = models.FloatField(null=True)
    bollinger_upper = models.FloatField(null=True)
    bollinger_middle = models.FloatField(null=True)
    bollinger_lower = models.FloatField(null=True)
    atr_14 = models.FloatField(null=True)
    rsi_14 = models.FloatField(null=True, help_text="0 to 100.")
    stochastic_k = models.FloatField(null=True, help_text="0 to 100.")
    stochastic_d = models.FloatField(null=True, help_text="0 to 100.")
    obv = models.FloatField(null=True, help_text="Shares; only its changes mean something.")
    volatility_20d = models.FloatField(null=True, help_text="Percent a year.")
    volatility_60d = models.FloatField(null=True, help_text="Percent a year.")
    volatility_252d = models.FloatField(null=True, help_text="Percent a year.")
    beta = models.FloatField(null=True, help_text="Against the region's index.")
    sharpe_ratio = models.FloatField(null=True, help_text="Of the last 252 returns.")
    return_1m = models.FloatField(null=True, help_text="Percent.")
    return_3m = models.FloatField(null=True, help_text="Percent.")
    return_6m = models.FloatField(null=True, help_text="Percent.")
    return_1y = models.FloatField(null=True, help_text="Percent.")
    return_3y = models.FloatField(null=True, help_text="Percent.")
    return_5y = models.FloatField(null=True, help_text="Percent.")

    class Meta:
        abstract = True


class AssetPerformanceMetrics(AssetMetricsBase):
    pk = models.CompositePrimaryKey("date", "instrument_id")
    instrument = models.ForeignKey(
        Instrument, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="metrics"
    )

    objects = AssetMetricsQuerySet.as_manager()

    class Meta:
        db_table = "asset_performance_metrics"
        verbose_name_plural = "asset performance metrics"
        indexes = [models.Index(fields=["instrument", "-date"], name="assetmetrics_instrument")]
        constraints = [
            models.CheckConstraint(condition=Q(bar_date__lte=models.F("date")), name="assetmetrics_bar_date"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.instrument_id}"


class AssetMetricsRowQuerySet(KeyedQuerySet["AssetPerformanceMetricsRow"]):
    key_fields = ("date", "instrument")


class AssetPerformanceMetricsRow(AssetMetricsBase):
    """AssetPerformanceMetrics as the admin needs it: the SQL view ``asset_performance_metrics_row`` adds a text key."""

    key = models.CharField(primary_key=True, max_length=32)
    instrument = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")

    objects = AssetMetricsRowQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "asset_performance_metrics_row"
        verbose_name = "asset metrics"
        verbose_name_plural = "asset metrics"

    def __str__(self) -> str:
        return self.key
