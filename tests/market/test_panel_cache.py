"""The panel cache: warm, extended, rebuilt; never used when damaged or outdated. Tables are changed through the ORM,
as an admin would. Reads go over a second connection, hence committed rows."""

import datetime as dt
import json
import threading
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction

from market.models import Instrument, PriceBar
from market.panel import Panel
from market.store import columnar
from market.store.changes import change_lock, change_note
from market.store.panels import NoBars, read_panel
from tests.factors.market_tables import SESSION, add_bars, add_instrument, add_report, add_split, sessions

pytestmark = pytest.mark.django_db(transaction=True)
LOOKBACK = 20
ARRAYS = (
    "instrument_ids",
    "days",
    "n_bars",
    "close",
    "high",
    "volume",
    "trading_value",
    "in_universe",
    "index_days",
    "index_close",
)


@pytest.fixture
def days() -> list[dt.date]:
    return sessions(60)


@pytest.fixture
def market(days) -> list[Instrument]:
    """Three stocks and the index; bars up to the fifth session from the end."""
    rng = np.random.default_rng(1)
    stocks = [add_instrument(name) for name in ("A", "B", "C")]
    for stock in [*stocks, add_instrument("KOSPI", asset_type="INDEX")]:
        add_bars(stock, days[:-4], rng.uniform(90, 110, 56))
    return stocks


def load_day(stock: Instrument, day: dt.date, close: float) -> None:
    """One bar as a bulk loader writes it: it says from which day on it changed something."""
    with transaction.atomic(), connection.cursor() as cursor:
        change_lock(cursor, "KR", "bars")
        PriceBar.objects.create(instrument=stock, date=day, close=close, volume=1.0)
        change_note(cursor, "KR", "bars", day)


def read(day: dt.date, lookback: int = LOOKBACK) -> tuple[Panel, str]:
    panel, origin = read_panel("KR", day, lookback)
    return panel, origin.bars


def read_fresh(day: dt.date, settings, tmp_path: Path, lookback: int = LOOKBACK) -> Panel:
    """The panel without any cache."""
    kept, settings.PANEL_CACHE_DIR = (
        settings.PANEL_CACHE_DIR,
        tmp_path / f"fresh-{day}-{lookback}-{np.random.default_rng().integers(10**9)}",
    )
    try:
        panel, origin = read(day, lookback)
    finally:
        settings.PANEL_CACHE_DIR = kept
    assert origin == "rebuilt"
    return panel


def assert_same(found: Panel, expected: Panel, names: tuple[str, ...] = ARRAYS) -> None:
    for name in names:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    for name, values in vars(expected.last).items():
        np.testing.assert_array_equal(getattr(found.last, name), values, err_msg=name)


def brute_force(stock: Instrument, day: dt.date, count: int = LOOKBACK) -> list[float]:
    bars = PriceBar.objects.filter(instrument=stock, date__lte=day).order_by("-date")[:count]
    return [bar.close for bar in reversed(bars)]


# --- warm, extended, rebuilt --------------------------------------------------------------------------------------


def test_the_second_reading_is_warm_and_equal(market, days):
    first, how = read(days[-5])
    again, then = read(days[-5])
    assert (how, then) == ("rebuilt", "warm")
    assert_same(again, first)


def test_a_new_day_extends_and_equals_a_full_rebuild(market, days, settings, tmp_path):
    read(days[-5])
    for i, day in enumerate(days[-4:-1]):
        for stock in market:
            load_day(stock, day, 100.0 + i)
        panel, how = read(day)
        assert how == "extended"
        assert panel.close[-1].tolist() == [100.0 + i] * 3
        assert_same(panel, read_fresh(day, settings, tmp_path), tuple(n for n in ARRAYS if not n.startswith("index")))


def test_changed_history_is_read_again(market, days):
    read(days[-5])
    PriceBar.objects.filter(instrument=market[0], date=days[-8]).update(close=77.0)  # one ORM edit: a trigger sees it
    panel, how = read(days[-5])
    assert how == "rebuilt"
    assert panel.close[-4, 0] == 77.0


@pytest.mark.parametrize("change", ["create", "save", "delete"])
def test_the_trigger_notices_every_kind_of_edit(market, days, change):
    read(days[-5])
    bar = PriceBar.objects.get(instrument=market[1], date=days[-5])
    if change == "create":
        PriceBar.objects.create(instrument=market[1], date=days[0] - dt.timedelta(days=400), close=1.0)
    elif change == "save":
        bar.volume = 5.0
        bar.save()
    else:
        bar.delete()
    panel, how = read(days[-5])
    assert how == "rebuilt"
    assert panel.close[:, 1].tolist() == brute_force(market[1], days[-5])
    assert panel.last.volume[1] == {"create": 1000.0, "save": 5.0, "delete": 1000.0}[change]


