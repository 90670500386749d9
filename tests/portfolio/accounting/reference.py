"""The same accounts in plain Python with exact fractions: session by session, asset by asset, nothing vectorised."""

from collections import defaultdict
from fractions import Fraction

import numpy as np

from portfolio.calc.accounting import Kind, Market, Row

PHASE = [[Kind.DEPOSIT], [Kind.SPLIT], [Kind.TRANSFER], [Kind.DIVIDEND], [Kind.SELL, Kind.BUY], [Kind.FEE], [Kind.TAX],
         ["out"], [Kind.WITHDRAWAL]]  # fmt: skip


def exact(figure) -> Fraction:
    return Fraction(0) if figure is None else Fraction(float(figure))


class Reference:
    """After ``run``: by session ``value``, ``inflow``, ``outflow``, ``gain`` (list by column), ``quantity``, ``cash``;
    by asset ``realised`` and ``cost``, each {"average": ..., "fifo": ...} in the base currency.
    """

    def __init__(self, rows: list[Row], market: Market) -> None:
        self.market, self.rows = market, rows
        self.assets, self.currencies = len(market.assets), len(market.currencies)
        self.cash = [Fraction(0)] * self.currencies
        self.lots: list[list[list[Fraction]]] = [[] for _ in range(self.assets)]  # [shares, cost in base] by asset
        self.average = [Fraction(0)] * self.assets
        self.realised = {"average": [Fraction(0)] * self.assets, "fifo": [Fraction(0)] * self.assets}
        self.price: list[Fraction | None] = [None] * self.assets
        self.rate: list[Fraction | None] = [None] * self.currencies
        self.history: dict[str, list] = defaultdict(list)

    def run(self) -> "Reference":
        previous = [Fraction(0)] * (self.assets + self.currencies)
        done = None
        for session, day in enumerate(self.market.dates):
            today = [row for row in self.rows if (done is None or np.datetime64(row.date) > done)
                     and np.datetime64(row.date) <= day]  # fmt: skip
            done = day
            previous = self._session(session, today, previous)
        return self

    def _session(self, session: int, today: list[Row], previous: list[Fraction]) -> list[Fraction]:
        for currency in range(self.currencies):
            rate = self.market.rates[session, currency]
            if currency == self.market.base:
                self.rate[currency] = Fraction(1)
            elif not np.isnan(rate):
                self.rate[currency] = exact(rate)
        self.flow = {"in": Fraction(0), "out": Fraction(0), "rest": Fraction(0)}
        self.into = [Fraction(0)] * (self.assets + self.currencies)  # money put into each asset and each cash
        fresh = self.market.close[session]
        for row in self._splits(today):
            if self.price[row.asset] is not None:
                self.price[row.asset] /= exact(row.quantity)
        for asset in range(self.assets):
            if not np.isnan(fresh[asset]):
                self.price[asset] = exact(fresh[asset])
        for date in sorted({np.datetime64(row.date) for row in today}):
            self._day([row for row in today if np.datetime64(row.date) == date])
        worth = [self._worth(asset) for asset in range(self.assets)]
        worth += [self.cash[c] * self.rate[c] if self.cash[c] else Fraction(0) for c in range(self.currencies)]
        gain = [now - then - put for now, then, put in zip(worth, previous, self.into, strict=True)]
        self.history["gain"].append([*gain, self.flow["rest"]])
        self.history["value"].append(sum(worth))
        self.history["inflow"].append(self.flow["in"])
        self.history["outflow"].append(self.flow["out"])
        self.history["cash"].append(list(self.cash))
        self.history["quantity"].append([self._held(asset) for asset in range(self.assets)])
        return worth

    def _splits(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if row.kind == Kind.SPLIT]

    def _held(self, asset: int) -> Fraction:
        return sum((lot[0] for lot in self.lots[asset]), Fraction(0))

    def _worth(self, asset: int) -> Fraction:
        held = self._held(asset)
        return held * self.price[asset] * self.rate[self.market.currency_of[asset]] if held else Fraction(0)

    def _day(self, rows: list[Row]) -> None:
        for kinds in PHASE:
            now = [row for row in rows if self._phase(row) in kinds]
            now.sort(key=lambda row: (row.asset, row.sequence))
            if Kind.SELL in kinds:
                now = [row for asset in range(self.assets) for row in self._trades(now, asset)]
            for row in now:
                self._book(row)

    def _phase(self, row: Row):
        return "out" if row.kind == Kind.TRANSFER and row.asset >= 0 and row.quantity < 0 else row.kind

    def _trades(self, rows: list[Row], asset: int) -> list[Row]:
        sales = [row for row in rows if row.asset == asset and row.kind == Kind.SELL]
        buys = [row for row in rows if row.asset == asset and row.kind == Kind.BUY]
        return sales + buys if sum(exact(row.quantity) for row in sales) <= self._held(asset) else buys + sales

    def _book(self, row: Row) -> None:
        rate, costs = self.rate[row.currency], exact(row.fee) + exact(row.tax)
        gross = exact(row.amount) if row.amount is not None else exact(row.quantity) * exact(row.price)
        if row.kind == Kind.SPLIT:
            for lot in self.lots[row.asset]:
                lot[0] *= exact(row.quantity)
            self._pay(row, -costs)
        elif row.kind == Kind.BUY:
            self._open(row, (gross + costs) * rate)
            self._pay(row, -gross - costs)
        elif row.kind == Kind.SELL:
            for method, cost in self._close(row.asset, exact(row.quantity)).items():
                self.realised[method][row.asset] += (gross - costs) * rate - cost
            self._pay(row, gross - costs)
        elif row.kind == Kind.TRANSFER and row.asset >= 0:
            self._transfer(row, (gross + costs) * rate)
            self._pay(row, -costs)
        else:
            sign = 1 if row.kind in (Kind.DIVIDEND, Kind.DEPOSIT, Kind.TRANSFER) else -1
            self._pay(
                row, sign * gross - costs, external=sign * gross if row.kind in (Kind.DEPOSIT, Kind.WITHDRAWAL) else 0
            )

    def _transfer(self, row: Row, cost: Fraction) -> None:
        shares = exact(row.quantity)
        worth = shares * self.price[row.asset] * self.rate[self.market.currency_of[row.asset]]
        if shares > 0:
            self._open(row, cost)
        else:
            self._close(row.asset, -shares)
        self.flow["in" if shares > 0 else "out"] += abs(worth)
        self.into[row.asset] += worth

    def _pay(self, row: Row, cash: Fraction, external=0) -> None:
        worth = cash * self.rate[row.currency]
        self.cash[row.currency] += cash
        if row.kind == Kind.DIVIDEND and row.asset < 0:
            return
        self.into[self.assets + row.currency] += worth
        if row.asset >= 0:
            self.into[row.asset] -= worth
            return
        self.flow["in" if external > 0 else "out"] += abs(external) * self.rate[row.currency]
        self.flow["rest"] += worth - external * self.rate[row.currency]

    def _open(self, row: Row, cost: Fraction) -> None:
        self.lots[row.asset].append([exact(row.quantity), cost])
        self.average[row.asset] += cost

    def _close(self, asset: int, quantity: Fraction) -> dict[str, Fraction]:
        held, by_lots = self._held(asset), Fraction(0)
        assert held >= quantity
        average = self.average[asset] * quantity / held
        self.average[asset] -= average
        while quantity:
            lot = self.lots[asset][0]
            part = min(quantity, lot[0])
            cost = lot[1] * part / lot[0]
            by_lots += cost
            lot[0], lot[1], quantity = lot[0] - part, lot[1] - cost, quantity - part
            if not lot[0]:
                self.lots[asset].pop(0)
        return {"average": average, "fifo": by_lots}

    def cost(self, method: str, asset: int) -> Fraction:
        return self.average[asset] if method == "average" else sum((lot[1] for lot in self.lots[asset]), Fraction(0))
