"""What a portfolio is measured against, and how it stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from market.models import Instrument
from portfolio.calc.capture import capture_of
from portfolio.calc.common import common_track
from portfolio.calc.risk.steps import compared_steps
from portfolio.calc.statistics import Track, statistic_named, statistics_of
from portfolio.models import Portfolio, PortfolioBenchmark
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import asset_closes
from portfolio.services.portfolios import values_outdate
from portfolio.services.record import record_of
from portfolio.services.trails import plain, trail
from portfolio.services.transactions import books_lock

MOST = 20
FIGURES = ("tracking_error", "information_ratio", "alpha", "beta", "excess_return")
SECTION, DOCUMENT = "docs/statistics.md", "docs/portfolio-risk.md"
_CAPTURE = "100 x mean compounded return of the sessions on which the benchmark {} / that of the benchmark on them"
# (unit, formula) of what is not stored.
OTHERS = {
    "correlation": ("ratio", "Pearson correlation of return and benchmark_return over the common sessions"),
    "up_capture": ("%", _CAPTURE.format("rose")),
    "down_capture": ("%", _CAPTURE.format("fell")),
}


@dataclass(frozen=True)
class Wanted:
    """A benchmark to set."""

    instrument: Instrument
    is_primary: bool = False


@dataclass(frozen=True)
class Compared:
    """``track``: of the portfolio beside a benchmark, None for the ``reason``."""

    track: Track | None
    reason: str


@transaction.atomic
def benchmarks_set(*, portfolio: Portfolio, benchmarks: Sequence[Wanted]) -> list[PortfolioBenchmark]:
    """Make these the benchmarks of a portfolio, in place of others, and compute their figures; none is fine.

    Without one marked the first is primary. PortfolioError for one named twice, two primary ones, more than 20, and
    prices that no exchange rate brings into the portfolio's currency.
    """
    chosen = [one.instrument.pk for one in benchmarks]
    primary = [one.instrument.pk for one in benchmarks if one.is_primary] or chosen[:1]
    if len(chosen) > MOST:
        raise PortfolioError(f"benchmarks: at most {MOST}")
    if len(set(chosen)) < len(chosen):
        twice = next(one.instrument for one in benchmarks if chosen.count(one.instrument.pk) > 1)
        raise PortfolioError(f"benchmarks: {twice} is there twice")
    if len(primary) > 1:
        raise PortfolioError("benchmarks: only one can be the primary one")
    books_lock(portfolio)
    _require_rates(portfolio, [one.instrument for one in benchmarks])
    before = portfolio.benchmarks.filter(is_primary=True).values_list("instrument", flat=True).first()
    portfolio.benchmarks.exclude(instrument__in=chosen).delete()
    portfolio.benchmarks.update(is_primary=False)  # before another takes its place: one at a time
    rows = [PortfolioBenchmark(portfolio=portfolio, instrument_id=one, is_primary=one in primary) for one in chosen]
    PortfolioBenchmark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=("portfolio", "instrument"), update_fields=("is_primary",)
    )
    if before != (primary[0] if primary else None):
        values_outdate(portfolio)  # daily rows tell of the primary one
    return benchmarks_compute(portfolio=portfolio)


def _require_rates(portfolio: Portfolio, instruments: Sequence[Instrument]) -> None:
    """PortfolioError where a benchmark's currency has no exchange rate over the portfolio's record."""
    first = portfolio.performance.order_by("date").values_list("date", flat=True).first()
    if first is not None and portfolio.valued_to is not None and instruments:
        asset_closes(
            instruments=instruments, base_currency=portfolio.base_currency, start=first, end=portfolio.valued_to
        )


def benchmark_tracks(*, portfolio: Portfolio, rows: Sequence[PortfolioBenchmark]) -> list[Compared]:
    """The portfolio's record beside each benchmark, on the sessions they have in common (``common_track``), or why
    there is none.
    """
    if not rows:
        return []
    try:
        record = record_of(portfolio=portfolio)
        track, levels = record.track(), record.levels([one.instrument for one in rows])
    except PortfolioError as error:
        if len(rows) > 1:  # one without an exchange rate must not hide the others
            return [benchmark_tracks(portfolio=portfolio, rows=[row])[0] for row in rows]
        return [Compared(None, str(error))]
    found = [common_track(Track(track.values, track.dates, levels[:, at], track.risk_free)) for at in range(len(rows))]
    return [Compared(one, "" if one else "benchmark: fewer than two sessions in common") for one in found]


def benchmarks_compute(*, portfolio: Portfolio) -> list[PortfolioBenchmark]:
    """Compute and store the figures of every benchmark, null where nothing can be compared (``benchmark_report`` says
    why).
    """
    rows = list(portfolio.benchmarks.select_related("instrument"))
    for row, beside in zip(rows, benchmark_tracks(portfolio=portfolio, rows=rows), strict=True):
        track = beside.track
        figures = dict.fromkeys(FIGURES) if track is None else statistics_of(track, FIGURES)
        row.sessions = 0 if track is None else track.sessions
        row.as_of = None if track is None else track.dates[-1].item()
        for name, figure in figures.items():
            setattr(row, name, figure)
    PortfolioBenchmark.objects.bulk_update(rows, (*FIGURES, "sessions", "as_of"))
    return rows


def benchmark_report(*, portfolio: Portfolio, explain: bool = False) -> list[dict[str, Any]]:
    """A row per benchmark, the primary first: stored figures, correlation, up and down capture, the ``reason`` where
    nothing can be compared; with ``explain`` how each figure is computed and the sessions it is of.
    """
    rows = list(portfolio.benchmarks.select_related("instrument"))
    return [
        _row(row, beside) | ({"explain": _explained(row, beside.track)} if explain else {})
        for row, beside in zip(rows, benchmark_tracks(portfolio=portfolio, rows=rows), strict=True)
    ]


def _row(row: PortfolioBenchmark, beside: Compared) -> dict[str, Any]:
    names = ("is_primary", "as_of", "sessions", *FIGURES)
    return (
        {"symbol": str(row.instrument), "name": row.instrument.name, "reason": beside.reason}
        | {name: getattr(row, name) for name in names}
        | _beside(beside.track)
    )


def _beside(track: Track | None) -> dict[str, float | None]:
    """Figures that are not stored."""
    if track is None or len(track.pairs.own) < 2:
        return dict.fromkeys(OTHERS)
    own, other = track.pairs
    capture = capture_of(own, other)
    scatters = min(np.ptp(own), np.ptp(other)) > 0
    return {
        "correlation": float(np.corrcoef(own, other)[0, 1]) if scatters else None,
        "up_capture": capture.up, "down_capture": capture.down,
    }  # fmt: skip


def _explained(row: PortfolioBenchmark, track: Track | None) -> dict[str, Any]:
    """A trail for each figure, and the common sessions that all of them are made of."""
    shown = _beside(track)
    dates = {} if track is None else {"first": track.dates[0].item(), "last": track.dates[-1].item()}
    known = {"currency": row.portfolio.base_currency, "returns": 0 if track is None else track.sessions} | dates
    values = dict.fromkeys(FIGURES) if track is None else statistics_of(track, FIGURES)
    steps = {} if track is None else compared_steps(track)
    figures = {
        name: trail(
            values[name], statistic_named(name).unit, statistic_named(name).description(),
            inputs=known | {"stored": getattr(row, name)} | plain(steps.get(name, {})), source=SECTION,
        )
        for name in FIGURES
    }  # fmt: skip
    for name, (unit, formula) in OTHERS.items():
        figures[name] = trail(shown[name], unit, formula, inputs=known, source=DOCUMENT)
    return {"figures": figures, "sessions": _sessions(track)}


def _sessions(track: Track | None) -> list[dict[str, Any]]:
    """Index and level on each common date, returns in percent from the one before."""
    if track is None or track.benchmark is None:
        return []
    own, other = track.pairs
    columns = zip(
        track.dates.tolist(), track.values.tolist(), track.benchmark.tolist(), [None, *(100.0 * own).tolist()],
        [None, *(100.0 * other).tolist()], strict=True,
    )  # fmt: skip
    names = ("date", "index", "benchmark_level", "return", "benchmark_return")
    return [dict(zip(names, one, strict=True)) for one in columns]