def test_a_change_of_a_later_day_leaves_the_cache_warm(market, days):
    read(days[-6])
    load_day(market[0], days[-4], 100.0)
    assert read(days[-6])[1] == "warm"


def test_an_unfinished_or_undone_transaction_leaves_no_trace_in_the_cache(market, days):
    with transaction.atomic():
        PriceBar.objects.filter(instrument=market[0], date=days[-5]).update(close=55.0)
        read(days[-5])  # reads committed rows: the old price
    panel, _ = read(days[-5])
    assert panel.close[-1, 0] == 55.0

    read(days[-5])
    with transaction.atomic():
        PriceBar.objects.filter(instrument=market[0], date=days[-5]).update(close=44.0)
        transaction.set_rollback(True)
    panel, how = read(days[-5])
    assert (panel.close[-1, 0], how) == (55.0, "warm")


def test_alternating_dates_and_lookbacks_always_equal_a_fresh_reading(market, days, settings, tmp_path):
    for day, lookback in [(-5, 20), (-15, 20), (-5, 20), (-30, 10), (-10, 30), (-5, 5), (-40, 20), (-6, 30)]:
        panel, _ = read(days[day], lookback)
        names = tuple(n for n in ARRAYS if not n.startswith("index"))
        assert_same(panel, read_fresh(days[day], settings, tmp_path, lookback), names)
        for column, stock in enumerate(market):
            expected = brute_force(stock, days[day], lookback)
            assert panel.close[-len(expected) :, column].tolist() == expected


# --- instruments that come, go and pause --------------------------------------------------------------------------


def test_a_new_instrument_joins_an_extended_cache(market, days):
    read(days[-5])
    newcomer = add_instrument("AA")
    load_day(newcomer, days[-4], 42.0)
    panel, how = read(days[-4])
    assert how == "extended"
    column = panel.tickers.tolist().index("AA")
    assert (panel.n_bars[column], panel.close[-1, column]) == (1, 42.0)
    assert panel.n_bars.sum() == 1 + 3 * LOOKBACK


def test_a_sister_line_that_lists_later_neither_joins_nor_lends_its_reports(market, days, settings, tmp_path):
    Instrument.objects.filter(pk=market[0].pk).update(company="c")
    sister = add_instrument("AA", company="c")
    add_report(sister, dt.date(2023, 12, 31), net_income=5.0)
    fresh = read_fresh(days[-5], settings, tmp_path)
    assert np.isnan(fresh.figure("net_income_ttm").values[0])
    for stock in (sister, *market):
        load_day(stock, days[-4], 42.0)
    later, _ = read(days[-4])
    assert later.tickers.tolist() == ["A", "B", "C", "AA"]
    assert later.figure("net_income_ttm").values[[0, 3]].tolist() == [5.0, 5.0]  # listed: they share
    panel, how = read(days[-5])
    assert how == "warm"
    own = tuple(name for name in ARRAYS if not name.startswith("index"))
    assert_same(panel, fresh, (*own, "tickers", "company", "is_quoted"))
    np.testing.assert_array_equal(panel.with_index, fresh.with_index)
    for name in ("net_income_ttm", "market_cap"):
        np.testing.assert_array_equal(panel.figure(name).values, fresh.figure(name).values)


def test_reports_of_long_ago_do_not_count_because_an_earlier_date_was_read(market, days, settings, tmp_path):
    Instrument.objects.filter(pk__in=[stock.pk for stock in market[:2]]).update(company="c")
    early = sessions(5, last=dt.date(2018, 6, 29))
    add_bars(market[2], early, [10.0] * 5)
    add_report(market[0], dt.date(2016, 12, 31), net_income=1.0)  # eight years old: as good as no report of its own
    add_report(market[1], dt.date(2023, 12, 31), net_income=5.0)
    fresh = read_fresh(days[-5], settings, tmp_path).figure("net_income_ttm")
    assert fresh.values[:2].tolist() == [5.0, 5.0]
    read_panel("KR", early[-1], LOOKBACK)
    panel, origin = read_panel("KR", days[-5], LOOKBACK)
    assert origin.reports == "warm"
    np.testing.assert_array_equal(panel.figure("net_income_ttm").values, fresh.values)
    np.testing.assert_array_equal(panel.figure("net_income_ttm").status, fresh.status)


def test_a_suspended_instrument_keeps_its_own_last_bars_from_before_the_window(market, days):
    # B pauses for 40 sessions: its last 20 bars reach far before the rows that are read for everybody.
    long_ago = sessions(100, last=days[0])[:-1]
    add_bars(market[1], long_ago, np.arange(99) + 1.0)
    PriceBar.objects.filter(instrument=market[1], date__in=days[4:-6]).delete()
    for how, day in [("rebuilt", days[-5]), ("warm", days[-5]), ("rebuilt", days[-20]), ("warm", days[-5])]:
        panel, found = read(day)
        assert found == how
        assert panel.close[:, 1].tolist() == brute_force(market[1], day)
        assert panel.n_bars[1] == LOOKBACK


