"""Months, years and the deepest falls of a backtest."""

from typing import Any

from backtests.report.text import POINTS, figure, is_known, percent
from market.pages.parts import NONE, Cell, Table

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Row = dict[str, Any]


def heat_map(monthly: list[Row], yearly: list[Row]) -> Table | None:
    """Years below each other, months beside each other, each with its number; a month outside the period is empty."""
    if not monthly:
        return None
    by_month = {row["period"]: row for row in monthly}
    by_year = {row["period"]: row for row in yearly}
    most = max((abs(row["return"]) for row in monthly if is_known(row["return"])), default=0.0)
    rows = [
        [
            Cell(year), *(_month(by_month.get(f"{year}-{month:02d}"), most) for month in range(1, 13)),
            Cell(percent(by_year[year]["return"], 1, sign=True) if year in by_year else NONE, strong=True),
        ]
        for year in sorted({row["period"][:4] for row in monthly})
    ]  # fmt: skip
    note = (
        "Percent. Blue is a gain, red a loss; the deeper, the larger. The first and the last may be parts of a month."
    )
    return Table("Returns by month", ["", *MONTHS, "year"], rows, note, wide=True)


def _month(row: Row | None, most: float) -> Cell:
    if row is None:
        return Cell("")
    value = row["return"]
    told = f"{row['period']}: {percent(value, sign=True)}, {row['trades']} trades"
    if row["benchmark_return"] is not None:
        told += f", benchmark {percent(row['benchmark_return'], sign=True)}"
    heat = round((abs(value) / most) ** 0.7, 3) if is_known(value) and most > 0 else 0.0
    tone = "heat-up" if (value or 0.0) >= 0 else "heat-down"
    return Cell(figure(value, 1, sign=True), tone=tone, heat=heat, value=value, title=told)


def periods(title: str, rows: list[Row], *, tall: bool = False) -> Table | None:
    """Figures of each year or month."""
    if not rows:
        return None
    compared = any(row["benchmark_return"] is not None for row in rows)
    head = [
        "period",
        "return",
        *(("benchmark", "excess") if compared else ()),
        "trades",
        "sells",
        "win rate",
        "days held",
    ]
    return Table(title, head, [_period(row, compared) for row in rows], tall=tall, wide=tall)


def _period(row: Row, compared: bool) -> list[Cell]:
    own, other = row["return"], row["benchmark_return"]
    cells = [Cell(row["period"]), _signed(own)]
    if compared:
        both = own is not None and other is not None
        cells += [_signed(other), Cell(figure(own - other, 2, sign=True, suffix=POINTS) if both else NONE)]
    return [
        *cells, Cell(figure(row["trades"], 0)), Cell(figure(row["sells"], 0)), Cell(percent(row["win_rate"], 1)),
        Cell(figure(row["average_hold_days"], 1)),
    ]  # fmt: skip


def _signed(value: float | None) -> Cell:
    return Cell(percent(value, sign=True), tone="" if not value else "up" if value > 0 else "down")


def deepest(drawdowns: list[Row]) -> Table | None:
    """The deepest falls, from peak to recovery."""
    if not drawdowns:
        return None
    rows = [
        [
            Cell(str(place)), Cell(percent(row["depth"])), Cell(row["start"]), Cell(row["trough"]),
            Cell(row["recovery"] or "not yet"), Cell(figure(row["sessions"], 0)),
        ]
        for place, row in enumerate(drawdowns, 1)
    ]  # fmt: skip
    note = "Sessions from the peak to the recovery, or to the end."
    return Table("Deepest drawdowns", ["", "depth", "peak", "trough", "recovered", "sessions"], rows, note)
