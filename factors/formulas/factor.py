"""A formula as a factor, so that the engine computes it like any other."""

from dataclasses import dataclass

import numpy as np

from factors.base import OF_STATUS, Factor, Reason
from factors.formulas.errors import FormulaError
from factors.formulas.evaluator import evaluate, factor_value
from factors.formulas.grammar import canonical
from factors.formulas.levels import needs_levels
from factors.formulas.plan import Plan
from factors.formulas.vocabulary import SERIES, Vocabulary
from market.calc.rolling import count_true
from market.panel import Panel


@dataclass(frozen=True)
class Terms:
    """What a formula is called and how it is read, beside its text."""

    name: str
    formula: str
    category: str = "custom"
    unit: str = "ratio"
    direction: int = 1
    description: str = ""


class FormulaFactor(Factor):
    """A factor made of a checked formula."""

    def __init__(self, terms: Terms, plan: Plan, vocabulary: Vocabulary) -> None:
        self.name, self.category, self.unit, self.direction = terms.name, terms.category, terms.unit, terms.direction
        self.terms, self.plan = terms, plan
        self.factors = {name: vocabulary.factors[name] for name in plan.leaves("factor")}
        self.named = {name: vocabulary.formulas[name] for name in plan.formulas}
        self.own_figures = tuple(plan.leaves("figure"))
        parts = self.factors.values()
        self.needs_levels = needs_levels(plan) or any(factor.needs_levels for factor in parts)
        inputs = [*self.own_figures, *(name for factor in parts for name in (*factor.inputs, *factor.fallback))]
        self.inputs = tuple(dict.fromkeys(inputs))
        self.min_bars = plan.bars
        self.lookback = max([self.min_bars, *(factor.lookback for factor in parts)])

    def compute(self, panel: Panel) -> np.ndarray:
        return evaluate(self.plan, panel, self.factors)

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        """The first that applies of what its figures, factors and series lack; else an operation without a result."""
        codes = [OF_STATUS[panel.figure(name).status] for name in self.own_figures]
        for factor in self.factors.values():
            part = factor_value(factor, panel)
            code = np.where(panel.n_bars < factor.min_bars, Reason.INSUFFICIENT_HISTORY, factor.reasons(panel, part))
            codes.append(np.where(np.isnan(part), code, 0))
        codes += [np.where(_has_hole(panel, name, rows), Reason.MISSING_FIELD, 0) for name, rows in self._holes()]
        found = np.full(panel.n, Reason.NON_POSITIVE_DENOMINATOR, dtype=np.uint8)
        for code in codes:
            found = np.where(code > 0, np.minimum(found, code), found).astype(np.uint8)
        return found

    def definition(self) -> str:
        """However a text is spaced; that of the formulas named is a part of it."""
        named = {name: canonical(text) for name, text in self.named.items()}
        return repr((self.name, canonical(self.terms.formula), self.direction, sorted(named.items())))

    def _holes(self) -> list[tuple[str, int]]:
        """Series with the bars looked at, but for the close, which every bar has."""
        return [(name, rows) for name, rows in self.plan.series().items() if name not in ("close", "returns")]

    def description(self) -> str:
        return f"{self.terms.description}: {self.terms.formula}" if self.terms.description else self.terms.formula


class BrokenFormula(Factor):
    """A stored formula that makes no sense any more (a factor it names is gone): the run tells so under its name."""

    def __init__(self, terms: Terms, error: FormulaError) -> None:
        self.name, self.category, self.unit, self.direction = terms.name, terms.category, terms.unit, terms.direction
        self.terms, self.error = terms, error

    def compute(self, panel: Panel) -> np.ndarray:
        raise self.error

    def description(self) -> str:
        return f"{self.terms.formula} (not computed: {self.error.reason})"


def _has_hole(panel: Panel, name: str, rows: int) -> np.ndarray:
    """Whether one of the last ``rows`` numbers of a series is not known. bool [n]."""
    missing = np.isnan(getattr(panel, name))
    if not missing.any() or name not in SERIES:
        return np.zeros(panel.n, dtype=bool)
    return np.asarray(panel.at(count_true(missing, rows).astype(np.float64)) > 0)
