"""Jobs: what runs, waits, failed, of all kinds; one job, taken up again or cancelled."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from market.jobs.listing import job_cancel, job_get, job_retry, jobs_list
from market.jobs.registry import kinds
from market.jobs.states import Job, JobNotFound, JobProblem, State
from market.pages.columns import MomentColumn, TextColumn, WordColumn
from market.pages.forms import choices, in_words
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin

SHOWN = 200
LIVE = (State.QUEUED, State.RUNNING)
TONES = {
    State.QUEUED: "quiet", State.RUNNING: "running", State.DONE: "done", State.FAILED: "failed",
    State.DEAD: "failed", State.CANCELLED: "late",
}  # fmt: skip
PAGES = {"backtest": "backtests:session", "sweep": "backtests:sweep", "portfolio_values": "portfolio:portfolio"}
CHANGES = {"retry": (job_retry, _("Queued again.")), "cancel": (job_cancel, _("Cancelled."))}


def job_address(record: Job) -> str:
    """Where the job's page is."""
    return reverse("market:job", args=[record.kind, record.pk])


class JobTable(HouseTable):
    name = TextColumn(accessor="title", verbose_name=_("Job"), linkify=job_address, css="whole")
    kind_title = WordColumn(verbose_name=_("Kind"))
    state = TextColumn(verbose_name=_("State"))
    percent = TextColumn(verbose_name=_("Progress"), accessor="progress__percent", order_by="progress__percent")
    reason = TextColumn(verbose_name=_("Reason"), css="whole")
    owner = TextColumn(verbose_name=_("Owner"))
    queued_at = MomentColumn(verbose_name=_("Queued"))
    finished_at = MomentColumn(verbose_name=_("Ended"))
    actions = TextColumn(
        verbose_name=_("Actions"), accessor="pk", orderable=False, exclude_from_export=True, css="actions-cell"
    )

    empty = _("No job yet. Whatever takes long appears here: backtests, factor runs, collections of holdings.")
    note = _("The newest 200 that fit. While one of them waits or runs, the list renews itself.")
    file = "jobs"

    class Meta(HouseTable.Meta):
        order_by = ("-queued_at",)

    @property
    def live(self) -> bool:  # type: ignore[override] # of each list
        """Whether something on it is not over."""
        return any(job.state in LIVE for job in self.data)

    def render_state(self, record: Job) -> str:
        return format_html('<span class="state {}">{}</span>', TONES[record.state], in_words(record.state.label))

    def render_percent(self, value: float, record: Job) -> str:
        return render_to_string("market/job_progress.html", {"job": record})

    def render_actions(self, record: Job) -> str:
        return render_to_string("market/job_actions.html", {"job": record, "small": True}, request=self.request)


class JobFilter(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=choices(State.choices))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices((one.name, one.title) for one in kinds())


class Jobs(TablesMixin, OwnPage):
    """One's own jobs, and those of kinds whose rows one may view."""

    template_name = "pages/tables.html"
    title = _("Jobs")
    tables = {"jobs": JobTable}
    filters = {"jobs": JobFilter}

    def rows_jobs(self, asked: dict[str, Any]) -> list[Job]:
        state = State(asked["state"]) if "state" in asked else None
        return list(jobs_list(user=self.request.user, kind=asked.get("kind", ""), state=state, size=SHOWN).jobs)


class OfJob(OwnPage):
    """What concerns one job; 404 where there is none, or not for this user."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except JobNotFound as error:
            raise Http404(str(error)) from error


class JobPage(OfJob):
    """How far it is, renewed while it runs."""

    template_name = "market/job.html"

    def get_template_names(self) -> list[str]:
        return ["market/job_state.html" if self.request.htmx.target == "job-state" else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = job_get(user=self.request.user, kind=kwargs["kind"], pk=kwargs["pk"])
        events = [(_("Queued"), job.queued_at), (_("Begun"), job.started_at), (_("Ended"), job.finished_at)]
        return super().get_context_data(
            job=job, tone=TONES[job.state], is_live=job.state in LIVE, events=events,
            page=_address(PAGES.get(job.kind, ""), job), data=_address(job.link, job), **kwargs,
        )  # fmt: skip

    def get_title(self) -> str:
        return f"{self.kwargs['kind']} {self.kwargs['pk']}"


class JobChange(OfJob):
    """Take a job up again, or cancel it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, kind: str, pk: str, change: str) -> HttpResponseRedirect:
        if change not in CHANGES:
            raise Http404(f"jobs cannot be asked to {change}")
        service, said = CHANGES[change]
        try:
            job = service(user=request.user, kind=kind, pk=pk)
        except JobNotFound:
            raise
        except JobProblem as error:
            messages.error(request, str(error))
            return redirect("market:job", kind, pk)
        messages.success(request, said)
        return redirect("market:job", job.kind, job.pk)


def _address(name: str, job: Job) -> str:
    try:
        return reverse(name, args=job.args)
    except NoReverseMatch:
        return ""
