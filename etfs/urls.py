"""Addresses of the pages: funds, one fund by its sides, comparison, what all of them bought."""

from django.urls import path

from etfs.views.compare import Compare, FundSearch
from etfs.views.data_section import Collections
from etfs.views.exposure import FundExposure
from etfs.views.flows import FundFlows
from etfs.views.funds import Funds
from etfs.views.history import FundHistory
from etfs.views.holdings import FundHoldings
from etfs.views.instrument_section import Holders, HolderWeights
from etfs.views.quality import FundQuality
from etfs.views.trades import FundTrades
from etfs.views.trading import Trading

app_name = "etfs"
FUND = "etfs/<str:region>/<path:ticker>/"
urlpatterns = [
    path("etfs/", Funds.as_view(), name="funds"),
    path("etfs/compare/", Compare.as_view(), name="compare"),
    path("etfs/compare/search/", FundSearch.as_view(), name="fund-search"),
    path("etfs/trading/", Trading.as_view(), name="trading"),
    path(f"{FUND}trades/", FundTrades.as_view(), name="fund-trades"),
    path(f"{FUND}history/", FundHistory.as_view(), name="fund-history"),
    path(f"{FUND}flows/", FundFlows.as_view(), name="fund-flows"),
    path(f"{FUND}exposure/", FundExposure.as_view(), name="fund-exposure"),
    path(f"{FUND}quality/", FundQuality.as_view(), name="fund-quality"),
    path(FUND, FundHoldings.as_view(), name="fund"),
    path("collections/", Collections.as_view(), name="collections"),
    path("holders/<region>/<path:ticker>/", Holders.as_view(), name="holders"),
    path("holder-weights/<region>/<path:ticker>/", HolderWeights.as_view(), name="holder-weights"),
]
