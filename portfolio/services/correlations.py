"""Correlations of many assets: computed and stored, read, or followed over time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.services.given import different_check
from etfs.services.lookup import day_or_today, stocks_get
from factors.services.progress import Progress, silent
from market.calc.months import months_before
from market.models import Instrument, PriceBar
from market.store.closes import RegionCloses, closes_across
from market.timescale.chunks import chunks_make
from portfolio.calc.correlations import (
    Correlations,
    Exchanges,
    rolling_correlation,
    spanned_returns,
    window_correlations,
)
from portfolio.calc.windows import MONTHS, WINDOWS
from portfolio.models import Transaction
from portfolio.services.errors import PortfolioError, region_code
from portfolio.store.correlations import bars_revision, correlations_read, correlations_write, is_outdated
from portfolio.store.locks import correlations_lock
from portfolio.timescale import CORRELATIONS

MOST = 1_000  # assets of a matrix: half a million pairs
BEFORE = dt.timedelta(days=31)  # in which the close before the first return of a window is looked for
FIRST_DAY = dt.date(1900, 1, 1)
SHORTEST, LONGEST = 20, 2_520  # returns of a rolling window
STAGES = 3


@dataclass(frozen=True)
class CorrelationRun:
    """What was stored: ``pairs`` of ``assets``; ``without_bars``, those that had none in three years; ``known``: pairs
    with a coefficient, by window."""

    date: dt.date
    assets: int
    pairs: int
    known: dict[str, int]
    without_bars: list[str]


@dataclass(frozen=True)
class Matrix:
    """Of N assets over ``window`` up to ``date``, each [N, N] in the order of ``symbols``; None: not known. ``stored``:
    it was computed before."""

    date: dt.date
    window: str
    stored: bool
    symbols: list[str]
    correlation: list[list[float | None]]
    n: list[list[int | None]]
    p_value: list[list[float | None]]


@dataclass(frozen=True)
class Rolling:
    """Of two assets, at each return they have in common: dates [R], and the correlation of the last ``window`` of them
    (None: there are not so many yet, or one of the two does not scatter)."""

    a: str
    b: str
    window: int
    dates: list[dt.date]
    values: list[float | None]


def assets_of(*, region: str, asset_type: str) -> list[int]:
    """Ids of a region's instruments of a type that have bars; PortfolioError for an unknown region, and where there
    are none."""
    code = region_code(region)
    ids = Instrument.objects.matching(region=code, asset_type=asset_type).values_list("id", flat=True)
    bars = PriceBar.objects.newest_of(list(ids))
    if not bars:
        raise PortfolioError(f"region: {code} has no {asset_type} with prices")
    return sorted(bars)


def assets_traded() -> list[int]:
    """Ids of the assets with prices that portfolios trade, of more than 1,000 those of the most portfolios; none where
    there are fewer than two.
    """
    ids = list(Transaction.objects.instruments())
    known = PriceBar.objects.newest_of(ids)
    found = [one for one in ids if one in known][:MOST]
    return found if len(found) > 1 else []


def correlations_compute(
    *, tickers: Sequence[str] = (), instrument_ids: Sequence[int] = (), as_of: dt.date | None = None,
    progress: Progress = silent,
) -> CorrelationRun:  # fmt: skip
    """Compute and store the correlations of every two of 2 to 1,000 assets, of any regions, over all ``WINDOWS``, as of
    a day (None: of their newest bar), replacing theirs of that day.

    Assets by ticker (``SPY``, ``US:SPY``) or by id. PortfolioError or EtfError for fewer or more of them, one named
    twice, a day without a bar of any of them; NotFound or Ambiguous for a ticker; RunInProgress while another process
    computes that day.
    """
    assets = _assets(tickers, instrument_ids)
    date = _date(assets, as_of)
    with correlations_lock(date):
        progress("reading closes", 0, STAGES)
        revision = bars_revision(_regions(assets))  # before the bars: a change meanwhile makes it outdated
        closes = _closes(assets, date)
        progress("computing", 1, STAGES)
        found = _windows(closes)
        progress("writing", 2, STAGES)
        chunks_make(CORRELATIONS, [date])
        pairs = correlations_write(date, closes.instrument_ids, revision, found)
    progress("done", STAGES, STAGES)
    upper = np.triu_indices(len(closes.instrument_ids), 1)
    known = {window: int(np.isfinite(one.coefficient[upper]).sum()) for window, one in found.items()}
    without = sorted(str(one) for one in assets if one.pk not in set(closes.instrument_ids.tolist()))
    return CorrelationRun(date, len(assets), pairs, known, without)


def correlations_of(*, tickers: Sequence[str], window: str = "1y", as_of: dt.date | None = None) -> Matrix:
    """The matrix of 2 to 1,000 assets: as stored where every pair is, of bars that have not changed since; computed
    otherwise. Errors as ``correlations_compute``; PortfolioError for an unknown window.
    """
    if window not in WINDOWS:
        raise PortfolioError(f"window: unknown window {window!r}: use one of {', '.join(WINDOWS)}")
    assets = _assets(tickers, ())
    date = _date(assets, as_of)
    found, revision = correlations_read(date, [one.pk for one in assets], window)
    stored = found is not None and not is_outdated(_regions(assets), revision, date)
    if found is None or not stored:
        found = _in_order(_closes(assets, date), assets, window)
    off = ~np.eye(len(assets), dtype=bool)
    coefficient = np.where(off, found.coefficient, 1.0)
    return Matrix(
        date, window, stored, [str(one) for one in assets], _known(coefficient),
        [[int(one) if off[i, j] else None for j, one in enumerate(row)] for i, row in enumerate(found.count)],
        _known(np.where(off, found.p_value, np.nan)),
    )  # fmt: skip


def rolling_of(
    *, a: str, b: str, window: int = 60, start: dt.date | None = None, end: dt.date | None = None
) -> Rolling:
    """The correlation of the last ``window`` (20 to 2,520) common returns of two assets, at each common return from
    ``start`` to ``end`` (None: their whole history). Errors as ``correlations_compute``; PortfolioError for another
    window.
    """
    if not SHORTEST <= window <= LONGEST:
        raise PortfolioError(f"window: {window} returns: must be {SHORTEST} to {LONGEST:,}")
    assets = _assets([a, b], ())
    closes = closes_across([one.pk for one in assets], FIRST_DAY, end or day_or_today(None))
    returns = spanned_returns(closes.close)
    if closes.close.shape[1] < len(assets):
        return Rolling(str(assets[0]), str(assets[1]), window, [], [])
    rolled = rolling_correlation(returns.values[:, 0], returns.values[:, 1], window)
    days = closes.days[returns.ends].astype("datetime64[D]")
    shown = np.isfinite(returns.values).all(axis=1)
    if start:
        shown &= days >= np.datetime64(start)
    return Rolling(str(assets[0]), str(assets[1]), window, days[shown].tolist(), _known(rolled[shown]))


def _assets(tickers: Sequence[str], instrument_ids: Sequence[int]) -> list[Instrument]:
    """The instruments, in order; each of them once, 2 to 1,000."""
    count = len(tickers) + len(instrument_ids)
    if not 2 <= count <= MOST:
        raise PortfolioError(f"tickers: 2 to {MOST:,} assets, not {count:,}")
    by_id = Instrument.objects.in_bulk(list(instrument_ids)) if instrument_ids else {}
    missing = [one for one in instrument_ids if one not in by_id]
    if missing:
        raise PortfolioError(f"instrument_ids: no instrument {missing[0]}")
    found = [*(stocks_get(tickers) if tickers else ()), *(by_id[one] for one in instrument_ids)]
    different_check("tickers", [str(one) for one in found], 2, MOST)
    return found


def _regions(assets: Sequence[Instrument]) -> list[str]:
    return sorted({one.region for one in assets})


def _date(assets: Sequence[Instrument], as_of: dt.date | None) -> dt.date:
    """``as_of`` where one of the assets has a bar of it; their newest for None. PortfolioError otherwise."""
    newest = max(PriceBar.objects.newest_of([one.pk for one in assets], until=as_of).values(), default=None)
    if newest is None:
        raise PortfolioError(f"date: none of the {len(assets):,} has a bar{f' up to {as_of}' if as_of else ''}")
    if as_of is not None and newest != as_of:
        raise PortfolioError(
            f"date: none of the {len(assets):,} has a bar of {as_of}; the newest before is of {newest}"
        )
    return newest


def _closes(assets: Sequence[Instrument], date: dt.date) -> RegionCloses:
    """What all windows up to ``date`` need."""
    first = months_before(np.array(date, dtype="datetime64[D]"), max(MONTHS.values())).astype("datetime64[D]")
    start = first.item() - BEFORE
    found = closes_across([one.pk for one in assets], start, date)
    if not len(found.days):
        raise PortfolioError(f"date: none of the {len(assets):,} has a bar of a session from {start} to {date}")
    return found


def _windows(closes: RegionCloses, windows: Sequence[str] = WINDOWS) -> dict[str, Correlations]:
    days = closes.days.astype("datetime64[D]")
    return window_correlations(closes.close, days, Exchanges(closes.exchange_of, closes.is_open), windows)


def _in_order(closes: RegionCloses, assets: Sequence[Instrument], window: str) -> Correlations:
    """The matrix of a window in the order of ``assets``; NaN and 0 for one without bars."""
    known = closes.instrument_ids.tolist()
    ours = [place for place, one in enumerate(assets) if one.pk in set(known)]
    columns = [known.index(assets[place].pk) for place in ours]
    one, n = _windows(closes, [window])[window], len(assets)
    found = Correlations(np.full((n, n), np.nan), np.zeros((n, n), np.int64), np.full((n, n), np.nan))
    for name, whole in vars(found).items():
        whole[np.ix_(ours, ours)] = getattr(one, name)[np.ix_(columns, columns)]
    return found


def _known(values: np.ndarray) -> list[Any]:
    """As lists; None for NaN."""
    found = values.astype(object)
    found[np.isnan(values)] = None
    return found.tolist()
