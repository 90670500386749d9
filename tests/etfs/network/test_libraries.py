"""Sources behind packages, with modules put in their place that hand over frames of the published layout."""

import datetime as dt
import sys
import threading
import types
from decimal import Decimal as D

import pandas as pd
import pytest
import requests

from etfs.sources.base import Ask, Kind, Line, LineKind, NetworkSource, Parsed, SourceProblem
from etfs.sources.http import Client
from etfs.sources.registry import source_get
from market.regions import region_get
from tests.shared_data import find_shared_data

SOURCES = ("pykrx", "akshare", "yfinance")
REPORT = "2024年{}季度股票投资明细"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SOURCES:
        monkeypatch.setattr(type(source_get(name)), "rate_limit", 1000.0)
        monkeypatch.setattr(type(source_get(name)), "timeout", 0.3)


def collected(name: str, ask: Ask) -> Parsed:
    source = source_get(name)
    assert isinstance(source, NetworkSource)
    raw = source.fetch(ask, Client(source))
    return source.parse(raw, ask)


def failed(name: str, ask: Ask) -> SourceProblem:
    with pytest.raises(SourceProblem) as caught:
        collected(name, ask)
    return caught.value


def ask_of(kind: Kind, region: str, ticker: str, date: dt.date | None = None) -> Ask:
    return Ask(kind, region_get(region), ticker, date)


def put(monkeypatch: pytest.MonkeyPatch, name: str, **members: object) -> types.ModuleType:
    """A module of that name (and its packages) in the place of the real one."""
    parts = name.split(".")
    for size in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:size]), types.ModuleType(".".join(parts[:size])))
    module = types.ModuleType(name)
    module.__dict__.update(members)
    monkeypatch.setitem(sys.modules, name, module)
    return module


# pykrx: its lower layer hands over what the exchange wrote; the recordings are such answers.


def krx(monkeypatch: pytest.MonkeyPatch, basket: pd.DataFrame | None = None, days: pd.DataFrame | None = None) -> list:
    asked: list[tuple[str, ...]] = []

    def screen(frame: pd.DataFrame | None) -> type:
        return type("Screen", (), {"fetch": lambda self, *args: (asked.append(args), frame)[1]})

    def isin(ticker: str) -> str:
        return {"152100": "KR7152100004", "069500": "KR7069500007"}[ticker]

    put(monkeypatch, "pykrx.website.krx.etx.core", PDF=screen(basket), 개별종목시세_ETF=screen(days))
    sys.modules["pykrx.website.krx.etx.ticker"] = put(monkeypatch, "pykrx.website.krx.etx.ticker", get_etx_isin=isin)
    put(monkeypatch, "pykrx.website.krx.etx.core", PDF=screen(basket), 개별종목시세_ETF=screen(days))
    return asked


def recorded(name: str) -> pd.DataFrame:
    return pd.read_csv(find_shared_data() / "krx" / name, dtype=str, keep_default_na=False)


def test_pykrx_basket_as_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = krx(monkeypatch, basket=recorded("MDCSTAT05001_KR7152100004_20210402.csv"))
    parsed = collected("pykrx", ask_of(Kind.HOLDINGS, "KR", "152100", dt.date(2021, 4, 2)))
    (found,) = parsed.compositions
    assert asked == [("20210402", "KR7152100004")]
    assert (found.fund, found.as_of_date, len(found.lines), found.bad_rows) == ("152100", dt.date(2021, 4, 2), 201, ())
    assert found.lines[0] == Line(
        1, LineKind.STOCK, "005930", "KR7005930003", "삼성전자", weight=D("31.74"), shares=D("8140.00"),
        market_value=D(690272000), exchange="STK", listing="KR",
    )  # fmt: skip
    cash = found.lines[-1]
    assert (cash.kind, cash.ticker, cash.weight, cash.market_value) == (LineKind.CASH, "", D("0.65"), D(14159974))
    weights = sum(line.weight or 0 for line in found.lines)
    assert abs(weights - 100) < D("0.5")


def test_pykrx_foreign_isin_is_no_korean_code(monkeypatch: pytest.MonkeyPatch) -> None:
    row = dict.fromkeys(("MKT_ID", "SECUGRP_ID", "COMPST_AMT"), "")
    row |= {"COMPST_ISU_CD": "US0378331005", "COMPST_ISU_CD2": "US0378331005", "COMPST_ISU_NM": "APPLE INC"}
    krx(monkeypatch, basket=pd.DataFrame([row | {"COMPST_ISU_CU1_SHRS": "1,234.00", "COMPST_RTO": "-"}]))
    (found,) = collected("pykrx", ask_of(Kind.HOLDINGS, "KR", "069500")).compositions
    assert found.as_of_date == region_get("KR").today()
    line = found.lines[0]
    assert (line.ticker, line.identifier, line.listing, line.weight, line.shares) == (
        "", "US0378331005", "", None, D("1234.00"),
    )  # fmt: skip


