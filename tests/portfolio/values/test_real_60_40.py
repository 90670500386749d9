"""60 % SPY and 40 % AGG from 2004 to 2026, rebalanced every quarter: real prices, real dividends paid in cash, against
the same portfolio computed by pandas alone and its statistics by three other libraries.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import empyrical
import ffn
import numpy as np
import pandas as pd
import pytest
import pyxirr
from django.contrib.auth.models import User

from market.models import Instrument
from portfolio.models import Portfolio, PortfolioBenchmark, Transaction
from portfolio.services.performance import performance_of, period_returns
from portfolio.services.standing import standing_of
from portfolio.services.valuation import portfolio_value
from tests.portfolio.real_prices import bars_copied

approx = pytest.approx
pytestmark = pytest.mark.django_db
START, CAPITAL, WEIGHTS = "2004-01-02", 100_000.0, {"SPY": 0.6, "AGG": 0.4}
LATER = {"2010-06-15": 20_000.0, "2019-04-01": -30_000.0}  # paid in and taken out


@pytest.fixture(scope="module")
def closes(shared_data: Path) -> pd.DataFrame:
    bars = pd.read_csv(
        shared_data / "prices" / "us_etf28_1993_2026.csv.gz", parse_dates=["date"], usecols=["symbol", "date", "close"]
    )
    wanted = bars[bars["symbol"].isin(WEIGHTS) & (bars["date"] >= START)]
    return wanted.pivot_table(index="date", columns="symbol", values="close")


@pytest.fixture(scope="module")
def trades(closes: pd.DataFrame) -> pd.DataFrame:
    """Shares bought and sold by day, whole ones, found day by day without our code; and the cash left."""
    held, cash, rows = dict.fromkeys(WEIGHTS, 0), 0.0, []
    quarter = None
    for day, price in closes[list(WEIGHTS)].iterrows():
        cash += CAPITAL if not rows and quarter is None else LATER.get(str(day.date()), 0.0)
        if (day.year, day.quarter) != quarter:
            quarter = (day.year, day.quarter)
            value = cash + sum(held[name] * price[name] for name in held)
            wanted = {name: int(0.98 * share * value / price[name]) for name, share in WEIGHTS.items()}
            for name in sorted(held, key=lambda name: wanted[name] - held[name]):
                change = wanted[name] - held[name]
                cash -= change * price[name]
                held[name] = wanted[name]
                rows.append((day, name, change))
    return pd.DataFrame(rows, columns=["date", "asset", "change"])


@pytest.fixture
def portfolio(db: None, closes: pd.DataFrame, trades: pd.DataFrame) -> Portfolio:
    """The same as transactions, valued by our code."""
    assets = {}
    for name in closes:
        assets[name] = Instrument.objects.create(ticker=name, region="US", currency="USD", asset_type="ETF")
        bars_copied(assets[name], closes[name])
    owner = User.objects.create_user("anna")
    made = Portfolio.objects.create(owner=owner, name="60/40", base_currency="USD")
    PortfolioBenchmark.objects.create(portfolio=made, instrument=assets["SPY"], is_primary=True)
    paid = {START: CAPITAL} | LATER
    rows = [
        Transaction(portfolio=made, kind="DEPOSIT" if sum_ > 0 else "WITHDRAWAL", date=dt.date.fromisoformat(day),
                    amount=Decimal(str(abs(sum_))), currency="USD")
        for day, sum_ in paid.items()
    ]  # fmt: skip
    for day, name, change in trades.itertuples(index=False):
        if change:
            rows.append(Transaction(
                portfolio=made, kind="BUY" if change > 0 else "SELL", date=day.date(), instrument=assets[name],
                quantity=abs(change), price=Decimal(str(closes.at[day, name])), currency="USD",
            ))  # fmt: skip
    Transaction.objects.bulk_create(rows)
    portfolio_value(portfolio_id=made.pk)
    return made


def test_values_returns_and_statistics(portfolio, closes, trades):
    held = trades.pivot_table("change", "date", "asset", "sum").reindex(closes.index).fillna(0.0).cumsum()
    spent = trades.assign(cost=[row.change * closes.at[row.date, row.asset] for row in trades.itertuples()])
    paid = pd.Series({pd.Timestamp(START): CAPITAL} | {pd.Timestamp(day): sum_ for day, sum_ in LATER.items()})
    paid = paid.reindex(closes.index).fillna(0.0)
    cash = (paid - spent.groupby("date")["cost"].sum().reindex(closes.index).fillna(0.0)).cumsum()
    value = (held * closes[held.columns]).sum(axis=1) + cash
    assert cash.min() > 0

    found = performance_of(portfolio=portfolio)
    record = found.record
    assert record.dates.tolist() == [day.date() for day in closes.index]
    assert record.daily.value == approx(value.to_numpy(), rel=1e-12)

    before = value.shift(fill_value=0.0)
    returns = value / (before + paid) - 1.0
    assert record.returns == approx(returns.to_numpy(), abs=1e-12)

    mine = found.statistics
    daily = 1.02 ** (1 / 252) - 1
    spy = closes["SPY"].pct_change()
    both = slice(1, None)
    assert mine["total_return"] == approx(100 * ((1 + returns).prod() - 1))
    assert mine["volatility"] == approx(100 * empyrical.annual_volatility(returns))
    assert mine["sharpe_ratio"] == approx(empyrical.sharpe_ratio(returns, risk_free=daily))
    assert mine["sortino_ratio"] == approx(empyrical.sortino_ratio(returns, required_return=daily))
    assert mine["max_drawdown"] == approx(-100 * empyrical.max_drawdown(returns))
    assert mine["beta"] == approx(np.polyfit(spy[both], returns[both], 1)[0], rel=1e-6)
    assert mine["tracking_error"] == approx(100 * (returns - spy)[both].std() * 252**0.5, rel=1e-6)
    index = (1 + returns).cumprod()
    assert mine["max_drawdown"] == approx(-100 * ffn.calc_max_drawdown(index))
    assert mine["var_95_1d"] == approx(-100 * returns.quantile(0.05))

    flows = [-paid[day] for day in paid.index[paid != 0]] + [value.iloc[-1]]
    days = [day.date() for day in paid.index[paid != 0]] + [closes.index[-1].date()]
    assert found.money_weighted.annual == approx(100 * pyxirr.xirr(days, flows), rel=1e-8)

    year = index.loc[: closes.index[-1] - pd.DateOffset(years=1)].iloc[-1]
    assert period_returns(record)["1y"] == approx(100 * (index.iloc[-1] / year - 1))

    last = standing_of(portfolio=portfolio)
    assert {one.instrument.ticker: one.quantity for one in last.held} == held.iloc[-1].to_dict()
    assert last.cash == {"USD": approx(cash.iloc[-1])}

    stored = portfolio.performance.order_by("-date").first()
    recent = returns.iloc[-252:]
    assert stored.volatility == approx(100 * recent.std() * 252**0.5)
    assert stored.var_95 == approx(-100 * recent.quantile(0.05))
    assert stored.beta == approx(np.polyfit(spy.iloc[-252:], recent, 1)[0], rel=1e-9)
