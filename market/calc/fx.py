"""Exchange rates: checks of what a file says, and rates of currencies that no pair gives directly."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from market.calc.bars import EARLIEST
from market.calc.duplicates import duplicates_check
from market.calc.findings import Findings
from market.currencies import LARGEST_RATE, SMALLEST_RATE, is_code, is_currency

THIRDS_FIRST = ("USD", "EUR")  # through which third currency to go, before the alphabetical order
Pairs = Mapping[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class Rates:
    """Rows of a file: ``index`` int [rows], the position in ``names`` (codes as written, in capitals); ``date``
    datetime64[D] [rows], NaT where missing; ``rate`` float64 [rows], units of the region's own currency for one unit,
    NaN where missing.
    """

    names: list[str]
    index: np.ndarray
    date: np.ndarray
    rate: np.ndarray


@dataclass(frozen=True)
class FxRates:
    """``days`` datetime64[D] [T], ascending; ``rates`` float64 [T, C], units of one currency for a unit of each of C
    currencies, NaN on days without a rate.
    """

    days: np.ndarray
    rates: np.ndarray


def rates_check(rates: Rates, findings: Findings, *, own: str, today: np.datetime64) -> None:
    """Refuse rates that cannot be: of no currency or of ``own``, of no day or a future one, not above 0, absurd,
    contradicting."""
    date, rate = rates.date, rates.rate
    _currencies_check(rates, findings, own)
    missing = f"date is missing or before {EARLIEST}"
    findings.reject(np.isnat(date) | (date < EARLIEST), column="date", reason="bad_date", message=missing)
    findings.reject(
        date > today,
        column="date",
        reason="future_date",
        message=lambda row: f"date {date[row]} is after today at the exchange ({today})",
    )
    message = "rate is missing or not above 0"
    findings.reject(np.isnan(rate) | (rate <= 0), column="rate", reason="bad_rate", message=message)
    findings.reject(
        (rate < SMALLEST_RATE) | (rate > LARGEST_RATE),
        column="rate",
        reason="out_of_range",
        message=lambda row: f"rate {rate[row]:g} is not between {SMALLEST_RATE:g} and {LARGEST_RATE:g}",
    )
    duplicates_check(
        findings,
        keys=(rates.index, date),
        figures=(rate,),
        message=lambda row: f"several rows of {rates.names[rates.index[row]]} on {date[row]} with different rates",
    )


def _currencies_check(rates: Rates, findings: Findings, own: str) -> None:
    names, index = rates.names, rates.index

    def refuse(wrong: list[bool], reason: str, why: str) -> None:
        mask = np.array(wrong, dtype=bool)[index]
        findings.reject(
            mask, column="currency", reason=reason, message=lambda row: f"{names[index[row]][:50]!r} is {why}"
        )

    refuse([not is_code(name) for name in names], "bad_currency", "not a three-letter code")
    refuse([not is_currency(name) for name in names], "unknown_currency", "no currency of ISO 4217")
    refuse([name == own for name in names], "own_currency", "the region's own currency")


def pairs_needed(known: Collection[tuple[str, str]], base: str, currencies: Sequence[str]) -> list[tuple[str, str]]:
    """Which of the ``known`` pairs ``rates_cross`` can make use of, sorted."""
    needed: set[tuple[str, str]] = set()
    for code in set(currencies) - {base}:
        thirds = _partners(known, code) & _partners(known, base)
        needed |= {pair for pair in known if {code, base} & set(pair) and thirds | {code, base} >= set(pair)}
    return sorted(needed)


def rates_cross(pairs: Pairs, base: str, currencies: Sequence[str], days: int) -> np.ndarray:
    """Units of ``base`` for one unit of each currency: float64 [days, C].

    ``pairs``: (of, into) -> units of ``into`` for one of ``of``, float64 [days], NaN without. Day by day: the pair
    itself, else the inverse of the opposite pair, else through one third currency, each leg found in these two ways on
    the same day; the thirds in the order USD, EUR, then alphabetical. NaN where there is none; ``base`` itself is 1.
    """
    grid = np.ones((days, len(currencies)))
    for column, code in enumerate(currencies):
        if code != base:
            grid[:, column] = _crossed(pairs, code, base, days)
    return grid


def _crossed(pairs: Pairs, of: str, into: str, days: int) -> np.ndarray:
    found = _leg(pairs, of, into, days)
    for third in sorted(_partners(pairs, of) & _partners(pairs, into), key=_rank):
        if not np.isnan(found).any():
            break
        through = _leg(pairs, of, third, days) * _leg(pairs, third, into, days)
        found = np.where(np.isnan(found), through, found)
    return found


def _leg(pairs: Pairs, of: str, into: str, days: int) -> np.ndarray:
    """The pair, where it has no rate the inverse of the opposite one."""
    nothing = np.full(days, np.nan)
    direct = pairs.get((of, into), nothing)
    return np.where(np.isnan(direct), 1 / pairs.get((into, of), nothing), direct)


def _partners(pairs: Collection[tuple[str, str]], code: str) -> set[str]:
    """The currencies that one has a pair with."""
    return {other for pair in pairs if code in pair for other in pair if other != code}


def _rank(code: str) -> tuple[int, str]:
    return (THIRDS_FIRST.index(code) if code in THIRDS_FIRST else len(THIRDS_FIRST), code)
