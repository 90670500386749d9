"""Real splits: what is computed from raw bars and adjustment factors equals what an adjusted series gives.

Raw US bars of 2015-2017 against the split-adjusted file of another source; Samsung Electronics 50:1 in May 2018.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from market.calc.stacking import adjustment_to_last
from tests.factors.market_builder import day_number, make_panel, make_snapshot, values

approx = pytest.approx

SPLITS = {
    "NFLX": ("2015-07-15", 7.0),
    "SBUX": ("2015-04-09", 2.0),
    "ICE": ("2016-11-04", 5.0),
    "ROST": ("2015-06-12", 2.0),
}


@pytest.fixture(scope="module")
def prices(shared_data) -> SimpleNamespace:
    def read(name: str) -> pd.DataFrame:
        table = pd.read_csv(
            shared_data / "prices" / name, keep_default_na=False, na_values={"volume": [""]}, parse_dates=["date"]
        )
        return table[table["symbol"].isin(SPLITS)].astype({"close": float})

    return SimpleNamespace(raw=read("us_250_2015_2017.csv.gz"), adjusted=read("us_sp500_482_2015_2020.csv.gz"))


def series(table: pd.DataFrame, symbol: str) -> pd.Series:
    return table[table["symbol"] == symbol].set_index("date")["close"]


def adjusted_by_us(raw: pd.Series, ex_date: str, ratio: float) -> np.ndarray:
    """Raw closes x factors that follow from the split, relative to the last bar, [L, 1]."""
    factor = np.where(raw.index < pd.Timestamp(ex_date), 1.0 / ratio, 1.0)
    return raw.to_numpy()[:, None] * adjustment_to_last(factor[:, None])


@pytest.mark.parametrize("symbol", SPLITS)
@pytest.mark.parametrize("bars_after", [0, 5, 40, 150])
def test_momentum_and_volatility_across_the_split(prices, symbol, bars_after):
    ex_date, ratio = SPLITS[symbol]
    raw, theirs = series(prices.raw, symbol), series(prices.adjusted, symbol)
    common = raw.index.intersection(theirs.index)
    until = common[min(common.searchsorted(pd.Timestamp(ex_date)) + bars_after, len(common) - 1)]
    raw, theirs = raw[common][:until], theirs[common][:until]
    assert raw.index[0] < pd.Timestamp(ex_date) <= raw.index[-1]
    ours, other = make_panel(adjusted_by_us(raw, ex_date, ratio)), make_panel(theirs.to_numpy()[:, None])
    lengths = {"momentum_1m": 21, "momentum_3m": 61, "momentum_6m": 121, "volatility_60d": 61, "max_drawdown_252d": 126}
    names = [name for name, bars in lengths.items() if bars <= len(raw)]
    for name in names:
        # The adjusted file rounds to two decimals of a cent-level price: up to 0.01 / price relative on each close.
        tolerance = 100 * 2 * 0.01 / theirs.min()
        assert values(ours, name) == approx(values(other, name), abs=tolerance), name
    assert len(raw) < 21 or names


def test_without_the_factor_the_split_would_look_like_a_crash(prices):
    raw = series(prices.raw, "NFLX")[:"2015-07-22"]
    assert values(make_panel(raw.to_numpy()[:, None]), "momentum_1m")[0] < -80
    assert values(make_panel(adjusted_by_us(raw, *SPLITS["NFLX"])), "momentum_1m")[0] > 10


def test_netflix_s_earnings_reported_before_the_split_are_divided(shared_data):
    """The quarter to 2015-03-31 (filed before the 7:1 split of 2015-07-15) against the company's later terms."""
    reports = pd.read_csv(shared_data / "fundamentals" / "us_250_reports_pit.csv.gz", keep_default_na=False)
    netflix = reports[(reports["symbol"] == "NFLX") & (reports["period_focus"] != "FY")]
    rows = [
        {"end": row.end_date, "period": "Q", "on": str(pd.Timestamp(str(row.crawled)).date()),
         "eps_basic": float(row.eps_basic)}
        for row in netflix.itertuples() if row.eps_basic
    ]  # fmt: skip
    first = next(row for row in rows if row["end"] == "2015-03-31")
    assert first["on"] < "2015-07-15"
    as_of = pd.Timestamp("2015-08-31").date()
    snapshot = make_snapshot(rows, 1, as_of, [(0, *SPLITS["NFLX"])])
    slot = list(snapshot.grid.ends[0]).index(day_number("2015-03-31"))
    assert snapshot.quarters("eps")[0, slot] == approx(first["eps_basic"] / 7)
    before = make_snapshot(rows, 1, pd.Timestamp("2015-07-14").date(), [(0, *SPLITS["NFLX"])])
    assert before.quarters("eps")[0, 0] == first["eps_basic"]


# --- Samsung Electronics ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samsung(shared_data) -> pd.DataFrame:
    """Five raw bars, oldest first; on three of them trading was suspended."""
    table = pd.read_csv(
        shared_data / "krx" / "MDCSTAT01701_KR7005930003_20180427_20180504.csv", thousands=",", parse_dates=["TRD_DD"]
    )
    return table.sort_values("TRD_DD").reset_index(drop=True)


def test_samsung_s_change_over_its_split_is_the_one_the_exchange_publishes(shared_data, samsung):
    ranges = pd.read_csv(
        shared_data / "krx" / "MDCSTAT01602_STK_20180427_20180504.csv", thousands=",", dtype={"ISU_SRT_CD": str}
    )
    row = ranges[ranges["ISU_SRT_CD"] == "005930"].iloc[0]
    raw = samsung.set_index("TRD_DD")["TDD_CLSPRC"].astype(float)
    assert list(raw) == [2_650_000, 2_650_000, 2_650_000, 2_650_000, 51_900]
    adjusted = adjusted_by_us(raw, "2018-05-04", 50.0)[:, 0]
    assert list(adjusted) == [53_000, 53_000, 53_000, 53_000, 51_900]
    # The exchange's base is the adjusted close of the day before the range, 2,607,000 / 50.
    base = 2_607_000 / 50
    assert base == row["BAS_PRC"]
    assert round(100 * (adjusted[-1] / base - 1), 2) == row["FLUC_RT"]


def test_samsung_s_market_value_hardly_moves_over_the_split(samsung):
    closes, shares, published = (samsung[name].to_numpy(float) for name in ("TDD_CLSPRC", "LIST_SHRS", "MKTCAP"))
    for close, count, cap in zip(closes, shares, published, strict=True):
        assert values(make_panel(np.array([[close]]), shares=[count]), "market_cap") == [cap]


def test_samsung_s_earnings_per_share_are_divided_by_fifty(samsung):
    eps = {"end": "2017-12-31", "period": "FY", "on": "2018-04-02", "eps_basic": 299_868.0}
    splits = [(0, "2018-05-04", 50.0)]
    before = make_panel(
        np.array([[2_650_000.0]]), reports=[eps], splits=splits, as_of=pd.Timestamp("2018-05-03").date()
    )
    after = make_panel(np.array([[51_900.0]]), reports=[eps], splits=splits, as_of=pd.Timestamp("2018-05-04").date())
    assert values(before, "pe_ratio") == [approx(2_650_000 / 299_868)]
    assert values(after, "pe_ratio") == [approx(51_900 / (299_868 / 50))]
