"""One process at work on the variants of a sweep: what they share is read once, each is simulated by itself."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import DataError, transaction

from backtests.models import BacktestSweep, BacktestVariant, Status
from backtests.services.config import Config, config_check
from backtests.services.fingerprint import data_revision
from backtests.services.market import Market
from backtests.services.needs import factors_of
from backtests.services.outcome import figures_of
from backtests.services.overrides import overridden
from backtests.services.running import Finished, run_of
from backtests.services.signals import Decided, decided_of, plan_of
from backtests.services.watching import told
from backtests.services.workbench import Tick, Workbench, scale_of
from backtests.store import Worked
from factors.services import JobError
from market.texts import storable

# A variant fails by itself with these; what is left (a lost connection, no memory, a full disk) ends the worker, and
# its variants stay pending.
OF_VARIANT = (JobError, ValueError, TypeError, ArithmeticError, LookupError, DataError)
MOST_BYTES = 500_000_000  # of markets and figures kept for the next variants, beside those of the present one
SIGNAL_BYTES = 150_000_000  # of signals kept
KINDS = 200  # ways to decide whose figures are computed together
# Fields on which no figure depends: variants that differ in these alone need the same factors on the same sessions.
OF_RULES = frozenset((
    "name", "max_positions", "initial_capital", "commission", "tax", "slippage", "lot_size", "volume_cap", "fractional",
    "fill", "mode", "cash_buffer", "delisting_return", "benchmark", "risk_free",
))  # fmt: skip
OF_MARKET = ("region", "start", "end")


class SweepWorker:
    """``tick`` is told what it is at while it reads and computes; what it raises ends the work."""

    def __init__(self, sweep: BacktestSweep, tick: Callable[[str], None] = lambda stage: None) -> None:
        self.sweep, self.tick = sweep, tick
        self.kinds = _kinds(sweep)
        self.overrides: Mapping[str, Any] = {}
        self.regions: dict[str, Config] = {}
        self.revision: dict[str, Any] = {}
        self._empty()

    def _empty(self) -> None:
        self.bench = Workbench()
        self.prepared: set[tuple[Any, ...]] = set()
        self.decided: dict[tuple[Any, ...], Decided] = {}

    def refresh(self) -> None:
        """Between batches: forget what was read when the data have changed since."""
        now = {region: data_revision(config) for region, config in self.regions.items()}
        if now != self.revision:
            self.revision = now
            self._empty()

    def worked(self, variant: BacktestVariant) -> Worked:
        """A variant computed: its figures, or why it failed."""
        clock, objective = time.perf_counter(), None
        figures: dict[str, Any] = {}
        status, error = Status.COMPLETED, ""
        try:
            with transaction.atomic():  # a failure within leaves the transaction of the batch whole
                figures = dict(figures_of(self.run(variant.overrides)))
            objective = figures[self.sweep.objective]
        except OF_VARIANT as failure:
            status, error = Status.FAILED, storable(told(failure))
        return Worked(variant.pk, status, error, objective, figures, round(time.perf_counter() - clock, 6))

    def run(self, overrides: Mapping[str, Any]) -> Finished:
        """The backtest of the sweep's configuration with ``overrides``; errors as ``run_of``."""
        config = config_check(config=overridden(self.sweep.config, overrides))
        if config.region not in self.regions:
            self.regions[config.region] = replace(config, end=None)
            self.revision[config.region] = data_revision(self.regions[config.region])
        self.overrides = overrides
        return run_of(config, self.bench, lambda stage, done, total: self.tick(stage), self._decide)

    def _decide(self, config: Config, market: Market, bench: Workbench, tick: Tick) -> Decided:
        """What a configuration decides: kept, since variants often differ in how they trade alone."""
        self._make_room(config, market)
        key = _decides(config, market)
        found = self.decided.pop(key, None)
        if found is None:
            self._prepare(config, market, tick)
            found = decided_of(config, market, bench, tick)
        while self.decided and sum(one.bytes for one in self.decided.values()) + found.bytes > SIGNAL_BYTES:
            del self.decided[next(iter(self.decided))]  # the one that was used longest ago
        self.decided[key] = found
        return found

    def _make_room(self, config: Config, market: Market) -> None:
        """Forget what this variant does not need where that is too much."""
        if self.bench.trim(market, scale_of(config), factors_of(config), MOST_BYTES):
            self.decided.clear()  # they hold figures, and are told apart by where their market was in memory
            kept = {id(one) for one in self.bench.markets}
            self.prepared = {key for key in self.prepared if key[0] in kept}

    def _prepare(self, config: Config, market: Market, tick: Tick) -> None:
        """Compute at once what all variants over ``market`` need: reading bars is most of a factor's time."""
        scale = scale_of(config)
        key = (id(market), scale)
        if key in self.prepared:
            return
        self.prepared.add(key)
        names: dict[str, None] = {}
        needed = np.zeros(market.prices.sessions, dtype=bool)
        here = {field: self.overrides.get(field) for field in OF_MARKET}
        for kind in self.kinds:
            if {field: kind.get(field) for field in OF_MARKET} != here:
                continue
            try:
                other = config_check(config=overridden(self.sweep.config, kind))
            except OF_VARIANT:
                continue  # it fails when its turn comes
            if scale_of(other) == scale:
                plan = plan_of(other, market)
                names |= dict.fromkeys(plan.names)
                needed[plan.at] = True
        at = np.flatnonzero(needed)
        if 16 * len(at) * market.prices.instruments * len(names) > MOST_BYTES:
            return  # variant by variant, then
        try:
            if names:
                self.bench.figures(market, scale, list(names), at, tick)
        except OF_VARIANT:
            return  # one factor that cannot be computed must not fail the variants without it


def _kinds(sweep: BacktestSweep) -> list[dict[str, Any]]:
    """What pending variants change of the figures that they need: each way once, at most KINDS of them."""
    found: dict[str, dict[str, Any]] = {}
    pending = BacktestVariant.objects.pending().filter(sweep=sweep).order_by("number")
    for overrides in pending.values_list("overrides", flat=True).iterator(chunk_size=2000):
        kind = {path: value for path, value in overrides.items() if _is_of_figures(path)}
        found.setdefault(json.dumps(kind), kind)
        if len(found) >= KINDS:
            break
    return list(found.values())


def _is_of_figures(path: str) -> bool:
    first, *rest = path.split(".")
    is_threshold = first in ("buy_conditions", "sell_conditions") and rest[1:] == ["value"]
    return first not in OF_RULES and not is_threshold


def _decides(config: Config, market: Market) -> tuple[Any, ...]:
    """Equal for configurations that decide the same on every session, and are given the same prices."""
    rules = config.rules
    return (
        id(market), scale_of(config), config.order_by, config.buys,
        tuple(one.condition for one in config.sells if one.condition),
        json.dumps([config.universe, config.written["strategy"]]), repr(config.definition),
        rules.frequency, rules.every, rules.rebalance_on_start,
        rules.sizing if rules.sizing in ("MARKET_CAP", "SCORE") else "",
    )  # fmt: skip
