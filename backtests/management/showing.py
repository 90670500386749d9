"""Stored backtests on a terminal: one as tables, and which one an id names."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.diagnosis.base import Severity
from backtests.models import BacktestSession
from market.cli import Exit, HouseCommand

SHOWN = (
    ("total_return", "total return, %"), ("annualized_return", "a year (CAGR), %"), ("volatility", "volatility, %"),
    ("sharpe_ratio", "Sharpe ratio"), ("sortino_ratio", "Sortino ratio"), ("max_drawdown", "deepest drawdown, %"),
    ("calmar_ratio", "Calmar ratio"), ("benchmark_return", "benchmark, %"), ("excess_return", "beyond it, pp"),
    ("win_rate", "sales won, %"), ("profit_factor", "profit factor"), ("average_hold_days", "days held"),
    ("exposure", "invested, %"), ("annual_turnover", "turnover a year, %"), ("total_costs", "costs"),
)  # fmt: skip
OF_TRADE = ("date", "side", "ticker", "name", "quantity", "price", "profit, %", "days", "reason")


def told(figure: float | None, digits: int = 2) -> str:
    """With thousands separators; a dash for None."""
    return "–" if figure is None else f"{figure:,.{digits}f}"


def session_found(command: HouseCommand, number: int) -> BacktestSession:
    """The backtest of this number; the command ends where there is none."""
    try:
        return BacktestSession.objects.select_related("statistics").get(pk=number)
    except BacktestSession.DoesNotExist:
        command.fail(f"backtest: there is no backtest #{number}; manage.py list_backtests shows them", Exit.USAGE)
    raise AssertionError("fail leaves")


def session_shown(out: Console, session: BacktestSession, trades: int = 0) -> None:
    """What came out of a finished backtest: figures, findings, and the first ``trades``."""
    found = session.statistics
    out.print(Text(str(session), style="bold"), soft_wrap=True)
    table = Table("", show_header=False)
    table.add_column("", justify="right")
    for name, meaning in SHOWN:
        if found.figures.get(name) is not None:
            table.add_row(meaning, told(found.figures[name]))
    out.print(table)
    for finding in found.findings:
        message = f" {finding['title']}: {finding['message']}"
        out.print(Text.assemble((finding["severity"], "bold"), message), soft_wrap=True)
    if trades:
        out.print(_trades(session, trades))
    out.print(_closing(session), soft_wrap=True)


def findings_counted(findings: list[dict[str, Any]]) -> dict[str, int]:
    """How many of each severity, the most serious first; those of which there are none are left out."""
    order = sorted(Severity, key=lambda one: one.rank)
    counts = {str(name): sum(one["severity"] == name for one in findings) for name in order}
    return {name: count for name, count in counts.items() if count}


def files_given(options: dict[str, Any], kinds: tuple[str, ...]) -> dict[str, Path]:
    """The files that are asked for, by kind; ``--json`` alone prints and writes none."""
    return {kind: Path(options[kind]) for kind in kinds if options[kind] and options[kind] != "-"}


def files_written(command: HouseCommand, files: dict[str, Path], made: Mapping[str, Callable[[], str]]) -> None:
    """The text of each kind into its file, told on stderr."""
    for kind, path in files.items():
        command.write_file(path, made[kind]())
        command.stderr.write(f"{kind}: {path}")


def _trades(session: BacktestSession, count: int) -> Table:
    rows = list(session.trades.order_by("number")[:count])
    table = Table(title=f"trades: {len(rows):,} of {session.trades.count():,}", title_justify="left")
    for name in OF_TRADE:
        table.add_column(name, justify="right" if name in ("quantity", "price", "profit, %", "days") else "left")
    for one in rows:
        days = "–" if one.hold_days is None else f"{one.hold_days:,}"
        table.add_row(
            str(one.trade_date), one.side, Text(one.ticker), Text(one.name), f"{one.quantity:,.10g}", told(one.price),
            told(one.profit_rate), days, one.reason,
        )  # fmt: skip
    return table


def _closing(session: BacktestSession) -> str:
    figures = session.statistics.figures
    return (
        f"{session.currency} {session.config['initial_capital']:,.0f} became {figures['final_value']:,.0f} in"
        f" {session.session_count:,} sessions; {figures['trades']:,} trades; {session.timings['total']:.2f} s;"
        f" backtest #{session.pk}"
    )
