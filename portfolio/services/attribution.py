"""Where a portfolio's return came from: by asset or sector, alone or against targets or the composition of a fund."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.models import Instrument
from portfolio.calc.accounting import AccountingError, Days, attribution, contributions, grouped, sleeves
from portfolio.calc.accounting.since import days_since
from portfolio.calc.accounting.state import VERSION
from portfolio.models import Portfolio
from portfolio.services.attribution_against import (
    INVESTED,
    Against,
    Groups,
    Sessions,
    against_fund,
    against_targets,
    against_whole,
)
from portfolio.services.attribution_explain import attribution_explain
from portfolio.services.errors import PortfolioError
from portfolio.services.performance import primary_benchmark
from portfolio.services.running import run_of
from portfolio.services.starting import start_after
from portfolio.services.traits import instrument_of, sector_of
from portfolio.store.books import sessions_read, state_before

BY = ("asset", "sector")
TARGETS, NONE, CASH, UNKNOWN = "targets", "none", "cash", "unknown"
CONTRIBUTION = (
    "contribution = sum over the sessions of k x gain / base, base = the money that earned the session's return r; k ="
    " Carino's factor ln(1 + r) / r over that of the whole period, so that contributions sum to the return"
)
BRINSON = (
    "Brinson-Fachler, session by session: allocation = (w_p - w_b)(b_g - b), selection = w_b (r_g - b_g), interaction ="
    " (w_p - w_b)(r_g - b_g); linked after Carino, so that they sum to the excess return"
)


@dataclass(frozen=True)
class Run:
    """A period of a portfolio: its days, and the assets of their columns."""

    days: Days
    instruments: tuple[Instrument, ...]
    before: np.datetime64


def attribution_report(
    *,
    portfolio: Portfolio,
    by: str = "asset",
    against: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    explain: bool = False,
) -> dict[str, Any]:
    """``contributions`` by ``by`` (asset or sector) to the time-weighted return of a period, and ``results``
    ``against`` the targets (``targets``), or an instrument (its symbol; None: the primary benchmark): allocation,
    selection, interaction. ``none``, or None without a benchmark that has prices: the contributions alone.

    By sector against a fund with a stored composition; other instruments, and all by asset, are one group beside cash,
    which ``groups`` and ``notes`` say. Percent of the period. PortfolioError for another ``by``, a period without a
    session or a return, and what is asked for by name but cannot be compared with.
    """
    if by not in BY:
        raise PortfolioError(f"by: must be one of {', '.join(BY)}, not {by!r}")
    run = days_of(portfolio=portfolio, start=start, end=end)
    groups = Groups.of([_group(one, by) for one in run.instruments])
    own = _contributions(run, groups)
    other, notes = _other(portfolio, against, by, run, groups)
    answer = _period(run) | {"by": by, "groups": by, "contributions": own["results"], "notes": notes}
    if other is None:
        answer |= {"against": None, "formula": CONTRIBUTION} | own
    else:
        answer |= {"against": other.name, "formula": BRINSON} | _effects(run, other)
        if other.groups.names == (INVESTED,):
            answer["groups"] = f"{INVESTED} and {CASH}"
    return answer | ({"explain": attribution_explain(run.days, groups, other, answer)} if explain else {})


def _other(
    portfolio: Portfolio, against: str | None, by: str, run: Run, groups: Groups
) -> tuple[Against | None, list[str]]:
    """What is compared with; None, and a note, where the primary benchmark, which nobody asked for, cannot be."""
    if against == NONE:
        return None, []
    if against is not None:
        return _against(portfolio, against, by, run, groups), []
    benchmark = primary_benchmark(portfolio)
    if benchmark is None:
        return None, []
    try:
        return _against(portfolio, str(benchmark), by, run, groups), []
    except PortfolioError as error:
        return None, [f"not compared with the primary benchmark: {error}"]


def _against(portfolio: Portfolio, against: str, by: str, run: Run, groups: Groups) -> Against:
    sessions = Sessions(run.days.dates, run.before, portfolio.base_currency)

    def label(one: Instrument) -> str:
        return _group(one, by)

    if against == TARGETS:
        return against_targets(portfolio, groups, label, sessions)
    other = instrument_of(against, "against")
    if by != "sector":
        why = f"{other} is compared as a whole: only by sector can a fund be told apart"
        return against_whole(other, groups, sessions, why)
    found = against_fund(other, groups, label, sessions)
    why = f"{other} is compared as a whole: it has no stored composition up to {run.days.dates[-1]}"
    return found or against_whole(other, groups, sessions, why)


def days_of(*, portfolio: Portfolio, start: dt.date | None = None, end: dt.date | None = None) -> Run:
    """The sessions from ``start`` to ``end`` by the transactions of now, computed from the newest state before them.
    PortfolioError where there is none.
    """
    if start and end and start > end:
        raise PortfolioError(f"start: {start} is after the end ({end})")
    sessions = sessions_read(portfolio.pk, end or dt.date.max)
    first = 0 if start is None else int(np.searchsorted(sessions, np.datetime64(start)))
    if first >= len(sessions):
        raise PortfolioError(f"portfolio: it has no value yet{' in this period' if len(sessions) else ''}")
    kept = state_before(portfolio.pk, sessions[first], VERSION)
    begun = start_after(portfolio, kept, sessions[-1].item())
    days = days_since(run_of(begun.book, begun.state, begun.market).days, sessions[first])
    before = sessions[first - 1] if first else sessions[0] - np.timedelta64(1, "D")
    return Run(days, begun.columns.instruments, before)


def _group(instrument: Instrument, by: str) -> str:
    return str(instrument) if by == "asset" else sector_of(instrument) or UNKNOWN


def _period(run: Run) -> dict[str, Any]:
    dates = run.days.dates
    return {"from": dates[0].item(), "to": dates[-1].item(), "sessions": len(dates)}


def _contributions(run: Run, groups: Groups) -> dict[str, Any]:
    found = contributions(run.days)
    if found is None:
        raise PortfolioError("portfolio: no time-weighted return leads through this period, or everything was lost")
    parts = grouped(found.parts, groups.of_asset, groups.count)[0]
    weights = sleeves(run.days, groups.of_asset, groups.count).weights.mean(axis=0)
    rows = [
        {"group": name, "weight": 100.0 * float(weights[at]), "contribution": 100.0 * float(parts[at])}
        for at, name in enumerate([*groups.names, CASH])
    ]
    return {"return": 100.0 * float(found.returns[0]), "results": _without_nothing(rows)}


def _effects(run: Run, other: Against) -> dict[str, Any]:
    groups = other.groups
    try:
        found = attribution(run.days, groups.of_asset, groups.count, weights=other.weights, returns=other.returns)
    except AccountingError as error:
        raise PortfolioError(f"against: {error}") from error
    if found is None:
        raise PortfolioError("portfolio: no time-weighted return leads through this period, or everything was lost")
    own = sleeves(run.days, groups.of_asset, groups.count).weights.mean(axis=0)
    theirs = other.weights.mean(axis=0)
    parts = {name: getattr(found, name)[0] for name in ("allocation", "selection", "interaction")}
    rows = [
        {
            "group": name, "weight": 100.0 * float(own[at]), "benchmark_weight": 100.0 * float(theirs[at]),
            **{effect: 100.0 * float(column[at]) for effect, column in parts.items()},
            "total": 100.0 * float(sum(column[at] for column in parts.values())),
        }
        for at, name in enumerate([*groups.names, CASH])
    ]  # fmt: skip
    return {
        "return": 100.0 * float(found.returns[0]),
        "benchmark_return": 100.0 * float(found.benchmark[0]),
        "excess_return": 100.0 * float(found.excess[0]),
        "totals": {name: 100.0 * float(column.sum()) for name, column in parts.items()},
        "composition_date": other.composition_date,
        "notes": list(other.notes),
        "results": _without_nothing(rows),
    }


def _without_nothing(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups that have a weight or an effect, in their order."""
    return [row for row in rows if any(value for name, value in row.items() if name != "group")]
