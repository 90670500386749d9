"""Importing files: what issuers publish is stored digit by digit, once, and a bad file changes nothing."""

import datetime as dt
import gzip
import hashlib
import itertools
import os
import random
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from django.db import connection

from etfs.models import (
    ETF,
    CollectItem,
    CollectRun,
    ETFDailyStat,
    ETFHolding,
    HoldingLine,
    Payload,
    Snapshot,
)
from etfs.services import NotFound, composition_get, etf_get, files_import, holders_get
from etfs.services.compositions import Importer, composition_store
from etfs.sources.base import Composition, LineKind
from etfs.store.checking import stored_lines
from market.models import Instrument
from market.regions import region_get
from tests.etfs.builder import composition, fund, line, stock
from tests.etfs.sources.helpers import rows_of, xlsx, zipped
from tests.shared_data import ROOT

HOLDING_COLUMNS = (
    "etf__instrument__ticker", "as_of_date", "rank", "line__key", "weight", "shares", "market_value", "weight_change",
    "source",
)  # fmt: skip
SNAPSHOT_COLUMNS = (
    "etf__instrument__ticker", "as_of_date", "source", "state", "is_served", "currency", "weight_sum", "market_value",
    "line_count", "expected_lines", "message",
)  # fmt: skip
HEADER = "fund,as_of_date,ticker,identifier,name,kind,weight,shares,market_value\n"


def holdings() -> list[tuple]:
    return list(ETFHolding.objects.order_by(*HOLDING_COLUMNS[:4]).values_list(*HOLDING_COLUMNS))


def stored() -> tuple[list[tuple], list[tuple]]:
    """Every composition as anybody could tell it, whatever the numbers of its rows."""
    return holdings(), list(
        Snapshot.objects.order_by("etf__instrument__ticker", "as_of_date").values_list(*SNAPSHOT_COLUMNS)
    )


def versions() -> dict[str, list[tuple]]:
    """Every stored row with the place it has on disk: a row written anew has another."""
    found = {}
    with connection.cursor() as cursor:
        for model in (ETF, Instrument, Snapshot, ETFHolding, HoldingLine, ETFDailyStat, Payload):
            key = model._meta.pk.column
            cursor.execute(f"SELECT {key}, ctid::text, xmin::text FROM {model._meta.db_table} ORDER BY {key}")
            found[model.__name__] = cursor.fetchall()
    return found


def load(*files: Path, source: str = "csv", region: str = "US", **more) -> CollectRun:
    return files_import(region=region, source=source, files=list(files), **more)


def items(run: CollectRun) -> list[tuple[str, str]]:
    """(fund, outcome) of each answer, as they came."""
    return list(run.items.order_by("id").values_list("ticker", "outcome"))


def only(run: CollectRun) -> CollectItem:
    return run.items.get()


def written(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def composition_rows(ticker: str, **ordering: str) -> pd.DataFrame:
    rows = ETFHolding.objects.filter(etf__instrument__ticker=ticker).order_by("as_of_date", "id")
    columns = ["as_of_date", "line__ticker", "line__identifier", "line__kind", "weight", "shares", "market_value"]
    return pd.DataFrame(list(rows.values_list(*columns)), columns=columns)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("$", "").replace("%", "").strip())


# --- what issuers publish -----------------------------------------------------------------------------------------


