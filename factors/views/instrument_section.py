"""What this app says on the page of an instrument: its scores on the newest session, and how one of them went."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from statistics import fmean
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from factors.models import Factor, FactorRun, FactorScore
from factors.models.scores import FactorScoreQuerySet
from market.models import Instrument
from market.pages import formats
from market.pages.charts import Chart, chart
from market.pages.columns import FigureColumn, MeterColumn, TextColumn, WordColumn
from market.pages.sections import Section, register_section
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from market.views.instrument import OfInstrument

SESSIONS = 504  # of the chart: two years
LINE, VALUE = "#2b6cb0", "#e08a1e"
LARGE, SMALL = 1e6, 1e-3
CORNERS = 3  # that a profile needs at least


def factor_address(record: FactorScore) -> str | None:
    """Where the factor's page is."""
    try:
        return reverse("factors:factor", args=[record.factor.name])
    except NoReverseMatch:
        return None


class ValueColumn(FigureColumn):
    """A raw value of any size."""

    def shown(self, value: Any, record: Any) -> str:
        if abs(value) >= LARGE:
            return formats.compact(value)
        return formats.number(value, 8) if 0 < abs(value) < SMALL else super().shown(value, record)


class ScoreTable(HouseTable):
    factor = TextColumn(verbose_name=_("Factor"), accessor="factor__name", linkify=factor_address)
    percentile = MeterColumn(verbose_name=_("Percentile"), digits=1)
    score = FigureColumn(verbose_name=_("Score"), tone=True)
    value = ValueColumn(verbose_name=pgettext_lazy("of a factor", "Value"), digits=4)
    unit = WordColumn(verbose_name=_("Unit"), accessor="factor__unit")
    category = WordColumn(verbose_name=_("Category"), accessor="factor__category")

    title = _("All factor scores")
    empty = _("No factor has a score of this instrument on the newest session.")
    file = "factor-scores"
    per_page = 50

    class Meta(HouseTable.Meta):
        order_by = ("category", "factor")


class InstrumentScores(TablesMixin, OfInstrument):
    """Every score of one instrument on the newest session of its region."""

    template_name = "pages/tables.html"
    tables = {"scores": ScoreTable}

    def get_title(self) -> Any:
        return _("Factor scores of %(name)s") % {"name": self.instrument}

    def rows_scores(self, asked: dict[str, Any]) -> FactorScoreQuerySet:
        return scores_newest(self.instrument)[1]

    def table(self, name: str) -> HouseTable:
        found = super().table(name)
        date = scores_newest(self.instrument)[0]
        if date:
            found.note = _("As of %(day)s. Percentiles are among the region's stocks, 100 the best.") % {
                "day": formats.day(date)
            }
        return found


