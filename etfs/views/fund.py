"""What all pages of one fund show: its name, key figures, what speaks against its data, the way to its other sides."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.models import ETF, ETFDailyStat, Snapshot, SnapshotState
from etfs.services.ages import freshness, sessions_old
from etfs.services.summaries import FundSummary, Quote, summary_get
from market.pages import formats
from market.pages.parts import Tile
from market.pages.views import Page

TABS = (
    ("fund", _("Holdings")), ("fund-trades", _("Bought and sold")), ("fund-history", _("Weights over time")),
    ("fund-flows", _("Flows and premium")), ("fund-exposure", _("Exposure")), ("fund-quality", _("Data")),
)  # fmt: skip


class FundPage(Page):
    """One side of a fund; ``tab`` is the name of its address."""

    tab = ""

    @cached_property
    def fund(self) -> ETF:
        found = ETF.objects.at(self.kwargs["region"].upper(), self.kwargs["ticker"])
        if found is None:
            raise Http404(f"no fund {self.kwargs['region']}:{self.kwargs['ticker']}")
        return found

    @cached_property
    def summary(self) -> FundSummary:
        return summary_get(fund=self.fund)

    def get_title(self) -> str:
        return self.fund.instrument.name or self.fund.name_en or self.fund.name_local or self.fund.instrument.ticker

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fund = self.fund
        address = [fund.region, fund.instrument.ticker]
        tabs = [
            {"title": title, "href": reverse(f"etfs:{name}", args=address), "here": name == self.tab}
            for name, title in TABS
        ]
        return super().get_context_data(
            fund=fund, symbol=str(fund.instrument), tabs=tabs, tiles=list(fund_tiles(self.summary)),
            notices=list(fund_notices(self.summary)), kinds=list(_kinds(fund)), **kwargs,
        )  # fmt: skip


def fund_tiles(found: FundSummary) -> Iterator[Tile]:
    """The key figures of a fund, each with the day it is of."""
    fund, quote, figures = found.fund, found.quote, found.figures
    currency = fund.instrument.currency
    yield _close(quote, currency)
    yield _premium(found)
    yield Tile(gettext("Assets"), formats.compact(found.assets, currency), formats.day(found.assets_as_of))
    yield Tile(gettext("Fee"), formats.points(fund.expense_ratio), gettext("a year"))
    yield Tile(gettext("Net flow"), formats.compact(found.net_flow, currency), gettext("last 20 days with figures"))
    if found.snapshot is not None:
        held = found.snapshot
        told = f"{formats.day(held.as_of_date)} · {held.source}"
        yield Tile(gettext("Holdings"), formats.number(held.line_count, 0), told)
        yield Tile(gettext("Top 10"), formats.points(figures["top_10_percent"]), gettext("of the fund"))
        yield Tile(
            gettext("Effective holdings"), formats.number(figures["effective_holdings"], 1),
            f"HHI {formats.number(figures['hhi_percent'], 0)}",
            title=gettext("So many equal holdings would be as concentrated: 10,000 / HHI, the sum of squared weights."),
        )  # fmt: skip


def _close(quote: Quote, currency: str) -> Tile:
    if quote.price is None:
        return Tile(gettext("Close"), formats.NONE, gettext("no prices loaded"))
    told = f"{formats.points(quote.change_percent, sign=True)} · {formats.day(quote.date)}"
    return Tile(gettext("Close"), formats.money(quote.price, currency), told)


def _premium(found: FundSummary) -> Tile:
    """The premium with the day it is of and the NAV of that day; the newest NAV where there is no premium."""
    fund = found.fund
    days = ETFDailyStat.objects.of(fund.pk).filter(nav__isnull=False)
    newest = (days.filter(date=found.premium_day) if found.premium_day else days).first()
    nav = "" if newest is None else f" · NAV {formats.money(newest.nav, fund.instrument.currency)}"
    day = newest.date if newest else None
    return Tile(
        gettext("Premium"), formats.points(fund.premium_discount, sign=True), f"{formats.day(day)}{nav}",
        title=gettext("Close over NAV, of the newest of the last five days that has both."),
    )  # fmt: skip


def fund_notices(found: FundSummary) -> Iterator[str]:
    """What speaks against the newest data of a fund, in sentences."""
    held = found.snapshot
    if held is not None:
        old = sessions_old(newest={found.fund.pk: (found.fund.region, held.as_of_date)})[found.fund.pk]
        if freshness(old=old) == "stale":
            yield gettext("The newest composition is %(old)s sessions old: it is of %(day)s.") % {
                "old": formats.number(old, 0), "day": formats.day(held.as_of_date)
            }  # fmt: skip
        if held.state == SnapshotState.FLAGGED:
            yield gettext("The newest composition is flagged, and nothing better exists: %(why)s") % {
                "why": held.message
            }
    for later in Snapshot.objects.withheld_after(found.fund.pk, held.as_of_date if held else None)[:3]:
        yield gettext("A composition of %(day)s is not shown (%(state)s): %(why)s") % {
            "day": formats.day(later.as_of_date), "state": later.get_state_display(), "why": later.message
        }  # fmt: skip


def _kinds(fund: ETF) -> Iterator[str]:
    """What kind of fund it is, in words."""
    yield gettext(str(fund.get_category_display()))
    if fund.leverage_ratio != 1:
        yield gettext("%(times)s times the index") % {"times": formats.number(fund.leverage_ratio, 1)}
    if fund.is_inverse:
        yield gettext("Inverse")
    if fund.is_synthetic:
        yield gettext("Synthetic")
    if fund.currency_hedged:
        yield gettext("Currency-hedged")
