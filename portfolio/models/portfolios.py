"""Whose portfolio it is, what it is counted in, and how far its values are computed."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.db.models import Q

from portfolio.models.columns import CURRENCY, currency_check, range_check


class PortfolioQuerySet(models.QuerySet["Portfolio"]):
    def visible_to(self, user: "User | AbstractBaseUser | AnonymousUser", action: str = "view") -> Self:
        """Their own, and all of them for staff with the model's permission to ``action`` (view, change, delete)."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        everybody = user.is_staff and user.has_perm(f"portfolio.{action}_portfolio")
        return self if everybody else self.filter(owner=user)


class Portfolio(models.Model):
    """A portfolio. Its values are rows of ``PortfolioPerformanceHistory``; ``stale_from`` is the first date whose rows
    no longer answer its transactions, kept by a trigger on their table, null when all do.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="portfolios")
    name = models.CharField(max_length=100, help_text="Unique among those of its owner.")
    base_currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="Currency of all of its figures.")
    description = models.TextField(blank=True)
    risk_free_rate = models.FloatField(default=2.0, help_text="Percent a year.")
    commission = models.FloatField(default=0.0, help_text="Percent of a trade, both sides; for rebalancing plans.")
    sales_tax = models.FloatField(default=0.0, help_text="Percent of what is sold.")
    gains_tax = models.FloatField(default=0.0, help_text="Percent of a gain on the average cost; an estimate.")
    minimum_trade = models.FloatField(default=0.0, help_text="Smallest trade of a plan, in the base currency.")
    lot = models.FloatField(default=1.0, help_text="Smallest number of shares traded; 0: fractions.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    revision = models.BigIntegerField(default=0, editable=False, help_text="Raised by every change of transactions.")
    stale_from = models.DateField(null=True, editable=False, help_text="First date to compute anew.")
    valued_to = models.DateField(null=True, editable=False, help_text="Newest date with a value.")
    valued_at = models.DateTimeField(null=True, editable=False, help_text="When its values were last computed.")
    valuation_asked_at = models.DateTimeField(null=True, editable=False, help_text="Since when a worker is asked to.")
    valuation_error = models.TextField(blank=True, editable=False, help_text="Why the newest computation failed.")
    data_revisions = models.JSONField(default=dict, editable=False, help_text="Of bars and rates, when valued.")

    objects = PortfolioQuerySet.as_manager()

    class Meta:
        ordering = ["owner", "name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="portfolio_owner_name"),
            currency_check("base_currency", "portfolio_base_currency"),
            range_check("risk_free_rate", "portfolio_risk_free_rate", above=-100.0, to=1_000.0),
            *(range_check(name, f"portfolio_{name}", low=0.0, below=100.0)
              for name in ("commission", "sales_tax", "gains_tax")),
            range_check("minimum_trade", "portfolio_minimum_trade", low=0.0),
            range_check("lot", "portfolio_lot", low=0.0),
            models.CheckConstraint(condition=~Q(name=""), name="portfolio_named"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_stale(self) -> bool:
        """Whether transactions changed since its values were computed."""
        return self.stale_from is not None

    @property
    def is_awaited(self) -> bool:
        """Whether a worker is asked to compute its values, and has not said yet that it cannot."""
        return self.valuation_asked_at is not None or (self.is_stale and not self.valuation_error)
