"""Correlations of some assets: stored, replaced, read, computed live, followed over time."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import psycopg
import pytest
from django.db import IntegrityError, transaction
from scipy.stats import pearsonr

from etfs.services import Ambiguous, EtfError, NotFound
from factors.services.jobs import JobError
from market.jobs.locks import RunInProgress
from market.models import DataChange, Instrument
from market.store.arrow import dsn
from portfolio.calc.windows import WINDOWS
from portfolio.models import AssetCorrelation, AssetCorrelationRow
from portfolio.services import correlations
from portfolio.services.correlations import assets_of, correlations_compute, correlations_of, rolling_of
from portfolio.store import correlations as correlations_store
from tests.factors.market_tables import SESSION, add_instrument, sessions
from tests.portfolio.assets.market import closes_of

THREE = ["KR:A", "KR:F", "US:SPY"]
approx = pytest.approx


def returns(ticker: str) -> dict[tuple, float]:
    """By the two days that it spans."""
    return {(one[0], other[0]): other[1] / one[1] - 1 for one, other in pairwise(closes_of(ticker).items())}


def pairs(a: str, b: str, after: dt.date) -> tuple[list[float], list[float]]:
    """The returns two assets have in common that end after a day."""
    one, other = returns(a), returns(b)
    spans = sorted(span for span in one.keys() & other.keys() if span[1] > after)
    return [one[span] for span in spans], [other[span] for span in spans]


def stored(a: str = "A", b: str = "F", date: dt.date = SESSION) -> AssetCorrelation:
    ids = sorted(Instrument.objects.filter(ticker__in=(a, b)).values_list("pk", flat=True))
    return AssetCorrelation.objects.get(date=date, instrument_a=ids[0], instrument_b=ids[1])


def rows() -> list[dict]:
    return list(AssetCorrelation.objects.order_by("date", "instrument_a_id", "instrument_b_id").values())


def test_columns_of_every_window():
    columns = {field.name for field in AssetCorrelation._meta.fields}
    figures = {f"{figure}_{window}" for window in WINDOWS for figure in ("correlation", "n", "p_value")}
    assert columns - {"pk", "date", "revision", "instrument_a", "instrument_b"} == figures


@pytest.mark.parametrize(
    ("window", "after"),
    [("1m", dt.date(2024, 5, 28)), ("3m", dt.date(2024, 3, 28)), ("1y", dt.date(2023, 6, 28)),
     ("3y", dt.date(2021, 6, 28)), ("60d", sessions(61)[0])],
)  # fmt: skip
@pytest.mark.parametrize("other", ["F", "SPLIT", "PAUSED"])
def test_what_is_stored_is_what_scipy_finds(market, window, after, other):
    correlations_compute(tickers=["KR:A", f"KR:{other}"])
    found = stored("A", other)
    one, two = pairs("A", other, after)
    expected = pearsonr(one, two) if len(one) >= 20 else (None, None)
    assert getattr(found, f"n_{window}") == len(one)
    assert getattr(found, f"correlation_{window}") == (expected[0] and approx(expected[0], abs=1e-12))
    assert getattr(found, f"p_value_{window}") == (expected[1] and approx(expected[1], rel=1e-9))


def test_assets_of_two_regions_share_the_returns_over_the_same_two_days(market):
    run = correlations_compute(tickers=THREE)
    one, two = pairs("A", "SPY", dt.date(2023, 6, 28))
    assert 150 < len(one) < 240  # holidays of either cost returns
    assert stored("A", "SPY").n_1y == len(one)
    assert stored("A", "SPY").correlation_1y == approx(np.corrcoef(one, two)[0, 1], abs=1e-12)
    assert (run.date, run.assets, run.pairs, run.without_bars) == (SESSION, 3, 3, [])
    assert (run.known["1y"], run.known["20d"]) == (3, 1)


def test_who_is_asked_along_does_not_move_the_window_of_a_pair(market):
    correlations_compute(tickers=["KR:A", "KR:F"])
    alone = rows()
    correlations_compute(tickers=["US:SPY", "US:AGG", "KR:F", "KR:A"])
    together = stored("A", "F")
    assert alone[0]["n_20d"] == 20
    figures = {name: value for name, value in alone[0].items() if name.endswith(WINDOWS)}
    assert len(figures) == 3 * len(WINDOWS)
    assert {name: getattr(together, name) for name in figures} == approx(figures, abs=1e-12)
    assert stored("AGG", "SPY").n_60d == 60


def test_a_second_run_replaces_its_own_pairs_alone(market):
    correlations_compute(tickers=THREE)
    correlations_compute(tickers=["US:SPY", "US:AGG"])
    correlations_compute(tickers=THREE, as_of=sessions(2)[0])
    first = rows()
    correlations_compute(tickers=list(reversed(THREE)))
    assert rows() == first
    assert len(first) == 3 + 1 + 3
    assert all(row["instrument_a_id"] < row["instrument_b_id"] for row in first)


def fails(*args: object) -> None:
    raise ArithmeticError("no such thing")


@pytest.mark.parametrize(("module", "name"), [(correlations, "window_correlations"), (correlations_store, "copy_rows")])
def test_what_fails_leaves_the_rows_of_before(market, monkeypatch, module, name):
    correlations_compute(tickers=THREE)
    before = rows()
    monkeypatch.setattr(module, name, fails)
    with pytest.raises(ArithmeticError):
        correlations_compute(tickers=THREE)
    assert rows() == before


def test_an_asset_without_bars_is_told_and_has_no_pairs(market):
    none = add_instrument("NONE", asset_type="ETF")
    run = correlations_compute(tickers=["KR:A", "KR:F", "KR:NONE"])
    assert (run.pairs, run.without_bars) == (1, ["KR:NONE"])
    ids = assets_of(region="kr", asset_type="ETF")
    assert none.pk not in ids
    matrix = correlations_of(tickers=["KR:NONE", "KR:A", "KR:F"])
    assert (matrix.correlation[0], matrix.n[0]) == ([1.0, None, None], [None, 0, 0])
    assert matrix.correlation[1][2] == approx(stored().correlation_1y)


def test_a_matrix_is_the_same_stored_and_live(market):
    live = correlations_of(tickers=THREE, window="3m")
    correlations_compute(tickers=[*THREE, "KR:B"])
    read = correlations_of(tickers=THREE, window="3m")
    assert (live.stored, read.stored) == (False, True)
    assert (read.date, read.symbols, read.n) == (live.date, live.symbols, live.n) == (SESSION, THREE, read.n)
    for name in ("correlation", "p_value"):
        assert [one for row in getattr(read, name) for one in row] == [
            approx(one, abs=1e-12) for row in getattr(live, name) for one in row
        ]
    turned = correlations_of(tickers=THREE[::-1], window="3m")
    assert turned.correlation == [row[::-1] for row in read.correlation[::-1]]


def test_what_is_stored_is_not_trusted_once_bars_change(market):
    day = sessions(2)[0]
    correlations_compute(tickers=THREE, as_of=day)

    def is_stored(tickers: list[str]) -> bool:
        return correlations_of(tickers=tickers, as_of=day).stored

    DataChange.objects.create(region="US", kind="bars", changed_from=SESSION)  # later than what was computed
    DataChange.objects.create(region="US", kind="fundamentals", changed_from=day)
    DataChange.objects.create(region="JP", kind="bars", changed_from=day)
    assert is_stored(THREE)
    DataChange.objects.create(region="US", kind="bars", changed_from=day)
    assert not is_stored(THREE)
    assert is_stored(THREE[:2])  # none of their region changed


@pytest.mark.parametrize(
    ("asked", "kind", "why"),
    [
        ({"tickers": ["KR:A"]}, JobError, "tickers: 2 to 1,000 assets, not 1"),
        ({"tickers": []}, JobError, "tickers: 2 to 1,000 assets, not 0"),
        ({"tickers": ["x"] * 1_001}, JobError, "tickers: 2 to 1,000 assets, not 1,001"),
        ({"tickers": ["KR:A", "A", "KR:F"]}, EtfError, "tickers: KR:A named more than once"),
        ({"tickers": ["KR:A", "KR:NOPE"]}, NotFound, "no instrument 'NOPE' in region KR"),
        ({"tickers": ["KR:A", "KOSPI"]}, NotFound, "no instrument 'KOSPI'"),
        ({"instrument_ids": [1_000_000, 1_000_001]}, JobError, "instrument_ids: no instrument 1000000"),
        ({"tickers": THREE, "as_of": dt.date(2024, 6, 29)}, JobError,
         "date: none of the 3 has a bar of 2024-06-29; the newest before is of 2024-06-28"),
        ({"tickers": THREE, "as_of": dt.date(2001, 1, 2)}, JobError,
         "date: none of the 3 has a bar up to 2001-01-02"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_told(market, asked, kind, why):
    with pytest.raises(kind) as refused:
        correlations_compute(**asked)
    assert str(refused.value) == why
    assert not AssetCorrelation.objects.exists()


def test_other_questions_that_cannot_be_answered(market):
    with pytest.raises(JobError, match=r"window: unknown window '2y': use one of 1m, 3m"):
        correlations_of(tickers=THREE, window="2y")
    with pytest.raises(JobError, match="window: 19 returns: must be 20 to 2,520"):
        rolling_of(a="KR:A", b="KR:F", window=19)
    with pytest.raises(JobError, match="region: JP has no ETF with prices"):
        assets_of(region="JP", asset_type="ETF")
    add_instrument("A", "US")
    with pytest.raises(Ambiguous, match="A is listed in several regions: use one of KR:A, US:A"):
        correlations_of(tickers=["A", "SPY"])


def test_one_computation_of_a_day_at_a_time(market):
    with psycopg.connect(dsn()) as other:
        other.execute("SELECT pg_advisory_lock(7422, hashtext(%s))", [f"correlations:{SESSION}"])
        with pytest.raises(RunInProgress, match="correlations of 2024-06-28 are being computed"):
            correlations_compute(tickers=THREE)
    assert correlations_compute(tickers=THREE).pairs == 3


def test_rolling_is_what_pandas_finds(market):
    found = rolling_of(a="US:SPY", b="KR:A", window=60)
    one, two = (pd.Series(part) for part in pairs("SPY", "A", dt.date.min))
    expected = one.rolling(60).corr(two)
    assert len(found.values) == len(expected) == len(found.dates)
    assert found.values[:59] == [None] * 59
    assert found.values[59:] == approx(expected[59:].tolist(), abs=1e-9)
    part = rolling_of(a="US:SPY", b="KR:A", window=60, start=dt.date(2024, 6, 3), end=dt.date(2024, 6, 14))
    first = found.dates.index(part.dates[0])
    assert part.dates == found.dates[first : first + len(part.dates)]
    assert dt.date(2024, 6, 3) <= part.dates[0] <= part.dates[-1] == dt.date(2024, 6, 14)
    assert part.values == approx(found.values[first : first + len(part.dates)], abs=1e-12)


FIGURES = {f"n_{window}": 30 for window in WINDOWS} | {"revision": 1, "date": SESSION}


@pytest.mark.parametrize(
    "wrong",
    [
        {"instrument_a_id": 2, "instrument_b_id": 1}, {"instrument_a_id": 1, "instrument_b_id": 1}, {"n_1m": -1},
        {"n_3y": None}, {"revision": None},
        *({f"correlation_{window}": 1.01} for window in WINDOWS), {"correlation_1m": -1.01},
        {"correlation_1m": float("nan")}, *({f"p_value_{window}": 1.01} for window in WINDOWS), {"p_value_1m": -0.01},
    ],
    ids=str,
)  # fmt: skip
def test_the_database_refuses_what_no_correlation_is(db, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        AssetCorrelation.objects.create(**({"instrument_a_id": 1, "instrument_b_id": 2} | FIGURES | wrong))


def test_the_database_keeps_a_pair_of_a_day_once(market):
    correlations_compute(tickers=THREE)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssetCorrelation.objects.create(**rows()[0])


def test_rows_of_the_admin_s_view_by_key(market):
    correlations_compute(tickers=THREE)
    one = stored()
    key = f"2024-06-28_{one.instrument_a_id}_{one.instrument_b_id}"
    assert AssetCorrelationRow.objects.by_key(key).correlation_1y == one.correlation_1y
    assert [AssetCorrelationRow.objects.by_key(key) for key in ("2024-06-31_1_2", "2024-06-28_1", "")] == [None] * 3
