"""Can a composition be believed? Checks of one by itself; against the one before: ``composition_jumps``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

UNRESOLVED = -1
ROUNDING = 1e-9  # a sum of exactly 100.5 is within 0.5 of 100


class Severity(StrEnum):
    """ERROR: the snapshot is kept and flagged, and not served as the latest unless nothing better exists.
    WARNING: it is served, a person should look at it. NOTE: worth knowing.
    """

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTE = "NOTE"


@dataclass(frozen=True)
class Finding:
    """``numbers``: what a message about it says; ``rows``: positions of the lines concerned (of the newer snapshot)."""

    code: str
    severity: Severity
    numbers: Mapping[str, float]
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Thresholds. Points are percent points of weight.

    ``weight_sum``: how far the sum may be from 100; ``unresolved``: percent of weight; ``identity``: points between a
    weight and value / total; ``stale_sessions``; ``jump``: points one line may move without a price reason;
    ``turnover``: percent; ``lines_left``: part of the previous number of lines; ``cross``: points between two sources.
    """

    weight_sum: float = 0.5
    unresolved: float = 5.0
    identity: float = 0.1
    stale_sessions: int = 5
    jump: float = 5.0
    turnover: float = 50.0
    lines_left: float = 0.5
    cross: float = 0.1


@dataclass(frozen=True)
class Fund:
    """What matters of the fund. ``special``: inverse, leveraged or synthetic. ``expected_lines``: how many the source
    says there are, None where it does not.
    """

    special: bool = False
    long_only: bool = True
    expected_lines: int | None = None


@dataclass(frozen=True)
class Lines:
    """A composition, each column [n]: ``kind`` as ``LineKind`` text, ``key`` int (UNRESOLVED where not matched),
    ``weight`` percent, ``shares``, ``value``; NaN where not known.
    """

    kind: np.ndarray
    key: np.ndarray
    weight: np.ndarray
    shares: np.ndarray
    value: np.ndarray


def check_composition(
    lines: Lines, fund: Fund, *, sessions_old: int | None = None, limits: Limits | None = None
) -> list[Finding]:
    """All findings about ``lines``; ``sessions_old``: sessions since its date.

    Special funds get the checks for stale and duplicate lines only (section 9).
    """
    limits = limits or Limits()
    found = [*_duplicates(lines), *_stale(sessions_old, limits)]
    if not fund.special:
        found += [
            *_weight_sum(lines, limits), *_line_count(lines, fund), *_unresolved(lines, limits),
            *_identity(lines, limits), *_negative(lines, fund),
        ]  # fmt: skip
    return found


def _duplicates(lines: Lines) -> Iterator[Finding]:
    """A line that is there twice in every figure; two lines of one security that differ are allowed, and told."""
    resolved = np.flatnonzero(lines.key != UNRESOLVED)
    figures = np.column_stack(
        [lines.key[resolved], lines.weight[resolved], lines.shares[resolved], lines.value[resolved]]
    )
    twice = resolved[_repeated(np.nan_to_num(figures, nan=-1e300))]
    again = np.setdiff1d(resolved[_repeated(figures[:, :1])], twice)
    for code, severity, rows in (("duplicate_line", Severity.ERROR, twice), ("repeated_key", Severity.NOTE, again)):
        if len(rows):
            yield Finding(code, severity, {"lines": len(rows)}, tuple(rows.tolist()))


def _repeated(figures: np.ndarray) -> np.ndarray:
    """Mask of the rows [n, c] that stand there already further up."""
    _, first = np.unique(figures, axis=0, return_index=True)
    repeated = np.ones(len(figures), dtype=bool)
    repeated[first] = False
    return repeated


def _stale(sessions_old: int | None, limits: Limits) -> Iterator[Finding]:
    if sessions_old is not None and sessions_old > limits.stale_sessions:
        yield Finding("stale", Severity.WARNING, {"sessions": sessions_old, "limit": limits.stale_sessions})


def _weight_sum(lines: Lines, limits: Limits) -> Iterator[Finding]:
    """Section 6: |sum - 100| <= 0.5, over all lines (section 9)."""
    total = float(np.nansum(lines.weight))
    if abs(total - 100.0) > limits.weight_sum + ROUNDING:
        yield Finding("weight_sum", Severity.ERROR, {"sum": total, "limit": limits.weight_sum})


def _line_count(lines: Lines, fund: Fund) -> Iterator[Finding]:
    if fund.expected_lines is not None and len(lines.key) != fund.expected_lines:
        yield Finding("line_count", Severity.ERROR, {"lines": len(lines.key), "expected": fund.expected_lines})


def _unresolved(lines: Lines, limits: Limits) -> Iterator[Finding]:
    """Weight of lines that should be a security and were not matched to one; cash and derivatives never are."""
    open_ = (lines.key == UNRESOLVED) & np.isin(lines.kind, ["STOCK", "ETF", "UNKNOWN"])
    percent = float(np.nansum(np.abs(lines.weight[open_])))
    if percent > limits.unresolved:
        rows = tuple(np.flatnonzero(open_).tolist())
        yield Finding("unresolved", Severity.WARNING, {"percent": percent, "lines": len(rows)}, rows)


def _identity(lines: Lines, limits: Limits) -> Iterator[Finding]:
    """weight = 100 x value / total, checked where every line with a weight has a value."""
    total = float(np.nansum(lines.value))
    if not total > 0 or np.any(np.isnan(lines.value) & (np.nan_to_num(lines.weight) != 0)):
        return
    off = np.abs(np.nan_to_num(lines.weight - 100.0 * lines.value / total))
    rows = np.flatnonzero(off > limits.identity + ROUNDING)
    if len(rows):
        numbers = {"lines": len(rows), "largest": float(off.max()), "limit": limits.identity}
        yield Finding("weight_value", Severity.WARNING, numbers, tuple(rows.tolist()))


def _negative(lines: Lines, fund: Fund) -> Iterator[Finding]:
    """Short securities in a fund that only buys; negative cash (payables) and derivatives are no contradiction."""
    rows = np.flatnonzero((lines.weight < 0) & np.isin(lines.kind, ["STOCK", "ETF", "BOND"]))
    if fund.long_only and len(rows):
        yield Finding("negative_weight", Severity.WARNING, {"lines": len(rows)}, tuple(rows.tolist()))
