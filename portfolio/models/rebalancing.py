"""Proposals of trades, from the question to the booked transactions, and who decided what."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portfolio.models.columns import choice_check, range_check
from portfolio.models.portfolios import Portfolio


class RebalancingEvent(models.Model):
    """One plan: proposed, approved or not, carried out or not. ``actions`` are its trades as calculated, ``pre_state``
    and ``post_state`` the portfolio before and (planned; once COMPLETED: booked) after.
    """

    class Trigger(models.TextChoices):
        SCHEDULED = "SCHEDULED"
        THRESHOLD = "THRESHOLD"
        MANUAL = "MANUAL"

    class Mode(models.TextChoices):
        FULL = "full", "Full: to every target"
        BAND = "band", "Band: breaches alone, to the nearer edge"
        CASH_ONLY = "cash_only", "Cash only: buys, sells nothing"

    class Status(models.TextChoices):
        PENDING = "PENDING", "Proposed"
        APPROVED = "APPROVED"
        COMPLETED = "COMPLETED"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"

    OPEN = (Status.PENDING, Status.APPROVED)

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="rebalancing_events")
    trigger = models.CharField(max_length=9, choices=Trigger, help_text="What kind of reason set it off.")
    mode = models.CharField(
        max_length=9, choices=Mode, default=Mode.FULL, help_text="How far the plan goes back to the targets."
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    as_of = models.DateField(help_text="Session whose closes the plan is made of.")
    reason = models.CharField(max_length=300, blank=True, help_text="What set it off.")
    deposit = models.FloatField(default=0.0, help_text="Paid in first, base currency.")
    pre_state = models.JSONField(help_text="Cash, holdings and weights before the trades.")
    post_state = models.JSONField(help_text="The same after them.")
    actions = models.JSONField(help_text="The trades, in order.")
    notes = models.JSONField(default=list, help_text="What to know of the plan.")
    turnover = models.FloatField(help_text="Half of what is bought and sold, percent of the value.")
    cost = models.FloatField(help_text="Commission, base currency.")
    tax = models.FloatField(help_text="Estimate, base currency.")
    revision = models.BigIntegerField(help_text="Of the transactions that the plan was made of.")
    error = models.TextField(blank=True, help_text="Why it failed.")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True, help_text="When it was approved or cancelled.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rebalancing_events"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["portfolio", "-created_at"], name="rebalancing_portfolio_created")]
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio"], condition=Q(status__in=("PENDING", "APPROVED")), name="rebalancing_one_open",
                violation_error_message="another proposal of this portfolio is open",
            ),
            range_check("turnover", "rebalancing_turnover", low=0.0),
            range_check("cost", "rebalancing_cost", low=0.0),
            range_check("tax", "rebalancing_tax", low=0.0),
            range_check("deposit", "rebalancing_deposit", low=0.0),
            choice_check(
                "status", "rebalancing_status", ("PENDING", "APPROVED", "COMPLETED", "FAILED", "CANCELLED")
            ),
            choice_check("trigger", "rebalancing_trigger", ("SCHEDULED", "THRESHOLD", "MANUAL")),
            choice_check("mode", "rebalancing_mode", ("full", "band", "cash_only")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_mode_display()} {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class RebalancingStep(models.Model):
    """The audit trail of an event: who brought it from one status to the next, and why. Never changed."""

    event = models.ForeignKey(RebalancingEvent, on_delete=models.CASCADE, related_name="steps")
    status = models.CharField(max_length=9, choices=RebalancingEvent.Status)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.status}"
