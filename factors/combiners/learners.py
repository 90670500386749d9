"""The two kinds of trees behind ``machine_learning``, behind one pair of functions. Each is trained on one thread, so
that the result does not depend on the machine; several trainings can run side by side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from factors.combiners.options import Value

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Learner:
    """A trained model: ``predict`` float32 [n, F] (NaN: no score) -> float64 [n]; ``importance`` [F], sum 1 (or 0)."""

    predict: Predict
    importance: np.ndarray


@dataclass(frozen=True)
class Kind:
    """How a kind is trained; ``settings`` are its hyperparameters, ``packages`` those whose versions matter."""

    train: Callable[[np.ndarray, np.ndarray, dict[str, Any]], Learner]
    settings: Callable[[Mapping[str, Value]], dict[str, Any]]
    packages: tuple[str, ...]

    def versions(self) -> dict[str, str]:
        return {package: version(package) for package in self.packages}


def _boosting_settings(option: Mapping[str, Value]) -> dict[str, Any]:
    return {
        "num_boost_round": option["trees"], "max_depth": option["depth"], "eta": option["learning_rate"],
        "subsample": 0.8, "colsample_bytree": 0.8, "min_child_weight": 50, "max_bin": 64, "tree_method": "hist",
        "objective": "reg:squarederror", "base_score": 0.5, "seed": option["seed"], "nthread": 1,
    }  # fmt: skip


def _boost(features: np.ndarray, target: np.ndarray, settings: dict[str, Any]) -> Learner:
    import xgboost  # noqa: PLC0415 - most of a second that only a training needs

    rest = dict(settings)
    rounds = rest.pop("num_boost_round")
    data = xgboost.QuantileDMatrix(features, target, max_bin=rest["max_bin"], nthread=1)
    booster = xgboost.train(rest, data, num_boost_round=rounds)
    gain = booster.get_score(importance_type="total_gain")
    found = np.array([float(gain.get(f"f{i}", 0.0)) for i in range(features.shape[1])])  # type: ignore[arg-type]
    return Learner(lambda rows: booster.predict(xgboost.DMatrix(rows, nthread=1)).astype(np.float64), _shares(found))


def _forest_settings(option: Mapping[str, Value]) -> dict[str, Any]:
    return {
        "n_estimators": option["trees"], "max_depth": option["depth"], "min_samples_leaf": 50, "max_features": 0.33,
        "max_samples": 0.05, "bootstrap": True, "random_state": option["seed"], "n_jobs": 1,
    }  # fmt: skip


def _grow(features: np.ndarray, target: np.ndarray, settings: dict[str, Any]) -> Learner:
    from sklearn.ensemble import RandomForestRegressor  # noqa: PLC0415 - as above

    settings = dict(settings)
    settings["max_samples"] = max(0.05, min(1.0, 1000 / len(target)))  # a twentieth, but not fewer than 1,000 rows
    forest = RandomForestRegressor(**settings).fit(_neutral(features), target)

    def predict(rows: np.ndarray) -> np.ndarray:
        """As ``forest.predict``, without its overhead per tree, which is most of the time for a few hundred rows."""
        rows = _neutral(rows)
        total = np.zeros(len(rows))
        for tree in forest.estimators_:
            total += tree.tree_.predict(rows).ravel()
        return total / len(forest.estimators_)

    return Learner(predict, _shares(forest.feature_importances_))


def _neutral(features: np.ndarray) -> np.ndarray:
    """A missing score counts as 0, the middle of the cross-section."""
    return np.nan_to_num(features, nan=0.0)


def _shares(importance: np.ndarray) -> np.ndarray:
    total = float(importance.sum())
    return importance / total if total > 0 else np.zeros(len(importance))


KINDS = {
    "xgboost": Kind(_boost, _boosting_settings, ("xgboost-cpu", "numpy")),
    "random_forest": Kind(_grow, _forest_settings, ("scikit-learn", "numpy")),
}
