"""The backtests that are run twice: configurations as a person writes them, and the market they run through."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from backtests.calc.rules import Rules, SellRule
from tests.backtests.us_reference.raw_files import Action, new_york_sessions, quarterly_dividends

FIRST, LAST = dt.date(2015, 3, 20), dt.date(2017, 3, 31)  # of the price file
# The price file is raw. These are the ratios by which the closes of an adjusted file differ from it.
SPLITS = [
    Action("SBUX", dt.date(2015, 4, 9), "SPLIT", 2.0), Action("ROST", dt.date(2015, 6, 12), "SPLIT", 2.0),
    Action("NFLX", dt.date(2015, 7, 15), "SPLIT", 7.0), Action("SKX", dt.date(2015, 10, 16), "SPLIT", 3.0),
    Action("ICE", dt.date(2016, 11, 4), "SPLIT", 5.0),
]  # fmt: skip
# SE and HAR were taken over; CB, NEE and MS are other securities afterwards. HOG and NOC lived on: they are held when
# they leave here, one in each scenario.
DELISTED = {
    "CB": dt.date(2016, 1, 14), "NEE": dt.date(2016, 6, 8), "MS": dt.date(2017, 2, 13), "SE": dt.date(2017, 2, 24),
    "HAR": dt.date(2017, 3, 10), "HOG": dt.date(2016, 6, 30), "NOC": dt.date(2016, 6, 17),
}  # fmt: skip

COMMON = {
    "region": "US", "end": "2017-03-31", "order_by": "roe", "rebalance": "MONTHLY", "fill": "next_open",
    "sizing": "EQUAL_WEIGHT", "max_positions": 20, "cash_buffer": 5.0, "commission": 0.015, "tax": 0.23,
    "slippage": 0.1, "initial_capital": 100_000_000.0, "universe": {},
}  # fmt: skip
# All sell conditions of the document at once.
CHEAP_AND_GOOD = COMMON | {
    "start": "2015-07-01", "mode": "fill", "lot_size": 1, "volume_cap": None, "delisting_return": 0.0,
    "buy_conditions": [
        {"factor": "pe_ratio", "field": "value", "operator": "<", "value": 15},
        {"factor": "roe", "field": "value", "operator": ">", "value": 10},
    ],
    "sell_conditions": [
        {"type": "STOP_LOSS", "value": 10}, {"type": "TAKE_PROFIT", "value": 30}, {"type": "HOLD_DAYS", "value": 180},
        {"type": "FACTOR", "factor": "roe", "field": "value", "operator": "<", "value": 10},
    ],
}  # fmt: skip
# What the first leaves out: target weights, a cap that cuts most orders, lots of ten, a trailing stop, a loss at the
# end of a listing, a split of a held name (ROST).
TRADED_TO_TARGET = COMMON | {
    "start": "2015-05-01", "mode": "target", "lot_size": 10, "volume_cap": 0.1, "delisting_return": -20.0,
    "buy_conditions": [
        {"factor": "pe_ratio", "field": "value", "operator": "<", "value": 30},
        {"factor": "roe", "field": "value", "operator": ">", "value": 8},
    ],
    "sell_conditions": [
        {"type": "TRAILING_STOP", "value": 8},
        {"type": "FACTOR", "factor": "pe_ratio", "field": "value", "operator": ">", "value": 30},
    ],
}  # fmt: skip
RULES = (
    "mode", "fill", "sizing", "max_positions", "cash_buffer", "commission", "tax", "slippage", "initial_capital",
    "volume_cap", "lot_size", "delisting_return",
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """On the value of ``pe_ratio`` or ``roe``. A name without the figure does not meet it."""

    factor: str
    operator: str
    value: float


@dataclass(frozen=True)
class Scenario:
    """A configuration, the corporate actions and last days of trading it meets."""

    config: dict[str, Any]
    actions: list[Action]
    delisted: dict[str, dt.date]

    @property
    def start(self) -> dt.date:
        return dt.date.fromisoformat(self.config["start"])

    @property
    def end(self) -> dt.date:
        return dt.date.fromisoformat(self.config["end"])

    @property
    def buy(self) -> list[Condition]:
        return [Condition(c["factor"], c["operator"], c["value"]) for c in self.config["buy_conditions"]]

    @property
    def factor_sells(self) -> list[Condition]:
        sells = self.config["sell_conditions"]
        return [Condition(c["factor"], c["operator"], c["value"]) for c in sells if c["type"] == "FACTOR"]

    @cached_property
    def rules(self) -> Rules:
        rules, factor_conditions = [], 0
        for condition in self.config["sell_conditions"]:
            if condition["type"] == "FACTOR":
                rules.append(SellRule("FACTOR", signal=factor_conditions))
                factor_conditions += 1
            else:
                rules.append(SellRule(condition["type"], condition["value"]))
        given = {name: self.config[name] for name in RULES}
        return Rules(**given, sell_rules=tuple(rules), frequency=self.config["rebalance"])


def scenario(shared_data: Path, config: dict[str, Any]) -> Scenario:
    sessions = new_york_sessions(str(FIRST), str(LAST))
    return Scenario(config, SPLITS + quarterly_dividends(shared_data, sessions), DELISTED)
