"""Files into books: every row is told before anything is written, and what is there already is known again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from portfolio.calc.accounting import Kind, Problem
from portfolio.models import Portfolio, Transaction
from portfolio.services.checking import Broken, book_check
from portfolio.services.drafts import FIELDS, drafts_read
from portfolio.services.errors import PortfolioError
from portfolio.services.import_files import TRANSACTIONS, FileRows, file_rows
from portfolio.services.import_keys import duplicates_mark
from portfolio.services.import_plan import ERROR, ImportPlan, ImportRow
from portfolio.services.transactions import books_lock, drafts_store

_TAKES_SHARES = (Kind.SELL.name, Kind.SPLIT.name, Kind.TRANSFER.name)


@dataclass(frozen=True)
class Imported:
    """``added`` transactions; the plan says what became of each row."""

    added: int
    plan: ImportPlan


def import_preview(
    *, portfolio: Portfolio, content: bytes, name: str = "file", kind: str = TRANSACTIONS, date: dt.date | None = None
) -> ImportPlan:
    """What an import would do; nothing is written. ``kind``: transactions or positions; ``date``: of positions whose
    rows have none. PortfolioError (file: reason) for what is no such file.
    """
    return _plan(portfolio, file_rows(content=content, name=name, kind=kind, date=date))


@transaction.atomic
def transactions_import(
    *, portfolio: Portfolio, content: bytes, name: str = "file", kind: str = TRANSACTIONS, date: dt.date | None = None,
    skip_errors: bool = False,
) -> Imported:  # fmt: skip
    """Book a file: all of it or nothing; with ``skip_errors`` the rows that can be. Rows that are in the books already
    are left out, so the same file may come again. PortfolioError names every wrong row in ``problems``.
    """
    rows = file_rows(content=content, name=name, kind=kind, date=date)
    books_lock(portfolio)
    plan = _plan(portfolio, rows)
    problems = plan.problems
    if problems and not skip_errors:
        count = plan.count(ERROR)
        raise PortfolioError(
            f"file: {count:,} of {len(plan.rows):,} rows cannot be booked, nothing was: {problems[0]}"
            + ("; ..." if len(problems) > 1 else ""), problems,
        )  # fmt: skip
    added = drafts_store(portfolio, plan.drafts(), name)
    return Imported(len(added), plan)


def _plan(portfolio: Portfolio, file: FileRows) -> ImportPlan:
    cells = [{key: text for key, text in row.items() if key in FIELDS} for row in file.rows]
    drafts, problems = drafts_read(cells, base_currency=portfolio.base_currency)
    wrong: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        wrong[problem.row].append(problem)
    readable = [place for place in range(len(drafts)) if place not in wrong]
    marks = duplicates_mark(portfolio.pk, [drafts[place] for place in readable])
    known = {place for place, mark in zip(readable, marks, strict=True) if mark}
    shares, cash = _book(portfolio, drafts, [place for place in readable if place not in known], wrong)
    rows = [
        ImportRow(number, tuple(wrong[place]), place in known, draft, raw)
        for place, (number, draft, raw) in enumerate(zip(file.numbers, drafts, file.raw, strict=True))
    ]
    rows += [ImportRow(bad.row_number, (Problem(0, bad.column or "row", bad.message),)) for bad in file.bad]
    return ImportPlan(sorted(rows, key=lambda row: row.number), shares, cash, file.columns)


def _book(
    portfolio: Portfolio, drafts: Sequence[Transaction], places: list[int], wrong: dict[int, list[Problem]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Find the rows that the books refuse, until all that are left can be; shares and cash then."""
    while True:
        checked = book_check(portfolio.pk, [drafts[place] for place in places], every_asset=True)
        for problem in checked.problems:
            wrong[places[problem.row]].append(problem)
        if not checked.problems:
            for broken in checked.broken:
                _blame(broken, drafts, places, wrong)
        if not checked.problems and not checked.broken:
            return checked.shares, checked.cash
        left = [place for place in places if place not in wrong]
        if len(left) == len(places):
            raise PortfolioError(
                f"portfolio: its books are wrong before anything is imported: {checked.broken[0].reason}"
            )
        places = left


def _blame(
    broken: Broken, drafts: Sequence[Transaction], places: Sequence[int], wrong: dict[int, list[Problem]]
) -> None:
    """What is in the books cannot be with the rows that take away shares of its asset, or turn them into fewer."""
    for place in places:
        draft = drafts[place]
        if draft.instrument_id == broken.asset and draft.kind in _TAKES_SHARES:
            wrong[place].append(Problem(place, broken.field, f"with it, the books {broken.reason}"))
