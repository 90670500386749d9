"""A market in a few lines: panels straight from arrays (no database), and the same written to the tables."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from factors.base import Reason
from factors.engine import Cross, run
from factors.registry import factors_named
from market.calc.reports import PERIODS, ReportGrid, ReportRows, Splits, split_adjusted
from market.calc.snapshot import Snapshot
from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.panel import LastBar, Panel

AS_OF = dt.date(2024, 6, 28)


def day_number(day: dt.date | str) -> int:
    return int(np.datetime64(day, "D").astype(int))


def weekdays(count: int, last: dt.date = AS_OF) -> np.ndarray:
    """The last ``count`` weekdays up to ``last`` as day numbers, int32."""
    days = np.arange(day_number(last) - 2 * count - 10, day_number(last) + 1)
    return days[(days + 3) % 7 < 5][-count:].astype(np.int32)


def make_snapshot(reports: Sequence[Mapping], n: int, as_of: dt.date = AS_OF, splits: Sequence[tuple] = ()) -> Snapshot:
    """Reports as dicts: ``i`` (instrument), ``end``, ``period``, optional ``on`` (published; default end + 45 days),
    ``priority``, and any figures. ``splits``: (i, ex_date, ratio)."""
    fields = {name: np.array([float(r.get(name, np.nan)) for r in reports]) for name in FUNDAMENTAL_FIELDS}
    ends = np.array([day_number(r["end"]) for r in reports], dtype=np.int32)
    rows = ReportRows(
        np.array([r.get("i", 0) for r in reports], dtype=np.int64), ends,
        np.array([PERIODS.index(r["period"]) for r in reports], dtype=np.int32),
        np.array([day_number(r.get("on", np.datetime64(r["end"], "D") + 45)) for r in reports], dtype=np.int32),
        np.array([r.get("priority", 0) for r in reports], dtype=np.int32), fields,
    )  # fmt: skip
    split = Splits(
        np.array([s[0] for s in splits], dtype=np.int64), np.array([day_number(s[1]) for s in splits], dtype=np.int32),
        np.array([s[2] for s in splits], dtype=float),
    )  # fmt: skip
    day = day_number(as_of)
    known = rows.known_on(day)
    return Snapshot(ReportGrid(split_adjusted(known, split, day), n), day)


def make_panel(
    close: np.ndarray, *, high: np.ndarray | None = None, volume: np.ndarray | float | None = 1000.0,
    trading_value: np.ndarray | None = None, market_cap: Sequence[float] | None = None,
    shares: Sequence[float] | None = None, index: np.ndarray | None = None,
    reports: Sequence[Mapping] = (), splits: Sequence[tuple] = (),
    is_adjusted: Sequence[bool] | None = None, in_universe: Sequence[bool] | None = None,
    is_quoted: Sequence[bool] | None = None,
    sectors: Sequence[str] | None = None, company: Sequence[int] | None = None, extra: Mapping | None = None,
    as_of: dt.date = AS_OF,
) -> Panel:  # fmt: skip
    """A panel of close [L, N] (NaN above an instrument's first bar), bars on the last L weekdays."""
    close = np.asarray(close, dtype=float)
    lookback, n = close.shape
    days = weekdays(lookback, as_of)
    nan = np.full(n, np.nan)
    volume = (
        np.full(close.shape, np.nan)
        if volume is None
        else np.broadcast_to(np.asarray(volume, float), close.shape).copy()
    )
    return Panel(
        region="KR", as_of=np.datetime64(as_of), instrument_ids=np.arange(1, n + 1, dtype=np.int32),
        tickers=np.array([f"T{i:03d}" for i in range(n)], dtype=object),
        sectors=np.array(sectors if sectors is not None else [""] * n, dtype=object),
        company=np.arange(n) if company is None else np.asarray(company),
        is_quoted=np.ones(n, bool) if is_quoted is None else np.asarray(is_quoted),
        in_universe=np.ones(n, bool) if in_universe is None else np.asarray(in_universe),
        days=np.where(np.isnan(close), 0, days[:, None]).astype(np.int32), n_bars=(~np.isnan(close)).sum(axis=0),
        close=close, high=close if high is None else np.asarray(high, float), volume=volume,
        trading_value=close * volume if trading_value is None else np.asarray(trading_value, float),
        last=LastBar(
            close[-1], volume[-1], nan if market_cap is None else np.asarray(market_cap, float),
            nan if shares is None else np.asarray(shares, float),
            np.zeros(n, bool) if is_adjusted is None else np.asarray(is_adjusted),
        ),
        index_days=days if index is not None else np.zeros(0, np.int32),
        index_close=np.asarray(index, float) if index is not None else np.zeros(0),
        recent_sessions=days[-5:], fundamentals=make_snapshot(reports, n, as_of, splits), extra=dict(extra or {}),
    )  # fmt: skip


def cross(panel: Panel, name: str, method: str = "zscore", neutralise: Sequence[str] = ()) -> Cross:
    """One factor's cross-section as the engine makes it; its error is the test's error."""
    result = run(panel, factors_named([name]), method, neutralise)
    assert not result.errors
    return result.crosses[0]


def values(panel: Panel, name: str) -> list[float]:
    """The raw values of one factor, one per instrument."""
    return list(cross(panel, name).value)


def codes(panel: Panel, name: str) -> list[str]:
    """The reason code of every instrument."""
    return [Reason(reason).code for reason in cross(panel, name).reason]
