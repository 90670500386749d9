"""Funds as the API shows them."""

from typing import Any

from django.db import models
from rest_framework import serializers

from etfs.api.fields import NumberField, SymbolOf
from etfs.models import ETF, ETFDailyStat

_NUMBERS = {models.DecimalField: NumberField, models.FloatField: NumberField}
CALCULATED = (
    "total_assets", "expense_ratio", "tracking_error_20d", "tracking_error_60d", "tracking_error_120d",
    "tracking_error_250d", "premium_discount", "average_volume_20d", "average_value_20d",
)  # fmt: skip


class NumbersSerializer(serializers.ModelSerializer):
    """Rows of a table, numbers as JSON numbers."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | _NUMBERS


class FundSerializer(NumbersSerializer):
    ticker = serializers.CharField(source="instrument.ticker", read_only=True)
    name = serializers.CharField(source="instrument.name", read_only=True)
    currency = serializers.CharField(source="instrument.currency", read_only=True)
    isin = serializers.CharField(source="instrument.isin", read_only=True)

    class Meta:
        model = ETF
        fields = (
            "region", "ticker", "name", "name_local", "name_en", "isin", "exchange", "currency", "category",
            "subcategory", "tracking_index", "issuer", "inception_date", "domicile", "leverage_ratio", "is_inverse",
            "is_synthetic", "currency_hedged", "listed_shares", *CALCULATED, "figures_as_of", "source", "updated_at",
        )  # fmt: skip


class DailyStatSerializer(NumbersSerializer):
    region = serializers.CharField(source="etf.region", read_only=True)
    ticker = serializers.CharField(source="etf.instrument.ticker", read_only=True)

    class Meta:
        model = ETFDailyStat
        fields = (
            "region", "ticker", "date", "nav", "total_assets", "close", "shares_outstanding", "volume",
            "trading_value", "index_level", "distribution", "net_flow", "source",
        )  # fmt: skip


class HoldingsInShort(serializers.Serializer):
    count = serializers.IntegerField(help_text="Lines of the latest composition.")
    date = serializers.DateField(allow_null=True)
    link = serializers.URLField()


class FundDetailSerializer(serializers.Serializer):
    """A fund at a glance. Money in `currency`; percentages as percent."""

    symbol = serializers.CharField()
    name = serializers.CharField()
    region = serializers.CharField()
    currency = serializers.CharField()
    category = serializers.CharField()
    issuer = serializers.CharField()
    tracking_index = serializers.CharField()
    last_price = NumberField()
    change = NumberField(help_text="From the close before, in currency units.")
    change_pct = NumberField()
    volume = NumberField()
    as_of = serializers.DateField(allow_null=True, help_text="The day of the price.")
    price_source = serializers.CharField(help_text="`daily` figures of the fund, or `bars` of its instrument.")
    holdings = HoldingsInShort()
    hhi_percent = NumberField(help_text="Sum of squared percent weights; 10,000: a single line.")
    effective_holdings = NumberField()
    top_10_percent = NumberField()
    net_flow_20d = NumberField(help_text="Of the fund's last 20 days.")
    figures_as_of = serializers.DateField(allow_null=True, help_text="The newest day of the figures after it.")
    total_assets_as_of = serializers.DateField(allow_null=True, help_text="Null: told without a day, or not known.")

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {name: NumberField() for name in CALCULATED}


class TraderHoldingSerializer(serializers.Serializer):
    """A line of the latest composition. Values in `currency`, that of the composition."""

    symbol = SymbolOf(help_text="Ticker; else identifier; null for what has neither, as cash.")
    name = serializers.CharField()
    weight_pct = NumberField()
    shares = NumberField()
    market_value_usd = NumberField(help_text="Null where the composition is in another currency.")
    market_value_millions = NumberField(help_text="Millions of `currency`.")
    weight_bps = NumberField()
    market_value = NumberField()
    currency = serializers.CharField()
