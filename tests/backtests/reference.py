"""FORMULAS.md section 5 in plain Python: slow, obvious, and written without a look at ``backtests/calc``.

One dictionary per position, one per order, a loop over the names for everything. It shares nothing with the code it
judges but the dataclasses of the input. Names are tickers here, so that columns cannot matter.
"""

import math

import numpy as np
from sklearn.covariance import LedoitWolf

ROUND = 1e-9  # docs/backtests.md: 9.9999999999 lots are ten, and a loss of 9.9999999999 % is one of ten


class Reference:
    def __init__(self, prices, signals, rules):
        self.p, self.s, self.r = prices, signals, rules
        self.names = sorted(str(ticker) for ticker in prices.tickers)
        self.column = {str(ticker): i for i, ticker in enumerate(prices.tickers)}
        self.cash = float(rules.initial_capital)
        self.positions = {}  # name -> dict
        self.sell_orders = {}  # name -> dict
        self.buy_orders = []  # by rank
        self.trades, self.snapshots, self.cancelled = [], [], []
        self.sold_today = set()
        self.slip, self.fee = rules.slippage / 100, rules.commission / 100

    # --- what the market says -------------------------------------------------------------------------------------

    def listed(self, t, name):
        return t <= self.p.ends[self.column[name]]

    def close(self, t, name):
        """The close of a bar of that session, None without one."""
        found = float(self.p.close[t, self.column[name]])
        return None if math.isnan(found) else found

    def trades_on(self, t, name):
        return self.listed(t, name) and self.close(t, name) is not None and self.p.volume[t, self.column[name]] != 0

    def fill_price(self, t, name):
        field = self.p.open if self.r.fill == "next_open" else self.p.close
        found = float(field[t, self.column[name]])
        return found if self.trades_on(t, name) and not math.isnan(found) else None

    def days(self, a, b):
        return int((self.p.dates[b] - self.p.dates[a]).astype(int))

    # --- when -----------------------------------------------------------------------------------------------------

    def rebalances(self, t):
        if t == self.p.start and self.r.rebalance_on_start:
            return True
        frequency = self.r.frequency
        if frequency == "DAILY":
            return True
        if frequency == "EVERY_N":
            return (t - self.p.start) % self.r.every == 0
        calendar = [d.item() for d in (self.p.dates if self.p.calendar is None else self.p.calendar)]
        today = self.p.dates[t].item()
        place = calendar.index(today)
        if place == 0:
            return False
        before = calendar[place - 1]
        if frequency == "WEEKLY":
            return today.isocalendar()[:2] != before.isocalendar()[:2]
        if (today.year, today.month) == (before.year, before.month):
            return False
        if frequency == "MONTHLY":
            return True
        months = {"QUARTERLY": {1, 4, 7, 10}, "ANNUAL": {1}}[frequency]
        return any((y, m) > (before.year, before.month) and (y, m) <= (today.year, today.month)
                   for y in range(before.year, today.year + 1) for m in months)  # fmt: skip

    # --- the session ----------------------------------------------------------------------------------------------

    def run(self):
        for t in range(self.p.start, len(self.p.dates)):
            self.sold_today = set()
            same = self.r.fill == "same_close"
            chooses = self.rebalances(t)
            self.corporate_actions(t)
            self.delistings(t)
            self.fill(t, with_buys=not (same and chooses))
            self.mark(t)
            self.check_sells(t)
            if same:
                self.fill_sells(t)
            if chooses:
                self.choose(t)
                if same:
                    self.fill(t, with_buys=True)
                    self.mark(t)
            self.snapshot(t)
        return self

    def corporate_actions(self, t):
        for events, kind in ((self.p.splits, "split"), (self.p.dividends, "dividend")):
            for name in sorted(self.positions):
                for place in np.flatnonzero(np.asarray(events.session) == t):
                    i, figure = events.instrument[place], events.figure[place]
                    if i == self.column[name] and self.listed(t, name):
                        position = self.positions[name]
                        if kind == "split":
                            position["quantity"] *= figure
                            for key in ("average", "peak", "last"):
                                position[key] /= figure
                        else:
                            self.cash += position["quantity"] * figure

    def delistings(self, t):
        for name in self.names:
            if self.listed(t, name):
                continue
            if name in self.positions:
                position = self.positions[name]
                price = position["last"]
                execution = price * (1 + self.r.delisting_return / 100)
                order = {"signal": t, "reason": "DELISTED", "rule": -1}
                self.record_sale(t, name, position["quantity"], price, (execution, 0.0, 0.0), order)
                if name in self.sell_orders:
                    self.cancel(t, self.sell_orders.pop(name), "DELISTED")
            for order in [o for o in self.buy_orders if o["name"] == name]:
                self.buy_orders.remove(order)
                self.cancel(t, order, "DELISTED")

    def mark(self, t):
        for name, position in self.positions.items():
            close = self.close(t, name)
            if close is not None:
                position["last"] = close
                position["peak"] = max(position["peak"], close)

    def check_sells(self, t):
        for name in self.names:
            if name not in self.positions or name in self.sell_orders:
                continue
            for place, rule in enumerate(self.r.sell_rules):
                if self.meets(t, name, rule):
                    self.sell_orders[name] = {"name": name, "signal": t, "reason": str(rule.kind), "rule": place,
                                              "side": "SELL"}  # fmt: skip
                    for order in [o for o in self.buy_orders if o["name"] == name]:
                        self.buy_orders.remove(order)
                        self.cancel(t, order, "SOLD")
                    break

    def meets(self, t, name, rule):
        position = self.positions[name]
        average, last, peak = position["average"], position["last"], position["peak"]
        if rule.kind == "FACTOR":
            return bool(self.s.sells[rule.signal][t, self.column[name]])
        figure = {
            "STOP_LOSS": 100 * (average - last) / average, "TAKE_PROFIT": 100 * (last - average) / average,
            "TRAILING_STOP": 100 * (peak - last) / peak, "HOLD_DAYS": self.days(position["first"], t),
        }[rule.kind]  # fmt: skip
        return figure >= rule.threshold - ROUND

    def snapshot(self, t):
        holdings = sum(p["quantity"] * p["last"] for p in self.positions.values())
        self.snapshots.append((t, self.cash, holdings, self.cash + holdings, len(self.positions)))

    # --- choosing -------------------------------------------------------------------------------------------------

    def choose(self, t):
        for order in self.buy_orders:
            self.cancel(t, order, "LAPSED")
        self.buy_orders = []
        target = self.r.mode == "target"
        places = self.r.max_positions
        if not target:
            places -= len([name for name in self.positions if name not in self.sell_orders])
        chosen = [name for _, name in sorted(self.possible(t, target))][: max(places, 0)]
        if target:
            self.drop(t, chosen)
        for name, weight in zip(chosen, self.weights(t, chosen), strict=True):
            order = {"name": name, "signal": t, "weight": weight, "side": "ADJUST" if target else "BUY"}
            if weight is None:
                order["side"] = "ADJUST" if name in self.positions else "BUY"
                self.cancel(t, order, "NO_WEIGHT")
            else:
                self.buy_orders.append(order)

    def possible(self, t, target):
        found = []
        for name in self.names:
            score = float(self.s.order[t, self.column[name]])
            fits = self.s.candidates[t, self.column[name]] and not math.isnan(score)
            reachable = target if name in self.positions else self.trades_on(t, name)
            if fits and reachable and not self.leaving(name):
                found.append((-score, name))
        return found

    def leaving(self, name):
        return name in self.sell_orders or (self.r.fill == "same_close" and name in self.sold_today)

    def drop(self, t, chosen):
        for name in self.names:
            if name in self.positions and name not in chosen and not self.leaving(name):
                order = {"name": name, "signal": t, "reason": "DROPPED", "rule": -1, "side": "SELL"}
                self.sell_orders[name] = order

    def weights(self, t, chosen):
        columns = [self.column[name] for name in chosen]
        if self.r.sizing == "EQUAL_WEIGHT":
            sizes = [1.0 for _ in columns]
        elif self.r.sizing == "MARKET_CAP":
            sizes = [float(self.p.market_value[t, i]) for i in columns]
        elif self.r.sizing == "SCORE":
            score = self.s.order if self.s.composite is None else self.s.composite
            sizes = [float(score[t, i]) for i in columns]
        else:
            sizes = risk_parity([self.returns(t, i) for i in columns])
        sizes = [size if size > 0 else None for size in sizes]
        total = sum(size for size in sizes if size is not None)
        return [None if size is None else size / total for size in sizes]

    def returns(self, t, i):
        """Of the last 60 sessions, by the value of one share bought at the start and everything that became of it."""
        found, worth, last = [], None, None
        for d in range(max(t - 80, 0), t + 1):
            shares, cash = 1.0, 0.0
            for session, column, ratio in zip(self.p.splits.session, self.p.splits.instrument, self.p.splits.figure,
                                              strict=True):  # fmt: skip
                if session == d and column == i:
                    shares *= ratio
            for session, column, paid in zip(self.p.dividends.session, self.p.dividends.instrument,
                                             self.p.dividends.figure, strict=True):  # fmt: skip
                if session == d and column == i:
                    cash += shares * paid
            close = float(self.p.close[d, i])
            if last is not None:
                last /= shares
            if not math.isnan(close):
                last = close
            if last is not None:
                if worth is not None:
                    found.append((shares * last + cash) / worth - 1)
                worth = last
        return found[-60:]

    # --- trading --------------------------------------------------------------------------------------------------

    def lot(self, name):
        return float(np.broadcast_to(self.r.lot_size, len(self.names))[self.column[name]])

    def whole(self, name, shares):
        return shares if self.r.fractional else math.floor(shares / self.lot(name) + ROUND) * self.lot(name)

    def capped(self, t, name, shares):
        volume = float(self.p.volume[t, self.column[name]])
        if self.r.volume_cap is None or math.isnan(volume) or shares <= volume * self.r.volume_cap / 100:
            return shares
        return self.whole(name, volume * self.r.volume_cap / 100)

    def cancel(self, t, order, ending, shares=0.0):
        self.cancelled.append((t, order["signal"], order["name"], order["side"], ending, shares))

    def fill(self, t, with_buys):
        targets = []
        if self.r.mode == "target" and with_buys:
            value = self.cash
            for name, position in sorted(self.positions.items()):
                price = self.fill_price(t, name)
                value += position["quantity"] * (position["last"] if price is None else price)
            for order in self.buy_orders:
                price = self.fill_price(t, order["name"])
                if price is not None and order["name"] not in self.sold_today:
                    money = order["weight"] * (1 - self.r.cash_buffer / 100) * value
                    wanted = money / (price * (1 + self.slip) * (1 + self.fee))
                    targets.append((order, price, self.whole(order["name"], wanted)))
        self.fill_sells(t)
        if not with_buys:
            return
        if self.r.mode == "target":
            self.fill_targets(t, targets)
        else:
            self.fill_slots(t)

    def fill_sells(self, t):
        for name in self.names:
            if name in self.sell_orders and name not in self.sold_today:
                price = self.fill_price(t, name)
                if price is not None:
                    self.sell(t, name, self.positions[name]["quantity"], price, self.sell_orders.pop(name))

    def fill_slots(self, t):
        free = self.r.max_positions - len(self.positions)
        ready = [o for o in self.buy_orders if self.fill_price(t, o["name"]) and o["name"] not in self.sold_today]
        ready = ready[: max(free, 0)]
        cash = self.cash
        for order in ready:
            weight = order["weight"] / sum(o["weight"] for o in ready) * len(ready) / free
            money = weight * (1 - self.r.cash_buffer / 100) * cash
            price = self.fill_price(t, order["name"])
            self.buy(t, order, money / (price * (1 + self.slip) * (1 + self.fee)), price, "ENTRY")

    def fill_targets(self, t, targets):
        held = {name: position["quantity"] for name, position in self.positions.items()}
        for order, price, wanted in sorted(targets, key=lambda target: target[0]["name"]):
            excess = held.get(order["name"], 0.0) - wanted
            if excess > ROUND * wanted:
                self.buy_orders.remove(order)
                self.sell(t, order["name"], excess, price, {**order, "reason": "TARGET", "rule": -1, "side": "SELL"})
        for order, price, wanted in targets:
            if order not in self.buy_orders:
                continue
            name = order["name"]
            if name not in self.positions:
                if len(self.positions) < self.r.max_positions:
                    self.buy(t, order, wanted, price, "TARGET")
            elif wanted - held[name] > ROUND * wanted:
                self.buy(t, order, wanted - held[name], price, "TARGET")
            else:
                self.buy_orders.remove(order)

    def sell(self, t, name, wanted, price, order):
        shares = self.capped(t, name, wanted)
        if shares > 0:
            execution = price * (1 - self.slip)
            commission, tax = shares * execution * self.fee, shares * execution * self.r.tax / 100
            self.record_sale(t, name, shares, price, (execution, commission, tax), order)
        if shares < wanted:
            self.cancel(t, order, "VOLUME_CAP", wanted - shares)

    def record_sale(self, t, name, shares, price, costs, order):  # noqa: PLR0917 - the columns of a row
        position = self.positions[name]
        execution, commission, tax = costs
        flow = shares * execution - commission - tax
        paid = position["paid"] * shares / position["quantity"]
        self.cash += flow
        self.sold_today.add(name)
        position["paid"] -= paid
        position["quantity"] -= shares
        gone = position["quantity"] <= 0
        if gone:
            del self.positions[name]
        self.trades.append({
            "session": t, "signal_session": order["signal"], "ticker": name, "side": "SELL",
            "reason": order["reason"], "rule": order["rule"],
            "quantity": shares, "price": price, "execution_price": execution, "commission": commission, "tax": tax,
            "cash_flow": flow, "profit": flow - paid, "profit_rate": 100 * (flow - paid) / paid,
            "hold_days": self.days(position["first"], t), "average_price": 0.0 if gone else position["average"],
        })  # fmt: skip

    def buy(self, t, order, wanted, price, reason):
        name = order["name"]
        execution = price * (1 + self.slip)
        payable = self.whole(name, min(wanted, self.cash / (execution * (1 + self.fee))))
        while payable > 0 and payable * execution + payable * execution * self.fee > self.cash:
            payable = payable * (1 - 1e-16) if self.r.fractional else payable - self.lot(name)
            payable = math.nextafter(payable, 0) if self.r.fractional else max(payable, 0.0)
        self.buy_orders.remove(order)
        if payable <= ROUND * wanted:  # of fractions: what rounding left of the cash
            self.cancel(t, order, "TOO_SMALL")
            return
        shares = self.capped(t, name, payable)
        if shares > 0:
            amount = shares * execution
            commission = amount * self.fee
            new = {"quantity": 0.0, "average": 0.0, "paid": 0.0, "peak": 0.0, "first": t}
            position = self.positions.setdefault(name, new)
            position["average"] = (position["quantity"] * position["average"] + amount) / (
                position["quantity"] + shares
            )
            position["quantity"] += shares
            position["paid"] += amount + commission
            position["last"] = price
            self.cash -= amount + commission
            self.trades.append({
                "session": t, "signal_session": order["signal"], "ticker": name, "side": "BUY", "reason": reason,
                "rule": -1, "quantity": shares, "price": price, "execution_price": execution, "commission": commission,
                "tax": 0.0, "cash_flow": -(amount + commission), "profit": 0.0, "profit_rate": 0.0,
                "hold_days": self.days(position["first"], t), "average_price": position["average"],
            })  # fmt: skip
        if shares < payable:
            self.cancel(t, order, "VOLUME_CAP", payable - shares)


def risk_parity(returns):
    """Sizes by equal risk, one coordinate after the other; by 1/volatility where a name lacks returns."""
    if not returns:
        return []
    if all(len(one) == 60 and np.std(one) > 1e-12 for one in returns):
        matrix = LedoitWolf().fit(np.array(returns).T).covariance_
        x = 1 / np.sqrt(np.diag(matrix))
        for _ in range(2000):  # x_i solves C_ii x^2 + (C x - C_ii x_i) x = 1
            for i in range(len(x)):
                rest = matrix[i] @ x - matrix[i, i] * x[i]
                x[i] = (-rest + math.sqrt(rest**2 + 4 * matrix[i, i])) / (2 * matrix[i, i])
        return list(x)
    return [1 / np.std(one, ddof=1) if len(one) >= 20 and np.std(one, ddof=1) > 1e-12 else 0.0 for one in returns]
