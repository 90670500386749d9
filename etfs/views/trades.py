"""What a fund bought, sold, added and dropped between two days."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.calc.changes import Change
from etfs.services import EtfError, FundChanges, NotFound, changes_get
from etfs.views.asking import Span
from etfs.views.cells import instrument_address, value_column
from etfs.views.fund import FundPage
from market.pages import formats
from market.pages.charts import Chart, chart
from market.pages.columns import FigureColumn, TextColumn
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin

WORDS = {
    Change.ADDED: _("Added"), Change.BOUGHT: _("Bought"), Change.SOLD: _("Sold"), Change.DROPPED: _("Dropped"),
    Change.WEIGHT_UP: _("Weight up"), Change.WEIGHT_DOWN: _("Weight down"), Change.HELD: _("Held"),
}  # fmt: skip
TONES = {"ADDED": "done", "BOUGHT": "running", "SOLD": "late", "DROPPED": "failed"}
DRAWN = 12
BOUGHT, SOLD = "#2b6cb0", "#b2453c"


class TradeTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"), css="long")
    status = TextColumn(verbose_name=_("What"))
    trade_value = value_column(_("Traded"), tone=True)
    share_change = FigureColumn(verbose_name=_("Shares"), digits=0, tone=True)
    shares_before = FigureColumn(verbose_name=_("Shares before"), digits=0)
    shares_after = FigureColumn(verbose_name=_("Shares after"), digits=0)
    weight_before = FigureColumn(verbose_name=_("Weight before, %"))
    weight_after = FigureColumn(verbose_name=_("Weight after, %"))
    weight_change = FigureColumn(verbose_name=_("Change, points"), tone=True)
    split_ratio = FigureColumn(verbose_name=_("Split"))
    value_currency = TextColumn(verbose_name=_("Currency"), visible=False)

    empty = _("Nothing was traded between the two days.")
    note = _(
        "Share counts are compared after splits: a split is no trade. Trades are valued at the price in the fund's own"
        " list of the later day. Without share counts a weight that moved may be the market's doing: that is no trade."
    )
    file = "trades"
    per_page = 50

    class Meta(HouseTable.Meta):
        pass

    def render_status(self, value: str) -> SafeString:
        return format_html('<span class="state {}">{}</span>', TONES.get(value, "quiet"), WORDS[Change(value)])


class FundTrades(TablesMixin, FundPage):
    """Changes from the fund's newest composition up to one day to that up to another."""

    tab = "fund-trades"
    template_name = "etfs/trades.html"
    tables = {"trades": TradeTable}

    @cached_property
    def asked(self) -> Span:
        return Span(self.request.GET)

    @cached_property
    def changes(self) -> FundChanges | str:
        """The changes, or why there are none."""
        start, end = self.asked.days
        try:
            return changes_get(fund=self.fund, start=start, end=end)
        except (NotFound, EtfError) as error:
            return str(error)

    def rows_trades(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        found = self.changes
        if isinstance(found, str):
            return []
        return [row | {"value_currency": found.currency} for row in found.rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.changes
        kwargs["asked"] = self.asked
        if isinstance(found, str):
            kwargs["why"] = found
        else:
            self.asked.show(start=found.start, end=found.end)
            kwargs |= {"changes": found, "counts": list(_counts(found)), "bars": _bars(found)}
        return super().get_context_data(**kwargs)


def _counts(found: FundChanges) -> Iterator[Tile]:
    counted = Counter(row["status"] for row in found.rows)
    for status in (Change.ADDED, Change.BOUGHT, Change.SOLD, Change.DROPPED):
        yield Tile(str(WORDS[status]), formats.number(counted[status], 0), gettext("lines"))
    yield Tile(
        gettext("Turnover"), formats.points(found.turnover),
        gettext("market moves included"), title=gettext("Half the sum of absolute changes of weight."),
    )  # fmt: skip


def _bars(found: FundChanges) -> Chart | None:
    """The largest purchases and sales; by weight where nobody knows what trades were worth."""
    by_value = any(row["trade_value"] for row in found.rows)
    name = "trade_value" if by_value else "weight_change"
    rows = sorted((row for row in found.rows if row[name]), key=lambda row: row[name])
    shown = rows if len(rows) <= 2 * DRAWN else [*rows[:DRAWN], *rows[-DRAWN:]]
    if not shown:
        return None
    title = gettext("Largest trades") if by_value else gettext("Largest changes of weight")
    return trade_bars(title, found.currency if by_value else gettext("percent points"), shown, name)


def trade_bars(title: str, unit: str, rows: Sequence[dict[str, Any]], figure: str) -> Chart:
    """A bar for each row, what was sold below, what was bought above."""
    names = [row["ticker"] or row["name"] or row["identifier"] for row in rows]
    values = [row[figure] for row in rows]
    trace = {
        "type": "bar", "orientation": "h", "x": values, "y": names, "name": unit,
        "marker": {"color": [BOUGHT if value > 0 else SOLD for value in values]},
        "hovertemplate": "%{y}: %{x:,.4~g}<extra></extra>",
    }  # fmt: skip
    layout = {
        "yaxis": {"type": "category"},
        "xaxis": {"title": {"text": unit}},
        "hovermode": "closest",
        "showlegend": False,
    }
    return chart(title, unit, [trace], layout, height=80 + 22 * len(rows)) | {"wide": True}