class TestIssuers:
    """Rows and sums as counted in the files; the digits are those of the text."""

    @pytest.mark.parametrize(
        ("name", "asked", "lines", "total", "state"),
        [
            ("ivv_2023-04-06.csv", {"source": "ishares", "ticker": "IVV"}, 507, "100.00", "GOOD"),
            ("spy_2024-03-19.xlsx", {"source": "spdr"}, 504, "100.209028", "GOOD"),
            ("spy_2025-02-07.xlsx", {"source": "spdr"}, 505, "99.962459", "GOOD"),
            ("qqq_2025-09-26.csv", {"source": "invesco"}, 101, None, "GOOD"),
            ("xlv_index_2025-02-03.csv", {"source": "index_list", "ticker": "XLV"}, 61, "99.98", "GOOD"),
            ("cspx_sample.csv", {"source": "ishares", "ticker": "CSPX"}, 26, "51.52", "FLAGGED"),
            ("spy_sample.csv", {"source": "spdr", "ticker": "SPY", "date": dt.date(2026, 6, 19)}, 20, None, "FLAGGED"),
            ("vwra_sample.csv", {"source": "vanguard", "ticker": "VWRA", "date": dt.date(2026, 5, 31)}, 49, "41.0166",
             "FLAGGED"),
            ("amundi_msci_world_physical.json", {"source": "amundi", "ticker": "MWRD"}, 15, None, "FLAGGED"),
            ("amundi_msci_world_swap.json", {"source": "amundi"}, 15, None, "FLAGGED"),
        ],
    )  # fmt: skip
    def test_rows_and_sums(  # noqa: PLR0917 # one per column of the table above
        self, db, shared_data, name, asked, lines, total, state
    ) -> None:
        path = shared_data / "holdings" / name
        run = load(path, **asked)
        snapshot = Snapshot.objects.get()
        assert (snapshot.line_count, snapshot.state, snapshot.source) == (lines, state, asked["source"])
        assert ETFHolding.objects.count() == lines
        assert total is None or str(snapshot.weight_sum) == total
        weights = list(ETFHolding.objects.values_list("weight", flat=True))
        assert snapshot.weight_sum == sum(weights)
        assert (abs(snapshot.weight_sum - 100) <= Decimal("0.5") and snapshot.expected_lines is None) == (
            state == "GOOD"
        )
        assert snapshot.is_served  # the only one there is
        assert run.state == ("DONE" if state == "GOOD" else "PARTLY")
        assert snapshot.payload.content == path.read_bytes()
        assert not ETFHolding.objects.exclude(weight_change=None).exists()
        assert sorted(ETFHolding.objects.values_list("rank", flat=True)) == list(range(1, lines + 1))
        assert list(ETFHolding.objects.order_by("rank").values_list("weight", flat=True)) == sorted(weights)[::-1]

    def test_ivv_to_the_digit(self, db, shared_data) -> None:
        path = shared_data / "holdings" / "ivv_2023-04-06.csv"
        load(path, source="ishares", ticker="IVV")
        rows, found = rows_of(path, "Ticker,Name"), composition_rows("IVV")
        assert [str(value) for value in found["weight"]] == [row["Weight (%)"] for row in rows]
        assert [str(value) for value in found["market_value"]] == [row["Market Value"].replace(",", "") for row in rows]
        assert list(found["shares"]) == [number(row["Shares"]) for row in rows]
        assert found["line__kind"].value_counts().to_dict() == {"STOCK": 503, "CASH": 3, "DERIVATIVE": 1}
        # value = shares x price but for two sorts of cash at 100, and the future
        off = [
            row["Ticker"] for row, shares, value in zip(rows, found["shares"], found["market_value"], strict=True)
            if abs(shares * number(row["Price"]) - value) > number(row["Price"])
        ]  # fmt: skip
        assert sorted(off) == ["ESM3", "UBFUT", "USD"]

    def test_spy_to_the_digit(self, db, shared_data) -> None:
        path = shared_data / "holdings" / "spy_2025-02-07.xlsx"
        load(path, source="spdr")
        sheet = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
        start = next(place for place, row in enumerate(sheet) if row[0] == "Name" and "Weight" in row)
        weight, ticker = sheet[start].index("Weight"), sheet[start].index("Ticker")
        rows = list(itertools.takewhile(lambda row: row[weight] is not None, sheet[start + 1 :]))
        found = composition_rows("SPY")
        assert [str(value) for value in found["weight"]] == [str(row[weight]) for row in rows]
        assert [one or "-" for one in found["line__ticker"]] == [row[ticker] for row in rows]

    def test_qqq_weight_is_value_to_total(self, db, shared_data) -> None:
        path = shared_data / "holdings" / "qqq_2025-09-26.csv"
        load(path, source="invesco")
        rows, found = rows_of(path, "Fund Ticker"), composition_rows("QQQ")
        assert [str(value) for value in found["weight"]] == [row["Weight"] for row in rows]
        total = sum(found["market_value"])
        assert max(abs(100 * found["market_value"] / total - found["weight"])) < Decimal("0.002")

    def test_krx_basket(self, db, shared_data) -> None:
        path = shared_data / "krx" / "MDCSTAT05001_KR7152100004_20210402.csv"
        stock("KR", "005930", isin="KR7005930003")
        load(path, source="krx_pdf", region="KR")
        raw = pd.read_csv(path, dtype=str, keep_default_na=False)
        found = composition_rows("152100")
        assert len(found) == len(raw) == 201
        assert list(found["weight"]) == [number(text) for text in raw["COMPST_RTO"]]
        assert list(found["market_value"]) == [number(text) for text in raw["COMPST_AMT"]]
        assert sum(found["weight"]) == Decimal("100.00")
        total = sum(found["market_value"])
        assert max(abs(100 * found["market_value"] / total - found["weight"])) <= Decimal("0.005")
        [row] = holders_get(stock=Instrument.objects.get(ticker="005930"))
        assert (row["ticker"], str(row["weight"]), row["shares"]) == ("152100", "31.74", 8140)

    def test_what_is_no_list_of_holdings(self, db, shared_data) -> None:
        run = load(shared_data / "holdings" / "igln_overview_sample.xls", source="ishares", ticker="IGLN")
        assert (run.state, only(run).error_type) == ("FAILED", "schema")
        assert "XML document, not a table" in only(run).message
        assert not Snapshot.objects.exists()
        assert not ETF.objects.exists()

    def test_ark_s_day_of_two_days(self, db, shared_data) -> None:
        """CTRU 2022-05-23: 26 lines of that day (28.05 %) and 101 of the next (the same as in its own file)."""
        folder = shared_data / "holdings" / "ark_raw" / "CTRU"
        run = load(folder / "2022-05-20.csv", folder / "2022-05-23.csv", source="ark")
        assert items(run) == [("CTRU", "STORED"), ("CTRU", "FLAGGED"), ("CTRU", "STORED")]
        states = dict(Snapshot.objects.values_list("as_of_date", "state"))
        assert states == {
            dt.date(2022, 5, 20): "GOOD", dt.date(2022, 5, 23): "FLAGGED", dt.date(2022, 5, 24): "GOOD",
        }  # fmt: skip
        part = Snapshot.objects.get(as_of_date=dt.date(2022, 5, 23))
        assert (part.line_count, str(part.weight_sum), part.is_served) == (26, "28.05", False)
        before = [row[3:] for row in holdings() if row[1] == dt.date(2022, 5, 24)]
        run = load(folder / "2022-05-24.csv", source="ark") if (folder / "2022-05-24.csv").exists() else None
        after = [row[3:] for row in holdings() if row[1] == dt.date(2022, 5, 24)]
        assert run is None or [outcome for _, outcome in items(run)] == ["STORED"]
        assert (len(after), after) == (101, before)

    @pytest.mark.parametrize(
        ("name", "source", "region", "kind", "asked", "rows"),
        [
            ("holdings/ark_fund_prices.csv.gz", "ark_prices", "US", "stats", {}, 8_831),
            ("holdings/ishares_ca_chb_nav_2010_2016.csv", "ishares_nav", "US", "stats", {"ticker": "CHB"}, 1_667),
            ("holdings/ishares_ca_xem_nav_2009_2016.csv", "ishares_nav", "US", "stats", {"ticker": "XEM"}, 1_810),
            ("krx/kr_etf/069500.csv", "kr_etf", "KR", "stats", {}, 319),
            ("krx/MDCSTAT04501_KR7069500007_20200101_20200531.csv", "krx_etf", "KR", "stats", {}, 101 + 1),
        ],
    )
    def test_days(  # noqa: PLR0917 # one per column of the table above
        self, db, shared_data, name, source, region, kind, asked, rows
    ) -> None:
        run = load(shared_data / name, source=source, region=region, kind=kind, **asked)
        assert (run.state, ETFDailyStat.objects.count()) == ("DONE", rows)
        before = versions()
        again = load(shared_data / name, source=source, region=region, kind=kind, **asked)
        assert [outcome for _, outcome in items(again)] == ["UNCHANGED"]
        assert versions() == before

    def test_korean_fund_by_day_to_the_digit(self, db, shared_data) -> None:
        path = shared_data / "krx" / "kr_etf" / "069500.csv"
        load(path, source="kr_etf", region="KR", kind="stats")
        raw = pd.read_csv(path, dtype=str)
        found = ETFDailyStat.objects.order_by("date").values_list("date", "nav", "close", "volume", "index_level")
        assert [(str(day), *numbers) for day, *numbers in found] == [
            (row.iloc[0], number(row["NAV"]), number(row["종가"]), number(row["거래량"]), number(row["기초지수"]))
            for _, row in raw.iterrows()
        ]  # fmt: skip

    def test_a_day_off(self, db, shared_data) -> None:
        run = load(shared_data / "krx" / "MDCSTAT04301_20210321.csv", source="krx_etf", region="KR", kind="stats")
        assert (run.state, only(run).error_type) == ("FAILED", "empty")
        assert "not a session" in only(run).message
        assert not ETFDailyStat.objects.exists()

    def test_the_list_of_all_korean_funds(self, db, shared_data) -> None:
        path = shared_data / "krx" / "MDCSTAT04601.csv"
        run = load(path, source="krx_etf", region="KR", kind="funds")
        assert (only(run).outcome, ETF.objects.count()) == ("STORED", 1_066)
        raw = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("ISU_SRT_CD")
        for one in ETF.objects.select_related("instrument"):
            row = raw.loc[one.instrument.ticker]
            assert (one.instrument.isin, one.instrument.asset_type) == (row["ISU_CD"], "ETF")
            assert str(one.expense_ratio) == row["ETF_TOT_FEE"]
            assert one.listed_shares == number(row["LIST_SHRS"])
        before = versions()
        assert only(load(path, source="krx_etf", region="KR", kind="funds")).outcome == "UNCHANGED"
        assert versions() == before


