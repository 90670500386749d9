"""The real files of all six regions, with the defects their README names. Skipped where they are absent."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from market.models import CorporateAction, Fundamental, Instrument, LoadRun, PriceBar
from market.services.loads import LOADS
from tests.market.files import bar, load_actions

pytestmark = pytest.mark.django_db

# File, region, options; then rows stored, state, reasons.
PRICE_FILES: list[tuple[str, str, dict[str, Any], int, str, dict[str, int]]] = [
    (
        "prices/us_sp500_482_2015_2020.csv.gz", "US", {"basis": "split"}, 592_350, "PARTLY",
        {"jump": 21, "conflicting_rows": 4, "ohlc_order": 3, "non_positive_price": 1},
    ),
    ("prices/us_250_2015_2017.csv.gz", "US", {}, 128_118, "DONE", {"jump": 12}),
    ("prices/us_etf28_1993_2026.csv.gz", "US", {"basis": "split", "asset_type": "ETF"}, 156_939, "DONE", {}),
    ("prices/kr_196_2023_2025.csv.gz", "KR", {"basis": "split"}, 72_520, "DONE", {"ohlc_rounded": 11}),
    ("prices/marcap_2022.csv.gz", "KR", {"source": "marcap"}, 80_918, "DONE", {"jump": 9}),
    (
        "prices/cn_csi300_2024_2025.csv.gz", "CN", {"basis": "total_return", "volume_multiplier": 100}, 119_163, "DONE",
        {},
    ),
    (
        "prices/hk_40_2015_2025.csv.gz", "HK", {"basis": "total_return"}, 106_658, "PARTLY",
        {"not_a_session": 120, "ohlc_order": 22, "jump": 3},
    ),
    (
        "prices/jp_100_2023_2025.csv.gz", "JP", {"basis": "split"}, 50_995, "PARTLY",
        {"non_positive_price": 6, "jump": 1},
    ),
    (
        "prices/vn_vn30_2019_2025.csv.gz", "VN", {"basis": "split", "price_multiplier": 1000}, 47_179, "PARTLY",
        {"skipped_symbol": 1534, "ohlc_order": 2, "ohlc_clipped": 1},
    ),
]  # fmt: skip


def load(kind: str, region: str, path: Path, **options: Any) -> LoadRun:
    return LOADS[kind](**{"region": region, "source": "csv", "file": path} | options)


@pytest.mark.parametrize("case", PRICE_FILES, ids=[case[0] for case in PRICE_FILES])
def test_prices_of_every_region(
    shared_data: Path, case: tuple[str, str, dict[str, Any], int, str, dict[str, int]]
) -> None:
    name, region, options, stored, state, reasons = case
    run = load("prices", region, shared_data / name, **options)
    assert (run.state, run.rows_inserted) == (state, stored)
    assert run.reasons == reasons
    assert PriceBar.objects.count() == stored


def test_units_and_suspensions(shared_data: Path) -> None:
    load(
        "prices", "CN", shared_data / "prices/cn_csi300_2024_2025.csv.gz", volume_multiplier=100, symbols=("SZ000001",)
    )
    assert bar("SZ000001", "2024-01-02", "CN").volume == pytest.approx(115_836_645)
    load(
        "prices", "VN", shared_data / "prices/vn_vn30_2019_2025.csv.gz", price_multiplier=1000, symbols=("ACB", "VN30")
    )
    assert bar("ACB", "2019-09-19", "VN").close == pytest.approx(6670)
    assert bar("VN30", "2019-09-26", "VN").close < 2000
    load("prices", "KR", shared_data / "prices/kr_196_2023_2025.csv.gz", symbols=("009410",))
    halted = PriceBar.objects.filter(no_trade=True)
    assert halted.count() == 153
    assert not halted.exclude(volume=0).exists()
    one = halted[0]
    assert one.open == one.high == one.low == one.close > 0


def test_refused_rows_are_those_the_readme_names(shared_data: Path) -> None:
    run = load(
        "prices", "US", shared_data / "prices/us_sp500_482_2015_2020.csv.gz", basis="split",
        symbols=("CBS", "VIAB", "STI", "DIS"),
    )  # fmt: skip
    found = {(row.raw["symbol"], row.raw["date"], row.reason) for row in run.rejected_rows.all()}
    assert found == {
        ("CBS", "2019-12-04", "non_positive_price"),
        ("VIAB", "2019-12-04", "conflicting_rows"),
        ("STI", "2019-12-06", "conflicting_rows"),
        ("DIS", "2020-01-10", "ohlc_order"),
    }
    assert bar("CBS", "2019-12-04").close > 0
    run = load("prices", "JP", shared_data / "prices/jp_100_2023_2025.csv.gz", basis="split", symbols=("9749.T",))
    assert {row.reason for row in run.rejected_rows.all()} == {"non_positive_price"}
    assert bar("9749.T", "2025-05-15", "JP").suspect


@pytest.mark.parametrize(
    ("region", "index", "rows"),
    [
        ("KR", "KOSPI", 7888), ("US", "SPX", 7962), ("CN", "CSI300", 1065), ("HK", "HSI", 9280),
        ("JP", "NIKKEI225", 14_653), ("VN", "VN30", 1534),
    ],
)  # fmt: skip
def test_index_of_every_region(shared_data: Path, region: str, index: str, rows: int) -> None:
    run = load("prices", region, shared_data / "indices/indices.csv.gz", asset_type="INDEX")
    assert (run.state, run.rows_inserted) == ("DONE", rows)
    assert run.reasons["skipped_symbol"] == 51_898 - rows
    assert list(Instrument.objects.values_list("ticker", "asset_type")) == [(index, "INDEX")]


def test_raw_splits_with_actions_equal_the_adjusted_file(shared_data: Path, tmp_path: Path) -> None:
    """Two files of two repositories: one raw, one adjusted for splits."""
    names = ("NFLX", "SBUX", "ICE", "ROST")
    load("prices", "US", shared_data / "prices/us_250_2015_2017.csv.gz", symbols=names)
    assert PriceBar.objects.filter(suspect=True).count() == 2  # NFLX and ICE; 2:1 is a fall of 50 % only
    load_actions(
        tmp_path,
        "NFLX,2015-07-15,SPLIT,7,\nSBUX,2015-04-09,SPLIT,2,\nICE,2016-11-04,SPLIT,5,\nROST,2015-06-12,SPLIT,2,\n",
    )
    assert not PriceBar.objects.filter(suspect=True).exists()
    path = shared_data / "prices/us_sp500_482_2015_2020.csv.gz"
    wanted = pd.read_csv(path, keep_default_na=False).query("symbol in @names").set_index(["symbol", "date"])["close"]
    rows = PriceBar.objects.values_list("instrument__ticker", "date", "close", "adjustment_factor")
    ours = {(ticker, str(date)): close * factor for ticker, date, close, factor in rows}
    both = [(ours[key], float(value)) for key, value in wanted.items() if key in ours]
    assert len(both) > 2000
    apart = np.array([abs(mine / theirs - 1) for mine, theirs in both])
    assert np.quantile(apart, 0.99) < 0.0005
    assert apart.max() < 0.01


def test_samsung_across_its_split(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "krx/MDCSTAT01701_KR7005930003_20180427_20180504.csv"
    run = load("prices", "KR", path, source="krx")
    assert (run.rows_inserted, run.reasons) == (5, {"jump": 1})
    assert bar("005930", "2018-05-02", "KR").no_trade
    load_actions(tmp_path, "005930,2018-05-04,SPLIT,50,\n", region="KR")
    before, after = bar("005930", "2018-05-03", "KR"), bar("005930", "2018-05-04", "KR")
    assert before.close * before.adjustment_factor == pytest.approx(53_000)
    assert after.close * after.adjustment_factor == 51_900
    assert after.close * after.shares_outstanding == pytest.approx(after.market_cap)
    assert not after.suspect


def test_krx_market_cap_is_close_times_shares(shared_data: Path) -> None:
    load("prices", "KR", shared_data / "krx/MDCSTAT01501_ALL_20201230.csv", source="marcap")
    rows = np.array(PriceBar.objects.values_list("close", "shares_outstanding", "market_cap"))
    assert len(rows) == 2531
    assert np.allclose(rows[:, 0] * rows[:, 1], rows[:, 2], rtol=1e-12)
    assert PriceBar.objects.filter(no_trade=True).exists()


def test_krx_days_without_trading_fail_and_change_nothing(shared_data: Path) -> None:
    run = load("prices", "KR", shared_data / "krx/MDCSTAT01501_ALL_20210103.csv", source="krx")
    assert (run.state, run.reasons) == ("FAILED", {"non_positive_price": 2531})
    assert not PriceBar.objects.exists()
    assert not Instrument.objects.exists()


def test_us_reports(shared_data: Path) -> None:
    run = load("fundamentals", "US", shared_data / "fundamentals/us_250_reports_pit.csv.gz", source="us_pit")
    assert (run.state, run.rows_inserted) == ("PARTLY", 1975)
    assert run.reasons == {"conflicting_rows": 22, "revenue_not_positive": 10}
    assert {row.raw["symbol"] for row in run.rejected_rows.all()} == {"HFC", "NBL", "FANG"}


def test_apple_is_the_same_in_both_sources(shared_data: Path) -> None:
    load(
        "fundamentals", "US", shared_data / "fundamentals/us_250_reports_pit.csv.gz", source="us_pit", symbols=("AAPL",)
    )
    run = load("fundamentals", "US", shared_data / "fundamentals/CIK0000320193.json.gz", source="sec", ticker="AAPL")
    assert run.state == "DONE"
    names = (
        "revenue", "net_income", "operating_income", "eps_basic", "eps_diluted", "dividends_per_share", "total_assets",
        "current_assets", "current_liabilities", "cash", "total_equity", "operating_cash_flow",
    )  # fmt: skip
    reports = Fundamental.objects.filter(source="us_pit")
    assert reports.count() == 8
    for report in reports:
        facts = Fundamental.objects.get(
            source="sec", period_end=report.period_end, period=report.period, available_on=report.available_on
        )
        for name in names:
            if getattr(report, name) is not None:
                assert getattr(facts, name) == pytest.approx(getattr(report, name)), (report, name)
    again = load("fundamentals", "US", shared_data / "fundamentals/CIK0000320193.json.gz", source="sec", ticker="AAPL")
    assert (again.rows_inserted, again.rows_updated) == (0, 0)


def test_apple_quarters_add_up_to_the_year(shared_data: Path) -> None:
    load("fundamentals", "US", shared_data / "fundamentals/CIK0000320193.json.gz", source="sec", ticker="AAPL")
    year = Fundamental.objects.filter(period="FY", period_end="2016-09-24").earliest("available_on")
    quarters = [
        Fundamental.objects.filter(period="Q", period_end=end).earliest("available_on")
        for end in ("2015-12-26", "2016-03-26", "2016-06-25")
    ]
    nine_months = 27_463e6 + 11_601e6 + 10_634e6
    assert sum(quarter.operating_cash_flow or 0 for quarter in quarters) == pytest.approx(nine_months)
    assert year.operating_cash_flow == 65_824e6


def test_samsung_of_dart_and_of_kr_fs_agree(shared_data: Path) -> None:
    load("fundamentals", "KR", shared_data / "fundamentals/dart_raw/14_fnlttMultiAcnt.json", source="dart")
    load("fundamentals", "KR", shared_data / "fundamentals/kr_fs/005930.csv", source="kr_fs")
    own = Fundamental.objects.get(source="dart", instrument__ticker="005930", consolidated=False)
    together = Fundamental.objects.get(source="dart", instrument__ticker="005930", consolidated=True)
    assert (own.revenue, together.revenue) == (170_381_870_000_000, 243_771_415_000_000)
    quarters = Fundamental.objects.filter(source="kr_fs", period_end__year=2018)
    assert sum(quarter.revenue or 0 for quarter in quarters) == own.revenue
    last = quarters.get(period_end="2018-12-31")
    assert (str(last.available_on), last.available_is_estimated, last.consolidated) == ("2019-03-31", True, False)


@pytest.mark.parametrize("name", ["01_irdsSttus", "02_alotMatter", "12_otrCprInvstmntSttus"])
def test_other_dart_answers_are_refused(shared_data: Path, name: str) -> None:
    run = load("fundamentals", "KR", shared_data / f"fundamentals/dart_raw/{name}.json", source="dart")
    assert run.state == "FAILED"
    assert "not a DART list of accounts" in run.message


def test_all_korean_statements(shared_data: Path) -> None:
    for path in sorted((shared_data / "fundamentals/kr_fs").glob("*.csv")):
        assert load("fundamentals", "KR", path, source="kr_fs").state == "DONE"
    assert Fundamental.objects.count() == 1395
    assert Fundamental.objects.filter(period="FY").count() == 37


def test_krx_figures_of_the_market(shared_data: Path) -> None:
    run = load("fundamentals", "KR", shared_data / "krx/MDCSTAT03501_STK_20210104.csv", source="krx")
    assert (run.state, run.rows_inserted) == ("DONE", 895)
    assert Fundamental.objects.filter(eps_basic__isnull=True).count() == 895 - 563
    run = load(
        "fundamentals", "KR", shared_data / "krx/MDCSTAT03502_ALL_KR7005930003_20210104_20210108.csv", source="krx"
    )
    assert (run.rows_inserted, run.rows_unchanged) == (0, 5)


def test_lists_of_instruments(shared_data: Path) -> None:
    assert load("instruments", "US", shared_data / "reference/us_listings_2024-03.csv.gz").rows_inserted == 11_607
    assert set(Instrument.objects.filter(ticker__in=["NA", "NAN", "TRUE"]).values_list("ticker", flat=True)) == {
        "NA", "NAN", "TRUE",
    }  # fmt: skip
    run = load("instruments", "KR", shared_data / "krx/MDCSTAT01901_ALL.csv", source="krx")
    assert (run.state, run.rows_inserted) == ("DONE", 2882)


def test_demo_loads_twice() -> None:
    """Not a shared file, but real prices all the same."""
    run = LOADS["prices"](region="US", source="demo")
    assert (run.state, run.rows_inserted, run.instruments_created) == ("DONE", 185_893, 26)
    assert not PriceBar.objects.filter(close_is_adjusted=False).exclude(instrument__asset_type="INDEX").exists()
    assert LOADS["instruments"](region="US", source="demo").rows_updated == 20
    assert LOADS["prices"](region="US", source="demo").rows_unchanged == 185_893
    assert not CorporateAction.objects.exists()
