"""Strategies in the admin: edited with their factors, combined, copied."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from factors.combiners import all_combiners
from factors.engine import NEUTRALISATIONS
from factors.models import Strategy, StrategyFactor
from factors.services import (
    StrategyError,
    catalogue_complete,
    combine_run_enqueue,
    composite_newest,
    strategy_check,
    strategy_copy,
    strategy_save,
)
from market.adminbase import HouseAdmin


class StrategyForm(forms.ModelForm):
    """What a strategy is, besides its factors."""

    combiner = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    neutralise = forms.MultipleChoiceField(
        required=False, choices=[(name, name) for name in NEUTRALISATIONS], widget=UnfoldAdminSelectMultipleWidget,
        help_text="None chosen: not neutralised.",
    )  # fmt: skip

    class Meta:
        model = Strategy
        fields = ("name", "region", "description", "combiner", "options", "universe", "neutralise", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"description", "options", "universe"} & set(self.fields):
            self.fields[name].widget.attrs["rows"] = 3
        if "combiner" in self.fields:  # not for those who may only look
            self.fields["combiner"].choices = [(kind.name, kind.name) for kind in all_combiners()]
            self.fields["combiner"].help_text = combiners_help()
            self.fields["universe"].help_text = (
                'Which instruments take part; {}: all. For example {"exclude_sectors": ["Banks"], "conditions":'
                ' [{"factor": "liquidity", "field": "value", "operator": ">=", "value": 1000000}]}.'
            )


def combiners_help() -> SafeString:
    """A line per combiner, with its options and their defaults."""
    lines = []
    for kind in all_combiners():
        options = ", ".join(f"{option.name} {option.default}" for option in kind.options)
        lines.append((kind.name, kind.description(), f" Options: {options}." if options else ""))
    return format_html_join("", "<p><b>{}</b>: {}{}</p>", lines)


class MembersFormSet(forms.BaseInlineFormSet):
    """The factors; checked together with the rest of the strategy, by the same service as everywhere."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        chosen = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data["DELETE"]]
        row = self.instance
        try:
            strategy_check(
                region=row.region, factors={one["factor"].name: one["weight"] for one in chosen},
                combiner=row.combiner, options=row.options, universe=row.universe, neutralise=row.neutralise,
            )  # fmt: skip
        except StrategyError as error:
            raise ValidationError(str(error)) from error


class MemberInline(TabularInline):
    model = StrategyFactor
    formset = MembersFormSet
    extra = 3
    fields = ("factor", "weight")
    tab = False


@admin.register(Strategy)
class StrategyAdmin(HouseAdmin):
    form = StrategyForm
    inlines = (MemberInline,)
    list_display = ("name", "region", "combiner", "factor_count", "newest_scores", "is_active", "owner", "changed_at")
    list_filter = (("region", ChoicesDropdownFilter), "is_active")
    list_select_related = ("owner",)
    search_fields = ("name", "description")
    search_help_text = "A part of the name or description"
    actions = ("combine", "copy")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Strategy]:
        return super().get_queryset(request).prefetch_related("members")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        catalogue_complete()  # so that factors never computed can be chosen, too
        return super().changeform_view(request, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Strategy | None = None) -> tuple[str, ...]:
        return ("region",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Strategy, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.owner = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """The factors as entered, then the whole through the service, which writes it the way all doors do."""
        super().save_related(request, form, formsets, change)
        row = form.instance
        strategy_save(
            name=row.name, region=row.region, factors=dict(row.members.values_list("factor__name", "weight")),
            combiner=row.combiner, options=row.options, universe=row.universe, neutralise=row.neutralise,
            description=row.description, is_active=row.is_active, strategy=row,
        )  # fmt: skip

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Names only: listing a strategy's millions of scores, as Django would, takes minutes."""
        told = [f"{one}, with its combinations and composite scores" for one in objs]
        return told, {"strategies": len(told)}, set(), []

    @action(description="Combine the newest scores", permissions=["combine"])
    def combine(self, request: HttpRequest, queryset: QuerySet[Strategy]) -> None:
        for strategy in queryset:
            try:
                queued = combine_run_enqueue(strategy=strategy.name)
            except StrategyError as error:
                messages.error(request, f"{strategy}: {error}")
            else:
                messages.success(request, f"Queued {queued}")

    @action(description="Copy", permissions=["add"])
    def copy(self, request: HttpRequest, queryset: QuerySet[Strategy]) -> None:
        for strategy in queryset:
            try:
                messages.success(request, f"Made {strategy_copy(strategy=strategy, owner=request.user)}")
            except StrategyError as error:
                messages.error(request, f"{strategy}: {error}")

    def has_combine_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("factors.add_combinerun")

    @display(description="factors")
    def factor_count(self, strategy: Strategy) -> int:
        return len(strategy.members.all())

    @display(description="newest scores")
    def newest_scores(self, strategy: Strategy) -> str:
        return str(composite_newest(strategy_id=strategy.pk) or "-")
