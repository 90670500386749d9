"""Tickers of a file to instruments: which to take, under which name, which to create."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from market.calc.parsing import codes, texts
from market.calc.tickers import asset_type_of, index_ticker, is_other_index
from market.services.loading import Load
from market.store.instruments_write import NewInstrument, instrument_ids, instruments_create

LONGEST_TICKER = 32


@dataclass(frozen=True)
class Tickers:
    """``index`` gives each row's position in ``names`` (canonical) ; ``is_index`` and ``rows`` go with ``names``."""

    index: np.ndarray
    names: list[str]
    is_index: np.ndarray

    def is_row_index(self) -> np.ndarray:
        """Which rows are levels of an index."""
        return self.is_index[self.index] if self.names else np.zeros(len(self.index), dtype=bool)


def tickers_read(load: Load, *, asset_type: str = "STOCK", symbols: tuple[str, ...] = ()) -> Tickers:
    """Read the ticker column; blank and overlong codes are refused, symbols nobody asked for are left out.

    An index load takes the region's own index (under any of its names) and ``symbols``; a stock load leaves out other
    indices; ``symbols`` alone narrow any load.
    """
    index, words = codes(texts(load.frame.table.column("ticker")))
    lengths = np.array([len(word) for word in words], dtype=int)
    load.findings.reject((lengths == 0)[index], column="ticker", reason="blank_ticker", message="the ticker is empty")
    load.findings.reject(
        (lengths > LONGEST_TICKER)[index],
        column="ticker",
        reason="bad_ticker",
        message=f"longer than {LONGEST_TICKER} characters",
    )
    canonical = [index_ticker(load.region, word) for word in words]
    wanted = {symbol.strip() for symbol in symbols}
    skip = np.array(
        [_skipped(load, word, own, asset_type, wanted) for word, own in zip(words, canonical, strict=True)], dtype=bool
    )
    if skip.any():
        mask = skip[index] & ~load.findings.rejected
        load.findings.drop(mask)
        load.findings.note("skipped_symbol", int(mask.sum()))
    names = [own or word for word, own in zip(words, canonical, strict=True)]
    unique = {name: position for position, name in enumerate(dict.fromkeys(names))}
    place = np.array([unique[name] for name in names], dtype=np.int64)
    is_index = np.array(
        [asset_type == "INDEX" or index_ticker(load.region, name) is not None for name in unique], dtype=bool
    )
    return Tickers(place[index] if len(words) else index, list(unique), is_index)


def _skipped(load: Load, word: str, own: str | None, asset_type: str, wanted: set[str]) -> bool:
    if word in wanted or own in wanted:
        return False
    if asset_type == "INDEX":
        return own is None
    return bool(wanted) or (own is None and is_other_index(load.region, word))


def tickers_resolve(load: Load, tickers: Tickers, *, asset_type: str = "STOCK", create: bool = True) -> np.ndarray:
    """Instrument id of each row (0 for rows that do not load), creating what is missing unless told not to."""
    known = instrument_ids(load.cursor, load.region.code)
    used = np.zeros(len(tickers.names), dtype=bool)
    used[tickers.index[load.findings.kept()]] = True
    missing = np.array([name not in known for name in tickers.names], dtype=bool) & used
    if create:
        wanted = np.flatnonzero(missing)
        known |= instruments_create(load.region.code, _described(load, tickers, wanted, asset_type))
        load.run.instruments_created = len(wanted)
    else:
        mask = missing[tickers.index]
        names = tickers.names
        load.findings.reject(
            mask,
            column="ticker",
            reason="unknown_instrument",
            message=lambda row: f"{names[tickers.index[row]]!r} is not an instrument of {load.region.code}",
        )
    ids = np.array([known.get(name, 0) for name in tickers.names], dtype=np.int64)
    return ids[tickers.index] if len(ids) else np.empty(0, dtype=np.int64)


def _described(load: Load, tickers: Tickers, wanted: np.ndarray, asset_type: str) -> list[NewInstrument]:
    """New instruments with the name and exchange the file gives beside their last row."""
    last = np.full(len(tickers.names), -1)
    last[tickers.index] = np.arange(len(tickers.index))
    table = load.frame.table

    def beside(column: str) -> list[str]:
        if column not in table.column_names:
            return [""] * len(wanted)
        return texts(pa.chunked_array([table.column(column).take(pa.array(last[wanted])).combine_chunks()])).to_pylist()

    found = []
    for place, name, exchange, kind in zip(
        wanted, beside("name"), beside("exchange"), beside("asset_type"), strict=True
    ):
        ticker = tickers.names[place]
        own = "INDEX" if tickers.is_index[place] else asset_type_of(load.region, ticker, kind or asset_type)
        found.append(NewInstrument(ticker, own, load.region.currency, name, exchange))
    return found
