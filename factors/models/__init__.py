"""Factors, their runs, and the daily scores."""

from factors.models.runs import Factor, FactorRun
from factors.models.scores import FactorScore, FactorScoreRow

__all__ = ["Factor", "FactorRun", "FactorScore", "FactorScoreRow"]
