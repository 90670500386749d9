"""The look of the admin: its name, and the side bar by what people come for."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    """A link to the list of ``app_model``, shown to those who may see it."""
    app, _, name = model.rpartition("_")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


def _own_page(title: str, icon: str, model: str) -> dict[str, Any]:
    """A link to a list of what is their own, shown to all staff."""
    return _page(title, icon, model) | {"permission": lambda request: request.user.is_staff}


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


NAVIGATION = [
    _group(
        "Factors",
        _page("Scores", "leaderboard", "factors_factorscorerow"),
        _page("Runs", "play_circle", "factors_factorrun"),
        _page("Backfills", "history", "factors_factorbackfill"),
        _page("Catalogue", "category", "factors_factor"),
        _page("Formulas", "function", "factors_factorformula"),
    ),
    _group(
        "Research",
        _page("Analyses", "query_stats", "factors_factoranalysis"),
        _page("Factor returns", "show_chart", "factors_factorreturnrow"),
    ),
    _group(
        "Strategies",
        _page("Strategies", "tune", "factors_strategy"),
        _page("Composite scores", "leaderboard", "factors_compositescorerow"),
        _page("Combinations", "play_circle", "factors_combinerun"),
    ),
    _group(
        "Backtests",
        _page("Backtests", "insights", "backtests_backtestsession"),
        _page("Sweeps", "grid_view", "backtests_backtestsweep"),
        _page("Variants", "account_tree", "backtests_backtestvariant"),
        _page("Trades", "swap_vert", "backtests_backtesttrade"),
        _page("Days", "calendar_month", "backtests_backtestsnapshot"),
        _page("Final holdings", "list_alt", "backtests_backtestholding"),
        _page("Events", "call_split", "backtests_backtestevent"),
    ),
    _group(
        "Portfolios",
        _own_page("Portfolios", "account_balance_wallet", "portfolio_portfolio"),
        _own_page("Transactions", "receipt_long", "portfolio_transaction"),
        _own_page("Daily values", "show_chart", "portfolio_portfolioperformancehistory"),
        _own_page("Risk", "warning", "portfolio_portfolioriskmetrics"),
        _own_page("Targets", "target", "portfolio_portfolioallocation"),
        _own_page("Rebalancing", "balance", "portfolio_rebalancingevent"),
        _own_page("Alerts", "notifications", "portfolio_alert"),
        _page("Asset metrics", "monitoring", "portfolio_assetperformancemetricsrow"),
        _page("Correlations", "hub", "portfolio_assetcorrelationrow"),
    ),
    _group(
        "ETFs",
        _page("Funds", "pie_chart", "etfs_etf"),
        _page("Holdings", "list_alt", "etfs_etfholding"),
        _page("Compositions", "photo_library", "etfs_snapshot"),
        _page("Lines", "link", "etfs_holdingline"),
        _page("Daily figures", "show_chart", "etfs_etfdailystat"),
        _page("Findings", "rule", "etfs_holdingfinding"),
    ),
    _group(
        "ETF collections",
        _page("Collection runs", "cloud_download", "etfs_collectrun"),
        _page("Answers", "checklist", "etfs_collectitem"),
        _page("Payloads", "inventory_2", "etfs_payload"),
        {
            "title": "Import files",
            "icon": "upload_file",
            "link": reverse_lazy("admin:etfs_import_files"),
            "permission": lambda request: request.user.has_perm("etfs.add_snapshot"),
        },
    ),
    _group(
        "Market data",
        _page("Instruments", "list_alt", "market_instrument"),
        _page("Price bars", "candlestick_chart", "market_pricebarrow"),
        _page("Fundamentals", "account_balance", "market_fundamental"),
        _page("Corporate actions", "call_split", "market_corporateaction"),
        _page("Exchange rates", "currency_exchange", "market_fxrate"),
    ),
    _group(
        "Loads",
        _page("Loads", "upload_file", "market_loadrun"),
        _page("Rejected rows", "rule", "market_rejectedrow"),
        _page("Data changes", "history", "market_datachange"),
    ),
    _group(
        "Background tasks",
        _page("Schedules", "schedule", "django_q_schedule"),
        _page("Queued", "pending_actions", "django_q_ormq"),
        _page("Done", "task_alt", "django_q_success"),
        _page("Failed", "error", "django_q_failure"),
    ),
    _group(
        "People",
        _page("Users", "person", "auth_user"),
        _page("Groups", "group", "auth_group"),
        _page("API tokens", "key", "accounts_apitoken"),
        _page("Failed logins", "lock", "axes_accessattempt"),
    ),
]
UNFOLD = {
    "SITE_TITLE": "quantsite",
    "SITE_HEADER": "quantsite",
    "SITE_SUBHEADER": "Research, factors, portfolios",
    "SITE_SYMBOL": "query_stats",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("quantsite/icon.svg")}],
    "STYLES": [lambda request: static("quantsite/admin.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": NAVIGATION},
}