# --- again, corrected, doubtful, from elsewhere ---------------------------------------------------------------------

ROWS = ("F,2024-06-28,A,,Alpha,STOCK,60.50,10,605", "F,2024-06-28,B,,Beta,STOCK,39.50,20,395")
DAY = dt.date(2024, 6, 28)


@pytest.fixture
def market(db) -> None:
    for ticker in ("A", "B", "C"):
        stock("US", ticker)


class TestAgain:
    def test_the_same_file_changes_not_one_row(self, market, tmp_path) -> None:
        path = written(tmp_path, "f.csv", *ROWS)
        load(path)
        before = versions()
        assert only(load(path)).outcome == "UNCHANGED"
        assert versions() == before

    def test_a_corrected_file_replaces(self, market, tmp_path) -> None:
        load(written(tmp_path, "f.csv", *ROWS))
        first = Payload.objects.get()
        corrected = (ROWS[0], "F,2024-06-28,C,,Gamma,STOCK,39.50,20,395")
        assert only(load(written(tmp_path, "f.csv", *corrected))).outcome == "STORED"
        assert [(row[3], row[4]) for row in holdings()] == [
            ("STOCK|~US|A", Decimal("60.50")), ("STOCK|~US|C", Decimal("39.50")),
        ]  # fmt: skip
        assert Payload.objects.filter(pk=first.pk).exists()  # the first answer is kept
        assert Payload.objects.count() == 2

    def test_a_doubtful_one_does_not_replace_a_good_one_unless_forced(self, market, tmp_path) -> None:
        load(written(tmp_path, "f.csv", *ROWS))
        before = stored()
        doubtful = written(tmp_path, "f.csv", ROWS[0])
        item = only(load(doubtful))
        assert (item.outcome, item.error_type) == ("REFUSED", "refused")
        assert "add up to 60.50 %, not to 100" in item.message
        assert "force" in item.message
        assert stored() == before
        assert only(load(doubtful, force=True)).outcome == "FLAGGED"
        assert [row[4] for row in holdings()] == [Decimal("60.50")]

    def test_a_good_one_replaces_a_doubtful_one(self, market, tmp_path) -> None:
        assert only(load(written(tmp_path, "f.csv", ROWS[0]))).outcome == "FLAGGED"
        assert only(load(written(tmp_path, "f.csv", *ROWS))).outcome == "STORED"
        assert (Snapshot.objects.get().state, ETFHolding.objects.count()) == ("GOOD", 2)

    def test_a_source_trusted_less_is_kept_beside(self, market, tmp_path, settings) -> None:
        settings.ETF_SOURCE_RANKS = ["csv", "index_list"]
        load(written(tmp_path, "f.csv", *ROWS))
        before = stored()
        found = composition_from("index_list", {"A": 100})
        assert (found.outcome, stored()) == ("KEPT", before)
        assert "csv is trusted more" in found.message
        settings.ETF_SOURCE_RANKS = ["index_list", "csv"]
        assert composition_from("index_list", {"A": 100}).outcome == "STORED"
        assert Snapshot.objects.get().source == "index_list"

    def test_a_trusted_one_that_is_doubtful_gives_way(self, market, tmp_path, settings) -> None:
        settings.ETF_SOURCE_RANKS = ["csv", "index_list"]
        load(written(tmp_path, "f.csv", ROWS[0]))  # 60.5 % of the fund
        assert composition_from("index_list", {"A": 100}).outcome == "STORED"


