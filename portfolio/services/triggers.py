"""Is it time to rebalance, and why."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from portfolio.calc.rebalancing import CASH, FREQUENCIES, schedule_trigger, threshold_trigger
from portfolio.models import RebalancingEvent
from portfolio.services.comparison import Comparison

Kind = RebalancingEvent.Trigger


@dataclass(frozen=True)
class Due:
    """Why a portfolio would be rebalanced. THRESHOLD: ``assets`` beyond a limit. SCHEDULED: the ``assets`` of a
    ``frequency``, due ``on`` a day, ``last`` rebalanced.
    """

    kind: str
    due: bool
    assets: tuple[str, ...]
    frequency: str | None = None
    on: dt.date | None = None
    last: dt.date | None = None

    @property
    def reason(self) -> str:
        """In a line; '' where it is not due."""
        if not self.due:
            return ""
        if self.kind == Kind.THRESHOLD:
            return f"beyond a limit: {', '.join(self.assets)}"
        since = f"last on {self.last}" if self.last else "never done before"
        return f"{str(self.frequency).lower()}: due since {self.on}, {since}"


def triggers_of(*, comparison: Comparison) -> list[Due]:
    """The threshold's trigger, then one for each frequency among the active targets."""
    by_threshold = threshold_trigger(comparison.drift)
    found = [Due(Kind.THRESHOLD, by_threshold.due, by_threshold.assets)]
    as_of = comparison.standing.as_of
    last = last_rebalanced(portfolio_id=comparison.portfolio.pk, until=as_of)
    scheduled = defaultdict(list)
    for allocation in comparison.allocations:
        scheduled[allocation.frequency].append(str(allocation.instrument or CASH))
    for frequency in FREQUENCIES:
        if frequency in scheduled:
            asked = schedule_trigger(last=last, frequency=frequency, as_of=as_of)
            found.append(Due(Kind.SCHEDULED, asked.due, tuple(scheduled[frequency]), frequency, asked.on, last))
    return found


def last_rebalanced(*, portfolio_id: int, until: dt.date) -> dt.date | None:
    """The day whose closes the newest completed plan was made of, up to ``until``."""
    done = RebalancingEvent.objects.filter(portfolio=portfolio_id, status=RebalancingEvent.Status.COMPLETED)
    return done.filter(as_of__lte=until).order_by("-as_of").values_list("as_of", flat=True).first()