class HistoryAsk(forms.Form):
    factor = forms.ChoiceField(label=_("Factor"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["factor"].choices = [(name, name) for name in Factor.objects.values_list("name", flat=True)]


class ScoreHistory(OfInstrument):
    """One factor of one instrument over the last two years of scored sessions: a part of its page."""

    template_name = "factors/score_history.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.htmx:
            return redirect("market:instrument", self.instrument.region, self.instrument.ticker)
        return super().get(request, *args, **kwargs)

    @cached_property
    def form(self) -> HistoryAsk:
        return HistoryAsk(self.request.GET if "factor" in self.request.GET else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = [name for name, _label in self.form.fields["factor"].choices]
        usual = next(iter(scores_newest(self.instrument)[1].order_by("-percentile")[:1]), None)
        asked = self.form.cleaned_data["factor"] if self.form.is_valid() else ""
        name = asked or (usual.factor.name if usual else next(iter(names), ""))
        self.form.initial["factor"] = name
        rows = score_history(self.instrument, name)
        drawn = history_chart(name, rows) if len(rows) > 1 else None
        return super().get_context_data(form=self.form, chart=drawn, count=len(rows), factor=name, **kwargs)


def scores_newest(instrument: Instrument) -> tuple[dt.date | None, FactorScoreQuerySet]:
    """The newest scored session of the instrument's region, and its scores then."""
    run = FactorRun.objects.latest_of(instrument.region)
    if run is None:
        return None, FactorScore.objects.none()
    return run.date, FactorScore.objects.of_instrument(instrument.pk, run.date).with_names()


def score_history(instrument: Instrument, factor: str) -> list[FactorScore]:
    """Oldest first."""
    dates = FactorRun.objects.done().dates_of(instrument.region)[-SESSIONS:]
    ids = Factor.objects.ids_of([factor])
    return list(FactorScore.objects.history(instrument.pk, dates, ids))[::-1]


def profile_chart(scores: Sequence[FactorScore]) -> Chart | None:
    """The mean percentile of each category, around a circle; of each factor where fewer than three categories have one,
    None where fewer than three factors have.
    """
    ranked = [one for one in scores if one.percentile is not None]
    by_category = _grouped(ranked, lambda one: gettext(one.factor.category))
    spokes = by_category if len(by_category) >= CORNERS else _grouped(ranked, lambda one: one.factor.name)
    if len(spokes) < CORNERS:
        return None
    names = sorted(spokes)
    means = [round(fmean(spokes[name]), 1) for name in names]
    labels = [name.replace("_", " ") for name in names]
    of_categories = gettext("mean percentile by category, 100 the best")
    unit = of_categories if spokes is by_category else gettext("percentile, 100 the best")
    trace = {
        "type": "scatterpolar", "r": [*means, means[0]], "theta": [*labels, labels[0]], "fill": "toself",
        "name": gettext("mean percentile"), "line": {"color": LINE}, "fillcolor": "rgba(59,130,196,0.25)",
    }  # fmt: skip
    layout = {
        "polar": {"radialaxis": {"range": [0, 100], "tickvals": [25, 50, 75, 100]}, "angularaxis": {}},
        "showlegend": False,
    }  # fmt: skip
    return chart(gettext("Factor profile"), unit, [trace], layout, height=360)


def _grouped(scores: Sequence[FactorScore], key: Callable[[FactorScore], str]) -> dict[str, list[float]]:
    """Percentiles by ``key``."""
    found: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        found[key(one)].append(one.percentile)
    return found


def history_chart(factor: str, rows: Sequence[FactorScore]) -> Chart:
    """Percentile above, raw value below."""
    days = [row.date.isoformat() for row in rows]
    traces = [
        {
            "type": "scatter", "mode": "lines+markers" if len(days) < 40 else "lines", "x": days,
            "y": [row.percentile for row in rows], "name": gettext("percentile"), "line": {"color": LINE, "width": 1.8},
        },
        {
            "type": "scatter", "mode": "lines", "x": days, "y": [row.value for row in rows], "name": gettext("value"),
            "yaxis": "y2", "line": {"color": VALUE, "width": 1.5},
        },
    ]  # fmt: skip
    layout = {
        "xaxis": {"anchor": "y2"},
        "yaxis": {"domain": [0.42, 1], "range": [0, 100], "title": {"text": gettext("percentile")}},
        "yaxis2": {"domain": [0, 0.36], "title": {"text": gettext("value")}},
    }  # fmt: skip
    unit = gettext("percentile 0 to 100, raw value below")
    return chart(gettext("%(factor)s over time") % {"factor": factor}, unit, traces, layout, height=360)


def profile(request: HttpRequest, *, instrument: Instrument) -> dict[str, Any] | None:
    """None for what is not scored: indices, funds."""
    if instrument.asset_type != Instrument.AssetType.STOCK:
        return None
    date, scores = scores_newest(instrument)
    return {"date": date, "chart": profile_chart(list(scores)), "instrument": instrument}


def fill() -> None:
    """Register it."""
    register_section(Section("instrument", "factors", _("Factors"), "factors/instrument_section.html", profile, 10))
