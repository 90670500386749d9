"""Portfolios and transactions as the API shows them."""

from typing import Any

from django.db import models
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Concat
from rest_framework import serializers

from market.api.filters import KnownFields
from portfolio.models import Portfolio, Transaction
from portfolio.services.portfolios import SETTINGS
from portfolio.services.reading import number_told


class Figure(serializers.DecimalField):
    """A number to the last digit, as text without the zeros behind it."""

    def to_representation(self, value: Any) -> str | None:
        return number_told(value)


class PortfolioSerializer(KnownFields, serializers.ModelSerializer):
    """What may be asked for, and how far its values are computed."""

    owner = serializers.CharField(source="owner.username", read_only=True)
    is_stale = serializers.BooleanField(read_only=True, help_text="Its values are not of all of its transactions.")

    class Meta:
        model = Portfolio
        computed = ("stale_from", "valued_to", "valued_at", "valuation_error", "created_at", "updated_at")
        fields = ("id", "owner", *SETTINGS, "is_stale", *computed)
        read_only_fields = computed
        validators = ()  # name and owner: the service tells


class PortfolioColumns(PortfolioSerializer):
    """The columns of a file of portfolios: those of the table."""

    is_stale = None

    class Meta(PortfolioSerializer.Meta):
        fields = tuple(name for name in PortfolioSerializer.Meta.fields if name != "is_stale")


def with_assets(rows: QuerySet[Transaction]) -> QuerySet[Transaction]:
    """With ``asset``: REGION:TICKER, '' for cash."""
    symbol = Concat("instrument__region", Value(":"), "instrument__ticker")
    named = Case(When(instrument__isnull=False, then=symbol), default=Value(""), output_field=models.CharField())
    return rows.annotate(asset=named)


class TransactionSerializer(serializers.ModelSerializer):
    """A transaction (of ``with_assets``); what a file of them has for columns, too."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {models.DecimalField: Figure}
    asset = serializers.CharField(read_only=True, help_text="REGION:TICKER; blank: cash.")

    class Meta:
        model = Transaction
        fields = (
            "id", "date", "kind", "asset", "quantity", "price", "amount", "fee", "tax", "currency", "sequence", "note",
            "source",
        )  # fmt: skip


class TransactionRequest(serializers.Serializer):
    """What a transaction is asked for with: for the documentation; the service reads it."""

    date = serializers.DateField()
    kind = serializers.ChoiceField(Transaction.Kind.choices)
    asset = serializers.CharField(required=False, help_text="REGION:TICKER, a ticker of one region alone, or an ISIN.")
    quantity = serializers.DecimalField(28, 10, required=False)
    price = serializers.DecimalField(28, 10, required=False)
    amount = serializers.DecimalField(28, 10, required=False)
    fee = serializers.DecimalField(28, 10, required=False)
    tax = serializers.DecimalField(28, 10, required=False)
    currency = serializers.CharField(required=False, help_text="Blank: the asset's, else the portfolio's.")
    sequence = serializers.IntegerField(required=False)
    note = serializers.CharField(required=False, max_length=200)
