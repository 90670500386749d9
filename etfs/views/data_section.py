"""What this app says on the page of data: what was collected and imported of funds."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from etfs.models import CollectRun
from factors.models import JobState
from market.pages.columns import BadgeColumn, FigureColumn, MomentColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.sections import Section, register_section
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin
from market.regions import REGION_CHOICES

TONES = {
    JobState.QUEUED: "quiet", JobState.RUNNING: "running", JobState.DONE: "done", JobState.PARTLY: "late",
    JobState.FAILED: "failed", JobState.INTERRUPTED: "failed", JobState.CANCELLED: "late",
}  # fmt: skip


def run_address(record: CollectRun) -> str:
    """Its page among the jobs."""
    return reverse("market:job", args=["etf_collection", record.pk])


class CollectionTable(HouseTable):
    id = TextColumn(verbose_name=_("Run"), linkify=run_address)
    created_at = MomentColumn(verbose_name=_("Asked"))
    source = TextColumn(verbose_name=_("Source"))
    kind = TextColumn(verbose_name=_("Kind"))
    region = WordColumn(verbose_name=_("Region"))
    state = BadgeColumn(verbose_name=_("State"), tones=TONES)
    stored = FigureColumn(verbose_name=_("Stored"), digits=0)
    unchanged = FigureColumn(verbose_name=_("Unchanged"), digits=0)
    flagged = FigureColumn(verbose_name=_("Flagged"), digits=0)
    failed = FigureColumn(verbose_name=_("Failed"), digits=0)
    message = TextColumn(verbose_name=_("Message"), css="whole")

    title = _("Collections of ETFs")
    empty = _("Nothing was collected. Begin with: manage.py load_etfs --region US --source ark holdings.csv")
    file = "collections"
    per_page = 10

    class Meta(HouseTable.Meta):
        order_by = ("-id",)


class CollectionFilter(forms.Form):
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))
    state = forms.ChoiceField(label=_("State"), required=False, choices=choices(JobState.choices))


class Collections(TablesMixin, OwnPage):
    """Runs that collected or imported what funds hold, their facts and days: for who may see them."""

    template_name = "pages/tables.html"
    title = _("Collections of ETFs")
    tables = {"collections": CollectionTable}
    filters = {"collections": CollectionFilter}

    def rows_collections(self, asked: dict[str, Any]) -> QuerySet[CollectRun]:
        may = self.request.user.has_perm("etfs.view_collectrun")
        return CollectRun.objects.filter(**asked) if may else CollectRun.objects.none()


def collections(request: HttpRequest) -> dict[str, Any] | None:
    """None for who may not see them."""
    return {"href": reverse("etfs:collections")} if request.user.has_perm("etfs.view_collectrun") else None


def fill() -> None:
    """Register it."""
    register_section(Section("data", "collections", _("Collections"), "etfs/data_section.html", collections, 10))
