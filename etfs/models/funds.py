"""What a fund is, and how it went by day."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models.functions import Cast, Greatest, Least

from etfs.models.choices import Category, Tier
from market.models import Instrument
from market.models.columns import NumericField
from market.regions import REGION_CHOICES
from market.texts import is_storable

LARGEST = Decimal("1e300")


class ETFQuerySet(models.QuerySet["ETF"]):
    def at(self, region: str, ticker: str) -> "ETF | None":
        """The fund of a region's ticker, with its instrument; None also for a text that no database could hold."""
        if not is_storable(region + ticker):
            return None
        return self.filter(region=region, instrument__ticker=ticker).select_related("instrument").first()

    def with_flow(self, first: dt.date, last: dt.date) -> Self:
        """``flow``: the money that came in from one day to another, in the trading currency; None: not known."""
        days = ETFDailyStat.objects.filter(etf=models.OuterRef("pk"), date__range=(first, last)).order_by()
        return self.annotate(
            flow=models.Subquery(days.values("etf").annotate(total=models.Sum("net_flow")).values("total"))
        )

    def with_premium_day(self) -> Self:
        """``premium_day``: the day that ``premium_discount`` is of; None without it."""
        days = ETFDailyStat.objects.filter(etf=models.OuterRef("pk"), date__lte=models.OuterRef("figures_as_of"))
        priced = models.Subquery(days.filter(close__gt=0, nav__gt=0).order_by("-date").values("date")[:1])
        return self.annotate(
            premium_day=models.Case(models.When(premium_discount__isnull=False, then=priced), default=None)
        )

    def with_krw(self, rates: Mapping[str, float]) -> Self:
        """``assets_krw``: ``assets`` (an annotation) at so many won for one unit of each currency; None in another, and
        for a number that no double holds."""
        size, fits = Cast("assets", models.FloatField()), models.Q(assets__range=(-LARGEST, LARGEST))
        known = [
            models.When(fits, instrument__currency=code, then=size * models.Value(rate)) for code, rate in rates.items()
        ]
        return self.annotate(assets_krw=models.Case(*known, default=None, output_field=models.FloatField()))

    def listed_in(self, region: str = "", category: str = "", issuer: str = "") -> Self:
        """What meets every condition given, the largest first."""
        asked = {"region": region, "category": category, "issuer__iexact": issuer}
        found = self.filter(**{name: value for name, value in asked.items() if value})
        return found.order_by(models.F("total_assets").desc(nulls_last=True), "instrument__ticker")

    def symbols(self) -> list[str]:
        """By ticker: the ticker where one region lists it, REGION:TICKER where several do."""
        same = ETF.objects.filter(instrument__ticker=models.OuterRef("instrument__ticker"))
        found = self.annotate(has_twin=models.Exists(same.exclude(pk=models.OuterRef("pk"))))
        rows = found.order_by("instrument__ticker", "region").values_list("region", "instrument__ticker", "has_twin")
        return [f"{region}:{ticker}" if has_twin else ticker for region, ticker, has_twin in rows]

    def ranked(self, ordering: str) -> Self:
        """By a column of figures (``-``: descending); funds without it last. In pages: by ``unknown``, ``figure`` and
        key, the figure as a double whatever the size of the number."""
        column = ordering.lstrip("-")
        unknown = models.ExpressionWrapper(models.Q((f"{column}__isnull", True)), models.BooleanField())
        bounded = Greatest(Least(column, models.Value(LARGEST)), models.Value(-LARGEST))
        found = self.annotate(unknown=unknown, figure=Cast(bounded, models.FloatField()))
        return found.order_by("unknown", f"{'-' * ordering.startswith('-')}figure", "instrument_id")

    def search(self, text: str) -> Self:
        """Ticker prefix, or any part of a name."""
        names = models.Q(instrument__name__icontains=text) | models.Q(name_local__icontains=text)
        return self.filter(models.Q(instrument__ticker__istartswith=text) | names | models.Q(name_en__icontains=text))


