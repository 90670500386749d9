"""Loading bars: what is stored, refused, flagged, and what a second load does."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError

from market.models import CorporateAction, Instrument, LoadRun, PriceBar
from market.services import prices as service
from market.services.adjustments import adjustment_recompute
from market.services.loads import prices_load
from tests.market.files import HEADER, bar, changes, load_actions, load_bars, write

pytestmark = pytest.mark.django_db

TWO = "A,2024-01-02,10,11,9,10,100\nA,2024-01-03,10,12,10,11,200\n"


def test_bars_are_stored_as_given(tmp_path: Path) -> None:
    run = load_bars(tmp_path, TWO)
    assert (run.state, run.rows_read, run.rows_inserted, run.instruments_created) == ("DONE", 2, 2, 1)
    assert (run.first_date, run.last_date) == (dt.date(2024, 1, 2), dt.date(2024, 1, 3))
    assert run.sha256
    assert run.timings["total"] > 0
    one = bar("A", "2024-01-03")
    assert (one.open, one.high, one.low, one.close, one.volume) == (10, 12, 10, 11, 200)
    assert (one.adjustment_factor, one.factor_is_given, one.close_is_adjusted, one.suspect) == (1, False, False, False)
    assert Instrument.objects.get(ticker="A").currency == "USD"


def test_a_second_load_changes_nothing(tmp_path: Path) -> None:
    load_bars(tmp_path, TWO)
    before = changes("US", "bars")
    run = load_bars(tmp_path, TWO)
    assert (run.rows_inserted, run.rows_updated, run.rows_unchanged) == (0, 0, 2)
    assert changes("US", "bars") == before


def test_a_later_file_adds_and_corrects(tmp_path: Path) -> None:
    load_bars(tmp_path, TWO)
    before = changes("US", "bars")
    run = load_bars(tmp_path, "A,2024-01-03,10,12,10,11.5,200\nA,2024-01-04,11,12,11,12,300\n")
    assert (run.rows_inserted, run.rows_updated, run.rows_unchanged) == (1, 1, 0)
    assert bar("A", "2024-01-03").close == 11.5
    assert changes("US", "bars") > before


def test_columns_a_file_lacks_keep_what_is_known(tmp_path: Path) -> None:
    header = HEADER.strip() + ",market_cap,adjustment_factor\n"
    load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100,5000,0.5\n", header)
    run = load_bars(tmp_path, TWO)
    assert (run.rows_inserted, run.rows_unchanged) == (1, 1)
    one = bar("A", "2024-01-02")
    assert (one.market_cap, one.adjustment_factor, one.factor_is_given) == (5000, 0.5, True)


def test_a_bar_that_changes_basis_loses_the_factor_of_the_other(tmp_path: Path) -> None:
    header = HEADER.strip() + ",adj_close\n"
    load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100,8\n", header, basis="split")
    assert bar("A", "2024-01-02").adjustment_factor == 0.8
    load_bars(tmp_path, TWO)
    one = bar("A", "2024-01-02")
    assert (one.adjustment_factor, one.factor_is_given, one.close_is_adjusted) == (1, False, False)


@pytest.mark.parametrize(
    ("basis", "factor", "adjusted"), [("raw", 1.0, False), ("split", 0.8, True), ("total_return", 1.0, True)]
)
def test_basis(tmp_path: Path, basis: str, factor: float, adjusted: bool) -> None:
    load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100,8\n", HEADER.strip() + ",adj_close\n", basis=basis)
    one = bar("A", "2024-01-02")
    assert (one.adjustment_factor, one.close_is_adjusted) == (factor, adjusted)


def test_multipliers_make_currency_units_and_shares_but_leave_index_points(tmp_path: Path) -> None:
    rows = "ACB,2024-01-02,10,11,9,10,1\nVN30,2024-01-02,1000,1100,900,1000,1\nVNINDEX,2024-01-02,1,1,1,1,1\n"
    run = load_bars(tmp_path, rows, region="VN", price_multiplier=1000, volume_multiplier=100)
    assert run.reasons == {"skipped_symbol": 1}
    assert (bar("ACB", "2024-01-02", "VN").close, bar("ACB", "2024-01-02", "VN").volume) == (10_000, 100)
    assert (bar("VN30", "2024-01-02", "VN").close, bar("VN30", "2024-01-02", "VN").volume) == (1000, 1)
    assert Instrument.objects.get(ticker="VN30").asset_type == "INDEX"


def test_index_files_load_the_regions_own_index(tmp_path: Path) -> None:
    rows = "^GSPC,2024-01-02,1,1,1,1,1\nKOSPI,2024-01-02,1,1,1,1,1\nNDX,2024-01-02,1,1,1,1,1\n"
    run = load_bars(tmp_path, rows, asset_type="INDEX")
    assert (run.rows_inserted, run.reasons) == (1, {"skipped_symbol": 2})
    assert Instrument.objects.get().ticker == "SPX"
    load_bars(tmp_path, rows, asset_type="INDEX", symbols=("NDX",))
    assert set(Instrument.objects.values_list("ticker", "asset_type")) == {("SPX", "INDEX"), ("NDX", "INDEX")}


def test_symbols_narrow_a_load(tmp_path: Path) -> None:
    run = load_bars(tmp_path, TWO + "B,2024-01-02,1,1,1,1,1\n", symbols=("B",))
    assert (run.rows_inserted, run.reasons) == (1, {"skipped_symbol": 2})


def test_codes_stay_text(tmp_path: Path) -> None:
    rows = "".join(f"{ticker},2024-01-02,1,1,1,1,1\n" for ticker in ("000660", "NA", "TRUE", "00088K", "NAN", ""))
    run = load_bars(tmp_path, rows, region="KR")
    assert run.reasons == {"blank_ticker": 1}
    types = dict(Instrument.objects.values_list("ticker", "asset_type"))
    assert types == {"000660": "STOCK", "NA": "STOCK", "TRUE": "STOCK", "NAN": "STOCK", "00088K": "PREFERRED"}


def test_bad_rows_are_kept_with_column_reason_and_text(tmp_path: Path) -> None:
    rows = TWO + "A,2024-01-04,x,12,11,12,300\nA,soon,1,1,1,1,1\nA,2024-01-05,1,1,1\nA,2999-01-05,1,1,1,1,1\n"
    rows += f"{'A' * 40},2024-01-05,1,1,1,1,1\n"
    run = load_bars(tmp_path, rows)
    assert (run.state, run.rows_read, run.rows_inserted, run.rows_rejected) == ("PARTLY", 7, 2, 5)
    found = [(row.row_number, row.column, row.reason) for row in run.rejected_rows.all()]
    assert found == [
        (3, "open", "bad_number"),
        (4, "date", "bad_date"),
        (5, "", "wrong_field_count"),
        (6, "date", "future_date"),
        (7, "ticker", "bad_ticker"),
    ]
    first = run.rejected_rows.first()
    assert first is not None
    assert "cannot read 'x'" in first.message
    assert first.raw["open"] == "x"


def test_unknown_instruments_can_be_refused(tmp_path: Path) -> None:
    run = load_bars(tmp_path, TWO, create=False)
    assert (run.state, run.message, run.reasons) == (
        "FAILED",
        "no row of the file could be loaded",
        {"unknown_instrument": 2},
    )
    assert not Instrument.objects.exists()


def test_jumps_are_flagged_until_an_action_explains_them(tmp_path: Path) -> None:
    rows = "A,2024-01-02,100,100,100,100,1\nA,2024-01-03,20,20,20,20,5\nA,2024-01-04,21,21,21,21,5\n"
    run = load_bars(tmp_path, rows)
    assert run.reasons == {"jump": 1}
    assert bar("A", "2024-01-03").suspect
    load_actions(tmp_path, "A,2024-01-03,SPLIT,5,\n")
    assert not bar("A", "2024-01-03").suspect
    assert bar("A", "2024-01-02").adjustment_factor == pytest.approx(0.2)
    assert bar("A", "2024-01-03").adjustment_factor == 1
    assert load_bars(tmp_path, rows).reasons == {}
    CorporateAction.objects.all().delete()
    assert adjustment_recompute(instrument_ids=[Instrument.objects.get().pk]) == 2  # a factor and a mark
    assert bar("A", "2024-01-03").suspect


def test_a_jump_is_seen_across_files(tmp_path: Path) -> None:
    load_bars(tmp_path, TWO)
    assert load_bars(tmp_path, "A,2024-01-04,20,20,20,20,5\n").reasons == {"jump": 1}


def test_bars_loaded_after_their_action_are_adjusted(tmp_path: Path) -> None:
    load_bars(tmp_path, TWO)
    load_actions(tmp_path, "A,2024-01-05,SPLIT,2,\nA,2024-01-08,SPIN_OFF,1.25,\nA,2024-01-08,CASH_DIVIDEND,,3\n")
    run = load_bars(tmp_path, "A,2024-01-04,11,11,11,11,1\nA,2024-01-05,5.5,5.5,5.5,5.5,1\n")
    assert run.reasons == {}
    factors = list(PriceBar.objects.order_by("date").values_list("adjustment_factor", flat=True))
    assert factors == pytest.approx([0.4, 0.4, 0.4, 0.8])


def test_a_given_factor_that_changes_makes_an_action(tmp_path: Path) -> None:
    header = HEADER.strip() + ",adjustment_factor\n"
    rows = "A,2024-01-02,10,10,10,10,1,0.5\nA,2024-01-03,5,5,5,5,1,1\nA,2024-01-04,5,5,5,5,1,1.005\n"
    run = load_bars(tmp_path, rows, header)
    assert run.reasons == {"inferred_action": 1}
    action = CorporateAction.objects.get()
    assert (action.kind, action.ex_date, action.ratio, action.source) == ("INFERRED", dt.date(2024, 1, 3), 2, "csv")
    assert load_bars(tmp_path, rows, header).reasons == {}
    load_actions(tmp_path, "A,2024-01-03,SPLIT,2,\n")  # the stated action takes the place of the inferred one
    assert CorporateAction.objects.get().kind == "SPLIT"


GIVEN = HEADER.strip() + ",adjustment_factor\n"
MARCH = [f"2024-03-{day:02d}" for day in (1, 4, 5, 6, 7, 8, 11, 12, 13, 14)]  # ten sessions, days 0 to 9


def load_given(folder: Path, factors: dict[int, float]) -> LoadRun:
    """Bars of A on some of the ten days, each with its given factor; the close halves where the factor doubles."""
    rows = [f"A,{MARCH[i]},{p},{p},{p},{p},1,{factor}\n" for i, factor in factors.items() for p in (5 / factor,)]
    return load_bars(folder, "".join(rows), GIVEN)


def inferred() -> list[tuple[str, float]]:
    found = CorporateAction.objects.filter(kind="INFERRED").order_by("ex_date")
    return [(str(action.ex_date), action.ratio) for action in found]


def test_inferred_actions_follow_the_bars(tmp_path: Path) -> None:
    noted = changes("US", "fundamentals")
    for factors, expected in [
        ({0: 0.5, 9: 1.0}, [(MARCH[9], 2.0)]),
        ({5: 1.0, 6: 1.0, 7: 1.0, 8: 1.0}, [(MARCH[5], 2.0)]),  # it was day 5: day 9 is no step any more
        ({0: 1.0, 5: 1.0, 9: 1.0}, []),  # it was none at all
    ]:
        load_given(tmp_path, factors)
        assert inferred() == expected
        assert changes("US", "fundamentals") > noted
        noted = changes("US", "fundamentals")
    load_given(tmp_path, {0: 1.0})
    assert changes("US", "fundamentals") == noted  # nothing changed, nothing is noted


@pytest.mark.parametrize("prices_first", [True, False])
@pytest.mark.parametrize("kind", ["CASH_DIVIDEND,,0.5", "SPIN_OFF,1.1,", "SPLIT,2,"])
def test_prices_and_a_stated_action_come_in_any_order(tmp_path: Path, prices_first: bool, kind: str) -> None:
    load_bars(tmp_path, "A,2024-02-28,10,10,10,10,1\n")
    steps = [lambda: load_given(tmp_path, {0: 0.9, 1: 1.0}), lambda: load_actions(tmp_path, f"A,{MARCH[1]},{kind}\n")]
    for step in steps if prices_first else steps[::-1]:
        step()
    actions = CorporateAction.objects.values_list("ex_date", "kind")
    assert list(actions) == [(dt.date(2024, 3, 4), kind.partition(",")[0])]
    factors = dict(PriceBar.objects.filter(factor_is_given=True).values_list("date", "adjustment_factor"))
    assert factors == {dt.date(2024, 3, 1): 0.9, dt.date(2024, 3, 4): 1.0}


def test_a_close_only_file_over_full_bars_keeps_the_rest(tmp_path: Path) -> None:
    load_bars(tmp_path, TWO)
    run = load_bars(tmp_path, "A,2024-01-02,10.5\nA,2024-01-03,11\nA,2024-01-04,12\n", "ticker,date,close\n")
    assert (run.rows_inserted, run.rows_updated, run.rows_unchanged) == (1, 1, 1)
    one = bar("A", "2024-01-02")
    assert (one.open, one.high, one.low, one.close, one.volume, one.no_trade) == (10, 11, 9, 10.5, 100, False)
    two = bar("A", "2024-01-03")
    assert (two.open, two.high, two.low, two.close, two.volume, two.no_trade) == (10, 12, 10, 11, 200, False)


def test_days_without_a_session_are_flagged(tmp_path: Path) -> None:
    run = load_bars(tmp_path, "A,2024-01-05,1,1,1,1,1\nA,2024-01-06,1,1,1,1,1\nA,2024-01-08,1,1,1,1,1\n")
    assert (run.state, run.rows_flagged, run.reasons) == ("DONE", 1, {"not_a_session": 1})


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    heard: list[str] = []
    rejected: list[object] = []
    run = load_bars(
        tmp_path, TWO + "A,soon,1,1,1,1,1\n", dry_run=True, progress=heard.append, on_rejected=rejected.extend
    )
    assert (run.pk, run.state, run.rows_inserted, len(rejected)) == (None, "PARTLY", 2, 1)
    assert heard[0] == "read"
    assert not PriceBar.objects.exists()
    assert not Instrument.objects.exists()
    assert not LoadRun.objects.exists()


def test_a_useless_file_fails_and_changes_nothing(tmp_path: Path) -> None:
    run = prices_load(region="us", source="csv", file=write(tmp_path, "symbol,day\nA,1\n"))
    assert (run.state, run.rows_read) == ("FAILED", 0)
    assert "missing column date, close" in run.message
    assert run.finished_at
    assert not Instrument.objects.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"region": "XX"}, "unknown region"),
        ({"source": "nowhere"}, "no source 'nowhere'"),
        ({"file": None}, "needs a file"),
        ({"basis": "odd"}, "unknown basis"),
        ({"asset_type": "BOND"}, "unknown asset type"),
        ({"price_multiplier": 0.0}, "multipliers"),
    ],
)
def test_wrong_arguments(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_bars(tmp_path, TWO, **options)
    assert not LoadRun.objects.exists()


def test_a_load_that_breaks_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise IntegrityError("no room")

    monkeypatch.setattr(service, "bars_merge", broken)
    with pytest.raises(IntegrityError):
        load_bars(tmp_path, TWO)
    run = LoadRun.objects.get()
    assert (run.state, run.message) == ("FAILED", "IntegrityError: no room")
    assert run.instruments_created == 0
    assert not Instrument.objects.exists()


def test_runs_of_dead_processes_are_marked(tmp_path: Path) -> None:
    dead = LoadRun.objects.create(kind="prices", region="US", source="csv")
    other = LoadRun.objects.create(kind="prices", region="KR", source="csv")
    load_bars(tmp_path, TWO)
    dead.refresh_from_db()
    other.refresh_from_db()
    assert (dead.state, other.state) == ("INTERRUPTED", "RUNNING")
    assert dead.finished_at


def test_raw_bars_beside_adjusted_ones_are_told(tmp_path: Path) -> None:
    header = "ticker,date,close\n"
    first = load_bars(tmp_path, "A,2024-01-02,10\nB,2024-01-02,10\n", header=header, basis="total_return")
    assert (first.message, "mixed_basis" in first.reasons) == ("", False)
    run = load_bars(tmp_path, "A,2024-01-03,11\n", header=header)
    assert run.reasons["mixed_basis"] == 1
    assert run.message == "raw and adjusted bars side by side, returns across the change are wrong: A"
