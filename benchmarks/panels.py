"""Panels in memory: read once, handed out fresh (nothing derived is kept), cut to some instruments."""

from dataclasses import replace

import numpy as np

from benchmarks.universe import AS_OF
from factors.registry import all_factors
from market.calc.reports import ReportGrid
from market.calc.snapshot import Snapshot
from market.panel import Panel
from market.store.panels import read_panel

PREFERENCE = "etf_preference"  # no holdings in this universe: made up, so that all factors have something to do


def panel_in_memory(region: str) -> Panel:
    """The region's panel, its arrays copied out of the mapped files."""
    panel, _ = read_panel(region, AS_OF, max(factor.lookback for factor in all_factors()))
    made_up = np.random.default_rng(5).uniform(0.0, 5.0, panel.n)
    return cut(replace(panel, extra={PREFERENCE: made_up}), np.arange(panel.n))


def fresh(panel: Panel) -> Panel:
    """The same panel without anything that earlier factors derived from it."""
    grid = panel.fundamentals.grid
    return replace(panel, fundamentals=Snapshot(ReportGrid(grid.rows, grid.n), panel.fundamentals.as_of_day))


def cut(panel: Panel, columns: np.ndarray) -> Panel:
    """The panel of the instruments at ``columns`` (ascending) alone."""
    by_instrument = {
        name: np.ascontiguousarray(getattr(panel, name)[columns])
        for name in ("instrument_ids", "tickers", "sectors", "is_quoted", "in_universe", "n_bars")
    }
    by_bar = {
        name: np.ascontiguousarray(getattr(panel, name)[:, columns])
        for name in ("days", "close", "high", "volume", "trading_value")
    }
    last = {name: np.array(values[columns]) for name, values in vars(panel.last).items()}
    place = np.full(panel.n, -1)
    place[columns] = np.arange(len(columns))
    rows = panel.fundamentals.grid.rows
    kept = rows.pick(np.flatnonzero(place[rows.column] >= 0))
    rows = replace(kept, column=place[kept.column])
    return replace(
        panel, **by_instrument, **by_bar, company=np.unique(panel.company[columns], return_inverse=True)[1],
        last=replace(panel.last, **last), extra={name: values[columns] for name, values in panel.extra.items()},
        fundamentals=Snapshot(ReportGrid(rows, len(columns)), panel.fundamentals.as_of_day),
    )  # fmt: skip
