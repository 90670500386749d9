"""Correlations of assets over HTTP: a matrix, and two of them over time."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from etfs.api.answers import MatrixView, PairSerializer, Rows, RowsView
from etfs.api.fields import NumberField, SymbolField, SymbolsField
from etfs.api.filters import AnswerParams, AsOfField, PagedParams
from market.api.filters import PeriodParams
from portfolio.calc.windows import WINDOWS
from portfolio.models import AssetCorrelation
from portfolio.services.correlations import LONGEST, SHORTEST, correlations_of, rolling_of

_Matrix = serializers.ListField


class MatrixParams(AnswerParams):
    tickers = SymbolsField(help_text="Two or more assets, separated by commas: US:SPY,US:AGG.")
    window = serializers.ChoiceField(WINDOWS, default="1y", help_text="Calendar months, or sessions.")
    date = AsOfField(help_text="The last day; one on which an asset has a bar. Without it, the newest.")


class RollingParams(PeriodParams, PagedParams):
    a = SymbolField()
    b = SymbolField()
    window = serializers.IntegerField(
        default=60, min_value=SHORTEST, max_value=LONGEST, help_text="Returns that both have."
    )


class AssetSerializer(serializers.Serializer):
    symbol = serializers.CharField()


class MatrixSerializer(serializers.Serializer):
    """Rows and columns in the order of `assets`; null where fewer than 20 returns are common, or one does not scatter.
    On the diagonal 1, without count and p-value."""

    date = serializers.DateField()
    window = serializers.CharField()
    stored = serializers.BooleanField(help_text="Computed before, of bars that have not changed since.")
    assets = AssetSerializer(many=True)
    correlation = _Matrix(child=serializers.ListField(child=NumberField()))
    n = _Matrix(child=serializers.ListField(child=serializers.IntegerField(allow_null=True)), help_text="Returns.")
    p_value = _Matrix(child=serializers.ListField(child=NumberField()), help_text="Two-sided.")


class CellSerializer(PairSerializer):
    correlation = NumberField()
    n = serializers.IntegerField(allow_null=True)
    p_value = NumberField()


class Matrix(MatrixView):
    """Correlations of the daily returns of every two assets over a window. CSV: by two assets."""

    queryset = AssetCorrelation.objects.all()
    params = MatrixParams
    serializer_class = MatrixSerializer
    axis, pair_class = "assets", CellSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = correlations_of(tickers=asked["tickers"], window=asked["window"], as_of=asked.get("date"))
        return asdict(found) | {"assets": [{"symbol": symbol} for symbol in found.symbols]}


class RollingPointSerializer(serializers.Serializer):
    date = serializers.DateField()
    correlation = NumberField(help_text="Null: not enough returns yet, or one of the two does not scatter.")


class RollingSerializer(Rows):
    a = serializers.CharField()
    b = serializers.CharField()
    window = serializers.IntegerField()
    results = RollingPointSerializer(many=True)


class RollingList(RowsView):
    """The correlation of the last `window` returns that two assets have in common, at each of those."""

    queryset = AssetCorrelation.objects.all()
    params = RollingParams
    serializer_class = RollingSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = rolling_of(
            a=asked["a"], b=asked["b"], window=asked["window"], start=asked.get("from"), end=asked.get("to")
        )
        rows = zip(found.dates, found.values, strict=True)
        results = [{"date": date, "correlation": value} for date, value in rows]
        return {"a": found.a, "b": found.b, "window": found.window, "results": results}
