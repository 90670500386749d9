"""Answers to "does this factor work?", kept with what they were computed from."""

from django.db import models

from factors.models.jobs import Job
from market.regions import REGION_CHOICES

NAMED = 3  # factors at most; more are counted


class FactorAnalysis(Job):
    """One analysis of some factors of a region over a range of sessions."""

    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    factor_names = models.JSONField(default=list, help_text="Analysed, each against the same returns.")
    start = models.DateField(help_text="First session.")
    end = models.DateField(help_text="Last session.")
    options = models.JSONField(default=dict, blank=True, help_text="Horizons, quantiles, turnover window.")
    result = models.JSONField(null=True, blank=True, help_text="Figures by factor.")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "factor analyses"
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gte=models.F("start")), name="factoranalysis_order")
        ]

    def __str__(self) -> str:
        names = ", ".join(self.factor_names) if len(self.factor_names) <= NAMED else f"{len(self.factor_names)} factors"
        return f"#{self.pk} {self.region} {names} {self.start} to {self.end}"
