"""What a backtest is at a glance, above its page."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from backtests.admin.base import counted_findings, link, list_link, told
from backtests.models import BacktestSession, Status
from market.texts import counted

SHOWN = (
    ("total_return", "return", " %"), ("annualized_return", "a year", " %"), ("sharpe_ratio", "Sharpe", ""),
    ("max_drawdown", "drawdown", " %"), ("excess_return", "beyond the benchmark", " pp"), ("win_rate", "won", " %"),
)  # fmt: skip


def session_glance(session: BacktestSession) -> list[tuple[str, Any]]:
    """A label and a text each."""
    period = f"{session.start} to {session.end}, {counted(session.session_count, 'session')}"
    facts: list[tuple[str, Any]] = [("region", session.get_region_display()), ("period", period)]
    if session.status != Status.COMPLETED:
        return facts
    found = session.statistics
    figures = [
        (label, "-" if getattr(found, name) is None else f"{told(getattr(found, name))}{unit}")
        for name, label, unit in SHOWN
    ]
    return [
        *facts, *figures, (f"final value, {session.currency}", told(found.final_value)),
        ("trades", f"{found.trades:,}"), ("findings", counted_findings(found.findings)),
    ]  # fmt: skip


def session_links(session: BacktestSession) -> list[SafeString]:
    """Where the rest of it is."""
    like = reverse("admin:backtests_backtestsession_add") + "?" + urlencode({"like": session.pk})
    again = link(like, "Change and run")
    if session.status != Status.COMPLETED:
        return [again]
    lists = (
        ("backtesttrade", "Trades"), ("backtestsnapshot", "Days"), ("backtestholding", "Holdings"),
        ("backtestevent", "Events"),
    )  # fmt: skip
    files = (
        ("admin:backtests_report", "Report"),
        ("backtest-orders", "Orders CSV"),
        ("backtest-weights", "Weights CSV"),
    )
    report, orders, weights = (link(reverse(name, args=[session.pk]), text) for name, text in files)
    return [report, *(list_link(model, text, session=session.pk) for model, text in lists), orders, weights, again]
