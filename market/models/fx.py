"""Exchange rates between currencies."""

from typing import Self

from django.db import models
from django.db.models import Q

from market.currencies import CODE, LARGEST_RATE, SMALLEST_RATE
from market.models.dated import DatedQuerySet


class FxRateQuerySet(DatedQuerySet["FxRate"]):
    def matching(self, *, base: str = "", quote: str = "") -> Self:
        """What meets every condition given, by pair, the newest first (the first two fields are those of the key)."""
        exact = {"base": base, "quote": quote}
        found = self.filter(**{name: code for name, code in exact.items() if code})
        return found.order_by("base", "quote", "-date")


class FxRate(models.Model):
    """``rate`` units of ``quote`` for one unit of ``base`` on ``date``: USD/KRW 1400.5 is 1,400.5 won for a dollar."""

    base = models.CharField(max_length=3, help_text="Three capital letters: what one unit of is priced.")
    quote = models.CharField(max_length=3, help_text="Three capital letters: what the price is in.")
    date = models.DateField()
    rate = models.FloatField(help_text="Units of quote for one unit of base.")
    source = models.CharField(max_length=32, blank=True)

    objects = FxRateQuerySet.as_manager()

    class Meta:
        verbose_name = "exchange rate"
        indexes = [models.Index(fields=["date"], name="fxrate_date")]
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "date"], name="fxrate_key"),
            models.CheckConstraint(
                condition=Q(base__regex=CODE) & Q(quote__regex=CODE),
                name="fxrate_codes",
                violation_error_message="base and quote must be three capital letters each",
            ),
            models.CheckConstraint(
                condition=~Q(base=models.F("quote")),
                name="fxrate_two_currencies",
                violation_error_message="base and quote must differ",
            ),
            # Also refuses NaN and infinity, which are above 0 to PostgreSQL.
            models.CheckConstraint(
                condition=Q(rate__gte=SMALLEST_RATE, rate__lte=LARGEST_RATE),
                name="fxrate_rate_possible",
                violation_error_message=f"rate must be between {SMALLEST_RATE:g} and {LARGEST_RATE:g}",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.date}"
