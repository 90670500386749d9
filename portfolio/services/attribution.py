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
from portfolio.services.attribution_against import Against, Groups, Sessions, against_fund, against_targets
from portfolio.services.errors import PortfolioError
from portfolio.services.running import run_of
from portfolio.services.starting import start_after
from portfolio.services.traits import instrument_of, sector_of
from portfolio.store.books import sessions_read, state_before

BY = ("asset", "sector")
TARGETS, CASH, UNKNOWN = "targets", "cash", "unknown"
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
) -> dict[str, Any]:
    """Contributions by ``by`` (asset or sector) to the time-weighted return of a period, and ``against`` the targets
    (``targets``) or a fund with a stored composition (its symbol; by sector alone): allocation, selection, interaction.

    Percent of the period. PortfolioError for another ``by``, a period without a session or a return, targets or a
    fund that cannot be compared with.
    """
    if by not in BY:
        raise PortfolioError(f"by: must be one of {', '.join(BY)}, not {by!r}")
    run = days_of(portfolio=portfolio, start=start, end=end)
    groups = Groups.of([_group(one, by) for one in run.instruments])
    if against is None:
        return _period(run) | {"by": by, "against": None, "formula": CONTRIBUTION} | _contributions(run, groups)
    other = _against(portfolio, against, by, run, groups)
    return _period(run) | {"by": by, "against": other.name, "formula": BRINSON} | _effects(run, other)


def _against(portfolio: Portfolio, against: str, by: str, run: Run, groups: Groups) -> Against:
    sessions = Sessions(run.days.dates, run.before, portfolio.base_currency)

    def label(one: Instrument) -> str:
        return _group(one, by)

    if against == TARGETS:
        return against_targets(portfolio, groups, label, sessions)
    if by != "sector":
        raise PortfolioError("by: only sector can be told against a fund")
    return against_fund(instrument_of(against, "against"), groups, label, sessions)


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
