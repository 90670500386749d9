"""Backtests and their rows as the API shows them."""

from rest_framework import serializers

from backtests.models import (
    BacktestCondition,
    BacktestEvent,
    BacktestHolding,
    BacktestSession,
    BacktestSnapshot,
    BacktestTrade,
)
from backtests.models.sessions import FIGURES
from backtests.services.result import OF_HOLDING, OF_SNAPSHOT, OF_TRADE

COUNTS = ("trade_count",)


class BacktestSerializer(serializers.ModelSerializer):
    """A backtest in a list (of ``with_figures``)."""

    strategy = serializers.CharField(source="strategy.name", read_only=True, allow_null=True)
    owner = serializers.CharField(source="owner.username", read_only=True, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With ``FIGURES``: null where there is no result."""
        kinds = {name: serializers.IntegerField if name in COUNTS else serializers.FloatField for name in FIGURES}
        return super().get_fields() | {name: kind(read_only=True, allow_null=True) for name, kind in kinds.items()}

    class Meta:
        model = BacktestSession
        fields = (
            "id", "name", "region", "currency", "start", "end", "session_count", "strategy", "sweep", "owner", "status",
            "progress", "stage", "error", "created_at", "started_at", "finished_at",
        )  # fmt: skip


class BacktestConditionSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestCondition
        fields = ("kind", "position", "type", "factor", "field", "operator", "low", "high", "text")


class BacktestDetailSerializer(BacktestSerializer):
    """One backtest: how far it is, what was asked for, over which data and with which code."""

    conditions = BacktestConditionSerializer(many=True, read_only=True)

    class Meta(BacktestSerializer.Meta):
        fields = (
            *BacktestSerializer.Meta.fields, "config", "conditions", "warnings", "timings", "peak_memory_mb",
            "data_revision", "code_version", "fingerprint",
        )  # fmt: skip


class BacktestCreatedSerializer(BacktestDetailSerializer):
    """What a POST made or found."""

    served_from_store = serializers.BooleanField(help_text="An equal one was finished: nothing is computed.")

    class Meta(BacktestSerializer.Meta):
        fields = (*BacktestDetailSerializer.Meta.fields, "served_from_store")


class BacktestSnapshotSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestSnapshot
        fields = (*OF_SNAPSHOT, "holdings_value", "daily_return")


class BacktestTradeSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestTrade
        fields = OF_TRADE


class BacktestHoldingSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestHolding
        fields = ("number", *OF_HOLDING)


class BacktestEventSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestEvent
        fields = (
            "number", "date", "kind", "ticker", "name", "figure", "quantity", "cash_flow", "signal_date", "side",
            "reason",
        )  # fmt: skip


class WithFactorsAsText(serializers.ModelSerializer):
    """For CSV: the figures as JSON in one cell (of ``factors_text``)."""

    factors = serializers.CharField(source="factors_text")


class BacktestTradeRowSerializer(WithFactorsAsText, BacktestTradeSerializer):
    class Meta(BacktestTradeSerializer.Meta):
        pass


class BacktestHoldingRowSerializer(WithFactorsAsText, BacktestHoldingSerializer):
    class Meta(BacktestHoldingSerializer.Meta):
        pass
