"""Lines of holdings in the admin: which instrument each is, looked for again or said by hand."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from etfs.admin.base import list_link
from etfs.models import HoldingLine
from etfs.services.errors import EtfError
from etfs.services.resolving import line_resolve, lines_look_up
from market.adminbase import HouseAdmin
from market.models import Instrument


class ResolvedFilter(DropdownFilter):
    title = "instrument"
    parameter_name = "resolved"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("missing", "Missing: should be one of ours"), ("yes", "Known"), ("no", "None")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "missing":
            return queryset.unresolved()
        return queryset.filter(instrument__isnull=self.value() == "no") if self.value() else queryset


class LineForm(forms.ModelForm):
    """Only the instrument is said by hand; the rest is what sources say."""

    class Meta:
        model = HoldingLine
        fields = ("instrument",)
        help_texts = {
            "instrument": "Counts in every composition that has this line. Empty: none of ours; it is looked for again"
            " with the next import."
        }

    def clean_instrument(self) -> Instrument | None:
        found = self.cleaned_data["instrument"]
        if found is not None and found.asset_type == Instrument.AssetType.INDEX:
            raise forms.ValidationError("An index cannot be held.")
        return found


@admin.register(HoldingLine)
class HoldingLineAdmin(HouseAdmin):
    form = LineForm
    list_display = ("shown_ticker", "name", "kind", "identifier", "instrument", "listing", "sector", "country")
    list_filter = (("kind", ChoicesDropdownFilter), ResolvedFilter)
    list_select_related = ("instrument",)
    search_fields = ("^ticker", "name", "=identifier")
    search_help_text = "Start of the ticker, a part of the name, or the ISIN, CUSIP or SEDOL"
    autocomplete_fields = ("instrument",)
    actions = ("resolve_again",)
    ordering = ("ticker", "id")
    said = ("kind", "ticker", "identifier", "name", "sector", "country", "currency", "exchange", "listing")
    readonly_fields = (*said, "key", "created_at", "held")
    fields = (
        "instrument", ("kind", "ticker", "identifier"), "name", ("sector", "country"),
        ("currency", "exchange", "listing"), "held", "key", "created_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Lines come with compositions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Compositions are made of them."""
        return False

    def save_model(self, request: HttpRequest, obj: HoldingLine, form: Any, change: bool) -> None:
        try:
            line_resolve(line=obj, instrument=form.cleaned_data["instrument"])
        except EtfError as error:
            messages.error(request, str(error))

    @action(description="Look for their instruments again", permissions=["change"])
    def resolve_again(self, request: HttpRequest, queryset: QuerySet[HoldingLine]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        found, asked = lines_look_up(line_ids=ids), len(ids)
        level = messages.SUCCESS if found else messages.INFO
        self.message_user(request, f"{found:,} of {asked:,} lines have found their instrument", level)

    @display(description="ticker", ordering="ticker")
    def shown_ticker(self, line: HoldingLine) -> str:
        return line.ticker or line.name or line.identifier or "-"

    @display(description="held by")
    def held(self, line: HoldingLine) -> SafeString | str:
        if line.instrument is None:
            return "unknown while it is no instrument"
        return list_link("etfholding", f"funds that hold {line.instrument}", stock=line.instrument)
