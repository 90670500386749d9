"""Factors, their runs and scores; formulas, strategies and analyses."""

from factors.models.aggregates import DailyScore, MonthlyScore
from factors.models.analyses import FactorAnalysis
from factors.models.formulas import FactorFormula
from factors.models.history import FactorBackfill, FactorReturn, FactorReturnRow
from factors.models.jobs import Job, JobState
from factors.models.runs import Factor, FactorRun
from factors.models.scores import FactorScore, FactorScoreRow
from factors.models.strategies import CombineRun, CompositeScore, CompositeScoreRow, Strategy, StrategyFactor

__all__ = [
    "CombineRun",
    "CompositeScore",
    "CompositeScoreRow",
    "DailyScore",
    "Factor",
    "FactorAnalysis",
    "FactorBackfill",
    "FactorFormula",
    "FactorReturn",
    "FactorReturnRow",
    "FactorRun",
    "FactorScore",
    "FactorScoreRow",
    "Job",
    "JobState",
    "MonthlyScore",
    "Strategy",
    "StrategyFactor",
]
