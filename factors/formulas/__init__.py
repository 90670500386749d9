"""Factors written as formulas: a small language that is parsed, checked and computed, never executed as code."""

from factors.formulas.checker import compiled
from factors.formulas.errors import FormulaError
from factors.formulas.factor import BrokenFormula, FormulaFactor, Terms
from factors.formulas.functions import FUNCTIONS
from factors.formulas.vocabulary import SERIES, Vocabulary

__all__ = ["FUNCTIONS", "SERIES", "BrokenFormula", "FormulaError", "FormulaFactor", "Terms", "Vocabulary", "compiled"]
