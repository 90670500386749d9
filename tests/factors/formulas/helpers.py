"""Formulas over small panels, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from factors.formulas import FormulaFactor, Terms, Vocabulary, compiled
from factors.registry import all_factors
from market.panel import Panel
from tests.factors.market_builder import make_panel


def words(**formulas: str) -> Vocabulary:
    """Everything a formula may name, and these formulas."""
    return Vocabulary.of(all_factors(), formulas)


def formula(text: str, vocabulary: Vocabulary | None = None, **terms: object) -> FormulaFactor:
    known = vocabulary or words()
    return FormulaFactor(Terms("mine", text, **terms), compiled(text, known, "mine"), known)


def value(text: str, panel: Panel, vocabulary: Vocabulary | None = None) -> list[float]:
    return list(formula(text, vocabulary).compute(panel))


def prices(rows: int = 60, instruments: int = 12, seed: int = 0) -> Panel:
    """Random walks with open, high, low and volume; instrument 3 is young, the last one is outside the universe."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (rows, instruments)), axis=0))
    close[: rows // 2, 3] = np.nan
    opened, low = close * rng.uniform(0.98, 1.02, close.shape), close * 0.97
    panel = make_panel(
        close, high=close * 1.03, volume=np.where(np.isnan(close), np.nan, rng.integers(1, 9000, close.shape)),
        shares=rng.uniform(1e3, 1e4, instruments), in_universe=[i != instruments - 1 for i in range(instruments)],
    )  # fmt: skip
    return replace(panel, prices={"open": opened, "low": low}.__getitem__)


def figures(panel: Panel, **values: Sequence[float] | Mapping) -> Panel:
    """The panel with extra figures, under the names of registered fields."""
    return replace(panel, extra={name: np.asarray(given, dtype=float) for name, given in values.items()})
