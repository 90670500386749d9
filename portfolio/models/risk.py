"""What a portfolio risks, as of a day."""

from typing import ClassVar

from django.db import models

from portfolio.models.columns import choice_check, range_check
from portfolio.models.portfolios import Portfolio


class PortfolioRiskMetrics(models.Model):
    """All figures of FORMULAS.md section 4 that speak of risk. Ratios and drawdowns of the portfolio's own record since
    its beginning; VaR and CVaR of its last 252 returns; concentration and correlations of what it held that day.
    """

    class Level(models.TextChoices):
        VERY_LOW = "VERY_LOW"
        LOW = "LOW"
        MODERATE = "MODERATE"
        HIGH = "HIGH"
        VERY_HIGH = "VERY_HIGH"

    RATIOS: ClassVar = ("sharpe_ratio", "sortino_ratio", "treynor_ratio", "calmar_ratio")
    LOSSES: ClassVar = (
        "var_95_1d", "var_99_1d", "var_95_1m", "var_99_1m", "var_95_1m_overlapping", "var_99_1m_overlapping",
        "var_95_1d_normal", "var_99_1d_normal", "var_95_1d_cornish_fisher", "var_99_1d_cornish_fisher",
        "cvar_95_1d", "cvar_99_1d",
    )  # fmt: skip

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="risk_metrics")
    date = models.DateField()
    volatility = models.FloatField(null=True, help_text="Percent a year.")
    sharpe_ratio = models.FloatField(null=True, help_text="Annualised.")
    sortino_ratio = models.FloatField(null=True, help_text="Annualised.")
    treynor_ratio = models.FloatField(null=True, help_text="Excess return, percent a year, by beta.")
    calmar_ratio = models.FloatField(null=True, help_text="Return a year by the greatest drawdown.")
    max_drawdown = models.FloatField(null=True, help_text="Percent, positive.")
    current_drawdown = models.FloatField(null=True, help_text="Percent below the highest value so far, positive.")
    drawdown_duration = models.PositiveIntegerField(null=True, help_text="Sessions, of the deepest drawdown.")
    var_95_1d = models.FloatField(null=True, help_text="Historical, one session, percent, positive is a loss.")
    var_99_1d = models.FloatField(null=True, help_text="Historical, one session, percent, positive is a loss.")
    var_95_1m = models.FloatField(null=True, help_text="Of a session x sqrt(21).")
    var_99_1m = models.FloatField(null=True, help_text="Of a session x sqrt(21).")
    var_95_1m_overlapping = models.FloatField(null=True, help_text="Of overlapping returns of 21 sessions.")
    var_99_1m_overlapping = models.FloatField(null=True, help_text="Of overlapping returns of 21 sessions.")
    var_95_1d_normal = models.FloatField(null=True)
    var_99_1d_normal = models.FloatField(null=True)
    var_95_1d_cornish_fisher = models.FloatField(null=True)
    var_99_1d_cornish_fisher = models.FloatField(null=True)
    cvar_95_1d = models.FloatField(null=True, help_text="Mean of the losses at or beyond the VaR, percent.")
    cvar_99_1d = models.FloatField(null=True, help_text="Mean of the losses at or beyond the VaR, percent.")
    risk_level = models.CharField(max_length=9, choices=Level, blank=True, help_text="By the volatility.")
    hhi = models.FloatField(null=True, help_text="Sum of squared weights, fractions.")
    effective_assets = models.FloatField(null=True, help_text="1 / HHI.")
    average_correlation = models.FloatField(null=True, help_text="Of every two assets held.")
    max_correlation = models.FloatField(null=True, help_text="Of any two assets held.")

    class Meta:
        db_table = "portfolio_risk_metrics"
        ordering = ["portfolio_id", "-date"]
        verbose_name = verbose_name_plural = "risk metrics"
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "date"], name="riskmetrics_portfolio_date"),
            range_check("volatility", "riskmetrics_volatility", low=0.0),
            choice_check("risk_level", "riskmetrics_level", ("", "VERY_LOW", "LOW", "MODERATE", "HIGH", "VERY_HIGH")),
            range_check("max_drawdown", "riskmetrics_max_drawdown", low=0.0, to=100.0),
            range_check("current_drawdown", "riskmetrics_current_drawdown", low=0.0, to=100.0),
            range_check("hhi", "riskmetrics_hhi", low=0.0),
            range_check("effective_assets", "riskmetrics_effective_assets", low=0.0),
            range_check("average_correlation", "riskmetrics_average_correlation", low=-1.0, to=1.0),
            range_check("max_correlation", "riskmetrics_max_correlation", low=-1.0, to=1.0),
        ]

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.date}"
