"""What the checks of a file found: rows to refuse (the first reason of a row counts) and rows to flag."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Message = str | Callable[[int], str]


@dataclass(frozen=True)
class Rejection:
    """Row index (from 0), the column and reason code it fails by, and a sentence for people."""

    row: int
    column: str
    reason: str
    message: str


class Findings:
    """Collects verdicts over ``rows`` rows; messages are only written out for the rows somebody asks for."""

    def __init__(self, rows: int) -> None:
        self.rejected = np.zeros(rows, dtype=bool)
        self.flagged = np.zeros(rows, dtype=bool)
        self.dropped = np.zeros(rows, dtype=bool)
        self._groups: list[tuple[np.ndarray, str, str, Message]] = []
        self._flags: dict[str, int] = {}

    def reject(self, mask: np.ndarray, *, column: str, reason: str, message: Message) -> None:
        """Refuse the rows of ``mask`` that no earlier check refused. ``message`` may be made from the row index."""
        rows = np.flatnonzero(mask & ~self.rejected & ~self.dropped)
        if len(rows):
            self.rejected[rows] = True
            self._groups.append((rows, column, reason, message))

    def flag(self, mask: np.ndarray, reason: str) -> None:
        """Mark rows that load all the same (rows left out or refused are not counted)."""
        mask = mask & self.kept()
        count = int(np.count_nonzero(mask))
        if count:
            self.flagged |= mask
            self._flags[reason] = self._flags.get(reason, 0) + count

    def drop(self, mask: np.ndarray) -> None:
        """Leave rows out without calling them wrong (the second of two equal rows, a symbol nobody asked for)."""
        self.dropped |= mask

    def kept(self) -> np.ndarray:
        """Mask of the rows to load."""
        return ~(self.rejected | self.dropped)

    def note(self, reason: str, count: int = 1) -> None:
        """Count something that is not a row of the file (an inferred action, a skipped symbol)."""
        if count:
            self._flags[reason] = self._flags.get(reason, 0) + count

    @property
    def reasons(self) -> dict[str, int]:
        """Rejections and flags by reason code."""
        counts = dict(self._flags)
        for rows, _, reason, _ in self._groups:
            counts[reason] = counts.get(reason, 0) + len(rows)
        return counts

    def rejections(self) -> Iterator[Rejection]:
        """Every refused row, by reason, then by row."""
        for rows, column, reason, message in self._groups:
            for row in rows.tolist():
                text = message if isinstance(message, str) else message(row)
                yield Rejection(row, column, reason, text)
