"""Small tables of figures inside pages of portfolios (``templates/report/table.html``)."""

from typing import Any

from django.utils.translation import gettext as _

from market.pages.formats import day, points, tone
from market.pages.parts import Cell, Table

Row = dict[str, Any]


def months_table(monthly: list[Row], yearly: list[Row]) -> Table:
    """Years below each other, months beside each other."""
    by_month = {row["period"]: row["return"] for row in monthly}
    by_year = {row["period"]: row["return"] for row in yearly}
    most = max((abs(one) for one in by_month.values() if one is not None), default=0.0)
    names = [_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"), _("Jul"), _("Aug"), _("Sep"), _("Oct"),
             _("Nov"), _("Dec")]  # fmt: skip
    rows = [
        [
            Cell(year), *(_month(by_month.get(f"{year}-{month:02d}"), most) for month in range(1, 13)),
            Cell(points(by_year.get(year), 1, sign=True), strong=True),
        ]
        for year in sorted({period[:4] for period in by_month}, reverse=True)
    ]  # fmt: skip
    note = _("Time-weighted, percent. The first and the last month may be parts of one.")
    return Table(_("Returns by month"), ["", *names, _("Year")], rows, note, wide=True)


def _month(value: float | None, most: float) -> Cell:
    if value is None:
        return Cell("")
    heat = round((abs(value) / most) ** 0.7, 3) if most > 0 else 0.0
    return Cell(points(value, 1, sign=True).rstrip("%"), tone="heat-up" if value >= 0 else "heat-down", heat=heat)


def drawdowns_table(drawdowns: list[Row]) -> Table:
    """The deepest falls."""
    rows = [
        [
            Cell(points(-row["depth"])), Cell(day(row["start"])), Cell(day(row["trough"])),
            Cell(day(row["recovery"]) if row["recovery"] else _("not yet")), Cell(str(row["sessions"])),
        ]
        for row in drawdowns
    ]  # fmt: skip
    head = [_("Depth"), _("Peak"), _("Trough"), _("Recovered"), _("Sessions")]
    return Table(_("Deepest drawdowns"), head, rows, _("Sessions from the peak to the recovery, or to the end."))


def signed(value: float | None, digits: int = 2) -> Cell:
    """A gain or loss in percent."""
    return Cell(points(value, digits, sign=True), tone=tone(value))
