"""Buttons that queue work, and the boxes that tell how it goes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from factors.models import CombineRun, FactorAnalysis, Job, JobState
from factors.services import AnalysisError, analysis_enqueue
from factors.services.analysis_request import recent_start
from factors.views.catalogue import factor_or_404
from factors.views.permissions import asked_by
from factors.views.scope import factor_address
from market.jobs.rows import kind_of
from market.models.owned import Reader
from market.pages.views import Page

GOING = (JobState.QUEUED, JobState.RUNNING)


@require_POST
@asked_by("factors.add_factoranalysis")
def analyse(request: HttpRequest, name: str) -> HttpResponse:
    """Queue an analysis of one factor over the last years of a region's scores."""
    factor = factor_or_404(name)
    region = request.POST.get("region", "")
    try:
        queued = analysis_enqueue(region=region, factor_names=[factor.name], start=recent_start(region=region))
    except AnalysisError as error:
        messages.error(request, str(error))
        return redirect("factors:factor", factor.name)
    messages.success(request, _("Analysis #%(number)s is queued.") % {"number": queued.pk})
    return redirect(f"{factor_address(factor.name, queued.region)}#analysis")


def job_or_404(kind: str, pk: int, user: Reader) -> Job:
    """A strategy's run or an analysis that ``user`` may see."""
    found: Job | None = None
    if kind == kind_of(FactorAnalysis).name:
        found = FactorAnalysis.objects.defer("result").filter(pk=pk).first()
    elif kind == kind_of(CombineRun).name:
        found = CombineRun.objects.visible_to(user).select_related("strategy").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


class JobBox(Page):
    """How a job goes, asked for again every second; when it has ended the page around it is loaded again."""

    template_name = "factors/parts/job.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.job = job_or_404(kwargs["kind"], kwargs["pk"], request.user)
        if self.job.state not in GOING and request.htmx:
            return HttpResponseClientRefresh()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        progress = kind_of(type(self.job)).progress(self.job)
        done, total = (progress.done, progress.total) if progress and progress.done else (None, None)
        return super().get_context_data(job=self.job, done=done, total=total, **kwargs)
