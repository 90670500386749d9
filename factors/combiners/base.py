"""The contract of a combiner: from the scores of one session to one number per instrument."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from factors.calc.composite import weighted_mean
from factors.combiners.history import History
from factors.combiners.options import Option, Value, options_check

REFIT = Option("refit", "daily", "When weights are found anew.", choices=("daily", "monthly"))
WINDOW = Option("window", 252, "Sessions of factor returns that count.", 20, 2520)
MIN_SESSIONS = Option("min_sessions", 126, "With fewer returns a factor is left out.", 20, 2520)


class Fitted(ABC):
    """A combination as it was found on one day. ``record()`` is stored with the run."""

    @abstractmethod
    def raw(self, scores: np.ndarray, has_cross_section: np.ndarray) -> np.ndarray:
        """One number per instrument, more is better: float64 [N], NaN where too much is missing.

        ``scores`` [F, N], NaN where there is none; ``has_cross_section`` bool [F]: whether anybody of the region has
        a score of that factor on that day.
        """

    @abstractmethod
    def record(self) -> dict[str, Any]:
        """The weights used, and any fallback, as plain data."""

    def card(self) -> dict[str, Any] | None:
        """The model card of a trained model."""
        return None


@dataclass(frozen=True)
class Weights(Fitted):
    """A weighted mean: ``values`` [F], not negative, sum 1. ``fallback``: why they are not what was asked for."""

    names: tuple[str, ...]
    values: np.ndarray
    fallback: str = ""
    left_out: Mapping[str, str] | None = None

    def raw(self, scores: np.ndarray, has_cross_section: np.ndarray) -> np.ndarray:
        return weighted_mean(scores, self.values, has_cross_section)

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "weights": {name: round(float(w), 6) for name, w in zip(self.names, self.values, strict=True)}
        }
        if self.fallback:
            found["fallback"] = self.fallback
        if self.left_out:
            found["left_out"] = dict(self.left_out)
        return found


def equal_weights(names: tuple[str, ...], fallback: str = "") -> Weights:
    return Weights(names, np.full(len(names), 1.0 / len(names)), fallback)


class Combiner(ABC):
    """One way to make one score of many.

    Write a class in a file of ``factors/combiners``, decorate it with ``@register_combiner``, and strategies can name
    it. ``fit`` sees the history alone (no database, no clock), uses nothing dated after ``day``, gives the same for
    the same history, and must not depend on the order of instruments. What cannot be found is equal weight, with the
    reason in ``fallback``.
    """

    name: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()
    min_factors: ClassVar[int] = 1
    learns_from_returns: ClassVar[bool] = False
    learns_from_samples: ClassVar[bool] = False

    def __init__(self, names: tuple[str, ...], weights: np.ndarray | None = None, given: Any = None) -> None:
        """``names`` of the factors [F]; ``weights`` [F] as the user wrote them; ``given``: options. OptionError."""
        self.names = names
        self.weights = np.ones(len(names)) if weights is None else np.asarray(weights, dtype=np.float64)
        self.option: dict[str, Value] = options_check(self.options, {} if given is None else given)

    def fit_day(self, day: int, sessions: np.ndarray) -> int:
        """The session as of which the combination of ``day`` is found: itself, or the first of its month among
        ``sessions`` int32 (all of the exchange), so that it does not depend on the range asked for.
        """
        return first_of_month(day, sessions) if self.option.get("refit") == "monthly" else day

    def window_days(self) -> int:
        """Calendar days before a fit day from which samples count."""
        return 0

    @abstractmethod
    def fit(self, history: History, day: int) -> Fitted:
        """What is to be used on ``day`` (days since 1970-01-01)."""

    def combine(self, scores: np.ndarray, history: History, day: int) -> np.ndarray:
        """Fit as of ``day`` and combine its scores [F, N]: float64 [N], more is better."""
        return self.fit(history, day).raw(scores, np.isfinite(scores).any(axis=1))

    @classmethod
    def description(cls) -> str:
        """The docstring: what it does, in a sentence."""
        return " ".join((cls.__doc__ or "").split())


def as_date(day: int) -> dt.date:
    """Days since 1970-01-01 as a date."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day))


def first_of_month(day: int, sessions: np.ndarray) -> int:
    """The first of ``sessions`` in the calendar month of ``day``; ``day`` itself where none is known."""
    start = (as_date(day).replace(day=1) - dt.date(1970, 1, 1)).days
    place = int(np.searchsorted(sessions, start))
    return min(day, int(sessions[place])) if place < len(sessions) else day
