"""The contract of a factor, and the reasons for which an instrument may go without one."""

from abc import ABC, abstractmethod
from enum import IntEnum

import numpy as np

from market.calc.figures import Status
from market.calc.windows import ZERO
from market.panel import Panel


class Reason(IntEnum):
    """Why there is no value or score, in order of precedence (FORMULAS.md section 9)."""

    NONE = 0
    NOT_IN_UNIVERSE = 1
    INSUFFICIENT_HISTORY = 2
    STALE_FUNDAMENTALS = 3
    MISSING_FIELD = 4
    NON_POSITIVE_DENOMINATOR = 5
    NON_FINITE_SIGNAL = 6
    SMALL_CROSS_SECTION = 7
    FIELD_UNAVAILABLE = 8

    @property
    def code(self) -> str:
        return self.name.lower()


OF_STATUS = np.zeros(len(Status), dtype=np.uint8)  # the reason code of each status of a figure
OF_STATUS[Status.INSUFFICIENT] = Reason.INSUFFICIENT_HISTORY
OF_STATUS[Status.STALE] = Reason.STALE_FUNDAMENTALS
OF_STATUS[Status.MISSING] = Reason.MISSING_FIELD


class Factor(ABC):
    """One number per instrument, from one panel.

    Write a class in ``factors/library/<category>.py``, decorate it with ``@register``, and it is computed, stored,
    served and tested with all others. ``compute`` returns float [N] in ``unit``, NaN where there is no value; it sees
    only the panel (no database, no clock), treats every instrument by itself and must not depend on their order.

    ``inputs`` names the figures it needs (``Panel.figure``); an instrument without one of them gets no value and the
    reason follows from the figure. ``fallback`` names a second set that will do instead. What is NaN although all
    inputs are there has a ``non_positive_denominator``; a factor for which that is not so overrides ``reasons``.
    """

    name: str
    category: str
    unit: str
    direction: int = 1
    inputs: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()
    lookback: int = 1  # bars it may look at, the as-of bar included
    min_bars: int = 1
    needs_levels: bool = False  # depends on the level of adjusted prices or volumes, not only on their ratios

    @abstractmethod
    def compute(self, panel: Panel) -> np.ndarray:
        """The raw value of every instrument, float [N] in ``unit``; NaN where there is none."""

    def signal(self, value: np.ndarray) -> np.ndarray:
        """A monotone transform in which more is better; what is normalised. float [N]."""
        return self.direction * value

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        """Reason codes uint8 [N] of instruments whose ``value`` is NaN, bars and universe apart."""
        missing = self._missing(panel, self.inputs)
        if self.fallback:
            missing = np.minimum(missing, self._missing(panel, self.fallback))
        return np.where(missing > 0, missing, Reason.NON_POSITIVE_DENOMINATOR).astype(np.uint8)

    @staticmethod
    def _missing(panel: Panel, names: tuple[str, ...]) -> np.ndarray:
        """The reason of highest precedence among the absent ones of ``names``; 0 where all are there."""
        found = np.full(panel.n, 255, dtype=np.uint8)
        for name in names:
            codes = OF_STATUS[panel.figure(name).status]
            found = np.minimum(found, np.where(codes == 0, 255, codes).astype(np.uint8))
        return np.where(found == 255, 0, found).astype(np.uint8)

    def description(self) -> str:
        """The formula in a sentence: the docstring."""
        return " ".join((type(self).__doc__ or "").split())

    def definition(self) -> str:
        """What its scores follow from, besides data: another text, another meaning."""
        return f"{self.name}: {self.description()}"


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """``numerator / denominator`` where the denominator is above zero (1e-12), else NaN. float [N]."""
    return np.where(denominator > ZERO, numerator / denominator, np.nan)
