"""What can be priced: stocks, ETFs, indices."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from market.regions import REGION_CHOICES
from market.texts import is_storable


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def in_region(self, region: str) -> Self:
        return self.filter(region=region)

    def at(self, region: str, ticker: str) -> "Instrument | None":
        """None also for a text that the database could not even be asked for."""
        return self.filter(region=region, ticker=ticker).first() if is_storable(region + ticker) else None

    def matching(self, *, search: str = "", region: str = "", asset_type: str = "", sector: str = "") -> Self:
        """What meets every condition given, by region and ticker."""
        found = self.search(search) if search else self
        exact = {"region": region, "asset_type": asset_type, "sector__iexact": sector}
        return found.filter(**{name: value for name, value in exact.items() if value}).order_by("region", "ticker")

    def search(self, text: str) -> Self:
        """Ticker prefix or any part of the name, case-insensitive."""
        return self.filter(Q(ticker__istartswith=text) | Q(name__icontains=text))

    def sectors(self) -> list[str]:
        """Those of the common stocks among them, by name."""
        stocks = self.filter(asset_type=Instrument.AssetType.STOCK).exclude(sector="")
        return list(stocks.order_by("sector").values_list("sector", flat=True).distinct())

    def likeliest(self, text: str) -> Self:
        """What ``search`` finds, in this order: that ticker, tickers and names that begin so, the others; what is still
        listed first.
        """
        places = (Q(ticker__iexact=text), Q(ticker__istartswith=text), Q(name__istartswith=text))
        rank = models.Case(*(models.When(one, then=place) for place, one in enumerate(places)), default=len(places))
        listed = models.F("delisted_on").desc(nulls_first=True)
        return self.search(text).annotate(rank=rank).order_by("rank", listed, "ticker", "region")


class Instrument(models.Model):
    """One listed line. The same ticker may exist in several regions; ``company`` groups lines of one company."""

    class AssetType(models.TextChoices):
        STOCK = "STOCK", gettext_noop("Common stock")
        PREFERRED = "PREFERRED", gettext_noop("Preferred stock")
        ETF = "ETF", gettext_noop("ETF")
        INDEX = "INDEX", gettext_noop("Index")
        OTHER = "OTHER", gettext_noop("Other")

    id = models.AutoField(primary_key=True)  # four bytes: bars and scores refer to it billions of times
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    ticker = models.CharField(max_length=32, help_text="Local code as text: 005930, 00088K, BRK.B.")
    name = models.CharField(max_length=200, blank=True, help_text="Of the company or fund.")
    asset_type = models.CharField(
        max_length=10,
        choices=AssetType,
        default=AssetType.STOCK,
        help_text="Common stocks are the universe of factors.",
    )
    exchange = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, help_text="ISO code: in which it trades.")
    sector = models.CharField(max_length=100, blank=True, help_text="As of today: the past is not kept.")
    isin = models.CharField("ISIN", max_length=12, blank=True)
    company = models.CharField(
        max_length=64,
        blank=True,
        help_text="Same text on every line (share class) of one company; blank: a line of its own.",
    )
    listed_on = models.DateField(null=True, blank=True, help_text="First day of trading.")
    delisted_on = models.DateField(null=True, blank=True, help_text="Last day of trading.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering = ["region", "ticker"]
        constraints = [
            models.UniqueConstraint(fields=["region", "ticker"], name="instrument_region_ticker"),
            models.CheckConstraint(
                condition=Q(delisted_on__isnull=True)
                | Q(listed_on__isnull=True)
                | Q(delisted_on__gte=models.F("listed_on")),
                name="instrument_listed_before_delisted",
                violation_error_message="delisted_on is before listed_on",
            ),
        ]
        indexes = [models.Index(fields=["ticker"], name="instrument_ticker")]

    def __str__(self) -> str:
        return f"{self.region}:{self.ticker}"
