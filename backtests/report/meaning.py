"""What each figure means, where it stands, and which way is better."""

from django.utils.translation import gettext, gettext_noop

from backtests.calc.outcomes import TRADE_FIGURES
from market.pages.parts import NONE
from portfolio.calc.statistics import all_statistics

GROUPS: dict[str, tuple[str, ...]] = {
    gettext_noop("Return"): (
        "total_return", "annualized_return", "benchmark_return", "excess_return", "alpha", "best_day", "worst_day",
    ),
    gettext_noop("Reward for risk"): (
        "sharpe_ratio", "probabilistic_sharpe_ratio", "sortino_ratio", "calmar_ratio", "treynor_ratio",
        "information_ratio",
    ),
    gettext_noop("Risk"): (
        "volatility", "downside_volatility", "max_drawdown", "current_drawdown", "drawdown_duration",
        "longest_drawdown_duration", "beta", "tracking_error", "skewness", "kurtosis",
    ),
    gettext_noop("Value at risk"): (
        "var_95_1d", "var_95_1d_normal", "var_95_1d_cornish_fisher", "cvar_95", "var_95_1m", "var_95_1m_overlapping",
        "var_99_1d", "var_99_1d_normal", "var_99_1d_cornish_fisher", "cvar_99", "var_99_1m", "var_99_1m_overlapping",
    ),
    gettext_noop("Closed trades"): (
        "sells", "wins", "losses", "win_rate", "avg_win", "avg_loss", "avg_win_rate", "avg_loss_rate",
        "profit_loss_ratio", "profit_factor", "expectancy", "expectancy_rate", "largest_win", "largest_loss",
        "average_hold_days", "median_hold_days", "longest_win_streak", "longest_loss_streak", "realised_profit",
    ),
}  # fmt: skip
FINAL = "final_value"  # a figure of the session itself
OTHER = gettext_noop("Account and costs")
HIGHER = frozenset((
    "sharpe_ratio", "probabilistic_sharpe_ratio", "sortino_ratio", "calmar_ratio", "information_ratio",
    "total_return", "annualized_return", "excess_return", "alpha", "worst_day", "win_rate", "avg_win", "avg_loss",
    "avg_win_rate", "avg_loss_rate", "profit_loss_ratio", "profit_factor",
    "expectancy", "expectancy_rate", "largest_loss", "realised_profit",
))  # fmt: skip
LOWER = frozenset((
    *GROUPS["Value at risk"], "volatility", "downside_volatility", "max_drawdown", "current_drawdown",
    "drawdown_duration", "longest_drawdown_duration", "longest_loss_streak", "total_costs", "cost_drag",
    "total_commission", "total_tax", "total_slippage",
))  # fmt: skip
WORDS = {
    "var": "VaR", "cvar": "CVaR", "95": "95 %", "99": "99 %", "1d": "1 day", "1m": "1 month", "avg": "average",
    "annualized": "annualised", "sharpe": "Sharpe", "sortino": "Sortino", "calmar": "Calmar", "treynor": "Treynor",
}  # fmt: skip


def label(name: str) -> str:
    """A statistic's name as a person reads it (``vocabulary.py``)."""
    return gettext(english(name))


def english(name: str) -> str:
    plain = name.replace("_", " ").replace("cornish fisher", "Cornish-Fisher")
    return " ".join(WORDS.get(word, word) for word in plain.split())


def meanings() -> dict[str, str]:
    """What every known figure is, in words, by name; None, which a page shows as a dash, is one."""
    known = {one.name: one.description().replace("None", NONE) for one in all_statistics()}
    return known | {name: one.meaning for name, one in TRADE_FIGURES.items()} | {FINAL: "Cash and holdings at the end."}


def units() -> dict[str, str]:
    """The unit of every known figure by name."""
    known = {one.name: one.unit for one in all_statistics()}
    return known | {name: one.unit for name, one in TRADE_FIGURES.items()} | {FINAL: "currency"}


def better(name: str, figures: list[float | None]) -> float | None:
    """The best of ``figures`` of this statistic; None where no way is better, or fewer than two are known."""
    known = [value for value in figures if value is not None]
    if len(known) < 2 or name not in HIGHER | LOWER:
        return None
    return max(known) if name in HIGHER else min(known)


def best_of(name: str, figures: list[float]) -> float:
    """The best of an objective: the highest, unless lower is known to be better."""
    return min(figures) if name in LOWER else max(figures)


def grouped(names: list[str]) -> dict[str, list[str]]:
    """These names by group, in the order of the page; what no group knows is in the last."""
    groups = {group: [name for name in members if name in names] for group, members in GROUPS.items()}
    placed = {name for members in groups.values() for name in members}
    groups[OTHER] = [name for name in names if name not in placed]
    return {group: members for group, members in groups.items() if members}


def in_order(names: list[str]) -> list[str]:
    """These names in the order of ``grouped``."""
    return [name for members in grouped(names).values() for name in members]
