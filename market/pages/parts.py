"""What HTML reports are made of: cells, tables and tiles, shown by the templates of ``templates/report/``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from market.pages.formats import MINUS, NONE


@dataclass(frozen=True)
class Cell:
    """A text; ``strong`` where it stands out (why, the table's note says). ``value``: what it is sorted by, the text
    for None. ``tone``: a class of the style sheet; ``heat``: strength of its colour, 0 to 1. ``title``: more about it.
    """

    text: str
    strong: bool = False
    value: float | str | None = None
    tone: str = ""
    heat: float | None = None
    title: str = ""


@dataclass(frozen=True)
class Table:
    """``rows`` of cells below ``head``; the first column names the row. ``words``: columns of text, which stand left.

    ``id``: names it for filters, makes it sortable. ``tall``: it scrolls inside its box. ``caption``: what a screen
    reader is told, the title for "". ``titles``: more about columns, by their place.
    """

    title: str
    head: list[str]
    rows: list[list[Cell]]
    note: str = ""
    words: tuple[int, ...] = ()
    id: str = ""
    tall: bool = False
    wide: bool = False
    caption: str = ""
    titles: Mapping[int, str] = field(default_factory=dict)

    @property
    def heads(self) -> list[Cell]:
        return [Cell(text, title=self.titles.get(place, "")) for place, text in enumerate(self.head)]


@dataclass(frozen=True)
class Tile:
    """One key figure. ``tone``: class of a gain or loss; ``trail``: address of how it was computed."""

    label: Any
    value: str
    detail: Any = ""
    strong: bool = False
    title: Any = ""
    tone: str = ""
    trail: str = ""


def number(value: float | None, digits: int = 3, sign: bool = False, suffix: str = "") -> str:
    """A figure with a fixed number of digits; a dash for None."""
    return NONE if value is None else f"{value:{'+' if sign else ''}.{digits}f}{suffix}".replace("-", MINUS)