def composition_from(source: str, lines: dict[str, float]) -> CollectItem:
    """What becomes of a composition of the fund F on DAY from a source."""
    rows = tuple(line(ticker, weight, number) for number, (ticker, weight) in enumerate(lines.items(), 1))
    return composition_store(Importer(region_get("US"), source), Composition("F", DAY, rows, "USD"), None)


# --- weight changes, and which compositions are served --------------------------------------------------------------


def changes_of(of: ETF) -> dict[str, list[Decimal | None]]:
    """Day -> weight changes by rank."""
    found: dict[str, list[Decimal | None]] = {}
    for day, change in (
        ETFHolding.objects.filter(etf=of).order_by("as_of_date", "rank").values_list("as_of_date", "weight_change")
    ):
        found.setdefault(str(day), []).append(change)
    return found


class TestChanges:
    def test_by_hand(self, db) -> None:
        held = fund("US", "F")
        composition(held, "2024-07-08", {"A": "60.50", "B": "39.50"})
        composition(held, "2024-07-09", {"A": "55.25", "C": "24.75", "B": "20"})
        composition(held, "2024-07-10", {"C": "100"})
        minus = Decimal("-5.25")  # 55.25 - 60.50
        assert changes_of(held) == {
            "2024-07-08": [None, None],
            "2024-07-09": [minus, Decimal("24.75"), Decimal("-19.50")],  # C is new: from nought
            "2024-07-10": [Decimal("75.25")],  # 100 - 24.75
        }

    def test_one_in_between_moves_the_next_one_too(self, db) -> None:
        held = fund("US", "F")
        composition(held, "2024-07-08", {"A": 100})
        composition(held, "2024-07-10", {"A": 90, "B": 10})
        composition(held, "2024-07-09", {"A": 97, "B": 3})
        assert changes_of(held)["2024-07-09"] == [-3, 3]
        assert changes_of(held)["2024-07-10"] == [-7, 7]

    def test_a_doubtful_one_is_compared_but_nothing_is_compared_with_it(self, db) -> None:
        held = fund("US", "F")
        composition(held, "2024-07-08", {"A": 100})
        composition(held, "2024-07-09", {"A": 50})  # half the fund
        composition(held, "2024-07-10", {"A": 90, "B": 10})
        assert changes_of(held) == {"2024-07-08": [None], "2024-07-09": [-50], "2024-07-10": [-10, 10]}

    def test_a_line_under_another_identifier_is_no_new_holding(self, db) -> None:
        held = fund("US", "F")
        composition(held, "2024-07-08", [line("A", 60), line("B", 40)])
        composition(held, "2024-07-09", [line("A", 70, identifier="037833100"), line("B", 30)])
        assert changes_of(held)["2024-07-09"] == [10, -10]

    @pytest.mark.parametrize("seed", range(6))
    def test_the_order_of_importing_does_not_matter(self, db, seed) -> None:
        """Good and doubtful ones in any order, some replaced: as the rules say of the end."""
        dice = random.Random(seed)
        weekdays = [day.date() for day in pd.bdate_range("2024-07-08", "2024-08-30")]  # no holiday in these weeks
        days = sorted(dice.sample(weekdays, 12))
        told = {day: some_lines(dice) for day in days}
        held, order = fund("US", "F"), dice.sample(days, len(days))
        for day in order[:4]:
            composition(held, day, some_lines(dice))  # replaced below
        for day in order:
            composition(held, day, told[day], force=True)
        served = served_days(told)
        assert {row.as_of_date for row in Snapshot.objects.served()} == served
        for day in days:
            before = max((one for one in served if one < day), default=None)
            rows = ETFHolding.objects.filter(as_of_date=day).values_list("line__ticker", "weight", "weight_change")
            for ticker, weight, change in rows:
                assert change == (None if before is None else weight - told[before].get(ticker, 0)), (day, ticker)

    def test_a_shuffled_month_of_ark(self, db, shared_data) -> None:
        paths = sorted((shared_data / "holdings" / "ark_raw" / "CTRU").glob("2022-05-*.csv"))
        load(*paths, source="ark")
        in_order = stored()
        Snapshot.objects.all().delete()
        ETFHolding.objects.all().delete()
        load(*random.Random(1).sample(paths, len(paths)), source="ark")
        # the 24th is in its own file and in that of the 23rd, with the same lines
        assert stored() == in_order


