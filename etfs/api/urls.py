"""Addresses of ETFs, below ``/api/``. Those of the traders have no slash at the end; with one they work, too."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from etfs.api import collections, comparisons, compositions, flows, funds, holders, look_through, trading


def _either(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    """With and without the slash at the end; the schema shows the latter."""
    return [path(route, view.as_view(), name=name), path(f"{route}/", view.as_view(schema=None))]


urlpatterns = [
    *_either("etfs", funds.SymbolList, "etf-symbols"),
    *_either("etfs/<str:symbol>", funds.FundDetail, "etf-detail"),
    *_either("etfs/<str:symbol>/holdings", funds.FundHoldings, "etf-holdings"),
    path("etf-list/", funds.FundList.as_view(), name="etf-list"),
    path("etf-daily-stats/", funds.DailyStatList.as_view(), name="etfdailystat-list"),
    path("etf-compositions/", compositions.Composition.as_view(), name="etf-composition"),
    path("etf-weights/", compositions.WeightList.as_view(), name="etf-weights"),
    path("etf-changes/", compositions.ChangeList.as_view(), name="etf-changes"),
    path("etf-snapshots/", compositions.SnapshotList.as_view(), name="etfsnapshot-list"),
    path("etf-findings/", compositions.FindingList.as_view(), name="etffinding-list"),
    path("etf-holders/", holders.HolderList.as_view(), name="etf-holders"),
    path("etf-high-weights/", holders.HeavyList.as_view(), name="etf-high-weights"),
    path("etf-concentration/", holders.Concentration.as_view(), name="etf-concentration"),
    path("etf-flows/", flows.FlowList.as_view(), name="etf-flows"),
    path("etf-overlap/", comparisons.Overlap.as_view(), name="etf-overlap"),
    path("etf-overlap/pair/", comparisons.OverlapPair.as_view(), name="etf-overlap-pair"),
    path("etf-correlation/", comparisons.Correlation.as_view(), name="etf-correlation"),
    path("etf-tilts/", comparisons.Tilts.as_view(), name="etf-tilts"),
    path("etf-liquidity/", trading.Liquidity.as_view(), name="etf-liquidity"),
    path("etf-costs/", trading.Costs.as_view(), name="etf-costs"),
    path("etf-look-through/", look_through.LookThroughPost.as_view(), name="etf-look-through"),
    path("etf-exposure/", look_through.Exposure.as_view(), name="etf-exposure"),
    path("etf-collections/", collections.CollectionList.as_view(), name="etfcollection-list"),
    path("etf-collections/<int:pk>/", collections.CollectionDetail.as_view(), name="etfcollection-detail"),
    path("etf-sources/", collections.SourceList.as_view(), name="etfsource-list"),
]
