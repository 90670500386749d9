"""What a portfolio was worth session by session, and how that came about."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Days:
    """T sessions, N assets, C currencies; money in the base currency unless told otherwise.

    ``dates`` [T]; float64 [T, N] ``quantity``, ``price`` (in the asset's currency, carried over sessions without a
    bar) with int64 ``price_age`` (sessions without a bar so far, 0: today's, -1: never priced); float64 [T, C]
    ``cash`` (in its currency), ``rate`` and int64 ``rate_age``; ``holdings`` [T, N] = quantity x price x rate,
    ``cash_value`` [T, C] = cash x rate. Float64 [T]: ``value``; ``inflow`` and ``outflow``, both positive, what came
    from and went outside: cash, and shares at the close of the session; ``income`` (dividends and interest before tax),
    ``fees``, ``taxes``.

    ``bought`` and ``received`` [T, N]: money that went into and came out of each asset, costs and income in it.
    ``gain`` [T, N + C + 1]: what each asset earned, each currency's cash (exchange rates, interest), and last what is
    no asset's: fees and taxes of the whole, differences of exchanges. gain of an asset = holdings - those of the
    session before - bought + received; all gains of a session = value - value before - inflow + outflow.
    ``opening_holdings`` [N] and ``opening_cash_value`` [C] are of the session before the first.
    """

    dates: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    price_age: np.ndarray
    cash: np.ndarray
    rate: np.ndarray
    rate_age: np.ndarray
    holdings: np.ndarray
    cash_value: np.ndarray
    value: np.ndarray
    inflow: np.ndarray
    outflow: np.ndarray
    income: np.ndarray
    fees: np.ndarray
    taxes: np.ndarray
    bought: np.ndarray
    received: np.ndarray
    gain: np.ndarray
    opening_holdings: np.ndarray
    opening_cash_value: np.ndarray

    @property
    def opening(self) -> float:
        """Value on the session before the first."""
        return float(self.opening_holdings.sum() + self.opening_cash_value.sum())

    def overdrawn(self) -> list[tuple[int, int]]:
        """Sessions and currencies with cash below zero by more than rounding: a deposit is missing in the books."""
        return [(int(at), int(currency)) for at, currency in np.argwhere(self.cash < -0.005)]