WEEK = "MDCSTAT04501_KR7069500007_20210104_20210108.csv"


def test_pykrx_days_as_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = krx(monkeypatch, days=recorded(WEEK))
    stats = collected("pykrx", ask_of(Kind.STATS, "KR", "069500")).stats
    *stats, before = stats  # the first row's count, of the session before it
    assert (before.date, before.nav, before.shares_outstanding) == (dt.date(2020, 12, 30), None, D(142750000))
    assert [stat.date.day for stat in stats] == [8, 7, 6, 5, 4]
    last = stats[0]
    assert (last.close, last.nav, last.index_level) == (D(43545), D("43651.13"), D("430.22"))
    assert (last.volume, last.trading_value) == (D(11521190), D(494420112265))
    assert last.total_assets == D(6196278518911)
    assert len(asked[0][0]) == 8


def test_pykrx_share_counts_are_of_the_session_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Net assets are NAV times the count listed in the NEXT row; of the newest day it is not known yet."""
    krx(monkeypatch, days=recorded(WEEK))
    newest, *stats, _ = collected("pykrx", ask_of(Kind.STATS, "KR", "069500")).stats
    assert newest.shares_outstanding is None
    assert (stats[0].date, stats[0].shares_outstanding) == (dt.date(2021, 1, 7), D(149700000))
    for stat in stats:
        assert abs(stat.total_assets / (stat.nav * stat.shares_outstanding) - 1) < D("2.1e-7")


def test_pykrx_one_day_with_the_count_from_the_session_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = krx(monkeypatch, days=recorded(WEEK))
    (stat,) = collected("pykrx", ask_of(Kind.STATS, "KR", "069500", dt.date(2021, 1, 7))).stats
    assert (stat.date, stat.shares_outstanding) == (dt.date(2021, 1, 7), D(149700000))
    assert asked[0][:2] == ("20210107", "20210121")
    problem = failed("pykrx", ask_of(Kind.STATS, "KR", "069500", dt.date(2021, 1, 9)))
    assert (problem.error_type, "no price on 2021-01-09" in str(problem)) == ("empty", True)


def test_pykrx_net_assets_of_the_evening_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    krx(monkeypatch, days=recorded(WEEK).head(1).assign(INVSTASST_NETASST_TOTAMT="0"))
    (stat,) = collected("pykrx", ask_of(Kind.STATS, "KR", "069500", dt.date(2021, 1, 8))).stats
    assert stat.total_assets is None


def test_pykrx_days_of_another_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    krx(monkeypatch, days=recorded(WEEK).drop(columns="LIST_SHRS"))
    problem = failed("pykrx", ask_of(Kind.STATS, "KR", "069500"))
    assert (problem.error_type, "LIST_SHRS" in str(problem)) == ("schema", True)


def test_pykrx_unknown_code_changed_layout_and_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = ask_of(Kind.HOLDINGS, "KR", "069500")
    krx(monkeypatch, basket=pd.DataFrame({"COMPST_ISU_CD": ["005930"]}))
    assert failed("pykrx", ask_of(Kind.HOLDINGS, "KR", "000000")).error_type == "empty"
    problem = failed("pykrx", ask)
    assert (problem.error_type, "'COMPST_ISU_CD2'" in str(problem)) == ("schema", True)
    krx(monkeypatch, basket=pd.DataFrame())
    assert failed("pykrx", ask).error_type == "empty"


# akshare


def reports(*quarters: int) -> pd.DataFrame:
    rows = [
        {
            "股票代码": code,
            "股票名称": name,
            "占净值比例": weight,
            "持股数": 1.5,
            "持仓市值": 2550.03,
            "季度": REPORT.format(q),
        }
        for q in quarters
        for code, name, weight in (("600519", "贵州茅台", 5.55 + q), ("00700", "腾讯控股", 3.1))
    ]
    return pd.DataFrame(rows)


def test_akshare_newest_report_up_to_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    years: list[str] = []
    frame = reports(1, 2, 3)
    put(monkeypatch, "akshare", fund_portfolio_hold_em=lambda symbol, date: (years.append(date), frame)[1])
    (found,) = collected("akshare", ask_of(Kind.HOLDINGS, "CN", "510300", dt.date(2024, 8, 30))).compositions
    assert (found.fund, found.as_of_date, found.currency) == ("510300", dt.date(2024, 6, 30), "CNY")
    assert [line.row_number for line in found.lines] == [3, 4]
    assert found.lines[0] == Line(
        3, LineKind.STOCK, "600519", name="贵州茅台", weight=D("7.55"), shares=D(15000), market_value=D("25500300")
    )
    assert found.lines[1].ticker == "00700"
    assert years[0] == "2024"


def test_akshare_before_the_first_report_of_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    years: list[str] = []
    frames = {"2025": pd.DataFrame(columns=["季度"]), "2024": reports(4)}
    put(monkeypatch, "akshare", fund_portfolio_hold_em=lambda symbol, date: (years.append(date), frames[date])[1])
    (found,) = collected("akshare", ask_of(Kind.HOLDINGS, "CN", "510300", dt.date(2025, 2, 3))).compositions
    assert (found.as_of_date, years) == (dt.date(2024, 12, 31), ["2025", "2024"])
    put(monkeypatch, "akshare", fund_portfolio_hold_em=lambda symbol, date: pd.DataFrame())
    assert failed("akshare", ask_of(Kind.HOLDINGS, "CN", "510300")).error_type == "empty"
    put(monkeypatch, "akshare", fund_portfolio_hold_em=lambda symbol, date: reports(1).drop(columns="季度"))
    assert "'季度'" in str(failed("akshare", ask_of(Kind.HOLDINGS, "CN", "510300")))


SPOT = pd.DataFrame(
    {
        "代码": ["510300", "159915"],
        "名称": ["沪深300ETF", "创业板ETF"],
        "最新价": [4.012, 2.2],
        "成交量": [5000000.0, 1.0],
        "成交额": [2005500000.0, 220.5],
        "最新份额": [88000000000.0, 1.0],
        "数据日期": pd.to_datetime(["2025-11-14", "2025-11-14"]),
    }
)


def test_akshare_prices_and_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "akshare", fund_etf_spot_em=lambda: SPOT)
    (stat,) = collected("akshare", ask_of(Kind.STATS, "CN", "510300")).stats
    assert (stat.ticker, stat.date, stat.close, stat.nav) == ("510300", dt.date(2025, 11, 14), D("4.012"), None)
    assert (stat.volume, stat.trading_value) == (D(500000000), D(2005500000))
    assert stat.shares_outstanding == D(88000000000)
    assert len(collected("akshare", ask_of(Kind.FUNDS, "CN", "")).funds) == 2
    (fund,) = collected("akshare", ask_of(Kind.FUNDS, "CN", "159915")).funds
    assert (fund.ticker, fund.facts["name_local"], fund.row_number) == ("159915", "创业板ETF", 2)
    assert failed("akshare", ask_of(Kind.STATS, "CN", "000000")).error_type == "empty"
    put(monkeypatch, "akshare", fund_etf_spot_em=lambda: SPOT.assign(成交量=SPOT["成交量"] * 100))
    assert "lots of 100" in str(failed("akshare", ask_of(Kind.STATS, "CN", "510300")))


def test_akshare_hong_kong(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, str] = {}
    bar = {"日期": dt.date(2025, 11, 14), "收盘": 26.74, "成交量": 512345500, "成交额": 13712345678.0}
    put(monkeypatch, "akshare", stock_hk_hist=lambda **given: (asked.update(given), pd.DataFrame([bar]))[1])
    (stat,) = collected("akshare", ask_of(Kind.STATS, "HK", "2800", dt.date(2025, 11, 14))).stats
    assert (asked["symbol"], asked["start_date"], asked["adjust"]) == ("02800", "20251114", "")
    assert (stat.ticker, stat.date, stat.close, stat.volume) == (
        "2800",
        dt.date(2025, 11, 14),
        D("26.74"),
        D(512345500),
    )
    assert "only prices" in str(failed("akshare", ask_of(Kind.HOLDINGS, "HK", "2800")))


# yfinance


def yahoo(monkeypatch: pytest.MonkeyPatch, top: object = None, info: object = None) -> list[str]:
    asked: list[str] = []

    def ticker(symbol: str) -> types.SimpleNamespace:
        asked.append(symbol)
        return types.SimpleNamespace(funds_data=types.SimpleNamespace(top_holdings=top), info=info)

    put(monkeypatch, "yfinance", Ticker=ticker)
    return asked


TOP = pd.DataFrame(
    {"Symbol": ["NVDA", "BRK-B", "7203.T"], "Name": ["NVIDIA Corp", "Berkshire", "Toyota"],
     "Holding Percent": [0.07950001, 0.0156, 0.001]}
).set_index("Symbol")  # fmt: skip


def test_yfinance_top_ten_is_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = yahoo(monkeypatch, top=TOP)
    (found,) = collected("yfinance", ask_of(Kind.HOLDINGS, "US", "SPY")).compositions
    assert (found.as_of_date, found.expected_lines, found.currency) == (region_get("US").today(), None, "USD")
    assert [(line.ticker, line.listing, line.weight) for line in found.lines] == [
        ("NVDA", "", D("7.950001")), ("BRK-B", "", D("1.56")), ("7203", "JP", D("0.1")),
    ]  # fmt: skip
    assert "partial" in source_get("yfinance").title
    collected("yfinance", ask_of(Kind.HOLDINGS, "HK", "02800"))
    collected("yfinance", ask_of(Kind.HOLDINGS, "JP", "1306"))
    assert asked == ["SPY", "2800.HK", "1306.T"]
    old = ask_of(Kind.HOLDINGS, "US", "SPY", dt.date(2020, 1, 2))
    assert "only the present" in str(failed("yfinance", old))


def test_yfinance_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    info = {"quoteType": "ETF", "longName": "SPDR S&P 500 ETF", "totalAssets": 694000000000, "netExpenseRatio": 0.09}
    info |= {"fundFamily": "State Street", "fundInceptionDate": 727660800, "beta": float("nan")}
    yahoo(monkeypatch, info=info)
    (fund,) = collected("yfinance", ask_of(Kind.FUNDS, "US", "SPY")).funds
    assert dict(fund.facts) == {
        "name": "SPDR S&P 500 ETF",
        "issuer": "State Street",
        "total_assets": D(694000000000),
        "expense_ratio": D("0.09"),
        "inception_date": dt.date(1993, 1, 22),
    }
    yahoo(monkeypatch, info={"quoteType": "EQUITY", "longName": "Apple"})
    assert failed("yfinance", ask_of(Kind.FUNDS, "US", "AAPL")).error_type == "refused"
    yahoo(monkeypatch, info={"trailingPegRatio": None})
    assert failed("yfinance", ask_of(Kind.FUNDS, "US", "XXXX")).error_type == "empty"
    yahoo(monkeypatch, info={"quoteType": "ETF", "totalAssets": float("nan")})
    assert failed("yfinance", ask_of(Kind.FUNDS, "US", "SPY")).error_type == "schema"


def test_yfinance_changed_layout_and_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = ask_of(Kind.HOLDINGS, "US", "SPY")
    yahoo(monkeypatch, top=TOP.rename(columns={"Holding Percent": "Weight"}))
    assert "'Holding Percent'" in str(failed("yfinance", ask))
    yahoo(monkeypatch, top=TOP.head(0))
    assert failed("yfinance", ask).error_type == "empty"
    yahoo(monkeypatch, top=None)
    assert failed("yfinance", ask).error_type == "schema"


# All of them


ASKS = {
    "pykrx": ask_of(Kind.HOLDINGS, "KR", "069500"),
    "akshare": ask_of(Kind.STATS, "CN", "510300"),
    "yfinance": ask_of(Kind.HOLDINGS, "US", "SPY"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    problem = failed(name, ASKS[name])
    assert problem.error_type == "internal"
    assert "pip install -r requirements-sources.txt" in str(problem)


class YFRateLimitError(Exception):
    """Named as in yfinance."""


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (requests.Timeout("https://host/?key=made-up-secret"), "timeout"),
        (requests.ConnectionError("no"), "connection"),
        (requests.HTTPError("500"), "http"),
        (requests.JSONDecodeError("no JSON", "<html>", 0), "schema"),
        (YFRateLimitError("slow down"), "rate_limit"),
        (KeyError("output"), "schema"),
        (RuntimeError("made-up-secret"), "internal"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_what_libraries_raise(monkeypatch: pytest.MonkeyPatch, raised: Exception, kind: str) -> None:
    def fails() -> None:
        raise raised

    put(monkeypatch, "akshare", fund_etf_spot_em=fails)
    problem = failed("akshare", ASKS["akshare"])
    assert problem.error_type == kind
    assert "made-up-secret" not in str(problem)


def test_a_call_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    put(monkeypatch, "akshare", fund_etf_spot_em=lambda: over.wait(5))
    try:
        assert failed("akshare", ASKS["akshare"]).error_type == "timeout"
    finally:
        over.set()
