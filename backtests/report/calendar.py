"""Months, years and the deepest falls of a backtest."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from backtests.report.text import POINTS, figure, is_known, percent
from market.pages.parts import NONE, Cell, Table

MONTHS = (
    gettext_noop("Jan"), gettext_noop("Feb"), gettext_noop("Mar"), gettext_noop("Apr"), gettext_noop("May"),
    gettext_noop("Jun"), gettext_noop("Jul"), gettext_noop("Aug"), gettext_noop("Sep"), gettext_noop("Oct"),
    gettext_noop("Nov"), gettext_noop("Dec"),
)  # fmt: skip
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
    note = _(
        "Percent. Blue is a gain, red a loss; the deeper, the larger. The first and the last may be parts of a month."
    )
    return Table(_("Returns by month"), ["", *map(_, MONTHS), _("year")], rows, note, wide=True)


def _month(row: Row | None, most: float) -> Cell:
    if row is None:
        return Cell("")
    value = row["return"]
    told = f"{row['period']}: {percent(value, sign=True)}, {_trades(row['trades'])}"
    if row["benchmark_return"] is not None:
        told += ", " + _("benchmark %(rate)s") % {"rate": percent(row["benchmark_return"], sign=True)}
    heat = round((abs(value) / most) ** 0.7, 3) if is_known(value) and most > 0 else 0.0
    tone = "heat-up" if (value or 0.0) >= 0 else "heat-down"
    return Cell(figure(value, 1, sign=True), tone=tone, heat=heat, value=value, title=told)


def _trades(count: int) -> str:
    return ngettext("%(count)s trade", "%(count)s trades", count) % {"count": f"{count:,}"}


def periods(title: str, rows: list[Row], *, tall: bool = False) -> Table | None:
    """Figures of each year or month."""
    if not rows:
        return None
    compared = any(row["benchmark_return"] is not None for row in rows)
    head = [
        _("period"),
        _("return"),
        *((_("benchmark"), _("excess")) if compared else ()),
        _("trades"),
        _("sells"),
        _("win rate"),
        _("days held"),
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
            Cell(row["recovery"] or _("not yet")), Cell(figure(row["sessions"], 0)),
        ]
        for place, row in enumerate(drawdowns, 1)
    ]  # fmt: skip
    note = _("Sessions from the peak to the recovery, or to the end.")
    head = ["", _("depth"), _("peak"), _("trough"), _("recovered"), _("sessions")]
    return Table(_("Deepest drawdowns"), head, rows, note)
