"""A strategy's page: what it is, its ranking, its runs."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from factors.jobs import STATES
from factors.models import CombineRun, Strategy
from factors.services.rankings import composite_session, composites_counted, strategy_ranking, weights_newest
from factors.services.screens import MOST_JOINS
from factors.views.asking import GOING
from factors.views.charts import coverage_chart
from factors.views.screener import backtest_address
from factors.views.strategies import permitted, strategy_or_404
from market.models import Instrument
from market.models.instruments import InstrumentQuerySet
from market.pages import formats
from market.pages.charts import Chart
from market.pages.columns import BadgeColumn, DayColumn, FigureColumn, TextColumn, WordColumn
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.views.instruments import instrument_address
from market.views.jobs import TONES as JOB_TONES

WIDEST = 3.0  # score at which a bar is full
TONES = {name: JOB_TONES[state] for name, state in STATES.items()} | {"PARTLY": "late"}


class BarColumn(FigureColumn):
    """A score with a bar from the middle: right above zero, left below."""

    def render(self, value: float, record: Any) -> str:
        share = min(abs(value) / WIDEST, 1.0)
        bar = '<span class="scorebar {}" style="--share:{}"></span>{}'
        return format_html(bar, formats.tone(value), f"{share:.3f}", self.shown(value, record))


class RankingTable(HouseTable):
    rank = FigureColumn(verbose_name=_("Rank"), digits=0)
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"))
    sector = WordColumn(verbose_name=_("Sector"))
    composite = FigureColumn(verbose_name=_("Composite"), digits=1)
    climbed = FigureColumn(verbose_name=_("Places won"), digits=0, tone=True)

    title = _("Ranking")
    empty = _("No composite yet: combine the strategy.")
    file = "ranking"

    class Meta(HouseTable.Meta):
        order_by = ("rank",)


class RunsTable(HouseTable):
    id = TextColumn(verbose_name=_("Run"))
    state = BadgeColumn(verbose_name=_("State"), tones=TONES)
    start = DayColumn(verbose_name=_("From"))
    end = DayColumn(verbose_name=_("To"))
    done_through = DayColumn(verbose_name=_("Stored through"))
    score_count = FigureColumn(verbose_name=_("Scores"), digits=0)
    created_at = DayColumn(verbose_name=_("Asked for"))
    message = TextColumn(verbose_name=_("Told"), css="wrap")

    title = _("Runs")
    empty = _("Never combined.")
    file = "combine_runs"
    per_page = 10

    class Meta(HouseTable.Meta):
        order_by = ("-id",)


class SessionForm(forms.Form):
    session = forms.DateField(label=_("Session"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class StrategyPage(TablesMixin, Page):
    """One strategy that the user may see."""

    template_name = "factors/strategy.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.strategy = strategy_or_404(kwargs["pk"], request.user)
        self.members = list(self.strategy.members.select_related("factor"))
        form = SessionForm(request.GET)
        up_to = form.cleaned_data["session"] if form.is_valid() else None
        self.date = composite_session(strategy_id=self.strategy.pk, up_to=up_to)
        self.before = composite_session(strategy_id=self.strategy.pk, before=self.date) if self.date else None
        self.form = SessionForm({"session": request.GET.get("session") or self.date})
        self.tables = {"ranking": ranking_table(self._figures()), "runs": RunsTable}

    def get_title(self) -> str:
        return self.strategy.name

    def _figures(self) -> dict[str, tuple[str, str]]:
        shown = self.members[: MOST_JOINS - 2]
        return {f"score_{place}": (one.factor.name, "score") for place, one in enumerate(shown)}

    def rows_ranking(self, asked: dict[str, Any]) -> InstrumentQuerySet:
        if self.date is None:
            return Instrument.objects.none()
        return strategy_ranking(strategy=self.strategy, date=self.date, before=self.before, figures=self._figures())

    def rows_runs(self, asked: dict[str, Any]) -> QuerySet[CombineRun]:
        runs = self.strategy.runs.defer("definition", "weights", "model_cards", "warnings")
        return runs if self.request.user.is_authenticated else runs.defer("message")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        strategy, user = self.strategy, self.request.user
        last = strategy.runs.order_by("-id").first()
        return super().get_context_data(
            strategy=strategy, members=members_shown(self.members, strategy), date=self.date, before=self.before,
            form=self.form, last=last, going=GOING, parts=definition_shown(strategy),
            may_change=permitted(strategy, user, "change"), may_delete=permitted(strategy, user, "delete"),
            backtest_url=backtest_address(strategy=str(strategy.pk)), **kwargs,
        )  # fmt: skip


class StrategyCoverage(Page):
    """How many names had a composite, session by session."""

    template_name = "factors/parts/charts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        strategy = strategy_or_404(kwargs["pk"], self.request.user)
        counted = composites_counted(strategy_id=strategy.pk)
        charts: list[Chart] = [coverage_chart(counted)] if counted else []
        return super().get_context_data(charts=[("composites", one) for one in charts], **kwargs)


def ranking_table(figures: dict[str, tuple[str, str]]) -> type[HouseTable]:
    """The ranking with a column of bars for each factor."""
    columns: dict[str, Any] = {
        name: BarColumn(verbose_name=factor, accessor=name, tone=True) for name, (factor, _column) in figures.items()
    }
    columns["Meta"] = RankingTable.Meta  # not inherited by itself
    return type("RankingTable", (RankingTable,), columns)


def members_shown(members: list[Any], strategy: Strategy) -> list[tuple[str, float, float | None]]:
    """(factor, weight as written, weight used last) of each."""
    used = weights_newest(strategy=strategy)
    return [(one.factor.name, one.weight, used.get(one.factor.name)) for one in members]


def definition_shown(strategy: Strategy) -> list[tuple[Any, str]]:
    """What decides the composite besides the factors, as label and text."""
    universe = dict(strategy.universe)
    conditions = universe.pop("conditions", [])
    parts = [(_("Combiner"), strategy.combiner)]
    parts += [(name.replace("_", " "), str(value)) for name, value in strategy.options.items()]
    parts += [(_("Neutralised by"), ", ".join(strategy.neutralise))] if strategy.neutralise else []
    parts += [(name.replace("_", " "), ", ".join(value)) for name, value in universe.items()]
    parts += [(_("Condition"), condition_text(one)) for one in conditions]
    return [*parts, (_("Combined daily"), str(_("yes") if strategy.is_active else _("no")))]


def condition_text(one: dict[str, Any]) -> str:
    """``pe_ratio ≤ 15``."""
    value = one["value"]
    shown = " … ".join(f"{number:g}" for number in value) if isinstance(value, list) else f"{value:g}"
    field = "" if one["field"] == "value" else f" {one['field']}"
    return f"{one['factor']}{field} {one['operator']} {shown}"
