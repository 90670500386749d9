"""Funds in the admin: what they are, what they hold, how they go; checked, collected and thinned out on demand."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from etfs.admin.base import Confirmation, Section, SectionsMixin
from etfs.admin.fund_sections import fund_glance, fund_sections
from etfs.admin.importing import ImportPage, may_import
from etfs.models import ETF, Snapshot
from etfs.services import EtfError, collect_enqueue
from etfs.services.ages import freshness, sessions_old
from etfs.services.pruning import Pruning, holdings_prune
from etfs.services.validation import holdings_validate
from market.adminbase import BoundedPaginator, HouseAdmin, short
from market.models import Instrument

AT_ONCE = 100  # funds of an action; the commands take all
ISSUERS = 300
FRESHNESS = {"fresh": "success", "ageing": "warning", "stale": "danger", "none": "info"}
FIGURES = (
    "tracking_error_20d", "tracking_error_60d", "tracking_error_120d", "tracking_error_250d", "premium_discount",
    "average_volume_20d", "average_value_20d", "figures_as_of", "source", "created_at", "updated_at",
)  # fmt: skip


class FundPaginator(BoundedPaginator):
    """Funds are few thousand: all are counted."""

    counted = 20_000


class FundChangeList(ChangeList):
    """The funds of a page with the age of their newest compositions: one look at each calendar."""

    def get_ordering_field_columns(self) -> dict[int, str]:
        """Marks of sorting only where somebody sorted: Django would mark the model's own order, which is not this."""
        return super().get_ordering_field_columns() if ORDER_VAR in self.params else {}

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        newest = {fund.pk: (fund.region, fund.newest_day) for fund in self.result_list if fund.newest_day}
        ages = sessions_old(newest=newest)
        for fund in self.result_list:
            fund.sessions_old = ages.get(fund.pk)


