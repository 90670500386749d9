"""What funds hold: lines, compositions by day, and what was found wrong with them."""

import datetime as dt
from typing import Self

from django.db import models

from etfs.models.choices import Kind, Severity, SnapshotState
from etfs.models.funds import ETF
from etfs.models.payloads import Payload
from market.models import Instrument
from market.models.columns import NumericField


class HoldingLineQuerySet(models.QuerySet["HoldingLine"]):
    def unresolved(self) -> Self:
        """Lines that should be an instrument and are none."""
        return self.filter(instrument=None, kind__in=[Kind.STOCK, Kind.ETF, Kind.UNKNOWN])


class HoldingLine(models.Model):
    """What a list of holdings names: a stock, a fund, cash, a bond, a derivative. ``instrument`` is empty where it is
    none of ours; identifier and name stay. Two lines may be one instrument: look-ups add them, storage keeps them
    apart."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=300, unique=True, help_text="What tells it from other lines.")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.UNKNOWN)
    instrument = models.ForeignKey(
        Instrument,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="holding_lines",
        help_text="The instrument of ours that the line is; blank: not found.",
    )
    ticker = models.CharField(max_length=32, blank=True, help_text="Local code, as the source writes it.")
    identifier = models.CharField(max_length=32, blank=True, help_text="ISIN, CUSIP or SEDOL.")
    name = models.CharField(max_length=200, blank=True)
    sector = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=64, blank=True, help_text="As the source writes it.")
    currency = models.CharField(max_length=3, blank=True)
    exchange = models.CharField(max_length=64, blank=True, help_text="As the source writes it.")
    listing = models.CharField(max_length=2, blank=True, help_text="Region of the listing, where the source says it.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = HoldingLineQuerySet.as_manager()

    class Meta:
        verbose_name = "line"
        ordering = ["ticker", "name"]
        indexes = [models.Index(fields=["ticker"], name="holdingline_ticker")]

    def __str__(self) -> str:
        return self.ticker or self.name or self.identifier


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def served(self) -> Self:
        return self.filter(is_served=True)

    def newest_first(self, etf: models.OuterRef | int) -> Self:
        """Served compositions of a fund, or of the fund of an outer query."""
        return self.served().filter(etf=etf).order_by("-as_of_date")

    def withheld_after(self, etf: int, day: dt.date | None) -> Self:
        """Compositions of a fund that are not served, later than a day (None: all), newest first."""
        found = self.filter(etf=etf, is_served=False).order_by("-as_of_date")
        return found if day is None else found.filter(as_of_date__gt=day)

    def latest_of(self, etf_id: int, on: dt.date) -> "Snapshot | None":
        """The fund's newest composition served on a day."""
        return self.newest_first(etf_id).filter(as_of_date__lte=on).first()


class Snapshot(models.Model):
    """The composition of a fund on a day, as one source gave it. ``market_value``: null where a line has none.

    ``is_served``: it may be a fund's latest composition. Kept by ``etfs.store.snapshots.served_mark``: good ones, and a
    flagged one when the last good one before it is more than ten sessions older.
    """

    id = models.BigAutoField(primary_key=True)
    etf = models.ForeignKey(ETF, on_delete=models.CASCADE, related_name="snapshots", db_index=False)
    as_of_date = models.DateField(help_text="The day that the composition is of.")
    source = models.CharField(max_length=32)
    payload = models.ForeignKey(Payload, null=True, blank=True, on_delete=models.SET_NULL, related_name="snapshots")
    state = models.CharField(max_length=11, choices=SnapshotState, default=SnapshotState.GOOD)
    is_served = models.BooleanField(default=True, editable=False, help_text="Shown: the best of its day.")
    currency = models.CharField(max_length=3, help_text="Of the market values.")
    weight_sum = NumericField(null=True, blank=True, help_text="Percent, all lines.")
    market_value = NumericField(null=True, blank=True, help_text="Sum of the lines.")
    per_unit = models.BooleanField(
        default=False, help_text="Shares and values are those of one creation unit, not of the whole fund."
    )
    line_count = models.PositiveIntegerField(default=0, help_text="Lines stored.")
    expected_lines = models.PositiveIntegerField(null=True, blank=True, help_text="As the source says.")
    message = models.TextField(blank=True, help_text="Why it is flagged or quarantined.")
    accepted = models.JSONField(
        default=dict, blank=True, help_text="Who released it from quarantine, and which findings that accepts."
    )
    imported_at = models.DateTimeField(auto_now=True)
    validated_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the checks last ran over it."
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "composition"
        ordering = ["etf", "-as_of_date"]
        constraints = [models.UniqueConstraint(fields=["etf", "as_of_date"], name="snapshot_etf_date")]
        indexes = [
            models.Index(fields=["etf", "-as_of_date"], condition=models.Q(is_served=True), name="snapshot_served"),
            models.Index(fields=["as_of_date"], name="snapshot_date"),
        ]

    def __str__(self) -> str:
        return f"{self.etf} {self.as_of_date}"


class ETFHolding(models.Model):
    """A line of a fund on a day, numbers with the source's digits: ``weight`` in percent, ``weight_change`` in percent
    points since the fund's composition before (null in its first one), ``market_value`` in the snapshot's currency."""

    id = models.BigAutoField(primary_key=True)
    etf = models.ForeignKey(ETF, on_delete=models.CASCADE, related_name="holdings", db_index=False)
    line = models.ForeignKey(HoldingLine, on_delete=models.PROTECT, related_name="holdings", db_index=False)
    as_of_date = models.DateField()
    weight = NumericField(null=True, blank=True, help_text="Percent of the fund.")
    shares = NumericField(
        null=True, blank=True, help_text="Shares, or contracts; of one creation unit where the composition is."
    )
    market_value = NumericField(null=True, blank=True, help_text="In the composition's currency.")
    rank = models.IntegerField(help_text="1 = the largest weight.")
    weight_change = NumericField(null=True, blank=True, help_text="Percent points.")
    source = models.CharField(max_length=32)

    class Meta:
        verbose_name = "holding"
        ordering = ["etf", "-as_of_date", "rank"]
        constraints = [models.UniqueConstraint(fields=["etf", "as_of_date", "line"], name="etfholding_etf_date_line")]
        indexes = [
            models.Index(fields=["line", "as_of_date", "weight"], name="etfholding_line_date_weight"),
            models.Index(fields=["etf", "as_of_date", "weight"], name="etfholding_etf_date_weight"),
            models.Index(fields=["as_of_date"], name="etfholding_date"),
            models.Index(fields=["weight"], name="etfholding_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.etf_id} {self.as_of_date} {self.line_id}"


class HoldingFinding(models.Model):
    """What a check found wrong with a composition. The composition is never changed by it."""

    etf = models.ForeignKey(ETF, on_delete=models.CASCADE, related_name="findings")
    as_of_date = models.DateField(null=True, blank=True, help_text="The composition it is about; blank: the fund.")
    code = models.CharField(max_length=40, help_text="Name of the check.")
    severity = models.CharField(max_length=7, choices=Severity)
    message = models.CharField(max_length=300)
    evidence = models.JSONField(default=dict, blank=True, help_text="The figures behind it.")
    found_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "finding"
        ordering = ["-found_at", "etf"]
        constraints = [models.UniqueConstraint(fields=["etf", "as_of_date", "code"], name="holdingfinding_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
