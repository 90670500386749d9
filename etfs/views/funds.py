"""The list of funds."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.models import ETF, Category
from etfs.models.funds import ETFQuerySet
from etfs.services.ages import freshness, sessions_old
from etfs.services.flows import flow_window
from etfs.services.fund_list import funds_listed, issuers_known
from etfs.views.cells import FRESHNESS
from market.pages import formats
from market.pages.columns import CompactColumn, DayColumn, FigureColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES, REGIONS

KINDS = (
    ("plain", _("Plain")), ("leveraged", _("Leveraged")), ("inverse", _("Inverse")), ("synthetic", _("Synthetic")),
    ("hedged", _("Currency-hedged")),
)  # fmt: skip


def fund_address(record: ETF) -> str:
    """Where the fund's page is."""
    return reverse("etfs:fund", args=[record.region, record.instrument.ticker])


def fund_currency(record: ETF) -> str:
    """Trading currency."""
    return record.instrument.currency


class FundTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), accessor="instrument__ticker", linkify=fund_address)
    name = TextColumn(verbose_name=_("Name and index"), accessor="instrument__name", css="long")
    tracking_index = TextColumn(verbose_name=_("Index"), visible=False)
    category = TextColumn(verbose_name=_("Category"), visible=False)
    currency = TextColumn(verbose_name=_("Currency"), accessor="instrument__currency", visible=False)
    assets = CompactColumn(verbose_name=_("Assets"), currency=fund_currency, order_by="assets_krw")
    assets_krw = FigureColumn(verbose_name=_("Assets in won"), visible=False)
    expense_ratio = FigureColumn(verbose_name=_("Fee, %"))
    flow = CompactColumn(verbose_name=_("Flow, 1 month"), currency=fund_currency, tone=True)
    premium_discount = FigureColumn(verbose_name=_("Premium, %"), tone=True)
    premium_day = DayColumn(verbose_name=_("Premium of"), visible=False)
    newest_lines = FigureColumn(verbose_name=_("Holdings"), digits=0)
    newest_day = DayColumn(verbose_name=_("Held on"))
    issuer = TextColumn(verbose_name=_("Issuer and kind"), css="long", empty_values=())
    region = WordColumn(verbose_name=_("Region"))

    empty = _("No fund fits. Load some: manage.py load_etfs --region US --source ark holdings/*.csv")
    file = "funds"

    class Meta(HouseTable.Meta):
        order_by = ("-assets",)

    def __init__(self, data: Any, *, name: str, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(data, name=name, request=request, **kwargs)
        shown = [row.record for row in self.paginated_rows]
        self.ages = sessions_old(newest={fund.pk: (fund.region, fund.newest_day) for fund in shown if fund.newest_day})

    def render_name(self, record: ETF) -> SafeString | str:
        name = record.instrument.name or record.name_en or record.name_local or formats.NONE
        if not record.tracking_index:
            return name
        return format_html('{}<small class="below">{}</small>', name, record.tracking_index)

    def render_issuer(self, value: str, record: ETF) -> SafeString:
        category = gettext(str(record.get_category_display()))
        return format_html('{}<small class="below">{}</small>', value or formats.NONE, category)

    def render_region(self, record: ETF) -> str:
        return record.region

    def render_assets(self, value: Any, record: Any) -> SafeString | str:
        """In its own currency; what it is sorted by, won, below."""
        own = formats.compact(value, fund_currency(record))
        if record.assets_krw is None or fund_currency(record) == "KRW":
            return own
        return format_html('{}<small class="below">{}</small>', own, formats.compact(record.assets_krw, "KRW"))

    def render_newest_day(self, value: Any, record: ETF) -> SafeString:
        """With its age in sessions of the fund's exchange, where that is more than fresh."""
        old = self.ages[record.pk]
        state = freshness(old=old)
        words = {"ageing": gettext("%(count)s sessions"), "stale": gettext("stale · %(count)s")}.get(state)
        if not words:
            return format_html("{}", formats.day(value))
        told = words % {"count": formats.number(old, 0)}
        return format_html(
            '{}<small class="below"><span class="state {}">{}</span></small>',
            formats.day(value),
            FRESHNESS[state],
            told,
        )

    def render_premium_discount(self, value: float, record: ETF) -> SafeString:
        shown = formats.number(value, 2, sign=True)
        day = formats.day(record.premium_day)
        return format_html('<span class="{}">{}</span><small class="below">{}</small>', formats.tone(value), shown, day)


class FundFilter(forms.Form):
    search = forms.CharField(label=_("Ticker or name"), required=False, max_length=100)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))
    issuer = forms.ChoiceField(
        label=_("Issuer"), required=False, choices=lambda: choices((one, one) for one in issuers_known())
    )
    category = forms.ChoiceField(label=_("Category"), required=False, choices=choices(Category.choices))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=choices(KINDS))
    large = forms.BooleanField(label=_("Large only"), required=False)
    held = forms.BooleanField(label=_("With holdings"), required=False)


class Funds(TablesMixin, Page):
    """Every fund, narrowed by what it is and how large."""

    template_name = "etfs/funds.html"
    title = _("ETFs")
    tables = {"funds": FundTable}
    filters = {"funds": FundFilter}

    @cached_property
    def window(self) -> tuple[Any, Any]:
        """The days flows are added over: up to the newest of the region asked for."""
        region = self.request.GET.get("region", "")
        return flow_window(region=region if region in REGIONS else "")

    def rows_funds(self, asked: dict[str, Any]) -> ETFQuerySet:
        return funds_listed(**asked, flow_days=self.window)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(flow_from=self.window[0], flow_to=self.window[1], **kwargs)
