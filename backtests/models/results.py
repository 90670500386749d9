"""What a backtest gave: conditions, statistics, snapshots, trades, final holdings, and what happened beside trades.

Instruments are kept by ticker and name as they were when it ran, so that a trail stays readable whatever becomes of
the instrument's row.
"""

from typing import Self

from django.db import models

from backtests.models.sessions import BacktestSession
from market.models import Instrument


class BacktestCondition(models.Model):
    """A condition as it was set: to buy, to sell, or of the universe."""

    class Kind(models.TextChoices):
        BUY = "BUY"
        SELL = "SELL"
        UNIVERSE = "UNIVERSE"

    session = models.ForeignKey(BacktestSession, on_delete=models.CASCADE, related_name="conditions")
    kind = models.CharField(max_length=8, choices=Kind)
    position = models.PositiveSmallIntegerField(help_text="Order within its kind, from 0.")
    type = models.CharField(max_length=13, default="FACTOR", help_text="FACTOR, STOP_LOSS, TAKE_PROFIT ...")
    factor = models.CharField(max_length=64, blank=True)
    field = models.CharField(max_length=10, blank=True, help_text="value, score, percentile or rank.")
    operator = models.CharField(max_length=7, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    text = models.CharField(max_length=200, help_text="As a person reads it.")

    class Meta:
        ordering = ["session", "kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "kind", "position"], name="backtestcondition_position")
        ]

    def __str__(self) -> str:
        return f"{self.kind.lower()}: {self.text}"


class BacktestStatistics(models.Model):
    """All figures of a session; those that lists are sorted by have columns of their own."""

    session = models.OneToOneField(
        BacktestSession, primary_key=True, on_delete=models.CASCADE, related_name="statistics"
    )
    final_value = models.FloatField()
    total_return = models.FloatField(null=True)
    annualized_return = models.FloatField(null=True)
    volatility = models.FloatField(null=True)
    sharpe_ratio = models.FloatField(null=True)
    max_drawdown = models.FloatField(null=True)
    excess_return = models.FloatField(null=True)
    win_rate = models.FloatField(null=True)
    trades = models.PositiveIntegerField(default=0)
    figures = models.JSONField(help_text="Every figure by name.")
    monthly = models.JSONField(default=list)
    yearly = models.JSONField(default=list)
    contribution = models.JSONField(default=list, help_text="By buy condition.")
    findings = models.JSONField(default=list, help_text="Of the diagnosis.")
    details = models.JSONField(default=dict, help_text="Drawdowns, distributions, reasons, instruments.")

    class Meta:
        verbose_name = "backtest statistics"
        verbose_name_plural = "backtest statistics"

    def __str__(self) -> str:
        return f"statistics of #{self.session_id}"


class BacktestSnapshot(models.Model):
    """The portfolio at the close of a session."""

    session = models.ForeignKey(BacktestSession, on_delete=models.CASCADE, db_index=False, related_name="snapshots")
    date = models.DateField()
    cash = models.FloatField(help_text="At the close, the region's currency.")
    holdings_value = models.FloatField(help_text="At the close, the region's currency.")
    value = models.FloatField(help_text="Cash and holdings.")
    positions = models.PositiveIntegerField(help_text="Names held.")
    turnover = models.FloatField(help_text="Half of what was bought and sold, percent of the value.")
    daily_return = models.FloatField(null=True, help_text="Percent.")
    drawdown = models.FloatField(help_text="Percent below the highest value so far, 0 or negative.")
    benchmark = models.FloatField(null=True, help_text="The benchmark, begun with the same capital.")

    class Meta:
        ordering = ["session", "date"]
        constraints = [models.UniqueConstraint(fields=["session", "date"], name="backtestsnapshot_date")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.date}"


class OfInstrument(models.Model):
    """A row about an instrument, known by its ticker and name of then."""

    number = models.PositiveIntegerField(help_text="Order within the session, from 1.")
    instrument = models.ForeignKey(Instrument, null=True, on_delete=models.SET_NULL, related_name="+")
    ticker = models.CharField(max_length=32, help_text="As it was when the backtest ran.")
    name = models.CharField(max_length=200, blank=True, help_text="As it was when the backtest ran.")

    class Meta:
        abstract = True


class BacktestTradeQuerySet(models.QuerySet["BacktestTrade"]):
    def sells(self) -> Self:
        return self.filter(side=BacktestTrade.Side.SELL)

    def matching(self, *, ticker: str = "", side: str = "", reason: str = "") -> Self:
        """``ticker``: a part of it."""
        asked = {"ticker__icontains": ticker, "side": side, "reason": reason}
        return self.filter(**{name: value for name, value in asked.items() if value})


class BacktestTrade(OfInstrument):
    """A fill. Profit, rate and days are of sales alone: a buy has neither won nor lost."""

    class Side(models.TextChoices):
        BUY = "BUY"
        SELL = "SELL"

    session = models.ForeignKey(BacktestSession, on_delete=models.CASCADE, db_index=False, related_name="trades")
    signal_date = models.DateField(help_text="Decided at the close of.")
    trade_date = models.DateField(help_text="Session of the fill.")
    side = models.CharField(max_length=4, choices=Side)
    quantity = models.FloatField(help_text="Shares.")
    price = models.FloatField(help_text="Of the market, raw.")
    execution_price = models.FloatField(help_text="With slippage.")
    amount = models.FloatField(help_text="Quantity x execution price.")
    commission = models.FloatField(help_text="The region's currency.")
    tax = models.FloatField(help_text="The region's currency.")
    cash_flow = models.FloatField(help_text="What the cash account saw.")
    profit = models.FloatField(null=True, help_text="Net of the costs of both sides.")
    profit_rate = models.FloatField(null=True, help_text="Percent of what was paid.")
    hold_days = models.PositiveIntegerField(null=True, help_text="Calendar days since the first buy.")
    average_price = models.FloatField(help_text="After the trade, 0 where nothing is left.")
    reason = models.CharField(max_length=13, help_text="Why it was decided.")
    rule = models.SmallIntegerField(null=True, help_text="Which sell condition, from 0.")
    factors = models.JSONField(default=dict, help_text="Figures on the signal's session.")

    objects = BacktestTradeQuerySet.as_manager()

    class Meta:
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="backtesttrade_number"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="backtesttrade_quantity"),
            models.CheckConstraint(
                condition=models.Q(signal_date__lte=models.F("trade_date")), name="backtesttrade_dates"
            ),
        ]
        indexes = [models.Index(fields=["session", "ticker", "number"], name="backtesttrade_ticker")]

    def __str__(self) -> str:
        return f"{self.trade_date} {self.side} {self.quantity:g} {self.ticker}"


