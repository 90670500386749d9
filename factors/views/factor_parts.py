"""Parts of a factor's page that take longer: fetched by htmx when the page is there."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from factors.models import FactorAnalysis, JobState
from factors.services.alike import factors_alike
from factors.services.distributions import distribution_read
from factors.services.instrument_scores import score_history
from factors.services.screens import figures_added
from factors.services.skill import analyses_newest, analysis_of_factor
from factors.services.standings import OUTSIDE, Standing, standings_read
from factors.tearsheet import tables
from factors.tearsheet.charts import factor_charts
from factors.views.asking import GOING
from factors.views.catalogue import factor_or_404
from factors.views.charts import ORANGE, alike_chart, histogram_chart, history_charts
from factors.views.reasons import REASONS, reason_label
from factors.views.scope import scope_of
from market.models import Instrument
from market.pages.charts import Chart
from market.pages.forms import in_words
from market.pages.views import Page

UNFINISHED = (*GOING, JobState.FAILED, JobState.INTERRUPTED)


class FactorPart(Page):
    """A part; ``parts`` names its charts."""

    part = ""

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.factor = factor_or_404(kwargs["name"])
        self.scope = scope_of(request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        charts = [(f"{self.part}-{place}", one) for place, one in enumerate(self.charts())]
        return super().get_context_data(factor=self.factor, scope=self.scope, charts=charts, **kwargs)

    def charts(self) -> list[Chart]:
        return []


class Coverage(FactorPart):
    """Why instruments have no score; opens as a dialog, or as a page."""

    template_name = "factors/coverage.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name if self.request.htmx else "pages/alone.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        region, date = self.scope.region, self.scope.date
        standing = standings_read(region=region, date=date).get(self.factor.name) if date else None
        reasons = _reasons(standing) if standing else []
        return super().get_context_data(standing=standing, reasons=reasons, part=self.template_name, **kwargs)


def _reasons(of: Standing) -> list[tuple[str, int, float | None, Any]]:
    """(label, instruments, percent of the universe, what it means); last those that are not in the universe."""
    found = [(code, count, of.share(count)) for code, count in of.reasons.items()]
    found += [(OUTSIDE, of.outside, None)] if of.outside else []
    return [(reason_label(code), count, share, REASONS.get(code, "")) for code, count, share in found]


class Distribution(FactorPart):
    template_name = "factors/parts/charts.html"
    part = "distribution"

    def charts(self) -> list[Chart]:
        if self.scope.date is None:
            return []
        found = distribution_read(region=self.scope.region, date=self.scope.date, name=self.factor.name)
        titles = {
            "value": (_("Distribution of values"), in_words(self.factor.unit), {}),
            "score": (_("Distribution of scores"), _("score, more is better"), {"colour": ORANGE}),
        }
        return [
            histogram_chart(str(title), str(unit), found[column], **more)
            for column, (title, unit, more) in titles.items() if column in found
        ]  # fmt: skip


class AlikeFactors(FactorPart):
    template_name = "factors/parts/charts.html"
    part = "alike"

    def charts(self) -> list[Chart]:
        if self.scope.date is None:
            return []
        found = factors_alike(region=self.scope.region, date=self.scope.date, name=self.factor.name)
        return [alike_chart(found)] if found and len(found.names) > 1 else []


class Analysis(FactorPart):
    """What the newest analysis of the region found; how one is made, or goes."""

    template_name = "factors/parts/analysis.html"
    part = "analysis"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        region, name = self.scope.region, self.factor.name
        analysis = analyses_newest(region=region).get(name)
        self.days, self.found = analysis_of_factor(analysis=analysis, name=name) if analysis else ([], None)
        later = FactorAnalysis.objects.filter(region=region, factor_names__contains=[name], state__in=UNFINISHED)
        last = later.filter(pk__gt=analysis.pk if analysis else 0).defer("result").order_by("-id").first()
        shown = {"tiles": tables.tiles(self.found), "warnings": self.found["warnings"], "tables": [
            tables.information(self.found), tables.quantiles(self.found), tables.coverage(self.found),
        ]} if self.found else {}  # fmt: skip
        return super().get_context_data(analysis=analysis, last=last, going=GOING, **shown, **kwargs)

    def charts(self) -> list[Chart]:
        return factor_charts(self.days, self.found) if self.found else []


class HistoryForm(forms.Form):
    ticker = forms.CharField(label=_("Ticker"), required=False, max_length=32)

    def __init__(self, data: Any, region: str) -> None:
        super().__init__(data)
        self.region = region

    def clean_ticker(self) -> Instrument | None:
        ticker = self.cleaned_data["ticker"].strip()
        found = Instrument.objects.at(self.region, ticker) if ticker else None
        if ticker and found is None:
            raise ValidationError(
                _("%(region)s has no instrument %(ticker)s."), params={"region": self.region, "ticker": ticker}
            )
        return found


class History(FactorPart):
    """One name over time: the one asked for, else the best of the session."""

    template_name = "factors/parts/history.html"
    part = "history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = HistoryForm(self.request.GET, self.scope.region)
        self.instrument = (form.cleaned_data["ticker"] or self._best()) if form.is_valid() else None
        if self.instrument and not form.data.get("ticker"):
            form.data = form.data.copy()
            form.data["ticker"] = self.instrument.ticker
        return super().get_context_data(form=form, instrument=self.instrument, **kwargs)

    def charts(self) -> list[Chart]:
        if self.instrument is None or self.scope.date is None:
            return []
        rows = score_history(instrument=self.instrument, factor=self.factor.name, end=self.scope.date)
        return history_charts(rows, str(in_words(self.factor.unit))) if rows else []

    def _best(self) -> Instrument | None:
        if self.scope.date is None:
            return None
        stocks = Instrument.objects.in_region(self.scope.region)
        figures = {"score": (self.factor.name, "score")}
        scored = figures_added(instruments=stocks, date=self.scope.date, figures=figures).filter(score__isnull=False)
        return scored.order_by("-score", "ticker").first()
