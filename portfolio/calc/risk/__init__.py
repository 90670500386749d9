"""Where a portfolio's risk comes from, and whether its VaR held. FORMULAS.md section 4 and docs/portfolio-risk.md."""

from portfolio.calc.risk.contributions import (
    Contributions,
    cvar_contributions,
    normal_var_contributions,
    volatility_contributions,
)
from portfolio.calc.risk.diversification import (
    CorrelationSummary,
    Diversification,
    correlation_summary,
    diversification_of,
)
from portfolio.calc.risk.exposure import FactorExposures, factor_exposures
from portfolio.calc.risk.var_backtest import (
    LikelihoodRatio,
    VarBacktest,
    backtest_var,
    exceptions_are_independent,
    proportion_of_failures,
)
from portfolio.calc.risk.var_forecasts import var_forecasts

__all__ = [
    "Contributions",
    "CorrelationSummary",
    "Diversification",
    "FactorExposures",
    "LikelihoodRatio",
    "VarBacktest",
    "backtest_var",
    "correlation_summary",
    "cvar_contributions",
    "diversification_of",
    "exceptions_are_independent",
    "factor_exposures",
    "normal_var_contributions",
    "proportion_of_failures",
    "var_forecasts",
    "volatility_contributions",
]
