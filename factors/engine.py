"""Run factors over one panel.

For each factor: compute the value of every instrument; drop those outside the universe or with too few bars; take
the signal; neutralise it where asked; normalise the cross-section. Every instrument without a value or score gets
one reason, the first that applies. A factor that raises does not stop the others: its error is part of the result.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from factors.base import Factor, Reason
from factors.calc.neutralise import demean_by, residual_on, sector_groups
from factors.calc.normalise import MINIMUM, normalise
from market.panel import FieldUnavailable, Panel

NEUTRALISATIONS = ("sector", "size")
LARGEST = 1e30  # what is larger is no figure of a company but a formula that ran away; its square is still a number
SMALLEST = float(np.finfo(np.float64).tiny)  # what is nearer to zero without being it has lost its digits


@dataclass(frozen=True)
class Cross:
    """One factor over a panel: ``value``, ``score``, ``percentile`` float [n] (NaN: none), ``reason`` uint8 [n].

    A panel of many sessions has a cross-section each, side by side.
    """

    factor: Factor
    value: np.ndarray
    score: np.ndarray
    percentile: np.ndarray
    reason: np.ndarray

    def counts(self) -> dict[str, int]:
        """``scored``, ``valued`` and the number of instruments per reason code."""
        reasons = Counter(self.reason[self.reason > 0].tolist())
        tally = {"scored": int(np.isfinite(self.score).sum()), "valued": int(np.isfinite(self.value).sum())}
        return tally | {Reason(code).code: count for code, count in sorted(reasons.items())}


@dataclass
class Result:
    """Cross-sections in the order asked for; by name why a factor failed, or which field it waits for; seconds by
    factor.
    """

    crosses: list[Cross] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def run(
    panel: Panel,
    factors: Sequence[Factor],
    method: str = "zscore",
    neutralise: Sequence[str] = (),
    progress: Callable[[str], None] = lambda name: None,
) -> Result:
    """Compute ``factors`` over ``panel``. ``progress`` is told the name of each factor that is finished.

    Deterministic; nothing is read but the panel. ``neutralise``: of ``sector`` and ``size``, sector first.
    """
    result = Result()
    for factor in factors:
        started = time.perf_counter()
        try:
            with np.errstate(all="ignore"):
                result.crosses.append(cross_section(panel, factor, method, neutralise))
        except FieldUnavailable as error:
            result.crosses.append(_nothing(panel, factor))
            result.waiting[factor.name] = str(error)
        except Exception as error:  # noqa: BLE001 - a factor is a plug-in: whatever it raises is reported by name, the others go on
            result.errors[factor.name] = f"{type(error).__name__}: {error}"
        result.seconds[factor.name] = time.perf_counter() - started
        progress(factor.name)
    return result


def cross_section(panel: Panel, factor: Factor, method: str = "zscore", neutralise: Sequence[str] = ()) -> Cross:
    """One factor over one panel; raises what the factor raises, ValueError for a result of the wrong shape."""
    value = np.asarray(factor.compute(panel), dtype=np.float64)
    if value.shape != (panel.n,):
        raise ValueError(f"compute returned shape {value.shape}, not ({panel.n},)")
    short = panel.n_bars < factor.min_bars
    known = panel.in_universe & ~short & np.isfinite(value)
    usable = known & ((value == 0) | ((np.abs(value) >= SMALLEST) & (np.abs(value) <= LARGEST)))
    value = np.where(usable, value, np.nan)
    raw_signal = np.where(usable, factor.signal(value), np.nan)
    signal = _neutralised(panel, raw_signal, neutralise)
    sessions = panel.by_session(signal)
    score, percentile = (part.ravel() for part in normalise(sessions, method))
    reason = np.where(usable, Reason.NONE, factor.reasons(panel, value)).astype(np.uint8)
    reason[known & ~usable] = Reason.NON_FINITE_SIGNAL
    reason[short] = Reason.INSUFFICIENT_HISTORY
    reason[~panel.in_universe] = Reason.NOT_IN_UNIVERSE
    reason[usable & ~np.isfinite(signal)] = Reason.MISSING_FIELD  # what neutralising needs
    reason[usable & ~np.isfinite(raw_signal)] = Reason.NON_FINITE_SIGNAL
    small = np.isfinite(sessions).sum(axis=1) < MINIMUM
    reason[usable & np.isfinite(signal) & np.repeat(small, sessions.shape[1])] = Reason.SMALL_CROSS_SECTION
    return Cross(factor, value, score, percentile, reason)


def _nothing(panel: Panel, factor: Factor) -> Cross:
    """The cross-section of a factor whose field no app provides."""
    nan = np.full(panel.n, np.nan)
    reason = np.where(panel.in_universe, Reason.FIELD_UNAVAILABLE, Reason.NOT_IN_UNIVERSE)
    return Cross(factor, nan, nan, nan, reason.astype(np.uint8))


def _neutralised(panel: Panel, signal: np.ndarray, neutralise: Sequence[str]) -> np.ndarray:
    """The signal of each session less what sector and size explain in it."""
    sessions = panel.by_session(signal)
    if "sector" in neutralise:
        sessions = np.array([demean_by(sector_groups(panel.sectors, np.isfinite(row)), row) for row in sessions])
    if "size" in neutralise:
        size = panel.by_session(np.log(panel.line_market_cap.values))
        sessions = np.array([residual_on(*rows) for rows in zip(size, sessions, strict=True)])
    return sessions.ravel()
