"""Daily bars and the corporate actions between them."""

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.db import models

from market.models.dated import DatedQuerySet
from market.models.instruments import Instrument
from market.models.keyed import KeyedQuerySet


class PriceBarQuerySet(DatedQuerySet["PriceBar"]):
    def of(self, instrument_id: int) -> Self:
        """One instrument's bars, newest first (a range scan of the primary key)."""
        return self.filter(instrument_id=instrument_id).order_by("-date")

    def newest_day(self) -> dt.date | None:
        """The date of the newest bar of all (one step of the date index)."""
        return self.order_by("-date").values_list("date", flat=True).first()

    def newest_of(self, instrument_ids: Sequence[int], until: dt.date | None = None) -> dict[int, dt.date]:
        """The date of the newest bar, up to ``until``, of each instrument that has one (a probe of the key each)."""
        bars = PriceBar.objects.filter(instrument_id=models.OuterRef("pk")).between(None, until).order_by("-date")
        found = Instrument.objects.filter(pk__in=list(instrument_ids)).order_by()
        newest = found.annotate(newest=models.Subquery(bars.values("date")[:1])).exclude(newest=None)
        return dict(newest.values_list("pk", "newest"))

    def newest_date(self, region: str, asset_types: Sequence[str] = (Instrument.AssetType.STOCK,)) -> dt.date | None:
        """The date of the region's newest bar of a stock, or of ``asset_types`` (a probe of the key per instrument)."""
        return self._edge(region, "-date", models.Max("edge"), asset_types)

    def oldest_date(self, region: str) -> dt.date | None:
        """The date of the region's first bar of a stock, found in the same way."""
        return self._edge(region, "date", models.Min("edge"), [Instrument.AssetType.STOCK])

    def _edge(self, region: str, order: str, pick: models.Aggregate, asset_types: Sequence[str]) -> dt.date | None:
        edge = PriceBar.objects.filter(instrument_id=models.OuterRef("pk")).order_by(order).values("date")[:1]
        stocks = Instrument.objects.filter(region=region, asset_type__in=asset_types)
        found: dt.date | None = stocks.annotate(edge=models.Subquery(edge)).aggregate(date=pick)["date"]
        return found


class PriceBarBase(models.Model):
    """One session of one instrument, as traded (raw); prices in currency units, volume in shares.

    Adjusted price = raw price x ``adjustment_factor``. Where a source sells only adjusted prices,
    ``close_is_adjusted`` is set, and nothing that needs the raw close is computed from the bar.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, db_index=False, related_name="+")
    date = models.DateField()
    open = models.FloatField(null=True, help_text="Currency units, raw; null: unknown.")
    high = models.FloatField(null=True, help_text="Currency units, raw; null: unknown.")
    low = models.FloatField(null=True, help_text="Currency units, raw; null: unknown.")
    close = models.FloatField(help_text="Currency units, raw.")
    volume = models.FloatField(null=True, help_text="Shares; null: unknown.")
    trading_value = models.FloatField(null=True, help_text="Currency units; null: the source gives none.")
    market_cap = models.FloatField(null=True, help_text="Currency units; null: the source gives none.")
    shares_outstanding = models.FloatField(null=True, help_text="Shares; null: the source gives none.")
    adjustment_factor = models.FloatField(default=1.0, help_text="Adjusted price = price x factor.")
    factor_is_given = models.BooleanField(
        default=False,
        help_text="The source gave the factor; otherwise it follows from the corporate actions.",
    )
    close_is_adjusted = models.BooleanField(default=False, help_text="The source has no raw prices.")
    no_trade = models.BooleanField(default=False, help_text="Suspended or without a trade: open = high = low = close.")
    suspect = models.BooleanField(default=False, help_text="A move beyond 60 % without a corporate action.")

    class Meta:
        abstract = True


class PriceBar(PriceBarBase):
    pk = models.CompositePrimaryKey("instrument_id", "date")
    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, db_index=False, related_name="bars")

    objects = PriceBarQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["date"], name="pricebar_date")]
        constraints = [
            models.CheckConstraint(condition=models.Q(close__gt=0), name="pricebar_close_positive"),
            models.CheckConstraint(condition=models.Q(adjustment_factor__gt=0), name="pricebar_factor_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.date}"


class PriceBarRowQuerySet(KeyedQuerySet["PriceBarRow"]):
    key_fields = ("instrument", "date")
    separator = "-"


class PriceBarRow(PriceBarBase):
    """PriceBar as the admin needs it: the SQL view ``market_pricebar_row`` adds a text key ``instrument-date``."""

    key = models.CharField(primary_key=True, max_length=32)

    objects = PriceBarRowQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "market_pricebar_row"
        verbose_name = "price bar"

    def __str__(self) -> str:
        return self.key


class CorporateAction(models.Model):
    """A split, dividend or other event, effective at the open of ``ex_date``."""

    class Kind(models.TextChoices):
        SPLIT = "SPLIT", "Split (ratio = new shares per old share)"
        CASH_DIVIDEND = "CASH_DIVIDEND", "Cash dividend (amount per share)"
        RIGHTS = "RIGHTS", "Rights issue or other price adjustment (ratio = price before / price after)"
        SPIN_OFF = "SPIN_OFF", "Spin-off (ratio = price before / price after)"
        INFERRED = "INFERRED", "Inferred from a change of adjustment factor, applied as a split"

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="actions")
    ex_date = models.DateField()
    kind = models.CharField(max_length=14, choices=Kind)
    ratio = models.FloatField(null=True, blank=True)
    amount = models.FloatField(null=True, blank=True, help_text="Currency units per share.")
    source = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-ex_date"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "ex_date", "kind"], name="corporateaction_key"),
            models.CheckConstraint(
                condition=models.Q(ratio__gt=0) | (models.Q(ratio__isnull=True) & models.Q(kind="CASH_DIVIDEND")),
                name="corporateaction_ratio_positive",
                violation_error_message="ratio must be above 0 (only a cash dividend may have none)",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.ex_date} {self.kind}"
