"""The panel: everything a factor may look at, as NumPy arrays, as of one session. Pure and frozen.

Bars are stacked by instrument (``market.calc.stacking``): row -1 is each instrument's own last bar on or
before the as-of date, row -2 the bar before it, NaN above the first bar. Prices are adjusted to that last
bar; nothing later than ``as_of`` is in here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from market.calc.figures import Figure, Status
from market.calc.snapshot import Snapshot
from market.calc.stacking import compact_columns

FLOWS = (
    "revenue", "operating_income", "net_income", "ebitda", "operating_cash_flow", "capital_expenditure", "eps",
    "dividends_per_share",
)  # fmt: skip
BALANCES = (
    "total_assets", "total_equity", "total_debt", "cash", "current_assets", "current_liabilities",
    "book_value_per_share", "free_float_shares",
)  # fmt: skip


class FieldUnavailable(LookupError):
    """A factor asked for a field that no app has registered a loader for."""


@dataclass(frozen=True)
class LastBar:
    """Each instrument's last bar, raw. float [N]; ``is_adjusted`` bool [N]: the close is not the traded one."""

    close: np.ndarray
    volume: np.ndarray
    market_cap: np.ndarray
    shares_outstanding: np.ndarray
    is_adjusted: np.ndarray


@dataclass(frozen=True)
class Panel:
    """L stacked bars of N instruments of one region.

    ``close``, ``high`` adjusted prices; ``volume`` split-adjusted shares; ``trading_value`` currency (C x V where
    the source gives none and the close is raw): float [L, N]. ``days`` int32 [L, N], days since 1970-01-01, 0 where
    there is no bar. ``n_bars`` int [N]. ``index_days`` int32 [S], ``index_close`` float [S]: the region's index.
    ``is_quoted`` bool [N]: listed, with a bar in the last five sessions; ``in_universe``: and traded in its last five
    bars. ``company`` int [N]: lines of one company share a number.
    """

    region: str
    as_of: np.datetime64
    instrument_ids: np.ndarray
    tickers: np.ndarray
    sectors: np.ndarray
    company: np.ndarray
    is_quoted: np.ndarray
    in_universe: np.ndarray
    days: np.ndarray
    n_bars: np.ndarray
    close: np.ndarray
    high: np.ndarray
    volume: np.ndarray
    trading_value: np.ndarray
    last: LastBar
    index_days: np.ndarray
    index_close: np.ndarray
    recent_sessions: np.ndarray  # int32, the region's last five sessions, as_of the last
    fundamentals: Snapshot
    extra: Mapping[str, np.ndarray] = field(default_factory=dict)
    _derived: dict[str, tuple[np.ndarray, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def n(self) -> int:
        """Number of instruments."""
        return len(self.instrument_ids)

    @cached_property
    def returns(self) -> np.ndarray:
        """r_d = P[d]/P[d-1] - 1, float [L-1, N]; row -1 is the return on the last bar."""
        result: np.ndarray = self.close[1:] / self.close[:-1] - 1.0
        return result

    @cached_property
    def line_market_cap(self) -> Figure:
        """M of the line: the bar's market cap, else C x its share count, else C x the latest reported count."""
        raw_close = np.where(self.last.is_adjusted, np.nan, self.last.close)
        value = np.where(
            np.isnan(self.last.market_cap), raw_close * self.shares_outstanding.values, self.last.market_cap
        )
        return Figure.of(np.where(self.last.is_adjusted, np.nan, value))

    @cached_property
    def market_cap(self) -> Figure:
        """M of the company: the sum over its quoted common lines; unknown where that of one of them is.

        A line that is not quoted has M by itself. float [N], currency.
        """
        line = self.line_market_cap.values
        size = int(self.company.max(initial=-1)) + 1
        total = np.bincount(self.company, weights=np.where(self.is_quoted, line, 0.0), minlength=size)
        return Figure.of(np.where(self.is_quoted, total[self.company], line))

    @cached_property
    def shares_outstanding(self) -> Figure:
        """The bar's share count, else the latest reported one. float [N], shares."""
        reported = self.fundamentals.newest("shares_outstanding")
        on_bar = ~np.isnan(self.last.shares_outstanding)
        return Figure(
            np.where(on_bar, self.last.shares_outstanding, reported.values),
            np.where(on_bar, Status.OK, reported.status).astype(np.uint8),
        )

    @cached_property
    def with_index(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Closes on dates common with the index, stacked: (P, index closes, days), each [L, N]."""
        if not len(self.index_days):
            nothing = np.full_like(self.close, np.nan)
            return nothing, nothing, np.zeros_like(self.days)
        span = int(max(self.index_days[-1], self.days.max(initial=0))) + 1
        by_day = np.full(span, np.nan)
        by_day[self.index_days] = self.index_close
        index = by_day[np.maximum(self.days, 0)]  # 0: no bar; before 1970: none in common with a session of the index
        common = ~(np.isnan(index) | np.isnan(self.close))
        close, index, days = compact_columns(common, [self.close, index, self.days.astype(np.float64)])
        return close, index, np.where(np.isnan(days), 0, days).astype(np.int32)

    def once(self, name: str, derive: Callable[[], tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
        """What several factors derive from this panel alone, derived by the first one that asks for ``name``."""
        if name not in self._derived:
            self._derived[name] = derive()
        return self._derived[name]

    def figure(self, name: str) -> Figure:
        """A figure by the name under which factors declare it.

        ``market_cap`` (company), ``line_market_cap``, ``close`` (raw), ``volume`` (last bar), ``shares_outstanding``,
        ``<flow>_ttm``, ``<flow>_ttm_year_ago``, ``<balance>``, ``<balance>_year_ago``, or a registered field.
        KeyError for an unknown name; FieldUnavailable for a registered one whose loader is missing.
        """
        own: dict[str, Callable[[], Figure]] = {
            "market_cap": lambda: self.market_cap,
            "line_market_cap": lambda: self.line_market_cap,
            "shares_outstanding": lambda: self.shares_outstanding,
            "close": lambda: Figure.of(np.where(self.last.is_adjusted, np.nan, self.last.close)),
            "volume": lambda: Figure.of(self.last.volume),
        }
        if name in own:
            return own[name]()
        for suffix, of_flow in (
            ("_ttm", self.fundamentals.ttm),
            ("_ttm_year_ago", self.fundamentals.ttm_year_ago),
        ):
            if name.endswith(suffix) and name.removesuffix(suffix) in FLOWS:
                return of_flow(name.removesuffix(suffix))
        if name in BALANCES:
            return self.fundamentals.newest(name)
        if name.removesuffix("_year_ago") in BALANCES:
            return self.fundamentals.year_ago(name.removesuffix("_year_ago"))
        return self._extra_figure(name)

    def _extra_figure(self, name: str) -> Figure:
        if name not in self.extra:
            raise FieldUnavailable(f"waits for the field {name!r}, which no app provides yet")
        return Figure.of(self.extra[name])
