"""What becomes of each row of a file, and what the books would hold then."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from market.models import RejectedRow
from market.services.rejected import rejected_csv
from portfolio.calc.accounting import Problem
from portfolio.models import Transaction
from portfolio.services.import_files import own_columns
from portfolio.services.reading import number_told

OK, DUPLICATE, ERROR = "ok", "duplicate", "error"


@dataclass(frozen=True)
class ImportRow:
    """A row of the file, ``number`` from 1. ``problems``: why it cannot be booked; ``draft``: what it was read as."""

    number: int
    problems: tuple[Problem, ...]
    is_duplicate: bool = False
    draft: Transaction | None = None
    raw: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return ERROR if self.problems else DUPLICATE if self.is_duplicate else OK


@dataclass(frozen=True)
class ImportPlan:
    """All rows of a file, with what the books would hold at the end: shares by asset, cash by currency."""

    rows: list[ImportRow]
    shares: dict[str, float]
    cash: dict[str, float]
    columns: list[str]

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        return {state: self.count(state) for state in (OK, DUPLICATE, ERROR)}

    @property
    def problems(self) -> list[Problem]:
        """Of every wrong row; ``row`` is its number in the file."""
        return [problem._replace(row=row.number) for row in self.rows for problem in row.problems]

    def drafts(self) -> list[Transaction]:
        """What would be booked."""
        return [row.draft for row in self.rows if row.state == OK and row.draft is not None]

    def totals(self) -> list[dict[str, Any]]:
        """Of the rows that would be booked, by kind and currency: count, money before costs, fee, tax."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in self.drafts():
            of_kind = {
                "kind": one.kind,
                "currency": one.currency,
                "count": 0,
                "amount": Decimal(0),
                "fee": Decimal(0),
                "tax": Decimal(0),
            }
            total = found.setdefault((one.kind, one.currency), of_kind)
            gross = one.amount if one.amount is not None else (one.quantity or 0) * (one.price or 0)
            for name, figure in (("count", 1), ("amount", gross), ("fee", one.fee), ("tax", one.tax)):
                total[name] += figure
        return [found[key] for key in sorted(found)]

    def refused_csv(self) -> str:
        """The wrong rows as they came, with the reason: to be mended and imported again. '' where all are well."""
        rows = [
            RejectedRow(
                row_number=row.number, column=row.problems[0].field, reason=row.problems[0].reason,
                message="; ".join(f"{one.field}: {one.reason}" for one in row.problems), raw=row.raw,
            )
            for row in self.rows if row.problems
        ]  # fmt: skip
        return "".join(rejected_csv(rows, own_columns(self.columns))) if rows else ""

    def told(self) -> dict[str, Any]:
        """All of it as plain data; money as text, to the last digit."""
        money = ("amount", "fee", "tax")
        return {
            "counts": self.counts,
            "totals": [one | {name: number_told(one[name]) for name in money} for one in self.totals()],
            "shares": [{"asset": asset, "quantity": quantity} for asset, quantity in self.shares.items()],
            "cash": [{"currency": currency, "amount": amount} for currency, amount in self.cash.items()],
            "rows": [_row_told(row) for row in self.rows],
        }


def _row_told(row: ImportRow) -> dict[str, Any]:
    reasons = [{"field": one.field, "reason": one.reason} for one in row.problems]
    told: dict[str, Any] = {"row": row.number, "state": row.state, "problems": reasons}
    draft = row.draft
    if draft is None or row.problems:
        return told | {"cells": row.raw}
    figures = {name: getattr(draft, name) for name in ("quantity", "price", "amount", "fee", "tax")}
    return told | {
        "date": draft.date, "kind": draft.kind, "asset": str(draft.instrument or ""), "currency": draft.currency,
        **{name: number_told(figure) for name, figure in figures.items()}, "note": draft.note,
    }  # fmt: skip
