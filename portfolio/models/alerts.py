"""Limits that somebody set, and when they were passed."""

from django.db import models
from django.utils.translation import gettext_noop

from portfolio.models.columns import choice_check, range_check
from portfolio.models.portfolios import Portfolio


class AlertLimit(models.Model):
    """A limit in percent (percent points of drift). It is told when it is passed, not on every day after."""

    class Kind(models.TextChoices):
        DRAWDOWN = "DRAWDOWN", gettext_noop("Current drawdown")
        # xgettext:no-python-format
        VAR = "VAR", gettext_noop("VaR 95 % of a session")
        DRIFT = "DRIFT", gettext_noop("Greatest drift from a target")
        WEIGHT = "WEIGHT", gettext_noop("Greatest weight of an asset")

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="alert_limits")
    kind = models.CharField(max_length=8, choices=Kind)
    limit = models.FloatField(help_text="Percent.")
    above_since = models.DateField(null=True, editable=False, help_text="Session on which it was passed.")
    by_email = models.BooleanField(default=False, help_text="Also write to the owner.")

    class Meta:
        ordering = ["portfolio_id", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "kind"], name="alertlimit_portfolio_kind"),
            range_check("limit", "alertlimit_limit", low=0.0, to=100.0),
            choice_check("kind", "alertlimit_kind", ("DRAWDOWN", "VAR", "DRIFT", "WEIGHT")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} above {self.limit:g} %"


class Alert(models.Model):
    """A limit was passed on a day."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=8, choices=AlertLimit.Kind)
    date = models.DateField(help_text="Session on which the limit was passed.")
    figure = models.FloatField(help_text="Percent.")
    limit = models.FloatField(help_text="Percent, as it was then.")
    message = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When somebody said so.")

    class Meta:
        ordering = ["-date", "-id"]
        constraints = [models.UniqueConstraint(fields=["portfolio", "kind", "date"], name="alert_portfolio_kind_date")]

    def __str__(self) -> str:
        return self.message
