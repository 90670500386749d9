"""Orders become trades: sells first, then buys with the money there is."""

from backtests.calc.account import Why
from backtests.calc.ledger import Ending, Reason, Side
from backtests.calc.quantities import DUST
from backtests.calc.rules import Mode
from backtests.calc.state import State


def fill_orders(state: State, session: int, *, buys: bool = True) -> None:
    """Fill what can be filled on ``session``; the rest waits."""
    if not (state.waiting.sells or state.waiting.buys):
        return
    if state.rules.mode is Mode.TARGET and buys and state.waiting.buys:
        wanted = _wanted(state, session)
        fill_sells(state, session)
        _trim(state, session, wanted)
        _top_up(state, session, wanted)
        return
    fill_sells(state, session)
    if buys and state.waiting.buys:
        _fill_slots(state, session)


def fill_sells(state: State, session: int) -> None:
    """Whole positions, by ticker. A name is sold once a session: what the volume cap left over is cancelled."""
    rank, account = state.prices.rank, state.account
    for name in sorted(state.waiting.sells, key=rank.item):
        price = state.price(session, name)
        if price is not None and name not in state.sold:
            why = state.waiting.sells.pop(name)
            _sell(state, session, name, wanted=account.quantity.item(name), price=price, why=why)


def _sell(state: State, session: int, name: int, *, wanted: float, price: float, why: Why) -> None:
    shares = state.most(session, name, wanted)
    if shares > 0:
        state.account.sell(session, name, shares=shares, price=price, why=why)
        state.sold.add(name)
    if shares < wanted:
        left = wanted - shares
        state.book.cancel(session, name, Side.SELL, Ending.VOLUME_CAP, signal=why.signal, shares=left)


def _fill_slots(state: State, session: int) -> None:
    """Mode fill: money is weight x cash less the buffer, where the weights of the names bought today sum to their part
    of the free slots.
    """
    waiting, account = state.waiting, state.account
    free = state.rules.max_positions - len(account.held)
    prices = dict(list(_trading(state, session).items())[: max(free, 0)])
    if not prices:
        return
    money = account.cash * (1.0 - state.rules.cash_buffer / 100.0)
    total = sum(waiting.buys[name] for name in prices)
    for name, price in prices.items():
        share = waiting.buys[name] / total * (len(prices) / free)
        unit = state.costs.buying(price) * (1.0 + state.costs.commission)
        _buy(state, session, name, wanted=money * share / unit, price=price, reason=Reason.ENTRY)


def _trading(state: State, session: int) -> dict[int, float]:
    """Fill prices of the names to be bought that trade today and were not sold today, by rank."""
    prices = {name: state.price(session, name) for name in state.waiting.buys}
    return {name: price for name, price in prices.items() if price is not None and name not in state.sold}


def _wanted(state: State, session: int) -> dict[int, tuple[float, float]]:
    """Mode target: (quantity, price) of the names with a waiting order that trade today, by rank: weight x the
    portfolio's value at today's fill prices less the buffer, before anything is traded.
    """
    account, waiting = state.account, state.waiting
    value = account.cash
    for name in account.held.tolist():
        price = state.price(session, name)
        value += account.quantity.item(name) * (account.last.item(name) if price is None else price)
    money = value * (1.0 - state.rules.cash_buffer / 100.0)
    found: dict[int, tuple[float, float]] = {}
    for name, price in _trading(state, session).items():
        unit = state.costs.buying(price) * (1.0 + state.costs.commission)
        found[name] = (state.lots.whole(name, money * waiting.buys[name] / unit), price)
    return found


def _trim(state: State, session: int, wanted: dict[int, tuple[float, float]]) -> None:
    """Sell, by ticker, what is beyond the wanted quantity."""
    account, waiting = state.account, state.waiting
    for name in sorted(wanted, key=state.prices.rank.item):
        quantity, price = wanted[name]
        excess = account.quantity.item(name) - quantity
        if excess > DUST * quantity:
            del waiting.buys[name]
            why = Why(waiting.signal, Reason.TARGET)
            _sell(state, session, name, wanted=excess, price=price, why=why)


def _top_up(state: State, session: int, wanted: dict[int, tuple[float, float]]) -> None:
    """Buy, by rank, what is missing, while cash lasts; a new name needs a free slot, without one it waits."""
    account, waiting = state.account, state.waiting
    for name, (quantity, price) in wanted.items():
        if name not in waiting.buys:
            continue
        held = account.quantity.item(name)
        if held == 0.0 and len(account.held) >= state.rules.max_positions:
            continue
        if held > 0.0 and quantity - held <= DUST * quantity:
            del waiting.buys[name]
            continue
        _buy(state, session, name, wanted=quantity - held, price=price, reason=Reason.TARGET)


def _buy(state: State, session: int, name: int, *, wanted: float, price: float, reason: Reason) -> None:
    """Buy what cash and the cap allow of ``wanted`` shares."""
    waiting = state.waiting
    execution = state.costs.buying(price)
    payable = state.lots.affordable(name, wanted, execution, state.costs, state.account.cash)
    shares = state.most(session, name, payable)
    if shares > 0:
        state.account.buy(session, name, shares=shares, price=price, why=Why(waiting.signal, reason))
    if payable <= 0:
        waiting.cancel_buy(session, name, Ending.TOO_SMALL)
    elif shares < payable:
        waiting.cancel_buy(session, name, Ending.VOLUME_CAP, payable - shares)
    else:
        del waiting.buys[name]
