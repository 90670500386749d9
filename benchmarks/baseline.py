"""The baseline: all factors in pandas, one ticker at a time, as one would first write them.

Same definitions, other code: each ticker's bars are a DataFrame by date, its reports a DataFrame with one row per
period end and period. ``values_of`` gives a ticker's figures by factor name; ``scores_of`` normalises a column.
"""

import numpy as np
import pandas as pd

ANNUAL = np.sqrt(252.0)
INVERSE = ("pe_ratio", "pb_ratio", "ev_to_ebitda")
LESS_IS_BETTER = (
    "asset_growth", "debt_to_equity", "earnings_quality", "margin_stability", "volatility_60d", "beta",
    "max_drawdown_252d", "downside_deviation", "cvar_95", "idiosyncratic_volatility", "amihud_illiquidity",
)  # fmt: skip
DAY = pd.Timedelta(days=1)


def values_of(bars: pd.DataFrame, reports: pd.DataFrame, index: pd.Series, as_of: pd.Timestamp) -> dict[str, float]:
    """All factors of one ticker; NaN where there is none."""
    to_last = bars["adjustment_factor"] / bars["adjustment_factor"].iloc[-1]
    bars = bars.assign(price=bars["close"] * to_last, top=bars[["high", "close"]].max(axis=1) * to_last)
    bars = bars.assign(change=bars["price"].pct_change())
    return momentum(bars) | risk(bars, index) | trading(bars) | accounts(bars.iloc[-1], Reports(reports, as_of))


def momentum(bars: pd.DataFrame) -> dict[str, float]:
    price, n = bars["price"], len(bars)
    past = {"price_momentum_12m": (21, 252), "momentum_1m": (0, 20), "momentum_3m": (0, 60), "momentum_6m": (0, 120)}
    past["momentum_12m"] = (0, 240)
    found = {
        name: 100.0 * (price.iloc[-1 - skip] / price.iloc[-1 - span] - 1.0) if n > span else np.nan
        for name, (skip, span) in past.items()
    }
    found["fifty_two_week_high"] = 100.0 * price.iloc[-1] / bars["top"].tail(252).max() if n >= 126 else np.nan
    window = bars.iloc[-252:-21]
    weighted = 100.0 * (window["volume"] * window["change"]).sum() / window["volume"].sum()
    found["volume_weighted_momentum"] = weighted if n >= 253 else np.nan
    found["rsi_momentum"] = rsi(price.tail(252))
    return found


def rsi(price: pd.Series, period: int = 14) -> float:
    """Wilder's, its first averages the means of the first ``period`` changes."""
    change = price.diff().dropna()
    if len(change) < period:
        return np.nan
    gain, loss = (wilder(side, period) for side in (change.clip(lower=0.0), -change.clip(upper=0.0)))
    return 100.0 * gain / (gain + loss) if gain + loss > 0 else 50.0


def wilder(side: pd.Series, period: int) -> float:
    seeded = pd.concat([pd.Series([side.iloc[:period].mean()]), side.iloc[period:]])
    return seeded.ewm(alpha=1.0 / period, adjust=False).mean().iloc[-1]


