"""The tables on a backtest's page: what was found, how it went, what it holds, how it was set."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from backtests.admin.base import TONES, list_link, told
from backtests.diagnosis.base import Severity
from backtests.models import BacktestHolding, BacktestSession, BacktestStatistics, Status
from backtests.report.configuration import flat
from backtests.report.meaning import in_order, label, meanings, units
from backtests.services.result import config_in_order
from etfs.admin.base import Section

HOLDINGS = 50
WHOLE = ("count", "sessions")
PERIOD = ("period", "return %", "benchmark %", "trades", "sales", "won %", "days held")
OF_PERIOD = ("return", "benchmark_return", "trades", "sells", "win_rate", "average_hold_days")


def session_sections(session: BacktestSession) -> Iterator[Section]:
    """In the order of a reader's questions."""
    if session.status == Status.COMPLETED:
        found = session.statistics
        yield _findings(found.findings)
        yield _contribution(found.contribution)
        yield _periods("Years", found.yearly)
        yield _periods("Months", found.monthly)
        yield _holdings(session)
        yield _statistics(found, session.currency)
    yield _conditions(session)
    yield Section(
        "Every rule as set", ("setting", "value"), list(flat(config_in_order(session.config)).items()), text=(0, 1)
    )
    if session.warnings:
        rows = [(place, warning) for place, warning in enumerate(session.warnings, 1)]
        yield Section("Warnings of the simulation", ("", "warning"), rows, right=(0,), long=1)


def _findings(findings: Sequence[dict[str, Any]]) -> Section:
    rows = [(_severity(one["severity"]), one["title"], one["message"]) for one in findings]
    return Section(
        "Findings", ("severity", "finding", "what it is"), rows, text=(1,), long=2, empty="Nothing was found wrong."
    )


def _severity(word: str) -> SafeString:
    return format_html('<span class="font-semibold {}">{}</span>', TONES[Severity(word)], word.lower())


def _statistics(found: BacktestStatistics, currency: str) -> Section:
    meaning, unit = meanings(), units()
    rows = [
        (
            label(name), told(found.figures[name], 0 if unit.get(name) in WHOLE else 2),
            _unit(unit.get(name, ""), currency), meaning.get(name, ""),
        )
        for name in in_order(list(found.figures))
    ]  # fmt: skip
    return Section("Statistics", ("figure", "value", "unit", "what it is"), rows, right=(1,), text=(0,), long=3)


def _unit(unit: str, currency: str) -> str:
    return currency if unit in ("currency", "") else unit


def _contribution(rows: Sequence[dict[str, Any]]) -> Section:
    shown = [
        (
            one["condition"], one["rank"], told(one["return_change"]), told(one["return_without"]),
            told(one["rank_correlation"]), told(one["win_rate"]), one["trades"],
        )
        for one in rows
    ]  # fmt: skip
    headings = ("buy condition", "rank", "adds, pp", "return without %", "rank correlation", "won %", "buys")
    return Section(
        "What each buy condition adds", headings, shown, right=tuple(range(1, 7)), text=(0,), empty="There is none."
    )


def _periods(title: str, rows: Sequence[dict[str, Any]]) -> Section:
    shown = [(one["period"], *(told(one[name]) for name in OF_PERIOD)) for one in reversed(rows)]
    return Section(title, PERIOD, shown, right=tuple(range(1, 7)))


def _holdings(session: BacktestSession) -> Section:
    held: Sequence[BacktestHolding] = session.holdings.order_by("-weight")[:HOLDINGS]
    rows = [
        (
            f"{one.ticker} {one.name}".strip(), told(one.weight), told(one.value), told(one.quantity),
            told(one.profit_rate), one.hold_days,
        )
        for one in held
    ]  # fmt: skip
    headings = ("name", "weight %", f"value {session.currency}", "shares", "profit %", "days held")
    link = list_link("backtestholding", "All", session=session.pk)
    return Section(
        "Held at the end", headings, rows, right=(1, 2, 3, 4, 5), text=(0,), link=link, empty="Nothing was held."
    )


def _conditions(session: BacktestSession) -> Section:
    rows = [(one.kind.lower(), one.position + 1, one.text) for one in session.conditions.all()]
    return Section(
        "Conditions", ("to", "number", "condition"), rows, right=(1,), text=(2,), empty="Every stock with a score."
    )
