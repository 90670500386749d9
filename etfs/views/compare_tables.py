"""Tables of the comparison of funds."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from etfs.views.cells import FRESHNESS, FRESHNESS_WORDS, instrument_address, kind_word
from market.pages import formats
from market.pages.columns import CompactColumn, FigureColumn, TextColumn
from market.pages.tables import HouseTable


def beside_address(record: dict[str, Any]) -> str:
    """The page of a fund that stands in a row."""
    return reverse("etfs:fund", args=[record["region"], record["ticker"]])


class BesideTable(HouseTable):
    symbol = TextColumn(verbose_name=_("Fund"), linkify=beside_address)
    name = TextColumn(verbose_name=_("Name"), css="long")
    expense_ratio = FigureColumn(verbose_name=_("Fee, % a year"))
    total_cost = FigureColumn(verbose_name=_("Cost, 10 years"), digits=0)
    assets = CompactColumn(verbose_name=_("Assets"), currency=lambda record: record["currency"])
    assets_krw = FigureColumn(verbose_name=_("Assets in won"), visible=False)
    lines = FigureColumn(verbose_name=_("Holdings"), digits=0)
    top_10_percent = FigureColumn(verbose_name=_("Top 10, %"))
    effective_holdings = FigureColumn(verbose_name=_("Effective holdings"), digits=1)
    tracking_error_250d = FigureColumn(verbose_name=_("Tracking error, %"))
    premium_discount = FigureColumn(verbose_name=_("Premium, %"), tone=True)
    as_of_date = TextColumn(verbose_name=_("Held on"))
    issuer = TextColumn(verbose_name=_("Issuer"), css="long")

    title = _("Side by side")
    empty = _("Choose funds above.")
    note = _("Costs are the fees of holding 1,000,000 of any one currency for ten years.")
    file = "funds"

    class Meta(HouseTable.Meta):
        pass

    def render_as_of_date(self, value: Any, record: dict[str, Any]) -> SafeString:
        if (state := record["freshness"]) != "stale":
            return format_html("{}", formats.day(value))
        words = FRESHNESS_WORDS[state]
        return format_html('{} <span class="state {}">{}</span>', formats.day(value), FRESHNESS[state], words)


class PairTable(HouseTable):
    left = TextColumn(verbose_name=_("Fund"))
    right = TextColumn(verbose_name=_("With"))
    overlap = FigureColumn(verbose_name=_("Overlap, %"))
    active = FigureColumn(verbose_name=_("Active share, %"))
    common = FigureColumn(verbose_name=_("Names in common"), digits=0)

    title = _("Pairs")
    note = _(
        "Overlap is the sum of the smaller of both weights over common stocks, active share half the sum of the"
        " absolute differences."
    )
    file = "pairs"

    class Meta(HouseTable.Meta):
        order_by = ("-overlap",)


class CommonTable(HouseTable):
    """A column of weights for each fund comes in ``common_table``."""

    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"), css="long")
    funds = FigureColumn(verbose_name=_("Funds"), digits=0)
    least = FigureColumn(verbose_name=_("Least, %"))
    most = FigureColumn(verbose_name=_("Most, %"))

    title = _("Common holdings")
    empty = _("No holding is in two of these funds.")
    note = _("Weights in percent of each fund, of its own newest composition by the day.")
    file = "common"

    class Meta(HouseTable.Meta):
        pass


def common_table(symbols: list[str]) -> type[HouseTable]:
    """The table with a column for each fund."""
    columns = {f"fund_{i}": FigureColumn(verbose_name=symbol) for i, symbol in enumerate(symbols)}
    return type("CommonTable", (CommonTable,), {**columns, "Meta": CommonTable.Meta})


class MixTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"), css="long")
    percent = FigureColumn(verbose_name=_("Weight, %"))
    through = TextColumn(verbose_name=_("Through"), css="wrap", orderable=False)
    kind = TextColumn(verbose_name=_("Kind"))

    title = _("What the mix really holds")
    empty = _("Nothing to look through.")
    file = "mix"

    class Meta(HouseTable.Meta):
        order_by = ("-percent",)

    def render_kind(self, value: str) -> str:
        return kind_word(value)

    def render_through(self, value: dict[str, float]) -> str:
        return self.value_through(value)

    def value_through(self, value: dict[str, float]) -> str:
        """``US:SPY 3.12%, US:QQQ 4.00%``, the most first."""
        shares = sorted(value.items(), key=lambda pair: -pair[1])
        return ", ".join(f"{symbol} {formats.points(share)}" for symbol, share in shares)
