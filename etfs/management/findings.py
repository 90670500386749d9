"""How commands show findings of the checks: what was held back, then a row for each fund and finding."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etfs.management.reading import ReadingCommand
from etfs.models import Severity
from etfs.services.validation import Validation
from market.texts import counted

SHOWN = 40
WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
Row = dict[str, Any]


def grouped(findings: Iterable[Mapping[str, Any]]) -> list[Row]:
    """A row for each fund, severity and code, the worst first: on how many days it was found, the first and the last
    of them, and what it says on the last."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for one in findings:
        groups.setdefault((one["symbol"], one["severity"], one["code"]), []).append(one)
    rows = []
    for (symbol, severity, code), found in groups.items():
        first, last = (pick(found, key=lambda one: one["as_of_date"]) for pick in (min, max))
        rows.append(
            {
                "symbol": symbol, "severity": str(severity), "code": code, "days": len(found),
                "first": first["as_of_date"], "last": last["as_of_date"], "message": last["message"],
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (WORST_FIRST.index(row["severity"]), row["symbol"], row["code"]))


def counts(findings: Iterable[Mapping[str, Any]]) -> list[Row]:
    """How many findings of each severity and code there are, and of how many funds; the worst first, then the most."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for one in findings:
        found.setdefault((one["severity"], one["code"]), []).append(one["symbol"])
    rows = [
        {"severity": str(severity), "code": code, "findings": len(symbols), "funds": len(set(symbols))}
        for (severity, code), symbols in found.items()
    ]
    return sorted(rows, key=lambda row: (WORST_FIRST.index(row["severity"]), -row["findings"], row["code"]))


def findings_show(command: ReadingCommand, run: Validation, *, whole: bool) -> None:
    """Print what a run found; ``whole``: each finding of each day."""
    if run.quarantined:
        command.say(f"{counted(len(run.quarantined), 'composition')} put into quarantine, not served until released:")
        for row in run.quarantined:
            command.say(f"  {row['symbol']} {row['as_of_date']}: {row['message']}")
        command.say()
    if whole:
        _show_each(command, run.findings)
    else:
        _show_groups(command, grouped(run.findings))
    if run.findings:
        told = [
            (row["severity"], row["code"], f"{row['findings']:,}", f"{row['funds']:,}") for row in counts(run.findings)
        ]
        command.say()
        command.show("In all", ("severity", "finding", ">findings", ">funds"), told)
    command.say(
        f"{counted(run.funds, 'fund')}, {counted(run.compositions, 'composition')} checked:"
        f" {counted(len(run.findings), 'finding')}, {len(run.quarantined):,} put into quarantine,"
        f" {counted(run.resolved, 'line')} resolved"
    )


def _show_groups(command: ReadingCommand, groups: Sequence[Row]) -> None:
    rows = [
        (
            row["severity"], row["symbol"], row["code"], f"{row['days']:,}", str(row["first"]),
            str(row["last"]) if row["last"] != row["first"] else "", row["message"],
        )
        for row in groups[:SHOWN]
    ]  # fmt: skip
    if not rows:
        return
    more = f"{len(groups) - SHOWN:,} more rows; " if len(groups) > SHOWN else ""
    below = f"{more}--all shows every finding of every day; all are kept (admin, API: etf-findings/)"
    columns = ("", "fund", "finding", ">days", "first", "last", "~newest message")
    command.show("By fund and finding", columns, rows, below=below)


def _show_each(command: ReadingCommand, findings: Sequence[Row]) -> None:
    rows = [
        (str(row["severity"]), row["symbol"], row["code"], str(row["as_of_date"]), row["message"])
        for row in sorted(findings, key=lambda one: WORST_FIRST.index(one["severity"]))
    ]
    if rows:
        command.show("", ("", "fund", "finding", "as of", "~message"), rows)
