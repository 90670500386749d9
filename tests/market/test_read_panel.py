"""From the tables to the arrays: adjusted prices, who is in the universe, what a bar means (FORMULAS.md section 1)."""

import datetime as dt

import numpy as np
import pytest

from market.fields import load_fields, register_field, unregister_field
from market.models import Instrument, PriceBar
from market.panel import FieldUnavailable, Panel
from market.store.panels import read_panel
from tests.factors.market_builder import day_number
from tests.factors.market_tables import SESSION, add_bars, add_instrument, add_report, add_split, sessions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def days() -> list[dt.date]:
    return sessions(12)


def read(lookback: int = 10, day: dt.date = SESSION, region: str = "KR", fields: set[str] | None = None) -> Panel:
    return read_panel(region, day, lookback, fields)[0]


def in_universe(panel: Panel) -> set[str]:
    return set(panel.tickers[panel.in_universe])


# --- prices -------------------------------------------------------------------------------------------------------


def test_prices_are_adjusted_to_the_last_bar_and_volumes_the_other_way(days):
    # 5:1 before the last bar but two: raw 500 -> 100, volume 10 -> 50.
    close = [500.0] * 10 + [100.0, 110.0]
    factor = [0.2] * 10 + [1.0, 1.0]
    volume = [10.0] * 10 + [50.0, 60.0]
    stock = add_instrument("A")
    add_bars(stock, days, close, high=[600.0] * 10 + [100.0, 120.0], adjustment_factor=factor, volume=volume)
    add_split(stock, days[10], 5.0)
    panel = read()
    assert panel.close[:, 0].tolist() == [100.0] * 8 + [100.0, 110.0]
    assert panel.high[:, 0].tolist() == [120.0] * 8 + [100.0, 120.0]
    assert panel.volume[:, 0].tolist() == [50.0] * 8 + [50.0, 60.0]
    assert panel.trading_value[:, 0].tolist() == [5000.0] * 9 + [6600.0]  # raw close x raw volume
    assert panel.last.close[0] == 110.0


def test_a_dividend_or_a_spin_off_adjusts_prices_but_not_volumes(days):
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12, adjustment_factor=[0.9] * 6 + [1.0] * 6, volume=7.0)
    stock.actions.create(ex_date=days[6], kind="SPIN_OFF", ratio=1 / 0.9)
    panel = read()
    assert panel.close[:, 0].tolist() == pytest.approx([9.0] * 4 + [10.0] * 6)
    assert panel.volume[:, 0].tolist() == [7.0] * 10


def test_a_split_after_the_as_of_date_leaves_volumes_alone(days):
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12, volume=7.0)
    add_split(stock, days[-1], 5.0)
    assert read(day=days[-2]).volume[:, 0].tolist() == [7.0] * 10
    assert read().volume[:, 0].tolist() == [35.0] * 9 + [7.0]


def test_volumes_follow_split_ratios_only_where_dividends_move_the_factor_too(days):
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12, adjustment_factor=[0.18] * 4 + [0.2] * 4 + [1.0] * 4, volume=7.0)
    stock.actions.create(ex_date=days[4], kind="CASH_DIVIDEND", amount=1.0)
    add_split(stock, days[8], 5.0)
    panel = read()
    assert panel.volume[:, 0].tolist() == [35.0] * 6 + [7.0] * 4
    assert panel.close[:, 0].tolist() == pytest.approx([1.8] * 2 + [2.0] * 4 + [10.0] * 4)


def test_a_factor_for_a_split_still_to_come_leaves_the_prices_as_they_were_traded(days):
    add_bars(add_instrument("A"), days, [500.0] * 12, adjustment_factor=0.02)
    assert read().close[:, 0].tolist() == [500.0] * 10


def test_a_missing_high_is_the_close(days):
    add_bars(add_instrument("A"), days, np.arange(12) + 1.0)
    assert read().high[:, 0].tolist() == read().close[:, 0].tolist()


def test_the_source_s_trading_value_wins_over_close_times_volume(days):
    add_bars(add_instrument("A"), days, [10.0] * 12, trading_value=777.0)
    assert set(read().trading_value[:, 0]) == {777.0}


def test_adjusted_closes_give_no_money_figures(days):
    report = {"shares_outstanding": 100.0, "eps_basic": 2.0}
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12, close_is_adjusted=True, market_cap=5000.0, shares_outstanding=100.0)
    add_report(stock, dt.date(2023, 12, 31), **report)
    panel = read()
    assert np.isnan(panel.trading_value).all()
    for name in ("market_cap", "line_market_cap", "close"):
        assert np.isnan(panel.figure(name).values).all()
    assert panel.close[-1, 0] == 10.0  # returns are still possible


