"""What was loaded, what was refused, how old it is."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from market.models import LoadRun, RejectedRow
from market.pages import formats
from market.pages.columns import BadgeColumn, DayColumn, FigureColumn, MomentColumn, TextColumn, WordColumn
from market.pages.forms import ALL, choices
from market.pages.parts import Tile
from market.pages.sections import sections_shown
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin
from market.regions import REGION_CHOICES
from market.services.freshness import Freshness, freshness_list, loads_newest

State = LoadRun.State
TONES = {
    State.RUNNING: "running", State.DONE: "done", State.PARTLY: "late", State.FAILED: "failed",
    State.INTERRUPTED: "failed",
}  # fmt: skip
AGES = {"on_time": (_("on time"), "done"), "late": (_("late"), "late"), "none": (_("no bars"), "quiet")}


def load_address(record: LoadRun) -> str:
    """Where the load's page is."""
    return reverse("market:load", args=[record.pk])


class RegionTable(HouseTable):
    region = WordColumn(verbose_name=_("Region"))
    name = WordColumn(verbose_name=_("Market"))
    instruments = FigureColumn(verbose_name=_("Instruments"), digits=0)
    newest = DayColumn(verbose_name=_("Newest bars"))
    due = DayColumn(verbose_name=_("Last session"))
    behind = FigureColumn(verbose_name=_("Sessions behind"), digits=0)
    state = TextColumn(verbose_name=_("State"))
    reports_to = DayColumn(verbose_name=_("Reports to"))

    title = _("By region")
    empty = _("Nothing is loaded. Begin with: manage.py load_instruments --region KR --source csv listings.csv")
    note = _("The bars of a session are due two hours after its close; reports are counted by the day of publication.")
    file = "freshness"

    class Meta(HouseTable.Meta):
        order_by = ()

    def render_state(self, value: str) -> str:
        label, tone = AGES[value]
        return format_html('<span class="state {}">{}</span>', tone, label)

    def value_state(self, value: str) -> str:
        return value


class SourceTable(HouseTable):
    region = WordColumn(verbose_name=_("Region"))
    kind = WordColumn(verbose_name=_("Kind"))
    source = TextColumn(verbose_name=_("Source"))
    data_to = DayColumn(verbose_name=_("Data to"))
    started_at = MomentColumn(verbose_name=_("Last load"), linkify=load_address)
    state = BadgeColumn(verbose_name=_("State"), tones=TONES)
    rows_rejected = FigureColumn(verbose_name=_("Rejected"), digits=0)

    title = _("By source")
    empty = _("Nothing was loaded yet.")
    file = "sources"

    class Meta(HouseTable.Meta):
        order_by = ("region",)


class LoadTable(HouseTable):
    id = TextColumn(verbose_name=_("Load"), linkify=load_address)
    started_at = MomentColumn(verbose_name=_("Begun"))
    kind = WordColumn(verbose_name=_("Kind"))
    region = WordColumn(verbose_name=_("Region"))
    source = TextColumn(verbose_name=_("Source"))
    file_name = TextColumn(verbose_name=_("File"))
    state = BadgeColumn(verbose_name=_("State"), tones=TONES)
    rows_read = FigureColumn(verbose_name=_("Read"), digits=0)
    rows_inserted = FigureColumn(verbose_name=_("New"), digits=0)
    rows_updated = FigureColumn(verbose_name=_("Changed"), digits=0)
    rows_rejected = FigureColumn(verbose_name=_("Rejected"), digits=0)
    rows_flagged = FigureColumn(verbose_name=_("Flagged"), digits=0)
    last_date = DayColumn(verbose_name=_("Data to"))

    title = _("Loads")
    empty = _("No load fits. Load something: manage.py load_prices --region US --source csv prices.csv")
    file = "loads"

    class Meta(HouseTable.Meta):
        order_by = ("-id",)


class LoadFilter(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=choices(LoadRun.Kind.choices))
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))
    state = forms.ChoiceField(label=_("State"), required=False, choices=choices(LoadRun.State.choices))


class Data(TablesMixin, OwnPage):
    """Staleness by region and source, and every load."""

    template_name = "market/data.html"
    title = _("Data")
    tables = {"regions": RegionTable, "sources": SourceTable, "loads": LoadTable}
    filters = {"loads": LoadFilter}

    def rows_regions(self, asked: dict[str, Any]) -> list[Freshness]:
        return freshness_list()

    def rows_sources(self, asked: dict[str, Any]) -> list[LoadRun]:
        return loads_newest()

    def rows_loads(self, asked: dict[str, Any]) -> QuerySet[LoadRun]:
        return LoadRun.objects.filter(**asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=sections_shown("data", self.request), **kwargs)


class RejectedTable(HouseTable):
    row_number = TextColumn(verbose_name=_("Row"))
    column = TextColumn(verbose_name=_("Column"))
    reason = TextColumn(verbose_name=_("Reason"))
    message = TextColumn(verbose_name=_("Message"), css="whole")
    raw = TextColumn(verbose_name=_("As it stood in the file"), orderable=False, css="whole")

    title = _("Rejected rows")
    empty = _("No row was refused.")
    note = _("Row 1 is the first below the header.")
    file = "rejected"

    class Meta(HouseTable.Meta):
        order_by = ("row_number",)

    def render_raw(self, value: dict[str, str]) -> str:
        return ", ".join(f"{name}: {text}" for name, text in value.items())

    value_raw = render_raw


class RejectedFilter(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=40)
    column = forms.CharField(label=_("Column"), required=False, max_length=64)


class LoadPage(TablesMixin, OwnPage):
    """One load, with the rows it refused."""

    template_name = "market/load.html"
    tables = {"rejected": RejectedTable}
    filters = {"rejected": RejectedFilter}

    @cached_property
    def load(self) -> LoadRun:
        found = LoadRun.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404(f"no load #{self.kwargs['pk']}")
        return found

    def get_title(self) -> Any:
        return _("Load %(number)d") % {"number": self.load.pk}

    def table(self, name: str) -> HouseTable:
        found = super().table(name)
        reasons = [("", ALL), *((one, one) for one in self.load.reasons)]
        found.form.fields["reason"].widget = forms.Select(choices=reasons)
        return found

    def rows_rejected(self, asked: dict[str, Any]) -> QuerySet[RejectedRow]:
        return self.load.rejected_rows.filter(**asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        load = self.load
        return super().get_context_data(
            load=load, tone=TONES[load.state], tiles=load_tiles(load), seconds=load.timings.items(),
            reasons=load.reasons.items(), **kwargs,
        )  # fmt: skip


def load_tiles(load: LoadRun) -> list[Tile]:
    """What became of its rows."""
    counts = (
        (_("Read"), load.rows_read), (_("New"), load.rows_inserted), (_("Changed"), load.rows_updated),
        (_("Unchanged"), load.rows_unchanged), (_("Rejected"), load.rows_rejected), (_("Flagged"), load.rows_flagged),
    )  # fmt: skip
    found = [Tile(label, formats.number(count, 0), _("rows")) for label, count in counts]
    if load.first_date and load.last_date:
        found.append(Tile(_("Data to"), formats.day(load.last_date), _days(load.first_date)))
    return found


def _days(first: dt.date) -> Any:
    return _("from %(day)s") % {"day": formats.day(first)}
