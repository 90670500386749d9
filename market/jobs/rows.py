"""Kinds of jobs that have a row of their own, which is the truth about them: state, times, reason."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.db.models import Model, Q, QuerySet

from market.jobs import registry
from market.jobs.states import Ask, Job, JobProblem, Place, Progress, State
from market.models.owned import owned

LONGEST_NUMBER = 19  # digits that the database's integers do not have
STOPPED = (State.FAILED, State.DEAD, State.CANCELLED)


def no_progress(row: Any) -> Progress | None:
    return None


@dataclass(frozen=True)
class RowKind:
    """``task``: the dotted path of the task that carries a row out, its only argument the row's key. ``lock``: what the
    process that carries it out holds. ``states``: the row's states in the list's words. ``again`` and ``stop``: what
    retries and cancels, by key. ``owner``: the path to whose it is. ``heavy``: columns that lists do not read.
    ``listed``: which rows are jobs by themselves; others, parts of a larger job, are left out of lists.
    """

    name: str
    title: str
    model: type[Model]
    task: str
    link: str
    lock: Callable[[Any], AbstractContextManager[None]]
    again: Callable[[int], Any]
    stop: Callable[[int], Any]
    states: Mapping[str, State]
    dead: str  # the state of those whose process ended
    state: str = "state"
    reason: str = "message"
    owner: str = ""
    progress: Callable[[Any], Progress | None] = no_progress
    cancels_running: bool = True
    is_shared: bool = False  # several tasks work on it together, and it runs on between two of them
    related: Sequence[str] = ()
    heavy: Sequence[str] = ()
    listed: Q = field(default_factory=Q)
    blank: Mapping[str, Any] = field(default_factory=dict)  # columns as they are when it is queued again

    def own(self, state: State) -> list[str]:
        """The row's words for a state."""
        return [name for name, known in self.states.items() if known is state]

    @property
    def queued(self) -> str:
        return self.own(State.QUEUED)[0]

    @property
    def running(self) -> str:
        return self.own(State.RUNNING)[0]

    def permission(self, action: str) -> str:
        return f"{self.model._meta.app_label}.{action}_{self.model._meta.model_name}"

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """With the permission to view them all that nobody else owns (``owned``), without it their own alone."""
        rows = self.model._default_manager.all()
        if not user.has_perm(self.permission("view")):
            return rows.filter(**{self.owner: user}) if self.owner and user.is_authenticated else rows.none()
        return rows.filter(owned(user, "view", self.model, self.owner)) if self.owner else rows

    def read(self, user: Any, ask: Ask) -> Sequence[Job]:
        rows = self.visible_to(user).filter(self.listed)
        if ask.state is not None:
            rows = rows.filter(**{f"{self.state}__in": self.own(ask.state)})
        if ask.owner:
            rows = rows.filter(**{f"{self.owner}__username": ask.owner}) if self.owner else rows.none()
        if ask.after is not None:
            rows = rows.filter(beyond(self.name, ask.after, "created_at", Q(pk__lt=number_of(ask.after.pk))))
        rows = self._light(rows).order_by("-created_at", "-pk")
        return [self.job(row, user) for row in rows[: ask.limit]]

    def get(self, user: Any, pk: str) -> Job | None:
        row = self._light(self.visible_to(user)).filter(pk=number_of(pk)).first()
        return self.job(row, user) if row is not None else None

    def retry(self, user: Any, pk: str) -> None:
        self.again(int(pk))

    def cancel(self, user: Any, pk: str) -> None:
        if self.stop(int(pk)) is False:
            raise JobProblem(f"{self.title} #{pk} does not wait or run: there is nothing to cancel")

    def recover(self) -> int:
        return 0  # by ``market.jobs.recovery``, which reads the queue once for all kinds

    def job(self, row: Any, user: Any) -> Job:
        told = str(getattr(row, self.state))
        state, owner = self.states[told], self.owner_of(row)
        may = self._may_change(user, owner)
        stoppable = (State.QUEUED, State.RUNNING) if self.cancels_running else (State.QUEUED,)
        return Job(
            kind=self.name, kind_title=self.title, pk=str(row.pk), title=str(row), state=state, told=told,
            reason=getattr(row, self.reason), progress=self.progress(row), owner=owner.username if owner else "",
            queued_at=row.created_at, started_at=row.started_at, finished_at=row.finished_at,
            link=self.link, args=(row.pk,), may_change=may, can_retry=may and state in STOPPED,
            can_cancel=may and state in stoppable,
        )  # fmt: skip

    def _may_change(self, user: Any, owner: Any) -> bool:
        """Who may ask for such a job, of their own and where jobs are nobody's by kind; of others' and of what nobody
        owns, staff that may change it.
        """
        if not self.owner or owner == user:
            return bool(user.has_perm(self.permission("add")))
        return bool(user.is_staff and user.has_perm(self.permission("change")))

    def owner_of(self, row: Any) -> Any:
        """Whose the row is, None where it is nobody's."""
        return reduce(getattr, self.owner.split("__"), row) if self.owner else None

    def _light(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        related = [*self.related, *([self.owner] if self.owner else [])]
        return (rows.select_related(*related) if related else rows).defer(*self.heavy)


def kind_of(model: type[Model]) -> RowKind:
    """The kind of a model's rows; ValueError where there is none. Loads nothing of other apps."""
    registry.fill(model._meta.app_label)
    for kind in registry.registered():
        if isinstance(kind, RowKind) and kind.model is model:
            return kind
    raise ValueError(f"{model.__name__} is no kind of jobs")


def beyond(kind: str, place: Place, moment: str, smaller: Q) -> Q:
    """What comes after a place in the list: older by the column ``moment``; of the same moment kinds by name, and of
    its own kind the keys that are ``smaller`` in the kind's order.
    """
    older = Q((f"{moment}__lt", place.queued_at))
    if kind > place.kind:
        return older | Q((moment, place.queued_at))
    return older | Q((moment, place.queued_at)) & smaller if kind == place.kind else older


def number_of(pk: str) -> int:
    """The number in a key, -1 (which no row has) where there is none."""
    return int(pk) if pk.isascii() and pk.isdigit() and len(pk) < LONGEST_NUMBER else -1
