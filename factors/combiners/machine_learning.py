"""Trees that learn from past cross-sections which scores went with good returns, month after month.

Walk-forward: the model of a month is trained as of its first session ``t``, on samples whose 21-session target window
closed on a session before ``t``. It depends on ``t`` and the data alone, so one day alone and the same day in a run of
years are the same to the bit. A first training leaves out the newest quarter of the samples (and those whose windows
reach into it) and tells how well it foretells them; the model that is used is then trained on all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from factors.calc.composite import weighted_mean
from factors.calc.targets import spearman
from factors.combiners.base import Combiner, Fitted, Weights, as_date, equal_weights, first_of_month
from factors.combiners.history import History, Samples
from factors.combiners.learners import KINDS, Learner
from factors.combiners.options import Option
from factors.combiners.registry import register_combiner

LEAKAGE_IC = 0.10  # nobody foretells monthly returns that well: above it, look for a leak
HOLDOUT = 0.25  # of the sample sessions, the newest
MONTH_DAYS = 30.4375


@dataclass(frozen=True)
class Trained(Fitted):
    """A model in use, and its card."""

    learner: Learner
    data: dict[str, Any]

    def raw(self, scores: np.ndarray, has_cross_section: np.ndarray) -> np.ndarray:
        """The predicted rank of the forward return for those with half of the factors that have a cross-section."""
        there = np.isfinite(weighted_mean(scores, np.ones(len(scores)), has_cross_section))
        result = np.full(scores.shape[1], np.nan)
        if there.any():
            rows = np.ascontiguousarray(scores[:, there].T, dtype=np.float32)
            result[there] = self.learner.predict(rows)
        return result

    def record(self) -> dict[str, Any]:
        return {"model": f"{self.data['model']} as of {self.data['as_of']}"}

    def card(self) -> dict[str, Any]:
        return self.data


@register_combiner
class MachineLearning(Combiner):
    """Gradient boosting (XGBoost) or a random forest on the scores, retrained every month on the past alone; equal
    weight until there is a year of it.
    """

    name = "machine_learning"
    min_factors = 2
    learns_from_samples = True
    options = (
        Option("model", "xgboost", "The kind of trees.", choices=tuple(KINDS)),
        Option("horizon", 21, "Sessions of the forward return that is foretold.", 1, 252),
        Option("window_months", 36, "Months of samples that count.", 6, 240),
        Option("every", 5, "A sample every so many sessions.", 1, 63),
        Option("min_sessions", 252, "Sessions of samples below which it is equal weight.", 60, 2520),
        Option("trees", 60, "Number of trees.", 10, 2000),
        Option("depth", 4, "Depth of a tree.", 1, 12),
        Option("learning_rate", 0.1, "Of XGBoost.", 0.001, 1.0),
        Option("seed", 7, "Of all that is random.", 0, 2**31 - 1),
    )

    def fit_day(self, day: int, sessions: np.ndarray) -> int:
        return first_of_month(day, sessions)

    def window_days(self) -> int:
        """Calendar days back from a training that samples count."""
        return round(int(self.option["window_months"]) * MONTH_DAYS)

    def fit(self, history: History, day: int) -> Fitted:
        samples = history.samples_before(day).since(day - self.window_days())
        with_target = np.isfinite(samples.target).any(axis=1)
        if not with_target.all():
            samples = samples.at(with_target)
        known = len(samples.days) * int(self.option["every"])
        needed = int(self.option["min_sessions"])
        if known < needed:
            return self._equal(f"{known} sessions of samples before {as_date(day)}, {needed} are needed")
        learner, count = self._train(samples)
        return Trained(learner, self._card(samples, count, learner, day))

    def _equal(self, why: str) -> Weights:
        return equal_weights(self.names, f"too little history: {why}")

    def _train(self, samples: Samples) -> tuple[Learner, int]:
        kind = KINDS[str(self.option["model"])]
        features, target = rows_of(samples)
        return kind.train(features, target, kind.settings(self.option)), len(target)

    def _card(self, samples: Samples, count: int, learner: Learner, day: int) -> dict[str, Any]:
        kind = KINDS[str(self.option["model"])]
        importance = {name: round(float(share), 4) for name, share in zip(self.names, learner.importance, strict=True)}
        card: dict[str, Any] = {
            "model": self.option["model"], "as_of": str(as_date(day)), "features": list(self.names),
            "target": f"rank of the {self.option['horizon']}-session forward return",
            "trained_from": str(as_date(samples.days[0])), "trained_to": str(as_date(samples.days[-1])),
            "last_target_closed": str(as_date(samples.closed[-1])), "sessions": len(samples.days), "samples": count,
            "hyperparameters": kind.settings(self.option), "versions": kind.versions(), "seed": self.option["seed"],
            "importance": importance,
        }  # fmt: skip
        card |= self._skill(samples)
        ic = card["out_of_sample_ic"]
        if ic is not None and ic > LEAKAGE_IC:
            card["warning"] = (
                f"leakage? the model as of {card['as_of']} has an out-of-sample rank IC of {ic:.3f}, above"
                f" {LEAKAGE_IC:.2f}: check that no factor knows the future"
            )
        return card

    def _skill(self, samples: Samples) -> dict[str, Any]:
        """Rank IC on the newest quarter of the sessions, of a model trained on those whose windows closed before it."""
        first = len(samples.days) - max(1, round(HOLDOUT * len(samples.days)))
        held = samples.at(slice(first, None))
        before = samples.closed_before(int(held.days[0]))
        if not len(before.days):
            return {"out_of_sample_ic": None, "out_of_sample_why_none": "nothing closed before the held-out sessions"}
        learner, _ = self._train(before)
        predicted = np.full(held.target.shape, np.nan)
        predicted[usable_of(held)] = learner.predict(rows_of(held)[0])
        by_day = spearman(predicted, held.target)
        known = by_day[np.isfinite(by_day)]
        return {
            "out_of_sample_ic": round(float(np.mean(known)), 4) if len(known) else None,
            "out_of_sample_from": str(as_date(held.days[0])), "out_of_sample_to": str(as_date(held.days[-1])),
            "out_of_sample_sessions": len(known), "out_of_sample_trained_to": str(as_date(before.days[-1])),
        }  # fmt: skip


def usable_of(samples: Samples) -> np.ndarray:
    """Instruments with a target and any score: bool [D, N]."""
    usable: np.ndarray = np.isfinite(samples.target) & np.isfinite(samples.features).any(axis=0)
    return usable


def rows_of(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """(features float32 [n, F], target float32 [n]) of the usable instruments, session by session."""
    usable = usable_of(samples)
    return np.ascontiguousarray(samples.features[:, usable].T), samples.target[usable]
