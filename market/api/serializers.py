"""Rows of the ground floor as the API shows them."""

from rest_framework import serializers

from market.models import Fundamental, FxRate, Instrument, LoadRun, PriceBar
from market.models.fundamentals import FUNDAMENTAL_FIELDS


class OfInstrument(serializers.ModelSerializer):
    """A row told by its instrument's region and ticker."""

    region = serializers.CharField(source="instrument.region", read_only=True)
    ticker = serializers.CharField(source="instrument.ticker", read_only=True)


class InstrumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Instrument
        fields = (
            "id", "region", "ticker", "name", "asset_type", "exchange", "currency", "sector", "isin", "company",
            "listed_on", "delisted_on",
        )  # fmt: skip


class PriceSerializer(OfInstrument):
    class Meta:
        model = PriceBar
        fields = (
            "region", "ticker", "date", "open", "high", "low", "close", "volume", "trading_value", "market_cap",
            "shares_outstanding", "adjustment_factor", "close_is_adjusted", "no_trade", "suspect",
        )  # fmt: skip


class FundamentalSerializer(OfInstrument):
    class Meta:
        model = Fundamental
        fields = (
            "region", "ticker", "period_end", "period", "available_on", "available_is_estimated",
            "period_end_is_estimated", "source", "consolidated", "currency", *FUNDAMENTAL_FIELDS,
        )  # fmt: skip


class FxRateSerializer(serializers.ModelSerializer):
    class Meta:
        model = FxRate
        fields = ("base", "quote", "date", "rate", "source")


class LoadRunSerializer(serializers.ModelSerializer):
    class Meta:
        model = LoadRun
        fields = "__all__"
