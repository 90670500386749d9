"""What several backtests can share: markets, benchmarks and figures, each made once."""

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np

from backtests.services.config import NO_BENCHMARK, Config
from backtests.services.errors import BacktestError
from backtests.services.market import Benchmark, Market, benchmark_read, market_read, period_check
from backtests.services.needs import lookback_of
from factors.models import Strategy
from factors.services.composites import composite_factors, composite_learns, composites_compute, composites_stored
from factors.services.cross_sections import Scale
from factors.services.figures import Layer, figures_compute

Tick = Callable[[int, int], None]


def nothing(done: int, total: int) -> None:
    """The tick of those whom nobody watches."""


class Workbench:
    """Reads and computes for backtests, and keeps what it has for the next one. Not for long: data may change."""

    def __init__(self) -> None:
        self._markets: dict[tuple[str, dt.date, dt.date], Market] = {}
        self._periods: dict[tuple[str, dt.date, dt.date | None], tuple[dt.date, dt.date]] = {}
        self._benchmarks: dict[tuple[int, str], Benchmark | None] = {}
        self._known: dict[tuple[int, Scale, str], tuple[np.ndarray, Layer]] = {}

    @property
    def markets(self) -> list[Market]:
        """Those that are kept."""
        return list(self._markets.values())

    def trim(self, market: Market, scale: Scale, names: Sequence[str], most: int) -> bool:
        """Forget, the oldest first, other markets than ``market`` and then other figures than its ``names`` until they
        take at most ``most`` bytes; whether anything had to go. What is named stays, however large it is.
        """
        used = {(id(market), scale, name) for name in names}
        spare = sum(_market_bytes(one) for one in self._markets.values() if one is not market)
        spare += sum(_layer_bytes(layer) for key, (_, layer) in self._known.items() if key not in used)
        if spare <= most:
            return False
        for place, other in list(self._markets.items()):
            if spare > most and other is not market:
                del self._markets[place]
                spare -= _market_bytes(other) + self._forget(id(other))
        for key in list(self._known):
            if spare > most and key not in used:
                spare -= _layer_bytes(self._known.pop(key)[1])
        return True

    def _forget(self, place: int) -> int:
        """Take away all that belongs to a market; the bytes of its figures."""
        for benchmark in [key for key in self._benchmarks if key[0] == place]:
            del self._benchmarks[benchmark]
        return sum(_layer_bytes(self._known.pop(key)[1]) for key in list(self._known) if key[0] == place)

    def market(self, config: Config) -> Market:
        """The market of a configuration; BacktestError for a period that the data do not cover."""
        asked = (config.region, config.start, config.end)
        if asked not in self._periods:
            self._periods[asked] = period_check(region=config.region, start=config.start, end=config.end)
        key = (config.region, *self._periods[asked])
        if key not in self._markets:
            self._markets[key] = market_read(
                region=config.region, start=key[1], end=key[2], lookback=lookback_of(config)
            )
        return self._markets[key]

    def benchmark(self, config: Config, market: Market) -> Benchmark | None:
        """None without one; the region's index may be missing, another one must be there."""
        if config.benchmark == NO_BENCHMARK:
            return None
        key = (id(market), config.benchmark)
        if key not in self._benchmarks:
            found = benchmark_read(region=config.region, ticker=config.benchmark, market=market)
            self._benchmarks[key] = found
        return self._benchmarks[key]

    def figures(
        self, market: Market, scale: Scale, names: Sequence[str], at: np.ndarray, tick: Tick = nothing
    ) -> dict[str, Layer]:
        """Figures of factors on the sessions ``at`` int [T'] (places in the market, ascending), by name: [T', N] each.

        What is not known is computed: for all sessions together that any of the names lacks.
        """
        missing = np.zeros(market.prices.sessions, dtype=bool)
        for name in names:
            missing[np.setdiff1d(at, self._sessions(market, scale, name))] = True
        places = np.flatnonzero(missing)
        if len(places):
            fresh = figures_compute(
                region=market.region, names=names, on=market.dates(places), ids=market.ids, scale=scale, tick=tick
            )
            for name, layer in fresh.items():
                self._add(market, scale, name, places, layer)
        return {name: self._pick(market, scale, name, at) for name in names}

    def composites(self, market: Market, config: Config, at: np.ndarray, tick: Tick = nothing) -> np.ndarray:
        """The composite of a configuration's strategy on the sessions ``at``: float64 [T', N]."""
        definition = config.strategy_definition()
        if composite_learns(definition=definition):
            return composites_stored(strategy=_stored(config), on=market.dates(at), ids=market.ids)
        scale = scale_of(config)
        layers = self.figures(market, scale, composite_factors(definition=definition), at, tick)
        days = market.prices.days[at].astype(np.int32)
        return composites_compute(definition=definition, layers=layers, days=days, members=market.members)

    def knows(self, market: Market, scale: Scale, names: Sequence[str], at: np.ndarray) -> np.ndarray:
        """On which of the sessions ``at`` the figures of all ``names`` are there already: bool [T']."""
        found = np.ones(len(at), dtype=bool)
        for name in names:
            found &= np.isin(at, self._sessions(market, scale, name))
        return found

    def _sessions(self, market: Market, scale: Scale, name: str) -> np.ndarray:
        found = self._known.get((id(market), scale, name))
        return np.zeros(0, np.int64) if found is None else found[0]

    def _add(self, market: Market, scale: Scale, name: str, places: np.ndarray, layer: Layer) -> None:
        key = (id(market), scale, name)
        if key not in self._known:
            self._known[key] = (places, layer)
            return
        before, kept = self._known[key]
        new = np.flatnonzero(~np.isin(places, before))
        order = np.argsort(np.concatenate([before, places[new]]), kind="stable")
        joined = (
            np.concatenate([getattr(kept, kind), getattr(layer, kind)[new]])[order]
            for kind in ("value", "score", "percentile")
        )
        self._known[key] = (np.concatenate([before, places[new]])[order], Layer(*joined))

    def _pick(self, market: Market, scale: Scale, name: str, at: np.ndarray) -> Layer:
        places, layer = self._known[id(market), scale, name]
        if len(places) == len(at):  # all of them
            return layer
        rows = np.searchsorted(places, at)
        return Layer(layer.value[rows], layer.score[rows], layer.percentile[rows])


def _market_bytes(market: Market) -> int:
    return sum(one.nbytes for one in (market.prices.open, market.prices.close, market.prices.volume))


def _layer_bytes(layer: Layer) -> int:
    return sum(one.nbytes for one in (layer.value, layer.score, layer.percentile))


def scale_of(config: Config) -> Scale:
    return Scale(config.normalisation, config.neutralise)


def _stored(config: Config) -> Strategy:
    if config.strategy is None:
        raise BacktestError(
            "strategy: its combiner learns from the past: save it as a strategy, combine its factors, and name it here"
        )
    return config.strategy
