"""Who decides what on a proposal: approved, cancelled, failed. Each step is kept, and only legal ones are taken."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.utils import timezone

from market.texts import is_storable
from portfolio.models import Portfolio, RebalancingEvent, RebalancingStep
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.store.books import portfolio_lock

Status = RebalancingEvent.Status
Who = AbstractBaseUser | AnonymousUser
FROM = {
    Status.APPROVED: (Status.PENDING,),
    Status.COMPLETED: (Status.APPROVED,),
    Status.FAILED: (Status.PENDING, Status.APPROVED),
    Status.CANCELLED: (Status.PENDING, Status.APPROVED),
}
LONGEST_NOTE = 500


def rebalancing_approve(
    *, event: RebalancingEvent, user: Who | None = None, note: str = ""
) -> RebalancingEvent:  # fmt: skip
    """Say yes to a proposal. PortfolioBusy unless it is PENDING."""
    return _taken(event, Status.APPROVED, user, note)


def rebalancing_cancel(
    *, event: RebalancingEvent, user: Who | None = None, note: str = ""
) -> RebalancingEvent:  # fmt: skip
    """Say no to a proposal, approved or not. PortfolioBusy when it is closed."""
    return _taken(event, Status.CANCELLED, user, note)


def rebalancing_fail(
    *, event: RebalancingEvent, user: Who | None = None, note: str = "", error: str = ""
) -> RebalancingEvent:  # fmt: skip
    """It was not carried out: ``error`` says why (blank: ``note`` does). PortfolioBusy when it is closed."""
    return _taken(event, Status.FAILED, user, note, error=error or note)


def _taken(
    event: RebalancingEvent, status: str, user: Who | None, note: str, error: str = ""
) -> RebalancingEvent:  # fmt: skip
    with transaction.atomic():
        found = event_locked(event)
        step_check(found, status, note)
        found.error = error
        step_take(found, status, user, note)
    return found


def portfolio_locked(portfolio_id: int) -> Portfolio:
    """The portfolio as it is now: until the transaction ends nobody else changes its transactions, which raise its
    revision, or its proposals, or values it. The lock of computations first, as they take them.
    """
    portfolio_lock(portfolio_id)
    return Portfolio.objects.select_for_update(no_key=True).get(pk=portfolio_id)


def valued_locked(portfolio_id: int) -> Portfolio:
    """``portfolio_locked`` after it was valued: PortfolioBusy where its transactions changed in between."""
    portfolio = portfolio_locked(portfolio_id)
    changed_refuse(portfolio)
    return portfolio


def changed_refuse(portfolio: Portfolio) -> None:
    """PortfolioBusy where transactions of a locked portfolio changed since it was valued."""
    if portfolio.is_stale:
        raise PortfolioBusy("the portfolio's transactions changed meanwhile: try again")


def open_event(portfolio_id: int) -> RebalancingEvent | None:
    """The proposal that is to be decided on or carried out."""
    return RebalancingEvent.objects.filter(portfolio=portfolio_id, status__in=RebalancingEvent.OPEN).first()


def event_locked(event: RebalancingEvent) -> RebalancingEvent:
    """The event as it is now, held until the transaction ends; its portfolio first, as everybody takes them."""
    portfolio = portfolio_locked(event.portfolio_id)
    found = RebalancingEvent.objects.select_for_update().filter(pk=event.pk).first()
    if found is None:
        raise PortfolioBusy(f"rebalancing #{event.pk} was deleted")
    found.portfolio = portfolio
    return found


def step_check(event: RebalancingEvent, status: str, note: str = "") -> None:
    """PortfolioBusy unless ``event`` may come to ``status``; PortfolioError for a note that cannot be kept."""
    if event.status not in FROM[Status(status)]:
        wanted = " or ".join(FROM[Status(status)])
        raise PortfolioBusy(f"rebalancing #{event.pk} is {event.status}: only {wanted} can become {status}")
    if len(note) > LONGEST_NOTE or not is_storable(note):
        raise PortfolioError(f"note: at most {LONGEST_NOTE} characters, and none that cannot be stored")


def step_take(event: RebalancingEvent, status: str, user: Who | None, note: str) -> None:
    """Bring a locked ``event`` to ``status``."""
    now = timezone.now()
    event.status = status
    event.decided_at = event.decided_at or now
    event.finished_at = None if event.is_open else now
    event.save()
    step_add(event, user, note)


def step_add(event: RebalancingEvent, user: Who | None, note: str) -> None:
    """Keep who brought ``event`` to its status."""
    who = user if isinstance(user, User) else None
    RebalancingStep.objects.create(event=event, status=event.status, user=who, note=note[:LONGEST_NOTE])
