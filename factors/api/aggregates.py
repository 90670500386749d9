"""The two aggregates of scores over HTTP."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from factors.api.filters import FactorNamesField
from factors.models import DailyScore, Factor, MonthlyScore
from market.api.filters import PeriodParams, QueryParams, RegionField
from market.api.listing import ListView, instrument_or_404


class MonthField(serializers.DateField):
    """YYYY-MM; the month's first day."""

    default_error_messages = {"invalid": "not a month: write it as YYYY-MM"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m"], **kwargs)


class MonthlyParams(QueryParams):
    region = RegionField()
    month = MonthField(required=False, help_text="YYYY-MM; may be left out with a ticker.")
    ticker = serializers.CharField(required=False)
    factor = FactorNamesField(required=False, help_text="One or more factors; without it, all.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "month" not in asked and "ticker" not in asked:
            raise ValidationError({"month": ["needed unless a ticker is given: YYYY-MM"]})
        return super().validate(asked)


class DailyParams(PeriodParams):
    region = RegionField()
    factor = FactorNamesField(required=False, help_text="One or more factors; without it, all.")


class MonthlySerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="instrument.region", read_only=True)
    ticker = serializers.CharField(source="instrument.ticker", read_only=True)
    factor = serializers.CharField(source="factor.name", read_only=True)

    class Meta:
        model = MonthlyScore
        fields = (
            "region", "ticker", "month", "factor", "score_count", "score_mean", "score_stddev", "score_min",
            "score_max", "percentile_mean",
        )  # fmt: skip


class DailySerializer(serializers.ModelSerializer):
    factor = serializers.CharField(source="factor.name", read_only=True)

    class Meta:
        model = DailyScore
        fields = ("region", "date", "factor", "score_count", "score_mean", "score_stddev")


class MonthlyList(ListView):
    """Scores by instrument, factor and month: of a region in a month, or of one ticker (newest month first).

    As of the last refresh: nightly, or hourly on TimescaleDB Community.
    """

    queryset = MonthlyScore.objects.all()
    serializer_class = MonthlySerializer
    params = MonthlyParams

    def get_queryset(self) -> QuerySet[MonthlyScore]:
        asked = self.asked()
        rows = MonthlyScore.objects.with_names().of_factors(Factor.objects.ids_of(asked.get("factor", [])))
        if "ticker" not in asked:
            return rows.of_month(asked["region"], asked["month"])
        found = rows.of_instrument(instrument_or_404(asked["region"], asked["ticker"]).pk)
        return found.filter(month=asked["month"]) if "month" in asked else found


class DailyList(ListView):
    """Mean, standard deviation and count of a region's scores by day and factor, newest first.

    As of the last refresh: nightly, or hourly on TimescaleDB Community.
    """

    queryset = DailyScore.objects.all()
    serializer_class = DailySerializer
    params = DailyParams

    def get_queryset(self) -> QuerySet[DailyScore]:
        asked = self.asked()
        rows = DailyScore.objects.with_names().of_factors(Factor.objects.ids_of(asked.get("factor", [])))
        return rows.of_region(asked["region"], asked.get("from"), asked.get("to"))
