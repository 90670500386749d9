"""Funds over HTTP: the traders' short answers, and the whole table."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from etfs.api.answers import AnswerView, Refusals, rows_csv
from etfs.api.fields import CategoryField
from etfs.api.filters import AnswerParams, AsOfField, FundPeriodListParams
from etfs.api.fund_serializers import (
    CALCULATED,
    DailyStatSerializer,
    FundDetailSerializer,
    FundSerializer,
    TraderHoldingSerializer,
)
from etfs.models import ETF, ETFDailyStat
from etfs.services import CompositionView, FundSummary, composition_get, etf_get, summary_get, symbols_get
from market.api.csv import CsvRenderer
from market.api.filters import QueryParams, RegionField
from market.api.listing import ListView

ORDERINGS = [sign + name for name in ("total_assets", "expense_ratio") for sign in ("-", "")]
_HEADERS = [
    OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=said, response=[200])
    for name, said in (
        ("X-As-Of", "The day of the composition."), ("X-Source", "Where it is from."),
        ("X-State", "GOOD, or FLAGGED: kept for want of a better one."), ("X-Currency", "Of the values."),
        ("X-Per-Unit", "true: shares and values are those of one creation unit; false: of the whole fund."),
    )
]  # fmt: skip


class ListParams(AnswerParams):
    region = RegionField(required=False)
    category = CategoryField(required=False)
    issuer = serializers.CharField(required=False, help_text="As written in the list, in any case.")
    search = serializers.CharField(required=False, help_text="Start of the ticker, or any part of a name.")


class HoldingsParams(AnswerParams):
    as_of = AsOfField()


class FundListParams(QueryParams):
    region = RegionField(required=False)
    category = CategoryField(required=False)
    issuer = serializers.CharField(required=False, help_text="As written in the list, in any case.")
    search = serializers.CharField(required=False, help_text="Start of the ticker, or any part of a name.")
    ordering = serializers.ChoiceField(
        ORDERINGS, default="-total_assets", help_text="`-` for descending; funds without the figure come last."
    )


class SymbolList(AnswerView):
    """Symbols of all ETFs, by ticker. A ticker that several regions list comes as `REGION:TICKER`."""

    params = ListParams

    @extend_schema(responses=serializers.ListSerializer(child=serializers.CharField()), operation_id="etfs_list")
    def get(self, request: Request) -> Response:
        return Response(symbols_get(**self.params.read(request)))


class FundDetail(AnswerView):
    """An ETF at a glance: last price and change, volume, how much it holds and how, tracking, flows."""

    serializer_class = FundDetailSerializer

    @extend_schema(operation_id="etfs_retrieve")
    def get(self, request: Request, symbol: str) -> Response:
        self.params.read(request)
        found = summary_get(fund=etf_get(symbol))
        return Response(self.get_serializer(_at_a_glance(found, symbol, request)).data)


def _at_a_glance(found: FundSummary, asked: str, request: Request) -> dict[str, Any]:
    fund, quote, snapshot = found.fund, found.quote, found.snapshot
    instrument = fund.instrument
    figures = {name: found.figures.get(name) for name in ("hhi_percent", "effective_holdings", "top_10_percent")}
    return {
        "symbol": str(instrument) if ":" in asked else instrument.ticker, "name": instrument.name,
        "region": fund.region, "currency": instrument.currency, "category": fund.category, "issuer": fund.issuer,
        "tracking_index": fund.tracking_index, "last_price": quote.price, "change": quote.change,
        "change_pct": quote.change_percent, "volume": quote.volume, "as_of": quote.date,
        "price_source": quote.source,
        "holdings": {
            "count": snapshot.line_count if snapshot else 0, "date": snapshot.as_of_date if snapshot else None,
            "link": reverse("etf-holdings", args=[str(instrument)], request=request),
        },
        "net_flow_20d": found.net_flow, "figures_as_of": fund.figures_as_of,
        "total_assets_as_of": None if fund.total_assets is None else found.assets_as_of,
    } | figures | {name: getattr(fund, name) for name in CALCULATED}  # fmt: skip


class FundHoldings(AnswerView):
    """What an ETF holds: its own newest composition up to `as_of`, by rank; where it is from in the headers."""

    params = HoldingsParams
    renderer_classes = ListView.renderer_classes
    serializer_class = TraderHoldingSerializer

    @extend_schema(responses=TraderHoldingSerializer(many=True), operation_id="etfs_holdings", parameters=_HEADERS)
    def get(self, request: Request, symbol: str) -> HttpResponseBase:
        asked = self.params.read(request)
        found = composition_get(fund=etf_get(symbol), as_of=asked.get("as_of"))
        rows = [_for_traders(row, found.snapshot.currency) for row in found.lines]
        if request.accepted_renderer.format == CsvRenderer.format:
            answer: HttpResponseBase = rows_csv(rows, self.get_serializer(), "holdings.csv")
        else:
            answer = Response(self.get_serializer(rows, many=True).data)
        for name, value in _headers(found).items():
            answer[name] = value
        return answer


def _headers(found: CompositionView) -> Mapping[str, str]:
    snapshot = found.snapshot
    return {
        "X-As-Of": snapshot.as_of_date.isoformat(), "X-Source": snapshot.source, "X-State": snapshot.state,
        "X-Currency": snapshot.currency, "X-Per-Unit": str(snapshot.per_unit).lower(),
    }  # fmt: skip


def _for_traders(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    weight, value = row["weight"], row["market_value"]
    return {
        "ticker": row["ticker"], "identifier": row["identifier"], "name": row["name"], "weight_pct": weight,
        "shares": row["shares"], "market_value_usd": value if currency == "USD" else None,
        "market_value_millions": None if value is None else value / Decimal(10**6),
        "weight_bps": None if weight is None else 100 * weight, "market_value": value, "currency": currency,
    }  # fmt: skip


class FundList(ListView):
    """ETFs with all their columns, the largest first. Assets in each fund's own `currency`."""

    queryset = ETF.objects.all()
    serializer_class = FundSerializer
    params = FundListParams

    def get_queryset(self) -> QuerySet[ETF]:
        asked = self.asked()
        search, ordering = asked.pop("search", ""), asked.pop("ordering")
        found = ETF.objects.listed_in(**asked)
        return (found.search(search) if search else found).select_related("instrument").ranked(ordering)


class DailyStatList(Refusals, ListView):
    """An ETF by day, newest first: NAV, assets, shares outstanding, close, volume, net flow."""

    queryset = ETFDailyStat.objects.all()
    serializer_class = DailyStatSerializer
    params = FundPeriodListParams

    def get_queryset(self) -> QuerySet[ETFDailyStat]:
        asked = self.asked()
        days = ETFDailyStat.objects.of(etf_get(asked["etf"]).pk).select_related("etf__instrument")
        bounds = {"date__gte": asked.get("from"), "date__lte": asked.get("to")}
        return days.filter(**{name: day for name, day in bounds.items() if day})
