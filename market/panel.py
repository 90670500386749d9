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
from market.calc.stepping import SteppedSnapshot
from market.calc.windows import LastWindow, Window, market_fit, not_ahead

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


def _no_prices(name: str) -> np.ndarray:
    raise FieldUnavailable(f"this panel was made without {name} prices")


@dataclass(frozen=True)
class LastBar:
    """Each instrument's last bar, raw. float [N]; ``is_adjusted`` bool [N]: the close is not the traded one."""

    close: np.ndarray
    volume: np.ndarray
    market_cap: np.ndarray
    shares_outstanding: np.ndarray
    is_adjusted: np.ndarray


@dataclass(frozen=True)
class IndexFit:
    """Each instrument against the region's index, float and bool [n]: ``residual`` is a standard deviation per day,
    ``count`` the returns used, ``is_recent``: the last common date is among the region's last five sessions,
    ``index_is_recent``: the index itself has one there.
    """

    beta: np.ndarray
    residual: np.ndarray
    count: np.ndarray
    is_recent: np.ndarray
    index_is_recent: np.ndarray


@dataclass(frozen=True)
class Panel:
    """L stacked bars of N instruments of one region.

    Series are float [L, N], one column per instrument; figures, as of the panel's session, float [n] with n = N.
    ``close``, ``high``, ``open``, ``low`` are adjusted prices; ``volume`` split-adjusted shares; ``trading_value``
    currency (C x V where the source gives none and the close is raw). ``days`` int32 [L, N], days since 1970-01-01, 0
    where there is no bar. ``n_bars`` int [N]. ``index_days`` int32 [S], ``index_close`` float [S]: the region's index.
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
    fundamentals: Snapshot | SteppedSnapshot
    extra: Mapping[str, np.ndarray] = field(default_factory=dict)
    prices: Callable[[str], np.ndarray] = field(default=_no_prices, repr=False, compare=False)  # adjusted open, low
    _derived: dict[str, tuple[np.ndarray, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def n(self) -> int:
        """How many figures there are: one per instrument."""
        return len(self.instrument_ids)

    @cached_property
    def open(self) -> np.ndarray:
        """Adjusted opening prices, float [L, N]."""
        return self.prices("open")

    @cached_property
    def low(self) -> np.ndarray:
        """Adjusted lows, float [L, N]."""
        return self.prices("low")

    @cached_property
    def returns(self) -> np.ndarray:
        """r_d = P[d]/P[d-1] - 1, float [L, N]; row -1 is the return on the last bar, row 0 is NaN."""
        result = np.full(self.close.shape, np.nan)
        result[1:] = self.close[1:] / self.close[:-1] - 1.0
        return result

    def at(self, series: np.ndarray, skip: int = 0) -> np.ndarray:
        """A series as of the session: its last row, or ``skip`` bars before it. [n], NaN where there is none."""
        return series[-1 - not_ahead(skip)] if len(series) > skip else np.full(self.n, np.nan)

    def over(self, window: int, skip: int = 0) -> Window:
        """Statistics over the last ``window`` bars, or those ending ``skip`` bars before the last."""
        return LastWindow(window, skip)

    def days_of_sessions(self) -> np.ndarray:
        """The sessions, int32 [T], days since 1970-01-01 (T = 1 here)."""
        return np.array([self.as_of.astype(np.int64)], dtype=np.int32)

    def by_session(self, figure: np.ndarray) -> np.ndarray:
        """[n] as [T, N]: a row per session, a cross-section each (T = 1 here)."""
        return figure.reshape(1, len(self.instrument_ids))

    def against_index(self, window: int, bars: int) -> IndexFit:
        """Regression of the returns between dates common with the index on those of the index.

        The last ``window`` such returns among the last ``bars`` bars.
        """
        beta, residual, count, is_recent, index_is_recent = self.once(
            f"against_index {window} {bars}", lambda: self._index_fit(window, bars)
        )
        return IndexFit(beta, residual, count, is_recent, index_is_recent)

    def _index_fit(self, window: int, bars: int) -> tuple[np.ndarray, ...]:
        close, index, days = (part[-bars:] for part in self.with_index)
        beta, residual, count = market_fit(close[-window - 1 :], index[-window - 1 :])
        oldest = self.recent_sessions[0] if len(self.recent_sessions) else 0
        index_is_recent = len(self.index_days) > 0 and self.index_days[-1] >= oldest
        return beta, residual, count, days[-1] >= oldest, np.full(self.n, index_is_recent)

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
        sessions = self.by_session(line)
        of_company = (
            self.company + np.arange(len(sessions))[:, None] * (int(self.company.max(initial=-1)) + 1)
        ).ravel()
        total = np.bincount(of_company, weights=np.where(self.is_quoted, line, 0.0))
        return Figure.of(np.where(self.is_quoted, total[of_company], line))

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
