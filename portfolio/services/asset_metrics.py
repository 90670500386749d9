"""Indicators of every asset of a region as of a session, computed from a panel and stored."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import DatabaseError

from factors.services.jobs import JobError
from factors.services.progress import Progress, silent
from factors.services.runs import session_resolve
from market.jobs.locks import RunInProgress
from market.models import Instrument, PriceBar
from market.panel import Panel
from market.regions import REGIONS
from market.store.panels import NoBars, read_panel
from market.timescale.chunks import chunks_make
from portfolio.calc.indicators import INDICATORS, LOOKBACK, indicators_of
from portfolio.models import AssetPerformanceMetrics, Portfolio
from portfolio.services.errors import PortfolioError, region_code
from portfolio.services.standing import standing_of
from portfolio.store.asset_metrics import asset_metrics_write
from portfolio.store.locks import metrics_lock
from portfolio.timescale import ASSET_METRICS

# Whatever a portfolio can hold; factors score common stocks alone.
HELD = tuple(kind.value for kind in Instrument.AssetType if kind != Instrument.AssetType.INDEX)
STAGES = 3


@dataclass(frozen=True)
class MetricsRun:
    """What was computed: ``rows`` stored, of ``instruments`` with bars; ``known`` counts figures by indicator; seconds
    by stage."""

    region: str
    date: dt.date
    rows: int
    instruments: int
    known: dict[str, int]
    timings: dict[str, float]


@dataclass(frozen=True)
class MetricsOutcome:
    """What became of one region: a run, or why there is none (``is_request_error``: the request was wrong)."""

    region: str
    run: MetricsRun | None = None
    problem: str = ""
    is_request_error: bool = False


@dataclass
class _Clock:
    timings: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage], self.since = round(now - self.since, 4), now


def asset_metrics_compute(
    *, region: str, as_of: dt.date | None = None, risk_free: float = 0.02, progress: Progress = silent
) -> MetricsRun:
    """Compute and store ``INDICATORS`` of the region's stocks, ETFs and all else but indices, as of a session (None:
    the newest with bars), replacing its rows.

    Only what is listed and has a bar in the last five sessions gets a row; the row says of which day its last bar is.
    Rows are replaced in one transaction: what fails before leaves the earlier ones. PortfolioError (or JobError) for an
    unknown region, a day that is no session, in the future, or of which there are no bars; RunInProgress when the
    region and session are being computed already.
    """
    code = region_code(region)
    date = session_resolve(region=code, date=as_of, asset_types=HELD)
    clock = _Clock()
    with metrics_lock(code, date):
        progress("reading the panel", 0, STAGES)
        panel = _panel(code, date)
        clock.lap("read")
        progress("computing", 1, STAGES)
        figures = indicators_of(panel, risk_free)
        clock.lap("compute")
        progress("writing", 2, STAGES)
        chunks_make(ASSET_METRICS, [date])
        rows, known = _write(panel, date, figures)
        clock.lap("write")
    progress("done", STAGES, STAGES)
    return MetricsRun(code, date, rows, panel.n, known, clock.timings)


def asset_metrics_compute_regions(
    *, regions: Sequence[str] = (), as_of: dt.date | None = None, progress: Callable[[str], Progress] = lambda _: silent
) -> list[MetricsOutcome]:
    """Compute several regions (none named: all with prices), one after the other; what goes wrong with one of them is
    its outcome and does not stop the others.
    """
    return [_outcome(region, as_of, progress(region)) for region in regions or regions_held()]


def regions_held() -> list[str]:
    """Regions that have prices of something a portfolio can hold, in the house's order."""
    return [code for code in REGIONS if PriceBar.objects.newest_date(code, HELD) is not None]


def _outcome(region: str, as_of: dt.date | None, progress: Progress) -> MetricsOutcome:
    try:
        return MetricsOutcome(region, asset_metrics_compute(region=region, as_of=as_of, progress=progress))
    except JobError as error:
        return MetricsOutcome(region, problem=str(error), is_request_error=True)
    except (RunInProgress, DatabaseError) as error:
        return MetricsOutcome(region, problem=f"{type(error).__name__}: {str(error).splitlines()[0]}")


def _panel(region: str, date: dt.date) -> Panel:
    """The panel of a session on which something traded."""
    try:
        panel, _ = read_panel(region, date, LOOKBACK, asset_types=HELD, by_year=True)
    except NoBars as error:
        raise PortfolioError(f"date: {error}") from error
    newest = panel.days[-1].max(initial=0)
    if newest < panel.days_of_sessions()[0]:
        last = np.datetime64(int(newest), "D")
        raise PortfolioError(f"date: {region} has no bars on {date}; the last ones before it are of {last}")
    return panel


def _write(panel: Panel, date: dt.date, figures: dict[str, np.ndarray]) -> tuple[int, dict[str, int]]:
    """(rows written, figures by indicator) of what is quoted on the panel's session."""
    quoted = np.flatnonzero(panel.is_quoted)
    ours = {name: figures[name][quoted] for name in INDICATORS}
    rows = asset_metrics_write(panel.region, date, panel.instrument_ids[quoted], panel.days[-1, quoted], ours)
    return rows, {name: int(np.isfinite(values).sum()) for name, values in ours.items()}


def asset_metrics_held(*, portfolio: Portfolio, as_of: dt.date | None = None) -> dict[str, Any]:
    """``results``: the newest stored row, by that day, of each asset held on ``as_of`` (None: the newest session), with
    its instrument; ``missing``: what has none. PortfolioError where the portfolio has no value.
    """
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    held = {one.instrument.pk: one.instrument for one in standing.held}
    rows = AssetPerformanceMetrics.objects.newest_of(list(held), standing.as_of).with_names()
    found = {row.instrument_id: row for row in rows}
    missing = sorted(str(one) for key, one in held.items() if key not in found)
    results = [found[key] for key in held if key in found]
    return {"as_of": standing.as_of, "results": results, "missing": missing}
