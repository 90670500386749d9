"""Orders that came to nothing."""

import numpy as np

from backtests.calc.ledger import Ending
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

ORDINARY = (Ending.SOLD, Ending.END)  # overtaken by a sale, or by the end of the prices
NOTE = 10.0  # percent of the orders
WARNING = 30.0
ENOUGH = 5  # orders


@check("waiting_orders", Severity.NOTE, Severity.WARNING)
def waiting_orders(evidence: Evidence) -> Finding | None:
    """Where many orders lapse or are cut, what was tested is another strategy than the one that was meant.

    An order is a name on the session of its decision; it failed when it lapsed, was capped, was too small for a lot,
    got no weight, or the name was delisted.
    """
    count, cancelled = evidence.run.prices.instruments, evidence.run.ledger.cancelled
    cancelled = cancelled[~np.isin(cancelled["ending"], ORDINARY)]
    filled = evidence.market_trades
    keys = [rows["signal_session"].astype(np.int64) * count + rows["instrument"] for rows in (cancelled, filled)]
    failed, orders = len(np.unique(keys[0])), len(np.unique(np.concatenate(keys)))
    share = percent_of(failed, orders)
    if failed < ENOUGH or share <= NOTE:
        return None
    reasons = {
        one.name: int((cancelled["ending"] == one).sum()) for one in Ending if (cancelled["ending"] == one).any()
    }
    told = ", ".join(f"{number:,} {name.lower().replace('_', ' ')}" for name, number in reasons.items())
    return Finding(
        "waiting_orders", Severity.WARNING if share > WARNING else Severity.NOTE, "Orders came to nothing",
        f"{failed:,} of {orders:,} orders were not or not wholly filled: {told}.",
        {"orders": orders, "failed": failed, "share": share, "endings": reasons},
    )  # fmt: skip
