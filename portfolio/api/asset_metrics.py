"""Indicators of assets over HTTP."""

import difflib
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError

from market.api.filters import LATEST, DayField, NamesField, PeriodParams, QueryParams, RegionField
from market.api.listing import ListView, instrument_or_404
from market.models import Instrument
from market.regions import REGIONS
from market.texts import is_storable
from portfolio.calc.indicators import INDICATORS
from portfolio.models import AssetPerformanceMetrics

ORDERINGS = [sign + name for name in INDICATORS for sign in ("", "-")]


class IndicatorsField(NamesField):
    """Names of indicators; a wrong one is told with what is close to it."""

    def to_internal_value(self, data: list[Any]) -> list[str]:
        names = super().to_internal_value(data)
        for name in names:
            if name not in INDICATORS:
                close = difflib.get_close_matches(name, INDICATORS, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(INDICATORS)}"
                raise ValidationError(f"no indicator {name!r}; {hint}")
        return names


class MetricsParams(QueryParams):
    region = RegionField(required=False)
    ticker = serializers.CharField(required=False)
    date = DayField(default=LATEST, help_text="A session, or `latest`: the newest of each region, or of the ticker.")
    ordering = serializers.ChoiceField(
        ORDERINGS, required=False, help_text="`-` for descending; assets without the figure come last."
    )
    fields = IndicatorsField(required=False, help_text="Only these indicators; without it, all.")


class MetricsHistoryParams(PeriodParams):
    fields = IndicatorsField(required=False, help_text="Only these indicators; without it, all.")


class MetricsSerializer(serializers.ModelSerializer):
    """Prices are adjusted to the asset's last bar, which is of `bar_date`; null: too few bars."""

    region = serializers.CharField(source="instrument.region", read_only=True)
    ticker = serializers.CharField(source="instrument.ticker", read_only=True)
    name = serializers.CharField(source="instrument.name", read_only=True)

    class Meta:
        model = AssetPerformanceMetrics
        fields = ("region", "ticker", "name", "date", "bar_date", *INDICATORS)

    def get_fields(self) -> dict[str, serializers.Field]:
        wanted = self.context.get("indicators") or INDICATORS
        return {name: one for name, one in super().get_fields().items() if name in wanted or name not in INDICATORS}


class OfMetrics(ListView):
    queryset = AssetPerformanceMetrics.objects.all()
    serializer_class = MetricsSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        documented = getattr(self, "swagger_fake_view", False)
        return super().get_serializer_context() | {"indicators": None if documented else self.asked().get("fields")}


class MetricsList(OfMetrics):
    """Indicators of assets as of one session: by default the newest of each region."""

    params = MetricsParams

    def get_queryset(self) -> QuerySet[AssetPerformanceMetrics]:
        asked = self.asked()
        region, ticker = asked.get("region", ""), asked.get("ticker", "")
        metrics = AssetPerformanceMetrics.objects
        if ticker:
            self._refuse_unknown(region, ticker)
        if asked["date"] == LATEST:
            rows = metrics.of_days(metrics.newest_dates(region, ticker))
        else:
            rows = metrics.of_day(asked["date"], region)
        rows = rows.filter(instrument__ticker=ticker) if ticker else rows
        return (rows.ranked(asked["ordering"]) if "ordering" in asked else rows).with_names()

    def _refuse_unknown(self, region: str, ticker: str) -> None:
        if region:
            instrument_or_404(region, ticker)
        elif not is_storable(ticker) or not Instrument.objects.filter(ticker=ticker).exists():
            raise NotFound(f"no instrument {ticker!r}")


@extend_schema_view(get=extend_schema(operation_id="asset_metrics_history", parameters=[MetricsHistoryParams]))
class MetricsHistory(OfMetrics):
    """Indicators of one asset over time, newest first."""

    params = MetricsHistoryParams

    def get_queryset(self) -> QuerySet[AssetPerformanceMetrics]:
        asked, region = self.asked(), self.kwargs["region"].upper()
        if region not in REGIONS:
            raise NotFound(f"no region {self.kwargs['region']!r}: use one of {', '.join(REGIONS)}")
        instrument = instrument_or_404(region, self.kwargs["ticker"])
        rows = AssetPerformanceMetrics.objects.history(instrument.pk, asked.get("from"), asked.get("to"))
        return rows.with_names()
