"""The list of strategies."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from factors.models import CompositeScore, Strategy
from factors.views.scope import factor_address
from market.models.owned import Reader, may
from market.pages.columns import DayColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES


def strategy_address(record: Strategy) -> str:
    """Where the strategy's page is."""
    return reverse("factors:strategy", args=[record.pk])


def strategy_or_404(pk: int, user: Reader, action: str = "view") -> Strategy:
    """What ``user`` may not see is not there; what they may see and not ``action`` is refused."""
    found: Strategy | None = Strategy.objects.visible_to(user).select_related("owner").filter(pk=pk).first()
    if found is None:
        raise Http404
    if action != "view" and not permitted(found, user, action):
        raise PermissionDenied
    return found


def permitted(strategy: Strategy, user: Reader, action: str) -> bool:
    """Whether ``user`` may change or delete it: by permission, and it is theirs."""
    return bool(user.has_perm(f"factors.{action}_strategy")) and may(strategy, user, action)


class FactorsColumn(TextColumn):
    """The factors of a strategy, each a link."""

    def render(self, value: Any, record: Strategy) -> str:
        pairs = [(factor_address(name, record.region), name) for name in self.names(record)]
        return format_html_join(", ", '<a href="{}">{}</a>', pairs)

    def value(self, value: Any, record: Strategy) -> str:
        return ", ".join(self.names(record))

    @staticmethod
    def names(record: Strategy) -> list[str]:
        return [member.factor.name for member in record.members.all()]


class StrategyTable(HouseTable):
    name = TextColumn(verbose_name=_("Strategy"), linkify=strategy_address)
    region = WordColumn(verbose_name=_("Region"))
    combiner = TextColumn(verbose_name=_("Combiner"))
    members = FactorsColumn(verbose_name=_("Factors"), orderable=False, css="wrap")
    newest = DayColumn(verbose_name=_("Newest composite"))
    is_active = TextColumn(verbose_name=_("Daily"))
    owner = TextColumn(verbose_name=_("Owner"), accessor="owner__username")
    changed_at = DayColumn(verbose_name=_("Changed"))

    empty = _("No strategy yet. Make one, or save a screen as one.")
    file = "strategies"

    class Meta(HouseTable.Meta):
        order_by = ("name",)

    def render_is_active(self, value: bool) -> Any:
        return _("yes") if value else _("no")


class StrategyFilter(forms.Form):
    search = forms.CharField(label=_("Name"), required=False, max_length=64)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))


class Strategies(TablesMixin, Page):
    """The strategies that one may see."""

    template_name = "factors/strategies.html"
    title = _("Strategies")
    tables = {"strategies": StrategyTable}
    filters = {"strategies": StrategyFilter}

    def rows_strategies(self, asked: dict[str, Any]) -> QuerySet[Strategy]:
        newest = CompositeScore.objects.filter(strategy_id=OuterRef("pk")).order_by("-date").values("date")[:1]
        found = Strategy.objects.visible_to(self.request.user).annotate(newest=Subquery(newest))
        narrowed = {"name__icontains": asked.get("search"), "region": asked.get("region")}
        found = found.filter(**{key: value for key, value in narrowed.items() if value})
        return found.select_related("owner").prefetch_related("members__factor")
