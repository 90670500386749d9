"""Stored scores and closes as arrays, against the rows they come from."""

import datetime as dt
import weakref

import numpy as np
import pyarrow as pa
import pytest

from factors.models import Factor, FactorScore
from factors.store import cube_read, cubes
from market.models import Instrument, PriceBar
from market.store.closes import closes_read

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY, TUESDAY = dt.date(2024, 6, 3), dt.date(2024, 6, 4)


@pytest.fixture
def two_stocks() -> list[Instrument]:
    return [Instrument.objects.create(region="US", ticker=ticker, currency="USD") for ticker in ("AAA", "BBB")]


def factor(name: str) -> Factor:
    return Factor.objects.create(name=name, category="value", unit="ratio", direction=1, lookback=1)


def test_a_cube_has_a_layer_per_factor_in_the_order_asked_for(two_stocks):
    first, second = factor("first"), factor("second")
    other = Instrument.objects.create(region="KR", ticker="000001", currency="KRW")
    for day, instrument, of, score in [
        (MONDAY, two_stocks[0], first, 1.5), (MONDAY, two_stocks[1], second, -0.25),
        (TUESDAY, two_stocks[1], first, 2.0), (MONDAY, other, first, 3.0),
    ]:  # fmt: skip
        FactorScore.objects.create(date=day, instrument=instrument, factor=of, value=9.0, score=score, percentile=50.0)
    cube = cube_read("US", MONDAY, TUESDAY, ["second", "never_computed", "first"])
    assert cube.days.tolist() == [19877, 19878]  # days since 1970-01-01
    assert cube.instrument_ids.tolist() == [stock.pk for stock in two_stocks]
    nan = np.nan
    expected = [[[nan, -0.25], [nan, nan]], [[nan, nan], [nan, nan]], [[1.5, nan], [nan, 2.0]]]
    np.testing.assert_array_equal(cube.score, np.array(expected, dtype=np.float32))
    assert cube_read("US", MONDAY, MONDAY, ["first"], column="value").score.tolist() == [[[9.0]]]


def test_rows_are_not_held_all_at_once(two_stocks, monkeypatch):
    first, read, held = factor("first"), cubes.batches, []
    for day in range(3, 8):
        for stock in two_stocks:
            FactorScore.objects.create(
                date=dt.date(2024, 6, day), instrument=stock, factor=first, value=1.0, score=day, percentile=50.0
            )

    def one_by_one(*asked):
        seen = []
        for part in read(*asked):
            for row in range(part.num_rows):
                one = pa.record_batch(part.slice(row, 1).to_pydict(), schema=part.schema)
                seen.append(weakref.ref(one))
                yield one
                del one
                held.append(sum(ref() is not None for ref in seen))

    monkeypatch.setattr(cubes, "batches", one_by_one)
    cube = cube_read("US", dt.date(2024, 6, 1), dt.date(2024, 6, 30), ["none", "first"])
    assert len(held) == 10
    assert max(held) <= 1  # the one under way
    assert np.isnan(cube.score[0]).all()
    assert cube.score[1].tolist() == [[day, day] for day in range(3, 8)]


def test_no_scores_are_an_empty_cube(two_stocks):
    assert cube_read("US", MONDAY, TUESDAY, ["first"]).score.shape == (1, 0, 0)


def test_closes_are_adjusted_and_by_session(two_stocks):
    for day, stock, close, adjustment in [
        (MONDAY, two_stocks[0], 30.0, 1 / 3), (TUESDAY, two_stocks[0], 11.0, 1.0), (TUESDAY, two_stocks[1], 5.0, 1.0),
        (dt.date(2024, 6, 8), two_stocks[1], 6.0, 1.0),  # a Saturday
    ]:  # fmt: skip
        PriceBar.objects.create(instrument=stock, date=day, close=close, adjustment_factor=adjustment)
    found = closes_read("US", MONDAY, dt.date(2024, 6, 10))
    assert found.tickers.tolist() == ["AAA", "BBB"]
    assert found.days.tolist() == [19877, 19878]
    np.testing.assert_allclose(found.close, [[10.0, np.nan], [11.0, 5.0]])


def test_values_are_read_as_exactly_as_they_are_stored(two_stocks):
    """Single precision would not hold them: 1e60 and 1e-60 at all, the others to seven digits."""
    values = {MONDAY: (1e60, 1e-60), TUESDAY: (16_777_217.0, -0.1)}
    first = factor("first")
    for day, of_day in values.items():
        for stock, value in zip(two_stocks, of_day, strict=True):
            FactorScore.objects.create(
                date=day, instrument=stock, factor=first, value=value, score=1.5, percentile=50.0
            )
    cube = cube_read("US", MONDAY, TUESDAY, ["first"], column="value")
    assert cube.score.tolist() == [[list(of_day) for of_day in values.values()]]
    assert cube_read("US", MONDAY, TUESDAY, ["first"]).score.dtype == np.float32


def test_a_cube_is_filled_batch_by_batch(two_stocks, monkeypatch):
    """In whatever order rows come; no batch is kept."""
    first, stock, rows, held = factor("first"), two_stocks[1], 100_000, []

    def many(*_: object):
        for number in range(20):
            held.append(pa.total_allocated_bytes())
            columns = {
                "date": pa.array(np.resize([19880 - number % 3, 19877], rows).astype(np.int32), pa.date32()),
                "instrument_id": pa.array(np.full(rows, stock.pk, dtype=np.int32)),
                "factor_id": pa.array(np.full(rows, first.pk, dtype=np.int16)),
                "figure": pa.array(np.full(rows, number, dtype=np.float32)),
            }
            yield pa.RecordBatch.from_pydict(columns)

    monkeypatch.setattr(cubes, "batches", many)
    cube = cube_read("US", MONDAY, dt.date(2024, 6, 10), ["first"])
    assert cube.days.tolist() == [19877, 19878, 19879, 19880]
    assert cube.score.ravel().tolist() == [19.0, 17.0, 19.0, 18.0]
    assert cube.instrument_ids.tolist() == [stock.pk]
    assert max(held) - held[0] < 3 * rows * 14  # bytes of a row


def test_no_instrument_no_cube(db):
    assert cube_read("JP", MONDAY, TUESDAY, ["first"]).score.shape == (1, 0, 0)
