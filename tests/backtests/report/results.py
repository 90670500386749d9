"""Results of backtests as plain data, made by really simulating a random market."""

import numpy as np

from backtests.calc.ledger import Action, Ending, Reason, Side
from backtests.calc.outcomes import (
    TRADE_FIGURES,
    by_instrument,
    contribution,
    distributions,
    drawdown_table,
    period_table,
    reasons,
    series,
    trade_figures,
)
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from portfolio.calc.statistics import all_statistics, statistics_of
from tests.backtests.markets import business_days, market, signals

CONDITIONS = ("pe_ratio value < 15", "roe value > 10")
SELLS = (SellRule("STOP_LOSS", 12.0), SellRule("TAKE_PROFIT", 25.0), SellRule("HOLD_DAYS", 90.0), SellRule("FACTOR"))
WORDS = ("STOP_LOSS 12", "TAKE_PROFIT 25", "HOLD_DAYS 90", "FACTOR pe_ratio value > 25")
FIGURES = ("quantity", "price", "execution_price", "commission", "tax", "cash_flow", "profit", "profit_rate")
FINDINGS = [
    {
        "code": "few_trades", "severity": "NOTE", "title": "Few trades in 2020",
        "message": "Only 12 of the 214 closed trades are of 2020.", "evidence": {"2020": 12, "all": 214},
    },
    {
        "code": "look_ahead_fill", "severity": "SERIOUS", "title": "Trades at closes that the decisions use",
        "message": "With fill same_close every one of the 214 trades is filled at a price not yet known.",
        "evidence": {"fill": "same_close", "trades": 214},
    },
    {
        "code": "concentrated_profit", "severity": "WARNING", "title": "Three names earned most of it",
        "message": "T012, T044 and T003 earned 81.2 % of the profit.",
        "evidence": {"share": 81.2, "names": ["T012", "T044", "T003"]},
    },
]  # fmt: skip


def run(seed=3, sessions=520, instruments=40, *, benchmark=True, candidates=True, **set_rules):
    """A simulated strategy with its market."""
    prices = market(seed, sessions, instruments, wild=0.15)
    found = signals(seed, prices, conditions=1)
    if not candidates:
        found.candidates[:] = False
    rules = Rules(**({"max_positions": 12, "sell_rules": SELLS, "cash_buffer": 5.0} | set_rules))
    ledger = simulate(prices, found, rules)
    rng = np.random.default_rng([seed, 2])
    levels = 300.0 * np.exp(np.cumsum(np.r_[0.0, rng.normal(0.0003, 0.011, sessions)]))
    scores = rng.normal(0, 1, (len(CONDITIONS), len(ledger.trades)))
    before = business_days(2, prices.dates[0] - np.timedelta64(4, "D"))[0]
    return Run(prices, rules, ledger, before, levels if benchmark else None, CONDITIONS, scores)


def result(done=None, *, number=7, name="Value and quality", findings=FINDINGS):
    """The result of ``done`` as a session stores it."""
    done = done or run()
    instruments = [one | _named(done, one.pop("instrument")) for one in by_instrument(done)]
    first, last = done.dates[1], done.dates[-1]
    units = {one.name: one.unit for one in all_statistics()} | {n: one.unit for n, one in TRADE_FIGURES.items()}
    return {
        "id": number, "name": name, "region": "KR", "currency": "KRW", "status": "COMPLETED", "message": "",
        "start": str(first), "end": str(last), "before": str(done.before), "sessions": len(done.dates) - 1,
        "config": _config(done.rules), "units": units,
        "conditions": {"buy": list(CONDITIONS), "sell": list(WORDS), "universe": "all stocks of KR"},
        "benchmark": None if done.benchmark is None else {"ticker": "KOSPI", "name": "KOSPI"},
        "statistics": statistics_of(done.track) | trade_figures(done), "series": series(done),
        "monthly": period_table(done, "month"), "yearly": period_table(done, "year"),
        "drawdowns": drawdown_table(done), "distributions": distributions(done), "reasons": reasons(done),
        "instruments": {"best": instruments[:10], "worst": instruments[::-1][:10]},
        "contribution": contribution(done, [4.25, None]), "findings": list(findings),
        "warnings": list(done.ledger.warnings), "holdings": _holdings(done), "trades": _trades(done),
        "events": _events(done), "cancelled": _cancelled(done),
        "timings": {"load": 0.21, "factors": 0.33, "simulate": 0.02, "statistics": 0.01, "save": 0.1, "total": 0.67},
    }  # fmt: skip


def _config(rules):
    return {
        "region": "KR", "mode": str(rules.mode), "fill": str(rules.fill), "sizing": rules.sizing,
        "max_positions": rules.max_positions, "frequency": str(rules.frequency), "cash_buffer": rules.cash_buffer,
        "costs": {"commission": rules.commission, "tax": rules.tax, "slippage": rules.slippage},
        "lot_size": rules.lot_size, "fractional": rules.fractional, "volume_cap": rules.volume_cap,
        "sell_rules": [{"kind": str(one.kind), "threshold": one.threshold} for one in rules.sell_rules],
        "initial_capital": rules.initial_capital, "delisting_return": rules.delisting_return,
    }  # fmt: skip


def _named(done, place):
    ticker = str(done.prices.tickers[place])
    return {"ticker": ticker, "name": f"Company {ticker[1:]}"}


def _day(done, session):
    return str(done.prices.dates[session])


def _holdings(done):
    return [
        _named(done, one["instrument"]) | {"first_bought": _day(done, one["first_session"])} | {
            name: float(one[name])
            for name in ("quantity", "average_price", "close", "value", "weight", "profit", "profit_rate")
        } | {"hold_days": int(one["hold_days"])}
        for one in done.ledger.holdings
    ]  # fmt: skip


def _trades(done):
    rng = np.random.default_rng(0)
    return [
        _named(done, one["instrument"]) | {
            "number": number, "signal_date": _day(done, one["signal_session"]),
            "trade_date": _day(done, one["session"]), "side": Side(one["side"]).name,
            "amount": float(one["quantity"] * one["execution_price"]), "hold_days": int(one["hold_days"]),
            "reason": Reason(one["reason"]).name,
            "factors": {"as_of": _day(done, one["signal_session"]),
                        "roe": {"value": float(rng.normal(14, 3)), "score": 0.4, "percentile": 71.0}},
        } | {
            name: float(one[name])
            for name in FIGURES
        }
        for number, one in enumerate(done.ledger.trades, 1)
    ]  # fmt: skip


def _events(done):
    return [
        _named(done, one["instrument"]) | {
            "date": _day(done, one["session"]), "kind": Action(one["action"]).name, "figure": float(one["figure"]),
            "quantity": float(one["quantity"]), "cash_flow": float(one["cash_flow"]),
        }
        for one in done.ledger.events
    ]  # fmt: skip


def _cancelled(done):
    return [
        _named(done, one["instrument"]) | {
            "date": _day(done, one["session"]), "signal_date": _day(done, one["signal_session"]),
            "side": Side(one["side"]).name, "reason": Ending(one["ending"]).name, "quantity": float(one["quantity"]),
        }
        for one in done.ledger.cancelled
    ]  # fmt: skip