def test_rows_of_other_regions_indices_etfs_and_preferred_lines_stay_out(days):
    add_bars(add_instrument("A"), days, [10.0] * 12)
    for ticker, kind in [("KOSPI", "INDEX"), ("E", "ETF"), ("P", "PREFERRED"), ("O", "OTHER")]:
        add_bars(add_instrument(ticker, asset_type=kind), days, [20.0] * 12)
    add_bars(add_instrument("A", "US"), days, [30.0] * 12)
    panel = read()
    assert panel.tickers.tolist() == ["A"]
    assert panel.close[-1, 0] == 10.0
    assert panel.index_close.tolist() == [20.0] * len(panel.index_close)
    assert panel.index_days[-1] == day_number(SESSION)


# --- the universe -------------------------------------------------------------------------------------------------


def test_a_bar_within_the_last_five_sessions_of_the_exchange(days):
    add_bars(add_instrument("TODAY"), days, [10.0] * 12)
    add_bars(add_instrument("FIFTH"), days[:-4], [10.0] * 8)  # its last bar is the first of the last five sessions
    add_bars(add_instrument("SIXTH"), days[:-5], [10.0] * 7)
    panel = read()
    assert in_universe(panel) == {"TODAY", "FIFTH"}
    assert panel.recent_sessions.tolist() == [day_number(day) for day in days[-5:]]
    assert panel.close[-1].tolist() == [10.0, 10.0, 10.0]  # row -1 is each one's own last bar


def test_traded_on_one_of_its_last_five_bars(days):
    nothing = [0.0] * 5
    add_bars(add_instrument("TRADED"), days, [10.0] * 12, volume=[5.0] * 7 + [1.0, 0, 0, 0, 0])
    add_bars(add_instrument("DORMANT"), days, [10.0] * 12, volume=[5.0] * 7 + nothing)
    add_bars(add_instrument("UNKNOWN"), days, [10.0] * 12, volume=None)
    panel = read()
    assert in_universe(panel) == {"TRADED", "UNKNOWN"}
    assert set(panel.tickers[panel.is_quoted]) == {"TRADED", "DORMANT", "UNKNOWN"}


def test_listed_and_not_delisted_both_days_included(days):
    for ticker, dates in {
        "NEW": {"listed_on": SESSION}, "TOMORROW": {"listed_on": SESSION + dt.timedelta(days=1)},
        "LAST": {"delisted_on": SESSION}, "GONE": {"delisted_on": days[-2]},
    }.items():  # fmt: skip
        add_bars(add_instrument(ticker, **dates), days, [10.0] * 12)
    assert in_universe(read()) == {"NEW", "LAST"}


def test_windows_count_own_bars(days):
    long = sessions(40)
    stock = add_instrument("A")
    kept = long[:20:2] + long[-3:]
    add_bars(stock, kept, np.arange(len(kept)) + 1.0)
    panel = read()
    assert panel.close[:, 0].tolist() == [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0]
    assert panel.days[:, 0].tolist() == [day_number(day) for day in kept[-10:]]
    assert panel.n_bars.tolist() == [10]


def test_vietnam_s_sessions_are_those_of_its_index(days):
    index, stock, late = (
        add_instrument("VN30", "VN", asset_type="INDEX"),
        add_instrument("A", "VN"),
        add_instrument("B", "VN"),
    )
    traded = [day for day in days if day != days[-3]]  # a holiday only Vietnam knows
    add_bars(index, traded, np.arange(11) + 1.0)
    add_bars(stock, traded, np.arange(11) + 1.0)
    add_bars(late, traded[:-4], np.arange(7) + 1.0)
    panel = read(region="VN")
    assert panel.recent_sessions.tolist() == [day_number(day) for day in traded[-5:]]
    assert in_universe(panel) == {"A", "B"}


# --- reports ------------------------------------------------------------------------------------------------------


def test_reports_of_another_currency_wait_for_exchange_rates(days):
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12)
    add_report(stock, dt.date(2023, 12, 31), net_income=5.0, currency="USD")
    add_report(stock, dt.date(2022, 12, 31), net_income=4.0)
    assert np.isnan(read().figure("net_income_ttm_year_ago").values[0])
    assert read(day=days[0]).figure("net_income_ttm").values[0] == 4.0


