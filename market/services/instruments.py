"""Loading instruments."""

import datetime as dt
from pathlib import Path

import numpy as np

from market.calc.parsing import dates, texts
from market.calc.tickers import asset_type_of
from market.models import Instrument, LoadRun
from market.services.loading import Load, LoadRequest, OnRejected, Progress, load_execute
from market.services.tickers import Tickers, tickers_read
from market.store.instruments_write import instruments_upsert

_TEXTS = {"name": 200, "exchange": 32, "sector": 100, "isin": 12, "company": 64}  # column and its longest value
_DATES = ("listed_on", "delisted_on")


def instruments_load(
    *,
    region: str,
    source: str,
    file: Path | None = None,
    asset_type: str = "STOCK",
    symbols: tuple[str, ...] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
    on_rejected: OnRejected | None = None,
) -> LoadRun:
    """Load one list of instruments; returns its finished LoadRun (see ``load_execute`` for failures).

    Empty cells leave what is known as it is. ``asset_type`` is given to new instruments the file says nothing about.
    Raises ValueError for wrong arguments.
    """
    if asset_type not in Instrument.AssetType.values:
        raise ValueError(f"unknown asset type {asset_type!r}: use one of {', '.join(Instrument.AssetType.values)}")
    request = LoadRequest("instruments", region, source, file, "", None, dry_run, progress, on_rejected)
    return load_execute(request, lambda load: _instruments_load(load, asset_type, symbols))


def _instruments_load(load: Load, asset_type: str, symbols: tuple[str, ...]) -> None:
    with load.stage("check"):
        tickers = tickers_read(load, asset_type=asset_type, symbols=symbols)
        words = _texts_read(load)
        days = _dates_read(load)
        _duplicates_check(load, tickers)
    with load.stage("merge"):
        rows = []
        for row in np.flatnonzero(load.findings.kept()).tolist():
            said: dict[str, str | dt.date] = {name: values[row] for name, values in words.items() if values[row]}
            said |= {name: values[row].item() for name, values in days.items() if not np.isnat(values[row])}
            rows.append(_described(load, tickers, row, said, asset_type))
        run = load.run
        run.rows_inserted, run.rows_updated, run.rows_unchanged = instruments_upsert(load.region.code, rows)
        run.instruments_created = run.rows_inserted


def _described(
    load: Load, tickers: Tickers, row: int, said: dict[str, str | dt.date], asset_type: str
) -> dict[str, str | dt.date]:
    place = tickers.index[row]
    name = tickers.names[place]
    if tickers.is_index[place]:
        said["asset_type"] = "INDEX"
    new_type = asset_type_of(load.region, name, asset_type)
    if said.get("asset_type") == "STOCK":
        said["asset_type"] = asset_type_of(load.region, name, "STOCK")
    return {"ticker": name, "new_asset_type": new_type, "new_currency": load.region.currency, **said}


def _texts_read(load: Load) -> dict[str, list[str]]:
    table, findings = load.frame.table, load.findings
    words = {name: texts(table.column(name)).to_pylist() for name in _TEXTS if name in table.column_names}
    for name, values in words.items():
        words[name] = ["" if value.lower() in ("null", "-") else value[: _TEXTS[name]] for value in values]
    if "asset_type" in table.column_names:
        kinds = [word.upper() for word in texts(table.column("asset_type")).to_pylist()]
        bad = np.array([bool(kind) and kind not in Instrument.AssetType.values for kind in kinds], dtype=bool)
        message = f"asset_type is none of {', '.join(Instrument.AssetType.values)}"
        findings.reject(bad, column="asset_type", reason="bad_asset_type", message=message)
        words["asset_type"] = kinds
    if "currency" in table.column_names:
        currencies = [word.upper() for word in texts(table.column("currency")).to_pylist()]
        bad = np.array([bool(word) and (len(word) != 3 or not word.isalpha()) for word in currencies], dtype=bool)
        findings.reject(bad, column="currency", reason="bad_currency", message="currency is not a three-letter code")
        words["currency"] = currencies
    return words


def _dates_read(load: Load) -> dict[str, np.ndarray]:
    table, found = load.frame.table, {}
    for name in _DATES:
        if name in table.column_names:
            found[name], bad = dates(table.column(name))
            load.findings.reject(bad, column=name, reason="bad_date", message=f"{name} is not a date")
    if len(found) == len(_DATES):
        wrong = found["delisted_on"] < found["listed_on"]
        message = "delisted_on is before listed_on"
        load.findings.reject(wrong, column="delisted_on", reason="delisted_before_listed", message=message)
    return found


def _duplicates_check(load: Load, tickers: Tickers) -> None:
    """A ticker listed twice: equal rows count once, different ones not at all."""
    rows: dict[int, list[int]] = {}
    for row in np.flatnonzero(load.findings.kept()).tolist():
        rows.setdefault(int(tickers.index[row]), []).append(row)
    doubled, differing = np.zeros(len(tickers.index), dtype=bool), np.zeros(len(tickers.index), dtype=bool)
    for group in rows.values():
        if len(group) > 1:
            said = load.frame.table.take(group).to_pylist()
            same = all(one == said[0] for one in said)
            (doubled if same else differing)[group[1:] if same else group] = True
    message = "the ticker stands in several rows that differ"
    load.findings.reject(differing, column="ticker", reason="conflicting_rows", message=message)
    load.findings.flag(doubled, "duplicate")
    load.findings.drop(doubled)
