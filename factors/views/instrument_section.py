"""What this app says on the page of an instrument: its scores on the newest session, and how one of them went."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from factors.models import Factor, FactorScore
from factors.models.scores import FactorScoreQuerySet
from factors.services.instrument_scores import Profile, factor_profile, score_history, scores_newest
from factors.views.scope import factor_address
from market.models import Instrument
from market.pages import formats
from market.pages.charts import Chart, chart
from market.pages.columns import AnySizeColumn, FigureColumn, MeterColumn, TextColumn, WordColumn
from market.pages.sections import Section, register_section
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from market.views.instrument import OfInstrument

LINE, VALUE = "#2b6cb0", "#e08a1e"


def score_address(record: FactorScore) -> str:
    """Where the factor's page is, for the instrument's region."""
    return factor_address(record.factor.name, record.instrument.region)


class ScoreTable(HouseTable):
    factor = TextColumn(verbose_name=_("Factor"), accessor="factor__name", linkify=score_address)
    percentile = MeterColumn(verbose_name=_("Percentile"), digits=1)
    score = FigureColumn(verbose_name=_("Score"), tone=True)
    value = AnySizeColumn(verbose_name=pgettext_lazy("of a factor", "Value"))
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
        return scores_newest(instrument=self.instrument)[1]

    def table(self, name: str) -> HouseTable:
        found = super().table(name)
        date = scores_newest(instrument=self.instrument)[0]
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
        usual = next(iter(scores_newest(instrument=self.instrument)[1].order_by("-percentile")[:1]), None)
        asked = self.form.cleaned_data["factor"] if self.form.is_valid() else ""
        name = asked or (usual.factor.name if usual else next(iter(names), ""))
        self.form.initial["factor"] = name
        rows = score_history(instrument=self.instrument, factor=name)
        drawn = history_chart(name, rows) if len(rows) > 1 else None
        return super().get_context_data(form=self.form, chart=drawn, count=len(rows), factor=name, **kwargs)


def profile_chart(of: Profile) -> Chart:
    """Mean percentiles around a circle."""
    means = [round(mean, 1) for mean in of.means.values()]
    labels = [(gettext(name) if of.of_categories else name).replace("_", " ") for name in of.means]
    of_categories = gettext("mean percentile by category, 100 the best")
    unit = of_categories if of.of_categories else gettext("percentile, 100 the best")
    trace = {
        "type": "scatterpolar", "r": [*means, means[0]], "theta": [*labels, labels[0]], "fill": "toself",
        "name": gettext("mean percentile"), "line": {"color": LINE}, "fillcolor": "rgba(59,130,196,0.25)",
    }  # fmt: skip
    layout = {
        "polar": {"radialaxis": {"range": [0, 100], "tickvals": [25, 50, 75, 100]}, "angularaxis": {}},
        "showlegend": False,
    }  # fmt: skip
    return chart(gettext("Factor profile"), unit, [trace], layout, height=360)


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
    date, scores = scores_newest(instrument=instrument)
    found = factor_profile(scores=list(scores))
    return {"date": date, "chart": profile_chart(found) if found else None, "instrument": instrument}


def fill() -> None:
    """Register it."""
    register_section(Section("instrument", "factors", _("Factors"), "factors/instrument_section.html", profile, 10))