def test_consolidated_first_then_the_rank_of_the_source_then_the_date(days, settings):
    settings.FUNDAMENTAL_SOURCE_RANKS = ["best", "good"]
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12)
    end = dt.date(2023, 12, 31)
    add_report(stock, end, net_income=1.0, source="best", consolidated=False)
    assert read().figure("net_income_ttm").values[0] == 1.0
    add_report(stock, end, net_income=2.0, source="unranked")
    assert read().figure("net_income_ttm").values[0] == 2.0
    add_report(stock, end, net_income=3.0, source="good")
    assert read().figure("net_income_ttm").values[0] == 3.0
    add_report(stock, end, net_income=4.0, source="good", on=dt.date(2024, 3, 1))
    assert read().figure("net_income_ttm").values[0] == 4.0
    add_report(stock, end, net_income=5.0, source="best", on=dt.date(2024, 2, 1))
    assert read().figure("net_income_ttm").values[0] == 5.0
    settings.FUNDAMENTAL_SOURCE_RANKS = ["good", "best"]  # a new ranking does not use the old cache
    assert read().figure("net_income_ttm").values[0] == 4.0


def test_splits_move_per_share_figures_rights_and_spin_offs_do_not(days):
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12)
    add_report(stock, dt.date(2023, 12, 31), eps_basic=6.0)
    for kind in ("RIGHTS", "SPIN_OFF"):
        stock.actions.create(ex_date=days[3], kind=kind, ratio=1.5)
    assert read().figure("eps_ttm").values[0] == 6.0
    stock.actions.create(ex_date=days[4], kind="INFERRED", ratio=2.0)
    add_split(stock, days[5], 3.0)
    assert read().figure("eps_ttm").values[0] == 1.0


def test_a_split_after_the_own_last_bar_waits_for_the_first_bar_after_it(days):
    stock = add_instrument("A")
    add_bars(stock, days[:-3], [10.0] * 9)  # the last bar three sessions back
    add_report(stock, dt.date(2023, 12, 31), eps_basic=6.0, book_value_per_share=20.0, shares_outstanding=100.0)

    def figures() -> list[float]:
        panel = read()
        assert in_universe(panel) == {"A"}
        names = ("market_cap", "eps_ttm", "book_value_per_share", "shares_outstanding", "close")
        return [float(panel.figure(name).values[0]) for name in names]

    before = figures()
    assert before == [1000.0, 6.0, 20.0, 100.0, 10.0]
    add_split(stock, days[-2], 5.0)
    assert figures() == before  # the close is still that of an old share
    add_bars(stock, days[-1:], [2.0])
    assert figures() == [1000.0, 1.2, 4.0, 500.0, 2.0]


def test_two_lines_of_one_company(days):
    for ticker, company, shares in [("A", "c", 100.0), ("B", "c", 50.0), ("X", "", 10.0), ("Y", "", 20.0)]:
        add_bars(add_instrument(ticker, company=company), days, [10.0] * 12, shares_outstanding=shares)
    add_bars(add_instrument("P", company="c", asset_type="PREFERRED"), days, [10.0] * 12, shares_outstanding=1e6)
    add_report(Instrument.objects.get(ticker="A"), dt.date(2023, 12, 31), net_income=150.0)
    panel = read()
    assert panel.figure("market_cap").values.tolist() == [1500.0, 1500.0, 100.0, 200.0]
    assert panel.figure("net_income_ttm").values.tolist()[:2] == [150.0, 150.0]
    assert np.isnan(panel.figure("net_income_ttm").values[2:]).all()


# --- fields of other apps -----------------------------------------------------------------------------------------


def test_fields_are_loaded_by_whoever_registered_them(days):
    stock = add_instrument("A")
    add_bars(stock, days, [10.0] * 12)
    asked = []

    def loader(region: str, as_of: dt.date, ids: np.ndarray) -> np.ndarray:
        asked.append((region, as_of, ids.tolist()))
        return np.array([4.0])

    register_field("stars", loader)
    try:
        with pytest.raises(ValueError, match="'stars' has a loader already"):
            register_field("stars", loader)
        assert read(fields={"stars", "unknown"}).figure("stars").values.tolist() == [4.0]
        assert asked == [("KR", SESSION, [stock.pk])]
    finally:
        unregister_field("stars")
    assert load_fields({"stars"}, "KR", SESSION, np.array([1])) == {}
    with pytest.raises(FieldUnavailable, match="waits for the field 'stars'"):
        read().figure("stars")


def test_bars_count_only_up_to_the_as_of_date(days):
    stock = add_instrument("A")
    add_bars(stock, days, np.arange(12) + 1.0)
    panel = read(day=days[-3])
    assert panel.close[-1, 0] == 10.0
    assert panel.days.max() == day_number(days[-3])
    assert PriceBar.objects.filter(instrument=stock).count() == 12
