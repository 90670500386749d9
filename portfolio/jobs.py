"""Computations of portfolios' values in the list of all jobs: of each portfolio the newest one that is not done."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, DateTimeField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from market.jobs.registry import register
from market.jobs.rows import beyond, number_of
from market.jobs.states import Ask, Job, JobProblem, State
from portfolio.models import Portfolio
from portfolio.services.queueing import valuation_enqueue, valuations_recover

WAITS, FAILED = Q(valuation_asked_at__isnull=False), ~Q(valuation_error="")


class Valuations:
    """Portfolios whose values are asked for, were not to be had, or have been computed. The mark that a worker is asked
    goes when it begins, so one at work shows how it was before.
    """

    name, title = "portfolio_values", gettext_noop("Portfolio values")

    def read(self, user: Any, ask: Ask) -> Sequence[Job]:
        rows = self._visible(user)
        if ask.state is not None:
            rows = rows.filter(job_state=ask.state)
        if ask.owner:
            rows = rows.filter(owner__username=ask.owner)
        if ask.after is not None:
            rows = rows.filter(beyond(self.name, ask.after, "queued_at", Q(pk__lt=number_of(ask.after.pk))))
        return [self._job(row, user) for row in rows.order_by("-queued_at", "-pk")[: ask.limit]]

    def get(self, user: Any, pk: str) -> Job | None:
        row = self._visible(user).filter(pk=number_of(pk)).first()
        return self._job(row, user) if row is not None else None

    def retry(self, user: Any, pk: str) -> None:
        valuation_enqueue(portfolio=Portfolio.objects.get(pk=pk))

    def cancel(self, user: Any, pk: str) -> None:
        raise JobProblem("values of portfolios follow from their transactions: computing them cannot be called off")

    def recover(self) -> int:
        return valuations_recover()

    def _visible(self, user: Any) -> QuerySet[Any]:  # with columns that the model does not have
        known = Q(valuation_asked_at__isnull=False) | FAILED | Q(valued_at__isnull=False)
        state = Case(When(WAITS, then=Value("QUEUED")), When(FAILED, then=Value("FAILED")), default=Value("DONE"))
        queued = Coalesce("valuation_asked_at", "valued_at", "updated_at", output_field=DateTimeField())
        rows = Portfolio.objects.visible_to(user).filter(known).select_related("owner")
        return rows.annotate(job_state=state, queued_at=queued).defer("data_revisions", "description")

    def _job(self, row: Any, user: Any) -> Job:
        state = State(row.job_state)
        may = row.owner_id == user.pk or user.has_perm("portfolio.change_portfolio")
        ended = row.valued_at if state is State.DONE else None
        return Job(
            kind=self.name, kind_title=self.title, pk=str(row.pk), title=row.name, state=state, told=str(state),
            reason=row.valuation_error if state is State.FAILED else "", progress=None, owner=row.owner.username,
            queued_at=row.queued_at, started_at=None, finished_at=ended, link="portfolio-detail", args=(row.pk,),
            may_change=may, can_retry=may and state is State.FAILED, can_cancel=False,
        )  # fmt: skip


def fill() -> None:
    """Register the kind."""
    register(Valuations())
