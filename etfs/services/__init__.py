"""Use cases of ETFs, one module each; pages, API, admin, commands and tasks call these."""

from etfs.services.changes import FundChanges, changes_get
from etfs.services.collecting import (
    collect_create,
    collect_due,
    collect_enqueue,
    collect_execute,
    collect_execute_queued,
)
from etfs.services.compositions_read import CompositionView, composition_get, heavy_get, holders_get, weights_get
from etfs.services.errors import Ambiguous, EtfError, NotFound
from etfs.services.flows import FlowsView, flows_get
from etfs.services.look_through import LookThroughView, exposures_get, look_through_get
from etfs.services.lookup import etf_get, etfs_get, stock_get, stocks_get, symbols_get
from etfs.services.overlaps import OverlapView, concentration_get, overlap_matrix, overlap_pair
from etfs.services.relations import correlation_get, tilts_get
from etfs.services.runs import files_import
from etfs.services.summaries import FundSummary, summary_get
from etfs.services.trading import costs_compare, liquidity_get

__all__ = [
    "Ambiguous",
    "CompositionView",
    "EtfError",
    "FlowsView",
    "FundChanges",
    "FundSummary",
    "LookThroughView",
    "NotFound",
    "OverlapView",
    "changes_get",
    "collect_create",
    "collect_due",
    "collect_enqueue",
    "collect_execute",
    "collect_execute_queued",
    "composition_get",
    "concentration_get",
    "correlation_get",
    "costs_compare",
    "etf_get",
    "etfs_get",
    "exposures_get",
    "files_import",
    "flows_get",
    "heavy_get",
    "holders_get",
    "liquidity_get",
    "look_through_get",
    "overlap_matrix",
    "overlap_pair",
    "stock_get",
    "stocks_get",
    "summary_get",
    "symbols_get",
    "tilts_get",
    "weights_get",
]