class IssuerFilter(DropdownFilter):
    title = "issuer"
    parameter_name = "issuer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        known = ETF.objects.exclude(issuer="").order_by("issuer").values_list("issuer", flat=True).distinct()
        return [(name, name) for name in known[:ISSUERS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(issuer=self.value()) if self.value() else queryset


class LeverageFilter(DropdownFilter):
    title = "leverage"
    parameter_name = "leverage"
    asked = {"plain": {"is_inverse": False, "leverage_ratio": 1}, "leveraged": {"leverage_ratio__gt": 1},
             "inverse": {"is_inverse": True}}  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("plain", "Plain"), ("leveraged", "Leveraged"), ("inverse", "Inverse")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**self.asked.get(self.value() or "", {}))


@admin.register(ETF)
class ETFAdmin(SectionsMixin, HouseAdmin):
    list_display = (
        "ticker", "place", "name", "category", "issuer", "assets", "fee", "newest_composition", "age",
    )  # fmt: skip
    list_filter = (
        ("region", ChoicesDropdownFilter), ("category", ChoicesDropdownFilter), IssuerFilter, LeverageFilter,
    )  # fmt: skip
    list_select_related = ("instrument",)
    search_fields = ("^instrument__ticker", "instrument__name", "name_local", "name_en", "tracking_index")
    search_help_text = "Start of the ticker, or a part of a name or of the index"
    autocomplete_fields = ("instrument",)
    actions = ("validate", "collect", "prune")
    actions_list = ("import_files",)
    paginator = FundPaginator
    change_form_outer_before_template = "etfs/admin/fund_header.html"
    fieldsets = (
        (None, {"fields": ("instrument", ("name_local", "name_en"), ("region", "exchange"), ("issuer", "domicile"))}),
        ("What it follows", {"classes": ("collapse",), "fields": (
            ("category", "subcategory"), "tracking_index", ("leverage_ratio", "expense_ratio"),
            ("is_inverse", "currency_hedged"), ("is_synthetic", "foreign_index"),
        )}),
        ("Size, and how often it is collected", {"classes": ("collapse",), "fields": (
            ("total_assets", "listed_shares"), ("inception_date", "collect_tier"),
        )}),
        ("Worked out from the daily figures", {"fields": FIGURES, "classes": ("collapse",)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ETF]:
        newest = Snapshot.objects.served().filter(etf=OuterRef("pk")).order_by("-as_of_date")
        return super().get_queryset(request).annotate(newest_day=Subquery(newest.values("as_of_date")[:1]))

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """The largest first, as an index has them; of those without assets, what has a composition."""
        unknown_last = [F(name).desc(nulls_last=True) for name in ("total_assets", "newest_day")]
        return *unknown_last, "instrument__ticker"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FundChangeList

    def get_readonly_fields(self, request: HttpRequest, obj: ETF | None = None) -> tuple[str, ...]:
        return (*FIGURES, "region", "instrument") if obj else (*FIGURES, "region")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A new fund is an instrument of type ETF."""
        kwargs.setdefault("queryset", Instrument.objects.filter(asset_type=Instrument.AssetType.ETF))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ETF, form: Any, change: bool) -> None:
        obj.region = obj.instrument.region
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deleting would take years of compositions along."""
        return False

    def sections(self, row: ETF) -> Iterable[Section]:
        return fund_sections(row)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        fund = context.get("original")
        context["facts"] = fund_glance(fund) if fund is not None else []
        return super().render_change_form(request, context, *args, **kwargs)

    # --- actions: each calls a service -------------------------------------------------------------------------------

    def has_validate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("etfs.change_snapshot")

    def has_collect_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("etfs.add_collectrun")

    def has_prune_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("etfs.delete_snapshot")

    def has_import_files_permission(self, request: HttpRequest) -> bool:
        return may_import(request)

    @action(description="Check their compositions", permissions=["validate"])
    def validate(self, request: HttpRequest, queryset: QuerySet[ETF]) -> None:
        symbols = _symbols(request, queryset)
        if not symbols:
            return
        found = holdings_validate(symbols=symbols)
        told = f"{found.compositions:,} compositions of {found.funds:,} funds checked: {len(found.findings):,} findings"
        level = messages.SUCCESS if found.clean else messages.WARNING
        self.message_user(request, f"{told}, {len(found.quarantined):,} put into quarantine", level)
        for row in found.quarantined[:5]:
            messages.error(request, f"{row['symbol']} {row['as_of_date']} is in quarantine: {row['message']}")

    @action(description="Collect their holdings", permissions=["collect"])
    def collect(self, request: HttpRequest, queryset: QuerySet[ETF]) -> None:
        """One collection for each region, from the source the configuration names for it."""
        if not _symbols(request, queryset):
            return
        by_region: dict[str, list[str]] = {}
        for region, ticker in queryset.order_by("pk").values_list("region", "instrument__ticker"):
            by_region.setdefault(region, []).append(ticker)
        for region, tickers in by_region.items():
            try:
                messages.success(request, f"Queued {collect_enqueue(region=region, symbols=tickers)}")
            except EtfError as error:
                messages.error(request, f"{region}: {error}")

    @action(description="Thin out their old compositions", permissions=["prune"])
    def prune(self, request: HttpRequest, queryset: QuerySet[ETF]) -> HttpResponse | None:
        symbols = _symbols(request, queryset)
        if not symbols:
            return None
        confirmed = request.POST.get("confirmed") == "yes"
        found = holdings_prune(symbols=symbols, dry_run=not confirmed)
        if confirmed or not found.compositions:
            done = "deleted" if confirmed else "would be deleted: nothing is old enough"
            messages.success(request, f"{found.compositions:,} compositions with {found.lines:,} lines {done}")
            return None
        return _prune_page(found).page(self, request, queryset)

    @action(description="Import files", url_path="import", icon="upload_file", permissions=["import_files"])
    def import_files(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:etfs_import_files")

    def get_urls(self) -> list[Any]:
        page = ImportPage(self.admin_site)
        return [
            path("import-files/", self.admin_site.admin_view(page.show), name="etfs_import_files"), *super().get_urls(),
        ]  # fmt: skip

    # --- columns -----------------------------------------------------------------------------------------------------

    @display(description="ticker", ordering="instrument__ticker")
    def ticker(self, fund: ETF) -> str:
        return fund.instrument.ticker

    @display(description="region", ordering="region")
    def place(self, fund: ETF) -> str:
        return fund.region

    @display(description="name", ordering="instrument__name")
    def name(self, fund: ETF) -> str:
        return fund.instrument.name or fund.name_en or fund.name_local or "-"

    @display(description="assets, million", ordering="total_assets", empty_value="-")
    def assets(self, fund: ETF) -> str | None:
        return None if fund.total_assets is None else f"{fund.total_assets / 1_000_000:,.0f}"

    @display(description="fee %", ordering="expense_ratio", empty_value="-")
    def fee(self, fund: ETF) -> str | None:
        return None if fund.expense_ratio is None else short(float(fund.expense_ratio))

    @display(description="held on", ordering=F("newest_day").desc(nulls_last=True), empty_value="-")
    def newest_composition(self, fund: ETF) -> SafeString | None:
        return format_html('<span class="whitespace-nowrap">{}</span>', fund.newest_day) if fund.newest_day else None

    @display(description="sessions old", label=FRESHNESS)
    def age(self, fund: ETF) -> tuple[str, str]:
        """Coloured; sessions of the exchange since then."""
        state = freshness(old=fund.sessions_old)
        words = "none" if fund.sessions_old is None else f"{fund.sessions_old:,}"
        return state, words


def _symbols(request: HttpRequest, queryset: QuerySet[ETF]) -> list[str]:
    """Of the chosen funds; none, with a message, of too many."""
    found = [str(fund.instrument) for fund in queryset.select_related("instrument").order_by("pk")[: AT_ONCE + 1]]
    if len(found) > AT_ONCE:
        messages.error(request, f"At most {AT_ONCE} funds at a time here; the management commands take all.")
        return []
    return found


def _prune_page(found: Pruning) -> Confirmation:
    rows = [(row["symbol"], f"{row['kept']:,}", f"{row['deleted']:,}", f"{row['lines']:,}") for row in found.funds]
    return Confirmation(
        title="Thin out old compositions",
        told=f"{found.compositions:,} compositions with {found.lines:,} lines would be deleted for good, and"
        f" {found.answers:,} answers nothing was made of. The newest composition of each fund stays.",
        action="prune", button=f"Delete {found.compositions:,} compositions",
        section=Section("", ("fund", "kept", "deleted", "lines deleted"), rows, right=(1, 2, 3)),
    )  # fmt: skip
