"""FORMULAS.md section 2 in plain Python, one company and one field at a time: slow, straightforward, and written from
the text alone. The vectorised code is compared with it.

A report is (period end, period, day published, priority, figure) with integer days; a figure is a float or None.
"""

from dataclasses import dataclass

QUARTER = range(75, 126)
HALF = range(150, 216)
YEAR = range(350, 381)


@dataclass(frozen=True)
class Report:
    end: int
    period: str  # Q, H1, H2, FY
    on: int
    priority: int
    figure: float | None


def versions(reports: list[Report], day: int) -> dict[tuple[int, str], float]:
    """The figure that counts on ``day`` for each period end and period: best priority, then the latest published."""
    best: dict[tuple[int, str], Report] = {}
    for report in reports:
        if report.on > day or report.figure is None:
            continue
        key = (report.end, report.period)
        if key not in best or (report.priority, report.on) > (best[key].priority, best[key].on):
            best[key] = report
    return {key: report.figure for key, report in best.items()}


def nearest(ends: list[int], end: int, gap: range) -> int | None:
    """Of ``ends`` the one that lies ``gap`` days before ``end``, nearest to the gap's middle."""
    middle = (gap[0] + gap[-1]) / 2
    fitting = [e for e in ends if end - e in gap]
    return min(fitting, key=lambda e: (abs(end - e - middle), -e), default=None)


def chain(ends: list[int], end: int, gap: range, count: int) -> list[int] | None:
    """``end`` and the ``count - 1`` ends before it, each ``gap`` after the next; None where one is missing."""
    found = [end]
    while len(found) < count:
        before = nearest(ends, found[-1], gap)
        if before is None:
            return None
        found.append(before)
    return found


def discrete(figures: dict[tuple[int, str], float]) -> dict[int, float]:
    """Quarters by period end: reported, or FY - (Q1 + Q2 + Q3)."""
    reported = {end: figure for (end, period), figure in figures.items() if period == "Q"}
    result = dict(reported)
    for (end, period), figure in figures.items():
        if period == "FY" and end not in reported:
            three = chain(list(reported), end, QUARTER, 4)
            if three:
                result[end] = figure - sum(reported[e] for e in three[1:])
    return result


def halves(figures: dict[tuple[int, str], float]) -> dict[int, float]:
    """Half-years by period end: reported, or FY - H1."""
    reported = {end: figure for (end, period), figure in figures.items() if period == "H2"}
    first = {end: figure for (end, period), figure in figures.items() if period == "H1"}
    result = reported | first
    for (end, period), figure in figures.items():
        if period == "FY" and end not in result:
            before = nearest(list(first), end, HALF)
            if before is not None:
                result[end] = figure - first[before]
    return result


def rolled(end: int, years: dict[int, float], parts: dict[int, float], gap: range, most: int) -> float | None:
    """Rule (b): the last fiscal year plus the parts since, minus the same parts a year before."""
    added = 0.0
    known = sorted({*years, *parts})
    for _ in range(most):
        if end in years:
            break
        year_before = nearest(list(parts), end, YEAR)
        before = nearest(known, end, gap)
        if end not in parts or year_before is None or before is None:
            return None
        added += parts[end] - parts[year_before]
        end = before
    return years[end] + added if end in years else None


def summed(end: int, parts: dict[int, float], gap: range, count: int) -> float | None:
    """Rule (c): the sum of the most recent discrete parts."""
    found = chain(list(parts), end, gap, count) if end in parts else None
    return sum(parts[e] for e in found) if found else None


def trailing_at(end: int, figures: dict[tuple[int, str], float]) -> float | None:
    """The trailing twelve months to ``end`` by rules (a) to (d)."""
    years = {e: figure for (e, period), figure in figures.items() if period == "FY"}
    if end in years:
        return years[end]
    quarters, half_years = discrete(figures), halves(figures)
    for result in (
        rolled(end, years, quarters, QUARTER, 3),
        summed(end, quarters, QUARTER, 4),
        rolled(end, years, half_years, HALF, 1),
        summed(end, half_years, HALF, 2),
    ):
        if result is not None:
            return result
    return None


def ttm(reports: list[Report], day: int) -> float | None:
    """Trailing twelve months as known on ``day``."""
    figures = versions([r for r in reports if r.end <= day], day)
    if not figures:
        return None
    newest = max(end for end, _ in figures)
    return None if day - newest > 550 else trailing_at(newest, figures)


def ttm_year_ago(reports: list[Report], day: int) -> float | None:
    """The same for the period end a year (350 to 380 days) before the current one."""
    figures = versions([r for r in reports if r.end <= day], day)
    if not figures:
        return None
    newest = max(end for end, _ in figures)
    before = nearest(sorted({end for end, _ in figures}), newest, YEAR)
    return None if day - newest > 550 or before is None else trailing_at(before, figures)
