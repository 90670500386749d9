"""Money that was not invested."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

NOTE = 20.0  # percent points of the value above the cash buffer
WARNING = 50.0


@check("cash_idle", Severity.NOTE, Severity.WARNING)
def cash_idle(evidence: Evidence) -> Finding | None:
    """Idle cash makes risk look small and earns nothing here; the figures are those of a half-empty portfolio.

    Mean share of cash from the first trade on.
    """
    trades, snapshots = evidence.run.ledger.trades, evidence.run.ledger.snapshots
    if not len(trades):
        return None
    since = snapshots[(snapshots["session"] >= trades["session"][0]) & (snapshots["value"] > 0)]
    if not len(since):
        return None
    cash, buffer = 100.0 * float((since["cash"] / since["value"]).mean()), float(evidence.run.rules.cash_buffer)
    if cash <= buffer + NOTE:
        return None
    positions = float(since["positions"].mean())
    return Finding(
        "cash_idle", Severity.WARNING if cash > buffer + WARNING else Severity.NOTE, "Much cash lies idle",
        f"On average {cash:.0f} % of the value is cash (buffer {buffer:g} %) and {positions:.1f} of "
        f"{evidence.run.rules.max_positions} positions are held.",
        {
            "mean_cash": cash, "cash_buffer": buffer, "mean_positions": positions,
            "max_positions": evidence.run.rules.max_positions,
        },
    )  # fmt: skip
