"""What could happen to a portfolio: bad times of the past, made-up shocks, the most likely way to a given loss."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from market.models import Instrument
from portfolio.calc.stress import (
    HISTORICAL,
    NoSuchLoss,
    Shock,
    Stress,
    Window,
    historical_stress,
    historical_window,
    reverse_stress,
    shock_stress,
)
from portfolio.calc.stress.historical import STALE
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import rates_on
from portfolio.services.risk_report import held_returns
from portfolio.services.shocks import shocks_read, traits_of
from portfolio.services.standing import Standing, standing_of
from portfolio.services.stress_explain import reverse_explain, stress_explain
from portfolio.services.traits import instrument_of, stand_ins
from portfolio.store.prices import prices_read

MOST_SESSIONS = 252
LITTLE = 50.0  # percent covered: below it the change alone misleads


@dataclass(frozen=True)
class Levels:
    """``dates`` [T] and, by name, adjusted closes in the base currency float64 [T], NaN without one."""

    dates: np.ndarray
    by_name: dict[str, np.ndarray]


def stress_historical(
    *,
    portfolio: Portfolio,
    as_of: dt.date | None = None,
    windows: Sequence[str] = (),
    proxies: Mapping[str, str] | None = None,
    explain: bool = False,
) -> dict[str, Any]:
    """Today's weights through bad times of the past (all of them for none named), a result per window.

    What has no closes then takes the change of a proxy, which its row names: the one of ``proxies`` (symbol by symbol
    held), then an index or fund of its sector, then the index of its region. Foreign cash moves with its exchange rate.
    PortfolioError for an unknown window or symbol, and for a portfolio worth nothing.
    """
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    weights = stressed_weights(standing)
    chosen = [_window(name) for name in windows] or list(HISTORICAL)
    others = _stand_ins(standing, proxies or {})
    results = []
    for window in chosen:
        levels = _levels(standing, [one for several in others.values() for one in several], window)
        names = {name: [str(one) for one in several] for name, several in others.items()}
        (found,) = historical_stress(weights, levels.by_name, levels.dates, windows=[window], proxies=names)
        told = stress_shown(found) | {"title": window.title, "first": window.first, "last": window.last}
        inputs = {"date": standing.as_of, "window": window.name, "first": window.first, "last": window.last}
        results.append(told | ({"explain": stress_explain(told, inputs)} if explain else {}))
    return {"date": standing.as_of, "results": results}


def stress_shocks(
    *, portfolio: Portfolio, shocks: Sequence[Shock], as_of: dt.date | None = None, explain: bool = False
) -> dict[str, Any]:  # fmt: skip
    """All ``shocks`` at once (``shock_stress``) on today's weights. Names are those of the portfolio: ``US:AAA`` or
    ``AAA``; sectors in any words; factor ``market`` is the index of each asset's region, through the asset's beta of
    the last 252 sessions, other factors work through the newest scores. PortfolioError for what hits nothing.
    """
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    weights = stressed_weights(standing)
    read = shocks_read(standing, shocks)
    try:
        found = shock_stress(weights, traits_of(standing, read), read)
    except ValueError as error:
        raise PortfolioError(str(error)) from error
    told = stress_shown(found)
    inputs = {"date": standing.as_of, "shocks": [asdict(one) for one in read]}
    return {"date": standing.as_of, **told} | ({"explain": stress_explain(told, inputs)} if explain else {})


def stress_reverse(
    *, portfolio: Portfolio, loss: float, sessions: int = 1, as_of: dt.date | None = None, explain: bool = False
) -> dict[str, Any]:
    """The most likely way to lose ``loss`` percent within ``sessions``, by the covariance of the last 252 common
    returns. PortfolioError for a loss that these assets cannot make.
    """
    if not 1 <= sessions <= MOST_SESSIONS:
        raise PortfolioError(f"sessions: must be from 1 to {MOST_SESSIONS}")
    if not 0.0 < loss <= 100.0:
        raise PortfolioError(f"loss: must be above 0 and at most 100 percent, not {loss:g}")
    held = held_returns(standing_of(portfolio=portfolio, as_of=as_of))
    try:
        found = reverse_stress(held.names, 100.0 * held.weights, held.covariance, loss=loss, sessions=sessions)
    except NoSuchLoss as error:
        raise PortfolioError(f"loss: {error}") from error
    rows = zip(held.names, (100.0 * held.weights).tolist(), found.changes.tolist(), found.contributions.tolist(),
               strict=True)  # fmt: skip
    told = {
        "date": held.standing.as_of, "first": held.dates[0].item(), "last": held.dates[-1].item(),
        "returns": len(held.returns), "returns_a_year": held.returns_a_year,
        "loss": loss, "sessions": sessions, "distance": found.distance, "probability": found.probability,
        "limited": list(found.limited), "left_out": held.left_out,
        "assets": [
            {"asset": name, "weight": weight, "change": change, "contribution": part}
            for name, weight, change, part in rows
        ],
    }  # fmt: skip
    return told | ({"explain": reverse_explain(told)} if explain else {})


def stressed_weights(standing: Standing) -> dict[str, float]:
    """Percent by symbol of what is held, and of cash in other currencies than the base; the rest of 100 stands still.
    PortfolioError where nothing could move, or debts leave more than 100.
    """
    if not standing.value > 0:
        raise PortfolioError(f"portfolio: is worth nothing on {standing.as_of}")
    weights = {str(one.instrument): 100.0 * one.value / standing.value for one in standing.held}
    weights |= {
        cash_name(currency): 100.0 * amount * standing.rates[currency] / standing.value
        for currency, amount in standing.cash.items()
        if currency != standing.portfolio.base_currency
    }
    if not weights:
        raise PortfolioError(f"portfolio: holds nothing on {standing.as_of} that could move")
    if sum(weights.values()) > 100.0 + 1e-6:
        raise PortfolioError("portfolio: cash is below zero; a stress test does not know borrowed money")
    return weights


def cash_name(currency: str) -> str:
    return f"cash {currency}"


def stress_shown(found: Stress) -> dict[str, Any]:
    return asdict(found) | {"assets": [asdict(one) for one in found.assets], "note": _note(found)}


def _note(found: Stress) -> str:
    """What must be read beside the change: how little it may be of."""
    if found.covered >= LITTLE:
        return ""
    alike = "not known" if found.change_if_alike is None else f"{found.change_if_alike:+.2f} %"
    still = f"{found.change:+.2f} % if the rest stands still"
    return f"only {found.covered:.1f} % has data: {still}, {alike} if it moves alike"


def _window(name: str) -> Window:
    try:
        return historical_window(name)
    except ValueError as error:
        raise PortfolioError(str(error)) from error


def _stand_ins(standing: Standing, proxies: Mapping[str, str]) -> dict[str, list[Instrument]]:
    """By symbol held: what may stand in for it, the best first."""
    held = {str(one.instrument): one.instrument for one in standing.held}
    unknown = [name for name in proxies if name not in held]
    if unknown:
        raise PortfolioError(f"proxies: {unknown[0]} is not held on {standing.as_of}")
    usual = stand_ins(list(held.values()))
    own = {name: [instrument_of(symbol, "proxies")] for name, symbol in proxies.items()}
    return {name: [*own.get(name, []), *usual[one.pk]] for name, one in held.items()}


def _levels(standing: Standing, others: Sequence[Instrument], window: Window) -> Levels:
    """Of what is held and what may stand in for it, with the days before the window in which a close still counts. A
    currency without rates then makes its assets' levels unknown, not those of the others.
    """
    base = standing.portfolio.base_currency
    asked = {one.pk: one for one in [*(one.instrument for one in standing.held), *others]}
    start = window.first - dt.timedelta(days=STALE)
    prices = prices_read(list(asked), start, window.last)
    dates, closes = prices.dates, prices.adjusted
    if not len(dates):  # then there are still days on which foreign cash has a rate
        dates = np.arange(np.datetime64(start), np.datetime64(window.last) + 1)
        closes = np.full((len(dates), len(asked)), np.nan)
    foreign = [currency for currency in standing.cash if currency != base]
    rate = {one: _rate(base, one, dates) for one in {*foreign, *(one.currency for one in asked.values())}}
    by_name = {str(one): closes[:, at] * rate[one.currency] for at, one in enumerate(asked.values())}
    return Levels(dates, by_name | {cash_name(currency): rate[currency] for currency in foreign})


def _rate(base: str, currency: str, dates: np.ndarray) -> np.ndarray:
    try:
        return rates_on(base, [currency], dates)[:, 0]
    except PortfolioError:  # so long ago there may be none: then it is no data, not an error
        return np.full(len(dates), np.nan)
