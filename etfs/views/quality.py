"""Where a fund's data come from and what was found wrong with them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.models import CollectItem, HoldingFinding, Snapshot
from etfs.views.fund import FundPage
from market.pages.columns import BadgeColumn, DayColumn, FigureColumn, TextColumn
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin

SEVERITIES = {"ERROR": "failed", "WARNING": "late", "NOTE": "running"}
STATES = {"GOOD": "done", "FLAGGED": "late", "QUARANTINED": "failed"}
OUTCOMES = {"STORED": "done", "FLAGGED": "late", "KEPT": "running", "REFUSED": "failed", "FAILED": "failed"}


class FindingTable(HouseTable):
    as_of_date = DayColumn(verbose_name=_("Composition"))
    severity = BadgeColumn(verbose_name=_("Severity"), tones=SEVERITIES)
    code = TextColumn(verbose_name=_("Check"))
    message = TextColumn(verbose_name=_("What was found"), css="wrap")
    found_at = DayColumn(verbose_name=_("Found"))

    title = _("Findings")
    empty = _("Nothing was found wrong. Check again: manage.py validate_holdings")
    note = _("Checks never change a number. What is in quarantine is kept, and never shown until somebody releases it.")
    file = "findings"
    per_page = 15

    class Meta(HouseTable.Meta):
        order_by = ("-as_of_date",)


class SnapshotTable(HouseTable):
    as_of_date = DayColumn(verbose_name=_("Composition"))
    source = TextColumn(verbose_name=_("Source"))
    state = BadgeColumn(verbose_name=_("State"), tones=STATES)
    is_served = TextColumn(verbose_name=_("Shown"))
    line_count = FigureColumn(verbose_name=_("Lines"), digits=0)
    expected_lines = FigureColumn(verbose_name=_("Lines announced"), digits=0)
    weight_sum = FigureColumn(verbose_name=_("Weights, %"))
    message = TextColumn(verbose_name=_("Why"), css="wrap")

    title = _("Compositions")
    empty = _("No composition is known: manage.py load_etfs --region US --source ark holdings/*.csv")
    file = "compositions"
    per_page = 15

    class Meta(HouseTable.Meta):
        order_by = ("-as_of_date",)

    def render_as_of_date(self, value: Any, record: Snapshot, column: DayColumn) -> SafeString | str:
        return format_html('<a href="../?as_of={}">{}</a>', value, column.render(value))

    def render_state(self, value: Any, record: Snapshot) -> SafeString:
        word = str(record.get_state_display()).partition(":")[0]
        return format_html('<span class="state {}">{}</span>', STATES[record.state], gettext(word))

    def render_is_served(self, value: bool) -> str:
        return gettext("yes") if value else gettext("no")


class AnswerTable(HouseTable):
    as_of_date = DayColumn(verbose_name=_("Composition"))
    source = TextColumn(verbose_name=_("Source"), accessor="run__source")
    outcome = BadgeColumn(verbose_name=_("Became"), tones=OUTCOMES)
    message = TextColumn(verbose_name=_("Why"), css="wrap")
    name = TextColumn(verbose_name=_("Answer"), css="long")
    created_at = DayColumn(verbose_name=_("Received"))

    title = _("Answers of sources")
    empty = _("No answer about this fund by itself.")
    note = _(
        "What another source says of the same day is kept beside and compared: differences stand among the findings."
    )
    file = "answers"
    per_page = 15

    class Meta(HouseTable.Meta):
        order_by = ("-created_at",)

    def render_outcome(self, value: Any, record: CollectItem) -> SafeString:
        label = str(record.get_outcome_display()).partition(":")[0]
        return format_html('<span class="state {}">{}</span>', OUTCOMES.get(record.outcome, "quiet"), gettext(label))


class FundQuality(TablesMixin, FundPage):
    """Findings, compositions with their states, and what became of each answer."""

    tab = "fund-quality"
    template_name = "etfs/quality.html"
    tables = {"findings": FindingTable, "compositions": SnapshotTable, "answers": AnswerTable}

    def rows_findings(self, asked: dict[str, Any]) -> QuerySet[HoldingFinding]:
        return HoldingFinding.objects.filter(etf=self.fund)

    def rows_compositions(self, asked: dict[str, Any]) -> QuerySet[Snapshot]:
        return Snapshot.objects.filter(etf=self.fund)

    def rows_answers(self, asked: dict[str, Any]) -> QuerySet[CollectItem]:
        return CollectItem.objects.about(self.fund.region, self.fund.instrument.ticker)