def some_lines(dice: random.Random) -> dict[str, int]:
    """Ticker -> percent, all 100 or, in one of three, less."""
    parts = [dice.randint(1, 40), dice.randint(1, 40)]
    rest = 100 - sum(parts) - (5 if dice.random() < 1 / 3 else 0)
    return dict(zip(dice.sample("ABCDE", 3), [*parts, rest], strict=True))


def served_days(told: dict[dt.date, dict[str, int]]) -> set[dt.date]:
    """Good ones, and doubtful ones more than ten weekdays after the last good one, or with none before."""
    found, good = set(), None
    for day in sorted(told):
        if sum(told[day].values()) == 100:
            good = day
        elif good and len(pd.bdate_range(good, day)) - 1 <= 10:
            continue
        found.add(day)
    return found


class TestServed:
    @pytest.mark.parametrize(
        ("doubtful", "shown"),
        [
            ("2024-07-09", "2024-07-08"),
            ("2024-07-22", "2024-07-08"),  # 9 10 11 12 15 16 17 18 19 22 July: exactly ten sessions
            ("2024-07-23", "2024-07-23"),  # eleven
        ],
    )
    def test_ten_sessions(self, db, doubtful, shown) -> None:
        held = fund("US", "F")
        composition(held, "2024-07-08", {"A": 100})
        composition(held, doubtful, {"A": 50})
        assert str(composition_get(fund=held, as_of=dt.date(2024, 7, 31)).snapshot.as_of_date) == shown

    def test_doubtful_ones_alone_are_better_than_nothing(self, db) -> None:
        held = fund("US", "F")
        composition(held, "2024-07-09", {"A": 50})
        assert composition_get(fund=held).snapshot.state == "FLAGGED"
        composition(held, "2024-07-08", {"A": 100})  # a good one before it, found later
        assert composition_get(fund=held).snapshot.state == "GOOD"

    def test_over_a_holiday_sessions_count_not_weekdays(self, db) -> None:
        """Independence Day 2024-07-04 is a Thursday: 18 July is the tenth session after 2 July."""
        held = fund("US", "F")
        composition(held, "2024-07-02", {"A": 100})
        for day in ("2024-07-17", "2024-07-18"):
            composition(held, day, {"A": 50})
        assert [str(day) for day in Snapshot.objects.served().values_list("as_of_date", flat=True)] == [
            "2024-07-18", "2024-07-02",
        ]  # fmt: skip


