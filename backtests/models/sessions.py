"""A backtest: what was asked for, over which data, with which code, and how it went."""

from typing import Self

from django.db import models

from backtests.models.jobs import BacktestJob, Status
from backtests.models.sweeps import BacktestSweep
from factors.models import Strategy
from market.models.owned import OwnedQuerySet
from market.regions import REGION_CHOICES

OF_STATISTICS = (
    "final_value", "total_return", "annualized_return", "volatility", "sharpe_ratio", "max_drawdown", "excess_return",
    "win_rate",
)  # fmt: skip
# What lists show of a result, and where it is; `trades` of a session are its rows.
FIGURES = {name: f"statistics__{name}" for name in OF_STATISTICS} | {"trade_count": "statistics__trades"}

SERIOUS = "SERIOUS"  # of ``backtests.diagnosis``, which stores it
NOBODY = "-"


class BacktestSessionQuerySet(OwnedQuerySet):
    def completed(self) -> Self:
        return self.filter(status=Status.COMPLETED)

    def same_as(self, fingerprint: str) -> "BacktestSession | None":
        """The newest finished session of equal configuration, data and code."""
        return self.completed().filter(fingerprint=fingerprint).order_by("-id").first() if fingerprint else None

    def with_figures(self) -> Self:
        """With ``FIGURES``, None where there is no result, and the names of strategy and owner."""
        kinds = {"trade_count": models.IntegerField(null=True)}
        known = {
            name: models.ExpressionWrapper(models.F(column), kinds.get(name, models.FloatField(null=True)))
            for name, column in FIGURES.items()
        }
        return self.annotate(**known).select_related("strategy", "owner")

    def with_serious(self) -> Self:
        """With ``serious``: how many serious findings there are, None where there is no result."""
        found = models.Func(
            models.F("statistics__findings"), template=f"jsonb_array_length(jsonb_path_query_array(%(expressions)s, "
            f"'$[*] ? (@.severity == \"{SERIOUS}\")'))", output_field=models.IntegerField(null=True),
        )  # fmt: skip
        return self.annotate(serious=found)

    def matching(
        self, *, search: str = "", status: str = "", region: str = "", strategy: str = "", owner: str = ""
    ) -> Self:
        """``search`` and ``strategy``: parts of the names; ``owner``: of the user of this name, ``-`` of nobody."""
        asked = {"name__icontains": search, "status": status, "region": region, "strategy__name__icontains": strategy}
        found = self.filter(**{name: value for name, value in asked.items() if value})
        if owner == NOBODY:
            return found.filter(owner=None)
        return found.filter(owner__username=owner) if owner else found

    def ranked(self, ordering: str) -> Self:
        """By ``created``, ``start``, ``end`` or one of ``FIGURES`` (``-``: descending), those without it last; of
        ``with_figures``.
        """
        name = ordering.removeprefix("-")
        if name == "created":
            return self.order_by(ordering.replace("created", "id"))
        if name not in FIGURES:
            return self.order_by(ordering, "-id")
        unknown = models.ExpressionWrapper(models.Q(**{f"{name}__isnull": True}), models.BooleanField())
        return self.annotate(unknown=unknown).order_by("unknown", ordering, "-id")


class BacktestSession(BacktestJob):
    """One backtest. Its results are in the tables of ``backtests.models.results`` and go with it."""

    name = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    currency = models.CharField(max_length=3, help_text="Of all money figures: that of the region.")
    start = models.DateField(help_text="First session.")
    end = models.DateField(help_text="Last session.")
    strategy = models.ForeignKey(
        Strategy,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="backtests",
        help_text="The stored one that was tested, as it is now; the configuration has it as it was.",
    )
    sweep = models.ForeignKey(
        BacktestSweep,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="sessions",
        help_text="The sweep whose variant it is.",
    )
    config = models.JSONField(help_text="The whole configuration, defaults filled in.")
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of configuration, data revision and code; blank: never served again."
    )
    data_revision = models.JSONField(default=dict, blank=True, help_text="Newest change of bars and fundamentals used.")
    code_version = models.CharField(
        max_length=16, blank=True, help_text="Of the simulation: another one may give other results."
    )
    session_count = models.PositiveIntegerField(default=0, help_text="Trading days simulated.")
    warnings = models.JSONField(default=list, blank=True, help_text="What the run had to say, in sentences.")
    timings = models.JSONField(default=dict, blank=True, help_text="Seconds by stage.")
    peak_memory_mb = models.FloatField(null=True, blank=True, help_text="MB.")

    objects = BacktestSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["fingerprint", "-id"], name="backtestsession_same")]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gte=models.F("start")), name="backtestsession_order")
        ]

    @property
    def label(self) -> str:
        """Its name, its number without one."""
        return self.name or f"#{self.pk}"

    def __str__(self) -> str:
        return f"#{self.pk} {self.name or self.region} {self.start} to {self.end}"
