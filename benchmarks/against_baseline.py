"""The pandas baseline on some tickers: its time, scaled to all, and whether it finds the same numbers."""

import numpy as np
import pandas as pd
from django.db import connection

from benchmarks import baseline
from benchmarks.panels import PREFERENCE, cut
from benchmarks.report import Report, Row, seconds, step
from benchmarks.universe import AS_OF
from factors.engine import run
from factors.registry import all_factors
from market.models import Instrument
from market.panel import Panel
from market.regions import region_get

TICKERS = 500
AGREED = 1e-9


def measure(panel: Panel, everything: int, engine_seconds: float, report: Report, runs: int) -> None:
    """Baseline on 500 tickers of ``panel``'s region, scaled to ``everything`` instruments; ratio to the engine."""
    some = cut(panel, np.linspace(0, panel.n - 1, min(TICKERS, panel.n)).astype(int))
    with step(f"baseline: pandas, {some.n} tickers one by one"):
        bars, reports, index = _frames(some)
        preference = dict(zip(some.instrument_ids.tolist(), some.extra[PREFERENCE].tolist(), strict=True))
        found: dict[str, pd.DataFrame] = {}
        spent = seconds(lambda: found.update(baseline_scores(bars, reports, index, preference)), runs)
    scaled = [value * everything / some.n for value in spent]
    ratio = float(np.median(scaled)) / engine_seconds
    compared, worst, where = agreement(some, found)
    note = f"{np.median(spent):.2f} s for {some.n} tickers from frames in memory, x {everything:,}/{some.n}"
    agreed = f"in {where}; {compared:,} values, scores and percentiles of {len(found)} factors, {some.n} tickers"
    report.add(
        Row("baseline: pandas per ticker, scaled to all", "s", scaled, None, note),
        Row("baseline / engine", "x", [ratio], None, "both: values and scores of all factors, from memory, one core"),
        Row("baseline and engine: largest relative difference", "", [worst], AGREED, agreed),
    )


def baseline_scores(
    bars: pd.DataFrame, reports: pd.DataFrame, index: pd.Series, preference: dict[int, float]
) -> dict[str, pd.DataFrame]:
    """By factor a frame with value, score and percentile by instrument id."""
    of_ticker = dict(tuple(reports.groupby("instrument_id")))
    day = pd.Timestamp(AS_OF)
    rows = {
        ticker: baseline.values_of(own.set_index("date"), of_ticker[ticker], index, day)
        for ticker, own in bars.groupby("instrument_id")
    }
    values = pd.DataFrame.from_dict(rows, orient="index").sort_index().assign(**{PREFERENCE: pd.Series(preference)})
    return {name: baseline.scores_of(name, column).assign(value=column) for name, column in values.items()}


def agreement(panel: Panel, found: dict[str, pd.DataFrame]) -> tuple[int, float, str]:
    """(numbers compared, largest relative difference, in which factor); infinite where only one has a number."""
    compared, worst, where = 0, 0.0, ""
    for cross in run(panel, all_factors()).crosses:
        frame = found[cross.factor.name]
        for name in ("value", "score", "percentile"):
            ours, theirs = getattr(cross, name), frame[name].to_numpy()
            gap = np.abs(ours - theirs) / np.maximum(np.abs(ours), 1.0 if name == "score" else 1e-300)
            gap = np.where((np.isnan(ours) & np.isnan(theirs)) | (ours == theirs), 0.0, gap)
            largest = float(np.where(np.isnan(gap), np.inf, gap).max())
            compared += int(np.isfinite(ours).sum())
            if largest > worst:
                worst, where = largest, f"{cross.factor.name}, {name}"
    return compared, worst, where


def _frames(panel: Panel) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Bars and reports of the panel's instruments as long frames, and the index's closes by date."""
    ids = panel.instrument_ids.tolist()
    bars = _frame("SELECT * FROM market_pricebar WHERE instrument_id = ANY(%s) ORDER BY instrument_id, date", ids)
    reports = _frame("SELECT * FROM market_fundamental WHERE instrument_id = ANY(%s)", ids)
    reports["available_on"] = pd.to_datetime(reports["available_on"])
    reports["period_end"] = pd.to_datetime(reports["period_end"])
    place = region_get(panel.region)
    index = Instrument.objects.get(region=place.code, ticker=place.index).pk
    of_index = _frame("SELECT * FROM market_pricebar WHERE instrument_id = ANY(%s) ORDER BY date", [index])
    return bars, reports, of_index.set_index("date")["close"]


def _frame(query: str, ids: list[int]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(query, [ids])
        frame = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
    if "date" in frame:
        frame["date"] = pd.to_datetime(frame["date"])
    return frame