# --- lines and instruments ------------------------------------------------------------------------------------------


class TestLines:
    def test_two_lines_of_one_stock(self, db) -> None:
        held, a = fund("US", "F"), stock("US", "A")
        other = line("A", "20.2", 2, identifier="037833100", shares=2)
        composition(held, "2024-06-28", [line("A", "30.1", shares=3), other, line("B", "49.7", 3)])
        assert ETFHolding.objects.filter(line__instrument=a).count() == 2
        [row] = holders_get(stock=a)
        assert (str(row["weight"]), row["shares"], row["lines"], row["rank"]) == ("50.3", 5, 2, 2)

    @pytest.mark.parametrize(
        ("region", "known", "written_as"),
        [
            ("US", "BRK.B", ["BRK.B", "BRKB", "BRK-B", "BRK/B"]),
            ("US", "BRK-B", ["BRK.B", "BRKB"]),
            ("HK", "0700.HK", ["700", "00700", "0700.HK", "0700"]),
            ("JP", "7203.T", ["7203", "7203.T"]),
            ("CN", "SH600519", ["600519", "600519.SS", "600519.SH", "SH600519"]),
        ],
    )
    def test_spellings(self, db, region, known, written_as) -> None:
        wanted = stock(region, known)
        held = fund(region, "F")
        lines = [line(word, 10, place, identifier=f"X{place}") for place, word in enumerate(written_as)]
        composition(held, "2024-06-28", lines, known=False)
        assert set(HoldingLine.objects.values_list("instrument", flat=True)) == {wanted.pk}

    def test_what_could_be_two_is_none_until_it_is_one(self, db, tmp_path) -> None:
        stock("US", "BF.B"), stock("US", "BF-B")
        composition(fund("US", "F"), "2024-06-28", {"BFB": 60, "NEW": 40}, known=False)
        assert not HoldingLine.objects.exclude(instrument=None).exists()
        assert composition_get(fund=etf_get("F")).unresolved_weight == 100
        Instrument.objects.get(ticker="BF-B").delete()
        new = stock("US", "NEW")
        load(written(tmp_path, "g.csv", "G,2024-06-28,NEW,,New,STOCK,100,1,1"))  # every run looks again
        assert set(HoldingLine.objects.filter(ticker="BFB").values_list("instrument__ticker", flat=True)) == {"BF.B"}
        assert {row["ticker"] for row in holders_get(stock=new)} == {"F", "G"}

    def test_an_isin_of_two_listings_is_that_of_the_region_or_none(self, db) -> None:
        isin = "US0378331005"
        here, _ = stock("US", "AAPL", isin=isin), stock("HK", "4338.HK", isin=isin)
        composition(fund("US", "F"), "2024-06-28", [line("", 100, identifier=isin, name="Apple")], known=False)
        composition(fund("JP", "G"), "2024-06-28", [line("", 100, identifier=isin, name="Apple")], known=False)
        assert dict(HoldingLine.objects.values_list("key", "instrument")) == {
            f"STOCK|~US||{isin}": here.pk, f"STOCK|~JP||{isin}": None,
        }  # fmt: skip

    def test_cash_bonds_and_derivatives_are_nobody_s_stock(self, db) -> None:
        stock("US", "A", isin="US0378331005")
        kinds = [LineKind.CASH, LineKind.BOND, LineKind.DERIVATIVE, LineKind.OTHER]
        lines = [line("A", 25, place, kind=kind, identifier="US0378331005") for place, kind in enumerate(kinds, 1)]
        composition(fund("US", "F"), "2024-06-28", lines)
        assert set(HoldingLine.objects.values_list("instrument", flat=True)) == {None}
        assert not HoldingLine.objects.unresolved().exists()
        assert composition_get(fund=etf_get("F")).unresolved_weight == 0

    def test_equal_lines_are_told_as_such_whatever_names_them(self, db) -> None:
        lines = [line("A", 30), line("A", 30), line("cash", 20), line("cash", 10), line("cash", 10, name="Cash|2")]
        held = fund("US", "F")
        assert "2 lines repeat" in composition(held, "2024-06-28", lines).message
        told = stored_lines(held.pk, dt.date(2024, 6, 28))
        assert sorted(told.name[place] for place in told.repeated()) == ["A", "Cash"]

    def test_equal_lines_with_names_as_long_as_they_come(self, db) -> None:
        lines = [line("", 50, place, kind=LineKind.BOND, name="x" * 400) for place in (1, 2)]
        snapshot = composition(fund("US", "F"), "2024-06-28", lines)
        assert ("1 line repeats" in snapshot.message, snapshot.line_count) == (True, 2)
        assert ETFHolding.objects.count() == 2


