"""ARK's files: 549 of the issuer and a history of other columns."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from etfs.sources.base import Composition, LineKind
from tests.etfs.sources.helpers import parse, parse_file

HEADER = 'date,fund,company,ticker,cusip,shares,"market value ($)","weight (%)"\n'


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> list[tuple[str, Composition]]:
    found = []
    for path in sorted((shared_data / "holdings" / "ark_raw").glob("*/*.csv")):
        answer = parse_file("ark", path)
        assert answer.bad_rows == ()
        found += [(f"{path.parent.name}/{path.name}", composition) for composition in answer.compositions]
    return found


@pytest.fixture(scope="module")
def history(shared_data: Path) -> tuple[Composition, ...]:
    return parse_file("ark", shared_data / "holdings" / "ark_history.csv.gz").compositions


def test_all_positions_are_read(raw: list[tuple[str, Composition]]) -> None:
    assert len({name for name, _ in raw}) == 549
    assert sum(len(found.lines) for _, found in raw) == 31_552
    assert not any(found.bad_rows for _, found in raw)
    days = Counter(found.fund for name, found in raw)
    assert (days["ARKK"], days["CTRU"]) == (305, 155)  # 154 files, one of which has two days
    for fund in ("ARKG", "ARKQ", "ARKW", "ARKX", "IZRL", "PRNT"):
        assert days[fund] == 15


def test_a_file_of_two_days_gives_two_compositions(raw: list[tuple[str, Composition]]) -> None:
    found = [one for name, one in raw if name == "CTRU/2022-05-23.csv"]
    assert [(one.as_of_date, len(one.lines)) for one in found] == [
        (dt.date(2022, 5, 23), 26),
        (dt.date(2022, 5, 24), 101),
    ]
    assert round(sum(line.weight for one in found for line in one.lines)) == 128
    others = [one for name, one in raw if name != "CTRU/2022-05-23.csv"]
    assert all(one.as_of_date.isoformat() in name for name, one in raw if one in others)


def test_weight_is_value_to_total(raw: list[tuple[str, Composition]]) -> None:
    for name, found in raw:
        if name == "CTRU/2022-05-23.csv":
            continue
        total = sum(line.market_value for line in found.lines)
        worst = max(abs(100 * line.market_value / total - line.weight) for line in found.lines)
        assert worst < Decimal("0.014"), name


def test_a_blank_ticker_is_cash_in_the_issuer_s_files(raw: list[tuple[str, Composition]]) -> None:
    blank = [line for _, found in raw for line in found.lines if not line.ticker]
    assert len(blank) == 557
    assert {line.kind for line in blank} == {LineKind.CASH}
    assert all(line.kind != LineKind.CASH for _, found in raw for line in found.lines if line.ticker)


def test_ticker_noise(raw: list[tuple[str, Composition]]) -> None:
    lines = [line for _, found in raw for line in found.lines]
    split = Counter((line.ticker, line.exchange, line.listing) for line in lines if line.exchange)
    assert split == {
        ("DKNG", "UW", "US"): 164, ("TECH", "UW", "US"): 139, ("DSY", "FP", ""): 30, ("S", "UN", "US"): 17,
        ("TAK", "UN", "US"): 15, ("ARCT", "UQ", "US"): 15, ("URGN", "UQ", "US"): 15, ("CLGN", "UQ", "US"): 15,
        ("INVZ", "UR", "US"): 15, ("GRMN", "U", ""): 15, ("HEXAB", "S", ""): 15,  # cut off: nothing certain
    }  # fmt: skip
    assert {"ONVO", "BLRX", "MOG/A", "6301", "HEN3", "AM3D"} <= {line.ticker for line in lines}
    assert not any(" " in line.ticker for line in lines)
    assert {line.ticker for line in lines if line.kind == LineKind.ETF} == {"PRNT"}


def test_a_split_is_in_the_share_counts(raw: list[tuple[str, Composition]]) -> None:
    tesla = {
        found.as_of_date: line.shares for _, found in raw if found.fund == "ARKK"
        for line in found.lines if line.ticker == "TSLA"
    }  # fmt: skip
    assert (tesla[dt.date(2022, 8, 25)], tesla[dt.date(2022, 8, 26)]) == (966_585, 2_923_160)


def test_the_history(shared_data: Path, history: tuple[Composition, ...]) -> None:
    plain = pd.read_csv(shared_data / "holdings" / "ark_history.csv.gz", dtype=str, keep_default_na=False)
    assert sum(len(found.lines) for found in history) == len(plain) == 40_752
    assert len({found.as_of_date for found in history}) == 156
    assert sorted({found.fund for found in history}) == ["ARKF", "ARKG", "ARKK", "ARKQ", "ARKW", "ARKX"]
    weights = {(found.fund, str(found.as_of_date)): sum(line.weight for line in found.lines) for found in history}
    assert round(weights["ARKW", "2020-11-12"]) == 84
    assert round(weights["ARKW", "2020-12-21"]) == 83
    by_pandas = plain["weight(%)"].map(Decimal).groupby([plain["fund"], plain["date"]]).sum()
    assert weights == by_pandas.to_dict()


def test_a_blank_ticker_in_the_history_is_not_always_cash(history: tuple[Composition, ...]) -> None:
    blank = [line for found in history for line in found.lines if not line.ticker]
    assert len(blank) == 999
    unknown = Counter(line.name for line in blank if line.kind == LineKind.UNKNOWN)
    assert unknown == {"TCS GROUP HOLDING-GDR REG S": 38, "CM LIFE SCIENCES II INC": 24}
    assert {line.kind for line in blank} == {LineKind.CASH, LineKind.UNKNOWN}


@pytest.mark.parametrize(
    ("ticker", "expected"),
    [
        ("700 HK", ("700", "HK", "HK")),
        ("6301 JT", ("6301", "JT", "JP")),
        ("6301 JP", ("6301", "JP", "JP")),
        ("005930 KS", ("005930", "KS", "KR")),
        ("035720 KQ", ("035720", "KQ", "KR")),
        ("600519 CH", ("600519", "CH", "CN")),
        ("600519 CG", ("600519", "CG", "CN")),
        ("300750 CS", ("300750", "CS", "CN")),
        ("VIC VN", ("VIC", "VN", "VN")),
        ("TSLA UQ", ("TSLA", "UQ", "US")),
        ("X UR", ("X", "UR", "US")),
        ("SPY UP", ("SPY", "UP", "US")),
        ("TCS LI", ("TCS", "LI", "")),
        ("SHOP CT", ("SHOP", "CT", "")),
    ],
)
def test_bloomberg_codes(ticker: str, expected: tuple[str, str, str]) -> None:
    [line] = parse("ark", HEADER + f"10/08/2021,ARKK,X,{ticker},123456789,1,$1,1%\n").compositions[0].lines
    assert (line.ticker, line.exchange, line.listing) == expected