def test_an_index_is_read_as_far_back_as_the_bars_of_a_suspended_instrument(market, days, settings, tmp_path):
    index = Instrument.objects.get(ticker="KOSPI")
    long_ago = sessions(100, last=days[0])[:-1]
    for stock in (index, market[1]):
        add_bars(stock, long_ago, np.arange(99) + 1.0)
    PriceBar.objects.filter(instrument=market[1], date__in=days[4:-6]).delete()
    panel, _ = read(days[-5])
    close, index_close, common = panel.with_index
    assert np.isfinite(close[:, 1]).all()  # every one of its 20 bars has an index close
    assert common[0, 1] < int(np.datetime64(days[0]).astype(int))
    # The same when the cache holds more history than this date needs.
    earlier, _ = read(days[-20])
    later, how = read(days[-5])
    assert how == "warm"
    assert earlier.n_bars[1] == LOOKBACK
    np.testing.assert_array_equal(later.with_index[0], close)
    np.testing.assert_array_equal(later.with_index[1], index_close)


def test_a_region_without_bars(days):
    with pytest.raises(NoBars, match="load prices first"):
        read(days[-1])


# --- damage -------------------------------------------------------------------------------------------------------


def cache_files(settings) -> tuple[Path, Path]:
    """The pointer file and the directory of arrays it names."""
    pointer = Path(settings.PANEL_CACHE_DIR) / "KR" / "bars" / "current.json"
    return pointer, pointer.parent / json.loads(pointer.read_text())["directory"]


def truncate(pointer: Path, arrays: Path) -> None:
    file = arrays / "grid_close.npy"
    file.write_bytes(file.read_bytes()[:-8])


def flip_a_bit(pointer: Path, arrays: Path) -> None:
    file = arrays / "grid_close.npy"
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(bytes(content))


def delete_an_array(pointer: Path, arrays: Path) -> None:
    (arrays / "days.npy").unlink()


def drop_an_array_from_the_list(pointer: Path, arrays: Path) -> None:
    content = json.loads(pointer.read_text())
    del content["files"]["older_rank"]
    pointer.write_text(json.dumps(content))


def garble_the_pointer(pointer: Path, arrays: Path) -> None:
    pointer.write_text('{"directory": ')


def delete_the_pointer(pointer: Path, arrays: Path) -> None:
    pointer.unlink()


def damage_its_meta(pointer: Path, arrays: Path) -> None:
    content = json.loads(pointer.read_text())
    content["meta"]["through"] = "soon"
    pointer.write_text(json.dumps(content))


def lose_a_meta_key(pointer: Path, arrays: Path) -> None:
    content = json.loads(pointer.read_text())
    del content["meta"]["earliest"]
    pointer.write_text(json.dumps(content))