def test_a_fund_that_is_a_stock_in_the_list_of_instruments(market, tmp_path) -> None:
    item = only(load(written(tmp_path, "f.csv", "A,2024-06-28,B,,Beta,STOCK,100,1,1")))
    assert (item.outcome, item.error_type) == ("REFUSED", "refused")
    assert "US:A is in the list of instruments as Common stock, not as ETF" in item.message
    assert not ETF.objects.exists()
    assert not Snapshot.objects.exists()


# --- bad files ------------------------------------------------------------------------------------------------------

BOOK = xlsx(
    [["Fund Name:", "F"], ["Ticker Symbol:", "F"], ["Holdings:", "As of 28-Jun-2024"], [],
     ["Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held", "Local Currency"],
     *([f"Company {n}", f"T{n}", f"{n:09}", "", 0.1, "-", n, "USD"] for n in range(1000))]
)  # fmt: skip
PAGE = b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>"


def text(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


BAD = {
    "truncated book": ("spdr", "spy.xlsx", BOOK[: len(BOOK) // 2], "FAILED", "damaged or truncated XLSX"),
    "bomb": ("spdr", "spy.xlsx", zipped(30_000_000), "FAILED", "times its size"),
    "page": ("csv", "f.csv", PAGE, "FAILED", "HTML page"),
    "empty": ("csv", "f.csv", b"", "FAILED", "the file is empty"),
    "no lines": ("csv", "f.csv", text(), "FAILED", "no rows below"),
    "impossible weight": ("csv", "f.csv", text(ROWS[0], "F,2024-06-28,B,,Beta,STOCK,9999,20,395"), "REFUSED", "9999"),
    "shifted": ("csv", "f.csv", text(*(row.replace(",,", ",") for row in ROWS)), "REFUSED", "row 1"),
    "shifted right": ("csv", "f.csv", text(*(f"1,{row}" for row in ROWS)), "", "as_of_date"),
    "the day twice": ("csv", "f.csv", text(*ROWS, *ROWS), "REFUSED", "2 lines repeat an earlier one"),
    "future": ("csv", "f.csv", text(*(row.replace("2024", "2099") for row in ROWS)), "REFUSED", "in the future"),
    "words for numbers": ("csv", "f.csv", text(ROWS[0].replace("60.50", "much")), "REFUSED", "weight"),
    "nul": ("csv", "f.csv", text("F,2024-06-28,A,,Al\0pha,STOCK,100,1,1"), "", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_changes_nothing(market, tmp_path, what) -> None:
    source, name, content, outcome, why = BAD[what]
    load(written(tmp_path, "good.csv", *ROWS))
    before, kept = stored(), Payload.objects.count()
    path = tmp_path / name
    path.write_bytes(content)
    run = load(path, source=source)
    assert run.failed == run.items.count() > 0
    for item in run.items.all():
        assert item.outcome in ([outcome] if outcome else ["FAILED", "REFUSED"])
        assert why in item.message
        assert item.error_type
        assert item.payload.content == content
        assert item.payload.sha256 == hashlib.sha256(content).hexdigest()
    assert stored() == before
    assert Payload.objects.count() == kept + 1


def test_files_that_are_none_are_told_and_the_others_are_imported(market, tmp_path) -> None:
    large, folder = tmp_path / "large.csv", tmp_path / "folder.csv"
    folder.mkdir()
    with large.open("wb") as file:
        file.truncate(200_000_000)  # of holes: nothing is written, and nothing may be read
    good = written(tmp_path, "good.csv", *ROWS)
    run = load(large, folder, tmp_path / "missing.csv", tmp_path / "a\0b.csv", good)
    told = list(run.items.order_by("id").values_list("outcome", "error_type", "message"))
    assert [outcome for outcome, *_ in told] == ["FAILED"] * 4 + ["STORED"]
    assert told[0][1] == "refused"
    reasons = ["200 MB", "directory", "No such file", "cannot be read"]
    for (_, error_type, message), why in zip(told, reasons, strict=False):
        assert why in message
        assert error_type
    assert (run.state, Payload.objects.count(), Snapshot.objects.count()) == ("PARTLY", 1, 1)


@pytest.mark.parametrize("packed", [False, True])
def test_the_bytes_are_kept_as_they_came(market, tmp_path, packed) -> None:
    content = text(*ROWS)
    path = tmp_path / ("f.csv.gz" if packed else "f.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    load(path)
    kept = Payload.objects.get()
    assert (kept.content, kept.sha256) == (path.read_bytes(), hashlib.sha256(path.read_bytes()).hexdigest())
    assert (kept.size, kept.name, kept.source) == (path.stat().st_size, path.name, "csv")
    assert Snapshot.objects.get().payload == kept


def test_a_fund_nobody_knows_yet_has_no_composition(db) -> None:
    with pytest.raises(NotFound, match="no ETF 'F'"):
        etf_get("F")


# --- other processes ------------------------------------------------------------------------------------------------

CHILD = """
import sys
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from pathlib import Path
from etfs.services import compositions, files_import

calls, follow = [], compositions._follow

def hang(snapshot, belief):
    follow(snapshot, belief)
    calls.append(snapshot)
    if len(calls) == int(sys.argv[2]):
        print("written", flush=True)  # in the middle of the transaction
        sys.stdin.readline()

compositions._follow = hang
print("ready", flush=True)
sys.stdin.readline()
run = files_import(region="US", source="csv", files=[Path(name) for name in sys.argv[3:]])
print(run.state, run.message, flush=True)
"""


@pytest.fixture
def month(tmp_path) -> list[Path]:
    """Twelve files of two funds, sixty lines each."""
    dice, found = random.Random(0), []
    for number in range(12):
        name, day = "FG"[number % 2], dt.date(2024, 7, 8) + dt.timedelta(number // 2)
        cuts = sorted(dice.sample(range(1, 10_000), 59))
        weights = [(b - a) / 100 for a, b in itertools.pairwise([0, *cuts, 10_000])]
        tickers = dice.sample(range(200), 60)
        rows = [f"{name},{day},T{one},,,STOCK,{weight},," for one, weight in zip(tickers, weights, strict=True)]
        found.append(written(tmp_path, f"{name}{day}.csv", *rows))
    return found


def start(files: list[Path], hang_at: int = 0) -> subprocess.Popen:
    """A process ready to import ``files``; it begins when it is told, and hangs in the ``hang_at``-th transaction."""
    command = [sys.executable, "-c", CHILD, connection.settings_dict["NAME"], str(hang_at), *map(str, files)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "quantsite.settings"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def undisturbed(files: list[Path]) -> tuple[list[tuple], list[tuple]]:
    """What one import stores; gone again afterwards."""
    load(*files)
    found = stored()
    for model in (ETFHolding, Snapshot, CollectItem, CollectRun, Payload, HoldingLine, ETF, Instrument):
        model.objects.all().delete()
    assert found[0]
    return found


@pytest.mark.django_db(transaction=True)
def test_killed_in_mid_import(month) -> None:
    wanted = undisturbed(month)
    with start(month, hang_at=6) as process:
        go(process)
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    whole = [row for row in wanted[1] if row[:2] in set(Snapshot.objects.values_list(*SNAPSHOT_COLUMNS[:2]))]
    assert (len(whole), stored()[1]) == (5, whole)
    assert ETFHolding.objects.count() == 5 * 60
    killed = CollectRun.objects.get()
    assert killed.state == "RUNNING"
    run = load(*month)
    assert (run.unchanged, run.stored, run.state) == (5, 7, "DONE")
    assert stored() == wanted
    killed.refresh_from_db()
    assert killed.state == "INTERRUPTED"


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once(month) -> None:
    wanted = undisturbed(month)
    with start(month) as one, start(month[::-1]) as other:
        go(one)
        go(other)
        said = [process.communicate()[0] for process in (one, other)]
    assert [words.split()[0] for words in said] == ["DONE", "DONE"], said
    assert stored() == wanted
    assert Payload.objects.count() == 12
