"""The page of one sweep: progress, the best, a heat map, all variants; of a walk-forward its windows."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRefresh

from backtests.models import BacktestSweep, BacktestVariant
from backtests.report import walk_forward_page
from backtests.report.axes import axis_labels
from backtests.report.meaning import label, units
from backtests.report.sweep import SURE
from backtests.report.text import figure, in_unit, percent, words
from backtests.services import best_variants, walk_forward_told
from backtests.services.liveness import job_settled, workers_missing
from backtests.views.access import ADD_SWEEP, may, sweep_of
from backtests.views.chapters import chapters_of
from backtests.views.sweeps.mapping import MapForm
from backtests.views.sweeps.variants import VariantFilter, fields_of, figures_of, variant_table
from market.pages.forms import in_words
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin


class SweepPage(TablesMixin, OwnPage):
    """Progress with cancel and resume, then what came out."""

    template_name = "backtests/sweeps/page.html"
    filters = {"variants": VariantFilter}

    @cached_property
    def sweep(self) -> BacktestSweep:
        return job_settled(job=sweep_of(self.request, self.kwargs["pk"]))

    @cached_property
    def may_run(self) -> bool:
        return self.request.user.has_perm(ADD_SWEEP)

    @cached_property
    def tables(self) -> dict[str, type[HouseTable]]:  # type: ignore[override] # their columns are what is varied
        return {"variants": variant_table(self.sweep, may_run=self.may_run)}

    def get_title(self) -> str:
        return self.sweep.label

    def rows_variants(self, asked: dict[str, Any]) -> QuerySet[BacktestVariant]:
        rows = self.sweep.variants.filter(**asked)
        return rows.with_settings(fields_of(self.sweep)).with_figures(figures_of(self.sweep)).defer("figures")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sweep = self.sweep
        context = super().get_context_data(
            sweep=sweep, may_run=self.may_run, may_change=may(self.request, sweep, "change"),
            may_delete=may(self.request, sweep, "delete"), facts=_facts(sweep), **going_context(sweep), **kwargs,
        )  # fmt: skip
        if sweep.method == BacktestSweep.Method.WALK_FORWARD:
            return context | self._walk_forward()
        best = best_variants(sweep).filter(objective__isnull=False).first()
        form = MapForm(sweep=sweep)
        return context | {"best": best, "tiles": _tiles(sweep, best) if best else [], "map_form": form}

    def _walk_forward(self) -> dict[str, Any]:
        if self.sweep.result is None:
            return {}
        page = walk_forward_page(walk_forward_told(sweep=self.sweep))
        return {"report": page, "tiles": page.tiles, "chapters": chapters_of(page.sections)}


class SweepProgress(OwnPage):
    """The progress alone; the whole page is read again when it has ended."""

    template_name = "backtests/sweeps/progress.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sweep = job_settled(job=sweep_of(request, kwargs["pk"]))
        if not sweep.is_going:
            return HttpResponseClientRefresh()
        return self.render_to_response(
            {"sweep": sweep, "may_change": may(request, sweep, "change"), **going_context(sweep)}
        )


def going_context(sweep: BacktestSweep) -> dict[str, Any]:
    """How far it is."""
    counts = sweep.counts()
    done = sum(counts[status] for status in ("COMPLETED", "FAILED", "CANCELLED"))
    return {"counts": counts, "done": done, "workers_missing": workers_missing(job=sweep)}


def _facts(sweep: BacktestSweep) -> list[tuple[Any, Any]]:
    labels = axis_labels([axis["field"] for axis in sweep.axes], sweep.config)
    varied = [f"{labels[axis['field']]}: {words(axis['values'])}" for axis in sweep.axes]
    period = f"{sweep.config['start']} – {sweep.config['end']}"
    return [
        (_("method"), in_words(sweep.get_method_display())), (_("chosen by"), label(sweep.objective)),
        (_("region and period"), f"{sweep.config['region']}, {period}"), (_("varied"), " · ".join(varied)),
    ]  # fmt: skip


def _tiles(sweep: BacktestSweep, best: BacktestVariant) -> list[Tile]:
    """The best variant, and whether it is more than luck."""
    unit, of = units().get(sweep.objective, ""), best.figures
    sure = (sweep.result or {}).get("deflated_sharpe")
    luck = _("known at the end") if sure is None else _("beyond luck") if sure >= SURE else _("may be luck")
    return [
        Tile(_("best %s") % label(sweep.objective), in_unit(best.objective, unit, ""),
             _("variant %s") % best.number, strong=True),
        Tile(_("its total return"), percent(of.get("total_return"), sign=True), ""),
        Tile(_("its max drawdown"), percent(of.get("max_drawdown")), ""),
        Tile(_("deflated Sharpe ratio"), figure(sure, 3), luck,
             title=_("Probability that the best is better than the luck of so many tries.")),
    ]  # fmt: skip