DAMAGE = [
    truncate, flip_a_bit, delete_an_array, drop_an_array_from_the_list, garble_the_pointer, delete_the_pointer,
    damage_its_meta, lose_a_meta_key,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_rebuilt(market, days, settings, damage):
    before, _ = read(days[-5])
    damage(*cache_files(settings))
    after, how = read(days[-5])
    assert how == "rebuilt"
    assert_same(after, before)
    assert read(days[-5])[1] == "warm"


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_not_extended(market, days, settings, damage):
    read(days[-5])
    damage(*cache_files(settings))
    load_day(market[0], days[-4], 101.0)
    panel, how = read(days[-4])
    assert how == "rebuilt"
    assert panel.close[:, 0].tolist() == brute_force(market[0], days[-4])


@pytest.mark.parametrize("damage", [garble_the_pointer, damage_its_meta, delete_the_pointer, lose_a_meta_key])
def test_a_damaged_cache_of_reports_is_rebuilt(market, days, settings, damage):
    add_report(market[0], dt.date(2023, 12, 31), net_income=5.0)
    read(days[-5])
    pointer = Path(settings.PANEL_CACHE_DIR) / "KR" / "reports" / "current.json"
    content = json.loads(pointer.read_text())
    if damage is damage_its_meta:
        content["meta"]["first"] = "soon"
        pointer.write_text(json.dumps(content))
    elif damage is lose_a_meta_key:
        del content["meta"]["first"]
        pointer.write_text(json.dumps(content))
    else:
        damage(pointer, pointer.parent)
    panel, origin = read_panel("KR", days[-5], LOOKBACK)
    assert origin.reports == "rebuilt"
    assert panel.fundamentals.ttm("net_income").values[0] == 5.0


@pytest.mark.parametrize("array", ["field_net_income", "split_ratio", "currency"])
def test_a_damaged_array_of_reports_is_read_again(market, days, settings, array):
    add_report(market[0], dt.date(2023, 12, 31), net_income=5.0)
    read(days[-5])
    (file,) = (Path(settings.PANEL_CACHE_DIR) / "KR" / "reports").glob(f"*/{array}.npy")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    panel, origin = read_panel("KR", days[-5], LOOKBACK)
    assert origin.reports == "rebuilt"
    assert panel.fundamentals.ttm("net_income").values[0] == 5.0
    pointer = Path(settings.PANEL_CACHE_DIR) / "KR" / "reports" / "current.json"
    content = json.loads(pointer.read_text())
    del content["files"][array]
    pointer.write_text(json.dumps(content))
    assert read_panel("KR", days[-5], LOOKBACK)[1].reports == "rebuilt"


def test_a_cache_of_a_database_that_was_made_anew_is_not_used(market, days):
    """The same ids of changes, but made at another time."""
    read(days[-5])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE market_datachange SET created_at = created_at - interval '1 day'")
    assert read(days[-5])[1] == "rebuilt"


def test_a_cache_of_another_database_is_not_used(market, days, settings):
    read(days[-5])
    pointer, _ = cache_files(settings)
    content = json.loads(pointer.read_text())
    content["meta"]["database"] = "elsewhere:5432/other"
    pointer.write_text(json.dumps(content))
    assert read(days[-5])[1] == "rebuilt"


def test_a_writer_killed_halfway_leaves_the_old_set(market, days, settings):
    read(days[-5])
    pointer, _ = cache_files(settings)
    (pointer.parent / "half-written").mkdir()
    (pointer.parent / "half-written" / "days.npy").write_bytes(b"\x93NUMPY")
    (pointer.parent / "abc.part").write_text("{")
    assert read(days[-5])[1] == "warm"
    load_day(market[0], days[-4], 101.0)
    read(days[-4])
    kept = {path.name for path in pointer.parent.iterdir() if path.is_dir()}
    assert kept == {cache_files(settings)[1].name}  # old and half-written sets are gone


def test_arrays_come_back_as_written_and_read_only(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.zeros(0, np.int32)}
    columnar.write_arrays(tmp_path / "x", arrays, {"k": 1})
    found = columnar.read_arrays(tmp_path / "x")
    assert columnar.read_meta(tmp_path / "x") == {"k": 1}
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype
    with pytest.raises(ValueError, match="read-only"):
        found["a"][0, 0] = 1


# --- reports ------------------------------------------------------------------------------------------------------


def test_reports_and_splits_are_cached_and_noticed(market, days):
    add_report(market[0], dt.date(2023, 12, 31), eps_basic=6.0)
    assert read_panel("KR", days[-5], LOOKBACK)[1].reports == "rebuilt"
    panel, origin = read_panel("KR", days[-5], LOOKBACK)
    assert origin.reports == "warm"
    assert panel.fundamentals.ttm("eps").values[0] == 6.0
    add_split(market[0], days[-10], 3.0)
    panel, origin = read_panel("KR", days[-5], LOOKBACK)
    assert origin.reports == "rebuilt"
    assert panel.fundamentals.ttm("eps").values[0] == 2.0
    add_report(market[0], dt.date(2024, 3, 31), "Q", on=days[-6], total_assets=9.0)
    assert read_panel("KR", days[-5], LOOKBACK)[0].fundamentals.newest("total_assets").values[0] == 9.0
    assert read_panel("KR", days[-7], LOOKBACK)[0].fundamentals.newest("total_assets").status[0] != 0


def test_a_corrected_currency_of_an_instrument_is_noticed(market, days):
    add_report(market[0], dt.date(2023, 12, 31), eps_basic=6.0, currency="USD")
    assert np.isnan(read_panel("KR", days[-5], LOOKBACK)[0].fundamentals.ttm("eps").values[0])
    Instrument.objects.filter(pk=market[0].pk).update(currency="USD")
    assert read_panel("KR", days[-5], LOOKBACK)[0].fundamentals.ttm("eps").values[0] == 6.0


# --- several at once ----------------------------------------------------------------------------------------------


def test_concurrent_readers_of_several_dates_all_get_the_right_rows(market, days):
    wanted = [days[-5], days[-9], days[-5], days[-20], days[-7], days[-5]]
    found: dict[int, list[float]] = {}
    problems: list[Exception] = []

    def work(number: int) -> None:
        try:
            for _ in range(3):
                panel, _ = read(wanted[number])
                found[number] = panel.close[:, 2].tolist()
        except Exception as error:  # noqa: BLE001 - shown below
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(wanted))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert [found[number] for number in range(len(wanted))] == [brute_force(market[2], day) for day in wanted]
    assert days[-1] == SESSION