class BacktestHolding(OfInstrument):
    """What was held at the end."""

    session = models.ForeignKey(BacktestSession, on_delete=models.CASCADE, db_index=False, related_name="holdings")
    quantity = models.FloatField(help_text="Shares at the end.")
    average_price = models.FloatField(help_text="Of a share: with slippage, without commission, after splits.")
    cost = models.FloatField(help_text="Paid for it, commission included.")
    close = models.FloatField(help_text="The last known one, raw.")
    value = models.FloatField(help_text="Quantity x close.")
    weight = models.FloatField(help_text="Percent of the portfolio.")
    profit = models.FloatField(help_text="Value less cost.")
    profit_rate = models.FloatField(help_text="Percent of the cost.")
    first_bought = models.DateField()
    hold_days = models.PositiveIntegerField(help_text="Calendar days since the first buy.")
    factors = models.JSONField(default=dict, help_text="Figures on the session its first buy was decided.")

    class Meta:
        ordering = ["session", "number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="backtestholding_number")]

    def __str__(self) -> str:
        return f"{self.quantity:g} {self.ticker}"


class BacktestEvent(OfInstrument):
    """What changed the account without a trade, and orders that came to nothing."""

    class Kind(models.TextChoices):
        SPLIT = "SPLIT"
        DIVIDEND = "DIVIDEND"
        CANCELLED = "CANCELLED"

    session = models.ForeignKey(BacktestSession, on_delete=models.CASCADE, db_index=False, related_name="events")
    date = models.DateField()
    kind = models.CharField(max_length=9, choices=Kind)
    figure = models.FloatField(null=True, help_text="Ratio of a split, cash per share of a dividend.")
    quantity = models.FloatField(help_text="After a split; paid of a dividend; cancelled where that is known.")
    cash_flow = models.FloatField(default=0.0, help_text="What the cash account saw.")
    signal_date = models.DateField(null=True, help_text="Of a cancelled order.")
    reason = models.CharField(max_length=13, blank=True, help_text="Why an order came to nothing.")
    side = models.CharField(max_length=6, blank=True, help_text="Of a cancelled order.")

    class Meta:
        ordering = ["session", "number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="backtestevent_number")]

    def __str__(self) -> str:
        return f"{self.date} {self.kind} {self.ticker}"
