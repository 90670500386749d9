"""What happened in a portfolio."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from market.models import Instrument
from portfolio.models.columns import CURRENCY, choice_check, currency_check, money
from portfolio.models.portfolios import Portfolio

FIRST_DAY = dt.date(1900, 1, 1)
KINDS = ("BUY", "SELL", "DIVIDEND", "DEPOSIT", "WITHDRAWAL", "FEE", "TAX", "SPLIT", "TRANSFER")
OF_SHARES = ("BUY", "SELL", "SPLIT")


class TransactionQuerySet(models.QuerySet["Transaction"]):
    def in_order(self) -> Self:
        """As they are read into a calculation: the same whatever order they came in."""
        return self.order_by("date", "sequence", "id")

    def instruments(self) -> models.QuerySet["Transaction", int]:
        """Ids of what was traded, that of the most portfolios first."""
        traded = self.filter(instrument__isnull=False).order_by().values("instrument_id")
        ranked = traded.annotate(portfolios=models.Count("portfolio", distinct=True))
        return ranked.order_by("-portfolios", "instrument_id").values_list("instrument_id", flat=True)

    def between(self, start: dt.date | None, end: dt.date | None) -> Self:
        """Both days included; None: no limit."""
        days = {"date__gte": start, "date__lte": end}
        return self.filter(**{name: day for name, day in days.items() if day is not None})


class Transaction(models.Model):
    """One transaction; what each figure means by kind: docs/portfolio-accounting.md. Money is in ``currency``."""

    class Kind(models.TextChoices):
        BUY = "BUY", gettext_noop("Buy")
        SELL = "SELL", gettext_noop("Sell")
        DIVIDEND = "DIVIDEND", gettext_noop("Dividend or interest")
        DEPOSIT = "DEPOSIT", gettext_noop("Deposit")
        WITHDRAWAL = "WITHDRAWAL", gettext_noop("Withdrawal")
        FEE = "FEE", gettext_noop("Fee")
        TAX = "TAX", gettext_noop("Tax")
        SPLIT = "SPLIT", gettext_noop("Split")
        TRANSFER = "TRANSFER", gettext_noop("Transfer")

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="transactions")
    kind = models.CharField(max_length=10, choices=Kind)
    date = models.DateField(help_text="Of the trade, local to the asset.")
    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="asset"
    )
    quantity = money(null=True, blank=True, help_text="Shares; new per old for a split, negative for a transfer out.")
    price = money(null=True, blank=True, help_text="Per share.")
    amount = money(null=True, blank=True, help_text="Before fee and tax; blank: quantity x price.")
    fee = money(default=0, help_text="In the transaction's currency, positive.")
    tax = money(default=0, help_text="In the transaction's currency, positive.")
    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="ISO code, three capital letters.")
    sequence = models.IntegerField(default=0, help_text="Order among equals of one day.")
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=60, blank=True, help_text="Where it came from: a file, a rebalancing.")
    import_key = models.CharField(max_length=80, blank=True, editable=False, help_text="Tells a second import of it.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-sequence", "-id"]
        indexes = [models.Index(fields=["portfolio", "date"], name="transaction_portfolio_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "import_key"], condition=~Q(import_key=""), name="transaction_import_key"
            ),
            currency_check("currency", "transaction_currency"),
            models.CheckConstraint(
                condition=~Q(kind__in=OF_SHARES) | Q(instrument__isnull=False, quantity__isnull=False, quantity__gt=0),
                name="transaction_of_shares",
                violation_error_message="BUY, SELL and SPLIT need an asset and a quantity above zero",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("BUY", "SELL")) | Q(price__isnull=False) | Q(amount__isnull=False),
                name="transaction_priced", violation_error_message="BUY and SELL need a price or an amount",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("DIVIDEND", "DEPOSIT", "WITHDRAWAL", "FEE", "TAX")) | Q(amount__isnull=False),
                name="transaction_amount", violation_error_message="this kind needs an amount",
            ),
            models.CheckConstraint(
                condition=Q(date__gte=FIRST_DAY), name="transaction_date",
                violation_error_message=f"the date is before {FIRST_DAY}",
            ),
            choice_check("kind", "transaction_kind", KINDS),
            models.CheckConstraint(
                condition=~Q(kind="TRANSFER", quantity=0) & ~Q(kind="TRANSFER", instrument__isnull=True, amount=0),
                name="transaction_transfer", violation_error_message="a transfer moves something",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="transaction_price"),
            models.CheckConstraint(condition=Q(fee__gte=0, tax__gte=0), name="transaction_costs"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.date} {self.kind}" + (f" {self.instrument}" if self.instrument_id else "")
