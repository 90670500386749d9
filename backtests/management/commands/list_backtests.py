"""``manage.py list_backtests``: what is stored."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table
from rich.text import Text

from backtests.management.showing import findings_counted, told
from backtests.models import BacktestSession, Status
from market.cli import Exit, HouseCommand
from market.regions import REGION_CHOICES

FIGURES = ("total_return", "sharpe_ratio", "max_drawdown")
HEADS = ("id", "name", "region", "period", "status", "total return, %", "Sharpe", "drawdown, %", "trades", "findings")
NUMBERS = ("id", "total return, %", "Sharpe", "drawdown, %", "trades")


class Command(HouseCommand):
    help = "List the stored backtests, the newest first; manage.py show_backtest ID shows one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", type=str.upper, choices=[code for code, _ in REGION_CHOICES])
        parser.add_argument("--status", type=str.upper, choices=list(Status))
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many (20)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            self.fail("--limit: at least 1", Exit.USAGE)
        found = BacktestSession.objects.all()
        for name in ("region", "status"):
            if options[name]:
                found = found.filter(**{name: options[name]})
        shown = found.with_figures().order_by("-id")[: options["limit"]]
        rows = [_row(session, findings) for session, findings in _with_findings(list(shown))]
        if options["json"]:
            self.print_json(rows)
            return
        table = Table(title=f"backtests: {len(rows):,} of {found.count():,}", title_justify="left")
        for head in HEADS:
            table.add_column(head, justify="right" if head in NUMBERS else "left", no_wrap=head == "id")
        for row in rows:
            table.add_row(*_cells(row))
        self.out().print(table)


def _with_findings(sessions: list[BacktestSession]) -> list[tuple[BacktestSession, list[dict[str, Any]]]]:
    """Each with its findings, none of one without a result, in one query."""
    keys = [session.pk for session in sessions]
    rows = BacktestSession.objects.filter(pk__in=keys).values_list("pk", "statistics__findings")
    findings = dict(rows)
    return [(session, findings[session.pk] or []) for session in sessions]


def _row(session: BacktestSession, findings: list[dict[str, Any]]) -> dict[str, Any]:
    figures = {name: getattr(session, name) for name in FIGURES}
    return {
        "id": session.pk, "name": session.name, "region": session.region, "start": session.start, "end": session.end,
        "status": session.status, **figures, "trades": getattr(session, "trade_count", None),
        "findings": findings_counted(findings),
    }  # fmt: skip


def _cells(row: dict[str, Any]) -> list[str | Text]:
    findings = ", ".join(f"{count} {severity.lower()}" for severity, count in row["findings"].items())
    return [
        str(row["id"]), Text(row["name"]), row["region"], f"{row['start']} to {row['end']}", row["status"],
        *(told(row[name]) for name in FIGURES), told(row["trades"], 0), findings or "–",
    ]  # fmt: skip
