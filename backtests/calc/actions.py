"""What happens to holdings before anything is traded: splits, cash dividends, delistings."""

from backtests.calc.ledger import Action, Ending, Side
from backtests.calc.state import State


def apply_actions(state: State, session: int) -> None:
    """Splits multiply quantities and divide what is per share; then dividends add cash."""
    account, book = state.account, state.book
    for name, ratio in state.splits.of_holdings(session, account.quantity):
        if session <= state.prices.ends.item(name):
            account.quantity[name] *= ratio
            for per_share in (account.average, account.peak, account.last):
                per_share[name] /= ratio
            book.events.append((session, name, Action.SPLIT, ratio, account.quantity.item(name), 0.0))
    for name, amount in state.dividends.of_holdings(session, account.quantity):
        shares = account.quantity.item(name)
        if session <= state.prices.ends.item(name):
            account.cash += shares * amount
            book.events.append((session, name, Action.DIVIDEND, amount, shares, shares * amount))


def settle_delisted(state: State, session: int) -> None:
    """On the first session after their last one positions are closed, and orders of such names cancelled."""
    ends, account, waiting = state.prices.ends, state.account, state.waiting
    if len(account.held):
        for name in account.held[ends[account.held] < session].tolist():
            account.settle(session, name, 1.0 + state.rules.delisting_return / 100.0)
            sale = waiting.sells.pop(name, None)
            if sale is not None:
                state.book.cancel(session, name, Side.SELL, Ending.DELISTED, signal=sale.signal)
    for name in [name for name in waiting.buys if ends.item(name) < session]:
        waiting.cancel_buy(session, name, Ending.DELISTED)
