"""Every portfolio with targets asked whether it is time, and proposals for those where it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from django.db import DatabaseError, transaction

from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.comparison import aimed_comparison, unvalued_note
from portfolio.services.errors import PortfolioBusy, PortfolioError, PortfolioNotFound
from portfolio.services.rebalancing import proposal_of, word_check
from portfolio.services.rebalancing_decisions import Who, open_event, valued_locked
from portfolio.services.triggers import Due, triggers_of
from portfolio.services.valuation import portfolio_value

Status = RebalancingEvent.Status


class Outcome(StrEnum):
    PROPOSED = "PROPOSED"
    DUE = "DUE"  # a dry run would have proposed
    NOTHING = "NOTHING"  # due, and no trade helps
    NOT_DUE = "NOT_DUE"
    OPEN = "OPEN"  # a proposal waits that is approved, or of the newest session
    WAITING = "WAITING"  # transactions wait for bars
    FAILED = "FAILED"


@dataclass(frozen=True)
class Checked:
    """What became of a portfolio: ``reason`` in a line, ``event`` the number of its open proposal."""

    portfolio: int
    name: str
    outcome: Outcome
    reason: str = ""
    trigger: str | None = None
    event: int | None = None


def rebalancing_check(
    *, portfolios: Iterable[Portfolio] | None = None, mode: str = RebalancingEvent.Mode.FULL, dry_run: bool = False,
    user: Who | None = None,
) -> list[Checked]:  # fmt: skip
    """Value each portfolio (None: all with active targets), and propose a plan of ``mode`` where a trigger is due. It
    takes the place of a PENDING proposal of an earlier session, not of one that is APPROVED or of the same session.
    What cannot be done in one does not stop the others: it is FAILED. ``dry_run``: store nothing.
    """
    word_check("mode", mode, RebalancingEvent.Mode.values)
    wanted = Portfolio.objects.filter(allocations__is_active=True).distinct().order_by("pk")
    found = []
    for portfolio in wanted if portfolios is None else portfolios:
        try:
            found.append(_checked(portfolio, mode, dry_run, user))
        except (PortfolioError, PortfolioBusy, PortfolioNotFound, DatabaseError) as error:
            found.append(Checked(portfolio.pk, portfolio.name, Outcome.FAILED, str(error)))
    return found


def _checked(portfolio: Portfolio, mode: str, dry_run: bool, user: Who | None) -> Checked:
    if dry_run:
        return _asked(portfolio, mode, dry_run, user)
    portfolio_value(portfolio_id=portfolio.pk)  # outside: it keeps why it fails
    with transaction.atomic():
        return _asked(valued_locked(portfolio.pk), mode, dry_run, user)


def _asked(portfolio: Portfolio, mode: str, dry_run: bool, user: Who | None) -> Checked:
    already = open_event(portfolio.pk)
    told = partial(Checked, portfolio.pk, portfolio.name, event=already.pk if already else None)
    if already is not None and not _is_outlived(already, portfolio):
        return told(Outcome.OPEN, _open_reason(already), already.trigger)
    if waiting := unvalued_note(portfolio.pk):
        return told(Outcome.WAITING, waiting)
    comparison = aimed_comparison(portfolio=portfolio)
    why = _first_due(triggers_of(comparison=comparison))
    if why is None:
        return told(Outcome.NOT_DUE)
    if dry_run:
        return told(Outcome.DUE, why.reason, why.kind)
    found = proposal_of(
        comparison, mode=mode, trigger=why.kind, user=user, reason=why.reason, instead_of=already
    )  # fmt: skip
    if found.event is None:
        return told(Outcome.NOTHING, found.reason, why.kind)
    return told(Outcome.PROPOSED, why.reason, why.kind, event=found.event.pk)


def _is_outlived(event: RebalancingEvent, portfolio: Portfolio) -> bool:
    """Whether a proposal that nobody decided on is of a session that is not the newest any more."""
    return event.status == Status.PENDING and portfolio.valued_to is not None and event.as_of < portfolio.valued_to


def _open_reason(event: RebalancingEvent) -> str:
    if event.status == Status.APPROVED:
        return f"#{event.pk} of {event.as_of} is {event.status}: complete or cancel it"
    return f"#{event.pk} is {event.status}"


def _first_due(triggers: Iterable[Due]) -> Due | None:
    return next((one for one in triggers if one.due), None)
