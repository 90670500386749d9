"""What this app says on the page of an instrument: one's own positions in it, and its indicators."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from market.models import Instrument
from market.pages import formats
from market.pages.sections import Section, register_section
from market.regions import region_get
from portfolio.models import AssetPerformanceMetrics, Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.standing import standing_of
from portfolio.services.summary import position

MOST = 10  # portfolios shown
PERCENTS = {
    "return_1m": _("Return, 1 month"), "return_3m": _("3 months"), "return_6m": _("6 months"),
    "return_1y": _("1 year"), "return_3y": _("3 years"), "return_5y": _("5 years"),
    "volatility_20d": _("Volatility, 20 sessions"), "volatility_60d": _("60 sessions"),
    "volatility_252d": _("252 sessions"),
}  # fmt: skip
NUMBERS = {
    "beta": _("Beta against the index"), "sharpe_ratio": _("Sharpe ratio, 252 returns"), "rsi_14": _("RSI, 14"),
    "stochastic_k": _("Stochastic %K"), "stochastic_d": _("Stochastic %D"), "macd": _("MACD"),
    "macd_signal": _("MACD, signal"), "macd_histogram": _("MACD, histogram"),
}  # fmt: skip
PRICES = {
    "sma_20": _("Mean of 20 closes"), "sma_50": _("50 closes"), "sma_200": _("200 closes"),
    "bollinger_lower": _("Bollinger, lower"), "bollinger_upper": _("Bollinger, upper"),
    "atr_14": _("Average true range, 14"),
}  # fmt: skip


def positions_of(request: HttpRequest, instrument: Instrument) -> list[dict[str, Any]]:
    """Of each of one's own portfolios that holds it, the position on its last valued session."""
    if not request.user.is_authenticated:
        return []
    mine = Portfolio.objects.filter(owner=request.user, transactions__instrument=instrument).distinct()
    found = []
    for portfolio in mine.order_by("name")[:MOST]:
        try:
            standing = standing_of(portfolio=portfolio)
        except PortfolioError:  # it has no value yet: its own page tells why
            continue
        for held in standing.held:
            if held.instrument.pk == instrument.pk:
                found.append(position(held) | {"portfolio": portfolio, "as_of": standing.as_of})
    return found


def indicators_shown(instrument: Instrument, row: AssetPerformanceMetrics) -> list[list[tuple[Any, str]]]:
    """Groups of (name, figure); those that are not known are left out."""
    groups = (
        (PERCENTS, lambda value: formats.percent(value / 100.0)), (NUMBERS, formats.number),
        (PRICES, lambda value: formats.money(value, instrument.currency, 2)),
    )  # fmt: skip
    return [
        [(label, text(getattr(row, name))) for name, label in names.items() if getattr(row, name) is not None]
        for names, text in groups
    ]


def assets(request: HttpRequest, *, instrument: Instrument) -> dict[str, Any] | None:
    """None where there is neither a position nor an indicator."""
    today = region_get(instrument.region).today()
    row = AssetPerformanceMetrics.objects.newest_of([instrument.pk], today).first()
    positions = positions_of(request, instrument)
    if row is None and not positions:
        return None
    groups = indicators_shown(instrument, row) if row else []
    return {"positions": positions, "metrics": row, "groups": [group for group in groups if group]}


def fill() -> None:
    """Register it."""
    register_section(Section(
        "instrument", "portfolio", _("Position and indicators"), "portfolio/instrument_section.html", assets, 30
    ))  # fmt: skip
