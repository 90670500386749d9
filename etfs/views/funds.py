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
from market.pages import formats
from market.pages.columns import CompactColumn, DayColumn, FigureColumn, TextColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES

TONES = {"fresh": "done", "ageing": "late", "stale": "failed", "none": "quiet"}
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
    name = TextColumn(verbose_name=_("Name"), accessor="instrument__name", css="long")
    region = TextColumn(verbose_name=_("Region"))
    issuer = TextColumn(verbose_name=_("Issuer"), css="long")
    tracking_index = TextColumn(verbose_name=_("Index"), visible=False)
    category = TextColumn(verbose_name=_("Category"))
    currency = TextColumn(verbose_name=_("Currency"), accessor="instrument__currency", visible=False)
    total_assets = CompactColumn(verbose_name=_("Assets"), currency=fund_currency)
    assets_krw = CompactColumn(verbose_name=_("Assets in won"), currency=lambda record: "KRW")
    expense_ratio = FigureColumn(verbose_name=_("Fee, % a year"))
    newest_lines = FigureColumn(verbose_name=_("Holdings"), digits=0)
    newest_day = DayColumn(verbose_name=_("Held on"))
    age = TextColumn(
        verbose_name=_("Age, sessions"), accessor="newest_day", orderable=False, exclude_from_export=True,
        empty_values=(), css="figure",
    )  # fmt: skip
    premium_discount = FigureColumn(verbose_name=_("Premium, %"), tone=True)
    premium_day = DayColumn(verbose_name=_("Premium of"), accessor="figures_as_of", visible=False)
    flow = CompactColumn(verbose_name=_("Flow, 20 sessions"), currency=fund_currency, tone=True)

    empty = _("No fund fits. Load some: manage.py load_etfs --region US --source ark holdings/*.csv")
    file = "funds"

    class Meta(HouseTable.Meta):
        order_by = ("-assets_krw",)

    def __init__(self, data: Any, *, name: str, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(data, name=name, request=request, **kwargs)
        shown = [row.record for row in self.paginated_rows]
        self.ages = sessions_old(newest={fund.pk: (fund.region, fund.newest_day) for fund in shown if fund.newest_day})

    def render_name(self, record: ETF) -> SafeString | str:
        name = record.instrument.name or record.name_en or record.name_local or formats.NONE
        if not record.tracking_index:
            return name
        return format_html('{}<small class="below">{}</small>', name, record.tracking_index)

    def render_category(self, record: ETF) -> str:
        return gettext(str(record.get_category_display()))

    def render_age(self, record: ETF) -> SafeString:
        """Sessions of its exchange since the newest composition, coloured."""
        old = self.ages.get(record.pk)
        state = freshness(old=old)
        words = gettext("none") if old is None else f"{formats.number(old, 0)}"
        told = f"{words} · {gettext('stale')}" if state == "stale" else words
        return format_html('<span class="state {}">{}</span>', TONES[state], told)

    def render_premium_discount(self, value: float, record: ETF) -> SafeString:
        return format_html(
            '<span class="{}" title="{}">{}</span>', formats.tone(value), formats.day(record.figures_as_of),
            formats.number(value, 2, sign=True),
        )  # fmt: skip


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
        """The days flows are added over."""
        return flow_window()

    def rows_funds(self, asked: dict[str, Any]) -> ETFQuerySet:
        return funds_listed(**asked, flow_days=self.window)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(flow_from=self.window[0], flow_to=self.window[1], **kwargs)
