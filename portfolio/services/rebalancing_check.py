"""Every portfolio with targets asked whether it is time, and proposals for those where it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import DatabaseError, transaction

from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.comparison import comparison_of
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing import proposal_of, word_check
from portfolio.services.rebalancing_decisions import Who, open_event, portfolio_locked
from portfolio.services.triggers import Due, triggers_of
from portfolio.services.valuation import portfolio_value


class Outcome(StrEnum):
    PROPOSED = "PROPOSED"
    DUE = "DUE"  # a dry run would have proposed
    NOTHING = "NOTHING"  # due, and no trade helps
    NOT_DUE = "NOT_DUE"
    OPEN = "OPEN"  # an earlier proposal waits
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
    """Value each portfolio (None: all with active targets), and propose a plan of ``mode`` where a trigger is due and
    no proposal is open. What cannot be done in one does not stop the others: it is FAILED. ``dry_run``: store nothing.
    """
    word_check("mode", mode, RebalancingEvent.Mode.values)
    wanted = Portfolio.objects.filter(allocations__is_active=True).distinct().order_by("pk")
    found = []
    for portfolio in wanted if portfolios is None else portfolios:
        try:
            found.append(_checked(portfolio, mode, dry_run, user))
        except (PortfolioError, PortfolioBusy, DatabaseError) as error:
            found.append(Checked(portfolio.pk, portfolio.name, Outcome.FAILED, str(error)))
    return found


@transaction.atomic
def _checked(portfolio: Portfolio, mode: str, dry_run: bool, user: Who | None) -> Checked:
    if not dry_run:
        portfolio = portfolio_locked(portfolio.pk)
    already = open_event(portfolio.pk)
    if already is not None:
        reason = f"#{already.pk} is {already.status}"
        return Checked(portfolio.pk, portfolio.name, Outcome.OPEN, reason, already.trigger, already.pk)
    if not dry_run:
        portfolio_value(portfolio_id=portfolio.pk)
    comparison = comparison_of(portfolio=portfolio)
    why = _first_due(triggers_of(comparison=comparison))
    if why is None:
        return Checked(portfolio.pk, portfolio.name, Outcome.NOT_DUE)
    if dry_run:
        return Checked(portfolio.pk, portfolio.name, Outcome.DUE, why.reason, why.kind)
    found = proposal_of(comparison, mode=mode, trigger=why.kind, user=user, reason=why.reason)
    if found.event is None:
        return Checked(portfolio.pk, portfolio.name, Outcome.NOTHING, found.reason, why.kind)
    return Checked(portfolio.pk, portfolio.name, Outcome.PROPOSED, why.reason, why.kind, found.event.pk)


def _first_due(triggers: Iterable[Due]) -> Due | None:
    return next((one for one in triggers if one.due), None)