def risk(bars: pd.DataFrame, index: pd.Series) -> dict[str, float]:
    year = bars["change"].tail(252).dropna()
    enough = len(year) >= 126
    price = bars["price"].tail(252)
    found = {
        "volatility_60d": 100.0 * bars["change"].tail(60).std() * ANNUAL if len(bars) >= 61 else np.nan,
        "max_drawdown_252d": -100.0 * (price / price.cummax() - 1.0).min() if len(price) >= 126 else np.nan,
        "downside_deviation": 100.0 * np.sqrt((year.clip(upper=0.0) ** 2).mean()) * ANNUAL if enough else np.nan,
        "cvar_95": -100.0 * year.nsmallest(-(-len(year) // 20)).mean() if enough else np.nan,
    }
    both = pd.concat([bars["price"], index], axis=1, join="inner", keys=["own", "market"])
    both = both.pct_change().dropna().tail(252)
    beta, residual = np.nan, np.nan
    if len(both) >= 126:
        beta = both["own"].cov(both["market"]) / both["market"].var()
        residual = (both["own"] - beta * both["market"]).std()
    return found | {"beta": beta, "idiosyncratic_volatility": 100.0 * residual * ANNUAL}


def trading(bars: pd.DataFrame) -> dict[str, float]:
    value = bars["trading_value"].fillna(bars["close"] * bars["volume"])
    impact = (bars["change"].abs() / value)[value > 0].tail(252).dropna()
    last = bars.iloc[-1]
    enough = len(bars) >= 127 and len(impact) >= 60
    return {
        "liquidity": value.tail(20).mean() if len(bars) >= 20 else np.nan,
        "turnover_rate": 100.0 * last["volume"] / last["shares_outstanding"],
        "amihud_illiquidity": 1e6 * impact.mean() if enough else np.nan,
        "market_cap": last["market_cap"],
    }


class Reports:
    """A ticker's reports as known on a day, and its trailing years."""

    def __init__(self, rows: pd.DataFrame, as_of: pd.Timestamp) -> None:
        known = rows[rows["available_on"] <= as_of].sort_values(["period_end", "available_on"])
        known = known.drop_duplicates(["period_end", "period"], keep="last")
        self.year = known[known["period"] == "FY"].set_index("period_end")
        self.quarter = known[known["period"] == "Q"].set_index("period_end")
        self.all = known.drop_duplicates("period_end", keep="last").set_index("period_end")
        self.discrete: dict[str, pd.Series] = {}

    def quarters(self, name: str) -> pd.Series:
        """Discrete quarters; the fourth is the year less the three before it."""
        if name not in self.discrete:
            found = self.quarter[name].dropna()
            fourth = {}
            for end, total in self.year[name].dropna().items():
                three = found[(found.index < end) & (found.index > end - 300 * DAY)]
                if end not in found.index and len(three) == 3:
                    fourth[end] = total - three.sum()
            self.discrete[name] = pd.concat([found, pd.Series(fourth, dtype=float)]).sort_index()
        return self.discrete[name]

    def trailing(self, name: str, years_ago: int = 0) -> float:
        """The trailing twelve months at the newest period end, or at the one a year before it."""
        year, quarters = self.year[name].dropna(), self.quarters(name)
        ends = year.index.union(quarters.index)
        end = year_before(ends, ends[-1]) if years_ago and len(ends) else ends.max()
        if end in year.index:
            return year[end]
        if pd.isna(end):
            return np.nan
        fiscal = year[year.index < end]
        since = quarters[(quarters.index > fiscal.index[-1]) & (quarters.index <= end)] if len(fiscal) else quarters[:0]
        before = [quarters.get(year_before(quarters.index, day), np.nan) for day in since.index]
        rolled = fiscal.iloc[-1] + since.sum() - np.sum(before) if len(since) else np.nan
        last = quarters[quarters.index <= end].tail(4)
        return rolled if not np.isnan(rolled) else last.sum() if len(last) == 4 else np.nan

    def newest(self, name: str, years_ago: int = 0) -> float:
        """A balance-sheet figure at its newest period end, or at the one a year before."""
        found = self.all[name].dropna()
        if not len(found):
            return np.nan
        end = found.index[-1] if not years_ago else year_before(found.index, found.index[-1])
        return np.nan if end is None else found[end]


def year_before(ends: pd.Index, end: pd.Timestamp) -> pd.Timestamp | None:
    found = ends[(ends >= end - 380 * DAY) & (ends <= end - 350 * DAY)]
    return found[-1] if len(found) else None


def accounts(bar: pd.Series, reports: Reports) -> dict[str, float]:
    """Value, quality, growth and size from the last bar and the reports."""
    cap, close = bar["market_cap"], bar["close"]
    ttm, newest = reports.trailing, reports.newest
    income, revenue, equity, assets = ttm("net_income"), ttm("revenue"), newest("total_equity"), newest("total_assets")
    cash_flow, debt = ttm("operating_cash_flow"), newest("total_debt")
    return {
        "pe_ratio": over(cap, income),
        "pb_ratio": over(cap, equity),
        "ev_to_ebitda": positive(over(cap + debt - newest("cash"), ttm("ebitda"))),
        "dividend_yield": 100.0 * over(ttm("dividends_per_share"), close),
        "fcf_yield": 100.0 * over(cash_flow - ttm("capital_expenditure"), cap),
        "roe": 100.0 * over(income, equity),
        "roa": 100.0 * over(income, assets),
        "debt_to_equity": over(debt, equity),
        "earnings_quality": 100.0 * over(income - cash_flow, assets),
        "profit_margin": 100.0 * over(income, revenue),
        "cash_flow_quality": over(cash_flow, income),
        "operating_profitability": 100.0 * over(ttm("operating_income"), equity),
        "revenue_growth": 100.0 * (over(revenue, ttm("revenue", 1)) - 1.0),
        "earnings_growth": 100.0 * (over(income, ttm("net_income", 1)) - 1.0),
        "asset_growth": 100.0 * (over(assets, newest("total_assets", 1)) - 1.0),
        "free_float": 100.0 * over(newest("free_float_shares"), bar["shares_outstanding"]),
        "margin_stability": margin_stability(reports),
        "earnings_momentum": surprise(reports.quarters("eps_basic")),
    }


def margin_stability(reports: Reports) -> float:
    revenue = reports.quarters("revenue")
    margins = (100.0 * reports.quarters("net_income") / revenue.where(revenue > 0)).dropna().tail(8)
    return margins.std() if len(margins) >= 4 else np.nan


def surprise(eps: pd.Series) -> float:
    """The newest seasonal difference over the standard deviation of the last eight."""
    past = pd.Series([eps.get(year_before(eps.index, end), np.nan) for end in eps.index], index=eps.index)
    differences = (eps - past).dropna().tail(8)
    return differences.iloc[-1] / differences.std() if len(differences) >= 4 else np.nan


def over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def positive(value: float) -> float:
    return value if value > 0 else np.nan


def scores_of(name: str, values: pd.Series) -> pd.DataFrame:
    """Score (clipped z-score of the signal) and percentile of a factor's values."""
    signal = values
    if name in INVERSE:
        signal = 1.0 / values
    elif name in ("market_cap", "liquidity"):
        signal = np.log(values) if name == "liquidity" else -np.log(values)
    elif name in LESS_IS_BETTER:
        signal = -values
    mean, deviation = signal.mean(), signal.std()
    score = (signal.clip(mean - 3 * deviation, mean + 3 * deviation) - mean) / deviation
    return pd.DataFrame({"score": score.clip(-3, 3), "percentile": 100.0 * signal.rank(pct=True)})
