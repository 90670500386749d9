"""Checks of reported figures: NumPy in, verdicts out."""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from market.calc.findings import Findings

Version = tuple[dt.date, tuple[float, ...]]  # available_on, figures (NaN: not stated)


@dataclass(frozen=True)
class Reports:
    """Columns of equal length; ``figures`` [rows, fields], NaN where not stated; ``period`` '' where unknown."""

    ticker: np.ndarray
    period_end: np.ndarray
    period: np.ndarray
    available_on: np.ndarray
    available_is_estimated: np.ndarray
    period_end_is_estimated: np.ndarray
    consolidated: np.ndarray
    currency: np.ndarray
    figures: np.ndarray

    def take(self, rows: np.ndarray) -> "Reports":
        """The reports of ``rows`` (mask or positions)."""
        return Reports(**{name: values[rows] for name, values in vars(self).items()})


def reports_check(reports: Reports, findings: Findings, *, today: np.datetime64) -> None:
    """Refuse reports that cannot be: no or future period end, published before it, no figure, contradicting rows."""
    ends, published = reports.period_end, reports.available_on
    findings.reject(np.isnat(ends), column="period_end", reason="missing_date", message="period_end is missing")
    findings.reject(reports.period == "", column="period", reason="bad_period", message="period is not Q, H1, H2 or FY")
    late = (ends > today) | (~reports.available_is_estimated & (published > today))
    findings.reject(
        late,
        column="period_end",
        reason="future_date",
        message=lambda row: (
            f"period_end {ends[row]} or available_on {published[row]} is after today at the exchange ({today})"
        ),
    )
    findings.reject(
        published < ends,
        column="available_on",
        reason="available_before_period_end",
        message=lambda row: f"available_on {published[row]} is before period_end {ends[row]}",
    )
    odd = np.array([len(word) != 3 or not word.isalpha() for word in reports.currency], dtype=bool)
    findings.reject(
        odd,
        column="currency",
        reason="bad_currency",
        message=lambda row: f"{reports.currency[row]!r} is not a currency code",
    )
    empty = np.isnan(reports.figures).all(axis=1)
    findings.reject(empty, column="", reason="no_figures", message="the row has none of the figures")
    _contradictions_check(reports, findings)


def _contradictions_check(reports: Reports, findings: Findings) -> None:
    """Two rows of one company, period and publication day: equal ones count once, different ones not at all."""
    groups: dict[Hashable, list[int]] = {}
    for row in np.flatnonzero(findings.kept()).tolist():
        key = (*_period_key(reports, row), reports.available_on[row])
        groups.setdefault(key, []).append(row)
    conflicting, doubled = np.zeros(len(reports.period), dtype=bool), np.zeros(len(reports.period), dtype=bool)
    for rows in groups.values():
        if len(rows) > 1:
            same = all(_equal(reports.figures[rows[0]], reports.figures[row]) for row in rows[1:])
            (doubled if same else conflicting)[rows[1:] if same else rows] = True
    findings.reject(
        conflicting,
        column="available_on",
        reason="conflicting_rows",
        message=lambda row: (
            f"several rows for {reports.period[row]} {reports.period_end[row]} published on"
            f" {reports.available_on[row]} with different figures"
        ),
    )
    findings.flag(doubled, "duplicate")
    findings.drop(doubled)


def repeats(reports: Reports, rows: np.ndarray, stored: dict[Hashable, list[Version]]) -> np.ndarray:
    """Which of ``rows`` state nothing that the versions published before them (of the file or ``stored``) did not.

    Returns a mask over all reports. Figures that are not stated say nothing.
    """
    found = np.zeros(len(reports.period), dtype=bool)
    earlier: dict[Hashable, list[Version]] = {}
    for row in rows[np.argsort(reports.available_on[rows], kind="stable")].tolist():
        key, day = _period_key(reports, row), reports.available_on[row].item()
        if key not in earlier:
            earlier[key] = list(stored.get(key, []))
        known = _known([version for version in earlier[key] if version[0] < day], reports.figures.shape[1])
        figures = reports.figures[row]
        if np.all(np.isnan(figures) | (figures == known)):
            found[row] = True
        else:
            earlier[key].append((day, tuple(figures.tolist())))
    return found


def _known(versions: Sequence[Version], fields: int) -> np.ndarray:
    """Per field the figure of the newest version that states it."""
    known = np.full(fields, np.nan)
    for _, figures in sorted(versions, key=lambda version: version[0]):
        values = np.array(figures)
        known = np.where(np.isnan(values), known, values)
    return known


def _period_key(reports: Reports, row: int) -> tuple[Hashable, ...]:
    end, period = reports.period_end[row].item(), str(reports.period[row])
    return int(reports.ticker[row]), end, period, bool(reports.consolidated[row])


def _equal(left: np.ndarray, right: np.ndarray) -> bool:
    return bool(np.all((left == right) | (np.isnan(left) & np.isnan(right))))
