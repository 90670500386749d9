"""A report as one HTML file: sections of charts, tables and lists, Plotly's script included."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from plotly.offline import get_plotlyjs

from market.pages.charts import Chart, numbered
from market.pages.parts import Table, Tile

TEMPLATE = "backtests/report.html"


@dataclass(frozen=True)
class Pairs:
    """A card of names with their texts, and what more there is to say of a name."""

    title: str
    pairs: Sequence[tuple[str, str] | tuple[str, str, str]]
    note: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Lines:
    """A card of sentences."""

    title: str
    lines: Sequence[str]
    wide: bool = False


@dataclass(frozen=True)
class Finding:
    """Something a reader has to know before trusting the figures. ``tone``: a class of the style sheet, ``word`` says
    the same.
    """

    tone: str
    word: str
    title: str
    message: str
    evidence: Sequence[tuple[str, str]] = ()


Part = Chart | Table | Pairs | Lines


@dataclass(frozen=True)
class Section:
    """A chapter of the page; one without parts and notes is left out."""

    id: str
    title: str
    parts: Sequence[Part | None]
    notes: Sequence[str] = ()

    @property
    def shown(self) -> list[Part]:
        return [part for part in self.parts if part is not None]


@dataclass(frozen=True)
class Page:
    """Everything a report shows. ``findings`` None: the page has no such chapter. ``glossary``: what figures mean."""

    kind: str
    title: str
    sections: Sequence[Section]
    facts: Sequence[tuple[str, str]] = ()
    alerts: Sequence[str] = ()
    tiles: Sequence[Tile] = ()
    findings: Sequence[Finding] | None = None
    glossary: Sequence[tuple[str, str]] = field(default=())


def rendered(page: Page) -> str:
    """HTML that needs no network and no other file."""
    sections = [one for one in page.sections if one.shown or one.notes]
    charts = [part for section in sections for part in section.shown if isinstance(part, dict)]
    context: dict[str, Any] = {
        "page": page, "sections": sections, "figures": numbered(charts), "plotly": get_plotlyjs(),
    }  # fmt: skip
    return render_to_string(TEMPLATE, context)