class ETF(models.Model):
    """A fund: one row per instrument of type ETF. Money in the trading currency of its instrument."""

    instrument = models.OneToOneField(Instrument, on_delete=models.PROTECT, primary_key=True, related_name="etf")
    name_local = models.CharField("local name", max_length=200, blank=True)
    name_en = models.CharField("English name", max_length=200, blank=True)
    region = models.CharField(max_length=2, choices=REGION_CHOICES, help_text="Where it is listed.")
    exchange = models.CharField(max_length=32, blank=True)
    category = models.CharField(max_length=12, choices=Category, default=Category.OTHER)
    subcategory = models.CharField(max_length=64, blank=True)
    tracking_index = models.CharField(max_length=200, blank=True, help_text="Name of the index it follows.")
    total_assets = NumericField(null=True, blank=True, help_text="Assets under management, in the trading currency.")
    expense_ratio = NumericField(null=True, blank=True, help_text="Percent a year.")
    listed_shares = NumericField(
        null=True, blank=True, help_text="Shares outstanding, as the source's list of funds says."
    )
    issuer = models.CharField(max_length=100, blank=True)
    inception_date = models.DateField(null=True, blank=True)
    domicile = models.CharField(max_length=64, blank=True)
    leverage_ratio = NumericField(default=1, help_text="2 for twice the index, -1 for its inverse.")
    is_inverse = models.BooleanField(default=False, help_text="Moves against its index.")
    is_synthetic = models.BooleanField(default=False, help_text="Replicates by swaps: its basket is not its index.")
    currency_hedged = models.BooleanField(default=False, help_text="Hedged against currencies.")
    foreign_index = models.BooleanField(
        default=False, help_text="The index closes after the fund: a NAV reflects the index of the session before."
    )
    tracking_error_20d = models.FloatField(null=True, blank=True, help_text="Percent a year.")
    tracking_error_60d = models.FloatField(null=True, blank=True, help_text="Percent a year.")
    tracking_error_120d = models.FloatField(null=True, blank=True, help_text="Percent a year.")
    tracking_error_250d = models.FloatField(null=True, blank=True, help_text="Percent a year.")
    premium_discount = models.FloatField(null=True, blank=True, help_text="Percent: 100 x (close / NAV - 1).")
    average_volume_20d = models.FloatField(null=True, blank=True, help_text="Shares a day.")
    average_value_20d = models.FloatField(null=True, blank=True, help_text="Trading value a day.")
    collect_tier = models.CharField(
        max_length=9,
        choices=Tier,
        default=Tier.AUTO,
        help_text="How often its holdings are asked for. By assets: daily from the threshold on, weekly below it.",
    )
    figures_as_of = models.DateField(null=True, blank=True, help_text="The day the figures above are of.")
    source = models.CharField(max_length=32, blank=True, help_text="Of these facts.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ETFQuerySet.as_manager()

    class Meta:
        verbose_name = "fund"
        ordering = ["region", "instrument__ticker"]
        indexes = [
            models.Index(fields=["region"], name="etf_region"),
            models.Index(fields=["category"], name="etf_category"),
            models.Index(fields=["issuer"], name="etf_issuer"),
            models.Index(models.F("total_assets").desc(nulls_last=True), name="etf_total_assets"),
        ]

    def __str__(self) -> str:
        return str(self.instrument)

    @property
    def is_plain(self) -> bool:
        """Holds what it tracks, long and unlevered, so that the weights of its lines should add up to 100."""
        return not self.is_inverse and not self.is_synthetic and self.leverage_ratio == 1


class ETFDailyStatQuerySet(models.QuerySet["ETFDailyStat"]):
    def of(self, etf_id: int) -> Self:
        """The days of one fund, newest first."""
        return self.filter(etf=etf_id).order_by("-date")

    def with_premium(self) -> Self:
        """``premium``: percent of close over NAV (``etfs.calc.tracking.premium_discount``); None without both."""
        priced = models.Q(close__gt=0, nav__gt=0)
        close, nav = (Cast(name, models.FloatField()) for name in ("close", "nav"))
        return self.annotate(premium=models.Case(models.When(priced, then=100.0 * (close / nav - 1.0)), default=None))


class ETFDailyStat(models.Model):
    """A fund on a day, money in its trading currency. ``shares_outstanding`` is the count of that day itself: where a
    source publishes the session before's (KRX), it is shifted on import. ``net_flow`` follows from the others."""

    id = models.BigAutoField(primary_key=True)
    etf = models.ForeignKey(ETF, on_delete=models.CASCADE, related_name="daily_stats", db_index=False)
    date = models.DateField()
    nav = NumericField("NAV", null=True, blank=True, help_text="Net asset value per share, trading currency.")
    total_assets = NumericField("AUM", null=True, blank=True, help_text="Trading currency.")
    close = NumericField(null=True, blank=True, help_text="Per share, trading currency.")
    shares_outstanding = NumericField(null=True, blank=True, help_text="Shares at that day's close.")
    volume = NumericField(null=True, blank=True, help_text="Shares.")
    trading_value = NumericField(null=True, blank=True, help_text="Trading currency.")
    index_level = NumericField(null=True, blank=True, help_text="Points of the index it follows.")
    distribution = NumericField(null=True, blank=True, help_text="Per share, on its ex-date.")
    net_flow = models.FloatField(null=True, blank=True, help_text="Money that came in (+) or went out (-) that day.")
    source = models.CharField(max_length=32, blank=True)

    objects = ETFDailyStatQuerySet.as_manager()

    class Meta:
        verbose_name = "daily figure"
        ordering = ["etf", "-date"]
        constraints = [models.UniqueConstraint(fields=["etf", "date"], name="etfdailystat_etf_date")]
        indexes = [models.Index(fields=["date", "etf"], include=["net_flow"], name="etfdailystat_flows")]

    def __str__(self) -> str:
        return f"{self.etf_id} {self.date}"
