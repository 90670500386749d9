"""Figures and how they are shown: rows with target, median and range, as a table, JSON or Markdown."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure: ``values`` of its runs in ``unit``, none where it could not be measured, of which ``note`` says why;
    ``target`` is the most allowed, None: for information.
    """

    name: str
    unit: str
    values: Sequence[float]
    target: float | None = None
    note: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    @property
    def met(self) -> str:
        if self.median is None:
            return "NOT MEASURED"
        if self.target is None:
            return ""
        return "met" if self.median <= self.target else "MISSED"

    @property
    def middle(self) -> str:
        return "" if self.median is None else f"{_number(self.median)} {self.unit}"

    def cells(self) -> list[str]:
        target = "" if self.target is None else f"{self.target:g} {self.unit}"
        spread = f"{_number(min(self.values))} - {_number(max(self.values))}" if len(self.values) > 1 else ""
        return [self.name, target, self.middle, spread, str(len(self.values)), self.met]


HEADER = ["figure", "at most", "median", "min - max", "runs", ""]


@dataclass
class Report:
    """All rows of one benchmark, and on what they were measured."""

    scale: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *rows: Row) -> None:
        """Keep rows, and tell them at once."""
        for row in rows:
            self.rows.append(row)
            say(f"    {row.name}: {row.middle} {row.met}")

    def note_load(self) -> None:
        """How busy the machine is with other things, which make every figure worse."""
        self.notes.append(f"Load average before the run: {os.getloadavg()[0]:.1f} (a machine at rest: below 0.2).")

    def summary(self) -> str:
        judged = [row for row in self.rows if row.target is not None]
        met = sum(row.met == "met" for row in judged)
        failed = {how: [row.name for row in judged if row.met == how] for how in ("MISSED", "NOT MEASURED")}
        rest = "".join(f"; {how}: {'; '.join(names)}" for how, names in failed.items() if names)
        return f"{met} of {len(judged)} figures met{rest}"

    def text(self) -> str:
        cells = [HEADER, *(row.cells() for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(HEADER))]
        lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells]
        lines.insert(1, "  ".join("-" * width for width in widths))
        notes = [f"{row.name}: {row.note}" for row in self.rows if row.note] + self.notes
        table = [line.rstrip() for line in lines]
        return "\n".join([machine(), self.scale, "", *table, "", *notes, "", self.summary()])

    def markdown(self) -> str:
        lines = [HEADER, ["---"] * len(HEADER), *(row.cells() for row in self.rows)]
        notes = [f"- {row.name}: {row.note}" for row in self.rows if row.note] + [f"- {note}" for note in self.notes]
        table = ["| " + " | ".join(line) + " |" for line in lines]
        return "\n".join([f"{machine()}. {self.scale}", "", *table, "", f"{self.summary()}.", "", *notes, ""])

    def write(self, as_json: Path | None, as_markdown: Path | None) -> None:
        """Write the report to files."""
        if as_json:
            rows = [asdict(row) | {"median": row.median, "met": row.met} for row in self.rows]
            found = {"machine": machine(), "scale": self.scale, "summary": self.summary(), "notes": self.notes}
            as_json.write_text(json.dumps(found | {"rows": rows}, indent=2) + "\n")
        if as_markdown:
            as_markdown.write_text(self.markdown())


def machine() -> str:
    """What it ran on, named generically."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def _number(value: float) -> str:
    if 0 < abs(value) < 1e-3:
        return f"{value:.0e}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


_STARTED = time.perf_counter()


def say(line: str) -> None:
    """A line of progress on stderr."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    started = time.perf_counter()
    say(f"[{started - _STARTED:5.0f} s] {what} ...")
    yield
    say(f"    took {time.perf_counter() - started:.1f} s")


def seconds(work: Callable[[], object], runs: int, before: Callable[[], object] = lambda: None) -> list[float]:
    """Wall seconds of ``runs`` calls of ``work``, each after an untimed call of ``before``."""
    found = []
    for _ in range(runs):
        before()
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found
