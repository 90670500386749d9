"""Fifteen months of a real fund: what it bought and sold follows from the published files, worked out with pandas."""

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from etfs.models import ETF, CollectRun, ETFDailyStat, ETFHolding, Snapshot
from etfs.services import changes_get, composition_get, etf_get, files_import, flows_get, holders_get, weights_get
from etfs.services.all_trades import all_trades
from market.models import CorporateAction, Instrument
from tests.etfs.builder import stock

# CUSIP -> (first file with the new count, ratio); ARK's files show holdings at the start of the day.
SPLITS = {
    "88160R101": ("2022-08-26", 3.0),  # Tesla, ex-date 2022-08-25
    "82509L107": ("2022-06-30", 10.0),  # Shopify, ex-date 2022-06-29
}


def _read(path: Path) -> pd.DataFrame:
    """Lines of one file as published, without the legal footer."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    raw = raw[raw["fund"] != ""]
    figures = {"shares": "shares", "value": "market value ($)", "weight": "weight (%)"}
    for name, column in figures.items():
        raw[name] = pd.to_numeric(raw[column].str.replace(r"[$,%]", "", regex=True))
    raw["date"] = pd.to_datetime(raw["date"], format="%m/%d/%Y").dt.date
    raw["id"] = raw["cusip"].str.strip()
    return raw[["date", "fund", "id", "ticker", "company", *figures]]


@pytest.fixture(scope="module")
def published(shared_data) -> pd.DataFrame:
    """All lines of all files of all funds."""
    return pd.concat([_read(path) for path in sorted((shared_data / "holdings" / "ark_raw").glob("*/*.csv"))])


@pytest.fixture(scope="module")
def run(shared_data, django_db_setup, django_db_blocker) -> CollectRun:
    """Every file imported once for all tests here; none of it stays."""
    paths = sorted((shared_data / "holdings" / "ark_raw").glob("*/*.csv"))
    with django_db_blocker.unblock(), transaction.atomic():
        for ticker in ("TSLA", "SHOP", "ROKU", "ZM"):
            stock("US", ticker)
        yield files_import(region="US", source="ark", files=paths)
        transaction.set_rollback(True)


@pytest.fixture
def arkk(run, db) -> ETF:
    return etf_get("ARKK")


@pytest.fixture(scope="module")
def counts(published) -> pd.DataFrame:
    """Shares of ARKK by day and CUSIP, NaN where it is not in the file."""
    lines = published[(published["fund"] == "ARKK") & (published["id"] != "")]
    return lines.groupby(["date", "id"])["shares"].sum().unstack()


def ratio_of(cusip: str, day: dt.date) -> float:
    """New shares per old one in the file of a day, by what is known of the two splits."""
    return SPLITS[cusip][1] if cusip in SPLITS and SPLITS[cusip][0] == str(day) else 1.0


def told_of(arkk: ETF, before: dt.date, after: dt.date) -> dict[str, dict]:
    return {row["identifier"]: row for row in changes_get(fund=arkk, start=before, end=after, held=True).rows}


def test_every_line_of_every_file(run, published, db) -> None:
    published = published.drop_duplicates(["fund", "date", "id", "ticker", "company", "shares", "weight"])
    assert run.items.exclude(outcome__in=["STORED", "FLAGGED", "UNCHANGED"]).count() == 0
    rows = ETFHolding.objects.values_list("etf__instrument__ticker", "as_of_date", "shares", "market_value", "weight")
    found = pd.DataFrame(list(rows), columns=["fund", "date", "shares", "value", "weight"])
    assert len(found) == len(published)
    sums = {name: (name, "sum") for name in ("shares", "value", "weight")}
    wanted = published.groupby(["fund", "date"]).agg(lines=("id", "size"), **sums)
    found[list(sums)] = found[list(sums)].astype(float)
    found = found.groupby(["fund", "date"]).agg(lines=("shares", "size"), **sums)
    assert found.index.equals(wanted.index)
    assert (found["lines"] == wanted["lines"]).all()
    np.testing.assert_allclose(found[["value", "weight"]], wanted[["value", "weight"]], rtol=1e-12)


def test_days(arkk, counts) -> None:
    days = list(Snapshot.objects.served().filter(etf=arkk).order_by("as_of_date").values_list("as_of_date", flat=True))
    assert len(days) == 305
    assert days == list(counts.index)
    assert (days[0], days[-1]) == (dt.date(2021, 10, 8), dt.date(2022, 12, 30))


def test_weights_are_value_to_total_within_the_published_digits(arkk) -> None:
    rows = ETFHolding.objects.filter(etf=arkk).values_list("as_of_date", "weight", "market_value")
    found = pd.DataFrame(list(rows), columns=["day", "weight", "value"]).astype({"weight": float, "value": float})
    total = found.groupby("day")["value"].transform("sum")
    assert (100 * found["value"] / total - found["weight"]).abs().max() <= 0.014


def test_share_changes_day_by_day(arkk, counts) -> None:
    """Of every two neighbouring days and every CUSIP: what it is called, and by how many shares."""
    summed, called = dict.fromkeys(counts.columns, 0.0), []
    for before, after in itertools.pairwise(counts.index):
        told, old, new = told_of(arkk, before, after), counts.loc[before], counts.loc[after]
        assert set(told) == set(old.dropna().index) | set(new.dropna().index)
        for cusip, row in told.items():
            ratio = ratio_of(cusip, after)
            change = np.nan_to_num(new[cusip]) - np.nan_to_num(old[cusip]) * ratio
            assert row["split_ratio"] == ratio, (after, cusip)
            assert row["share_change"] == change, (after, cusip)
            assert row["status"] == called_by_hand(old[cusip], new[cusip], change), (after, cusip)
            summed[cusip] = summed[cusip] * ratio + row["share_change"]
            called.append((row["status"], cusip, after))
    assert_telescopes(summed, counts)
    assert_comes_and_goes(called, counts)


def called_by_hand(old: float, new: float, change: float) -> str:
    if np.isnan(old) or np.isnan(new):
        return "ADDED" if np.isnan(old) else "DROPPED"
    return "HELD" if change == 0 else "BOUGHT" if change > 0 else "SOLD"


def assert_telescopes(summed: dict[str, float], counts: pd.DataFrame) -> None:
    """All changes together lead from the first file to the last."""
    first, last = counts.iloc[0].fillna(0), counts.iloc[-1].fillna(0)
    for cusip, total in summed.items():
        assert first[cusip] * SPLITS.get(cusip, ("", 1.0))[1] + total == pytest.approx(last[cusip], abs=1e-6), cusip


def assert_comes_and_goes(called: list[tuple[str, str, dt.date]], counts: pd.DataFrame) -> None:
    """ADDED on the day of a first file, DROPPED on the one after the last."""
    there = counts.notna()
    came, went = there & ~there.shift(1, fill_value=True), ~there & there.shift(1, fill_value=False)
    for word, mask in (("ADDED", came), ("DROPPED", went)):
        wanted = {(cusip, day) for day, row in mask.iterrows() for cusip in row.index[row]}
        assert {(cusip, day) for status, cusip, day in called if status == word} == wanted
        assert wanted


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(
    ("start", "end"),
    [("2022-08-24", "2022-08-25"), ("2022-08-25", "2022-08-26"), ("2022-08-24", "2022-08-26"),
     ("2022-08-01", "2022-09-30"), ("2022-06-01", "2022-07-29"), ("2021-10-08", "2022-12-30")],
)  # fmt: skip
def test_over_longer_spans(arkk, counts, start, end, is_known) -> None:
    """With the corporate actions of the exchange, a day before the files show them, or without."""
    if is_known:
        for ticker, day, ratio in (("TSLA", "2022-08-25", 3.0), ("SHOP", "2022-06-29", 10.0)):
            of = Instrument.objects.get(ticker=ticker)
            CorporateAction.objects.create(instrument=of, ex_date=day, kind="SPLIT", ratio=ratio)
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    told = told_of(arkk, first, last)
    assert set(told) == set(counts.loc[[first, last]].dropna(how="all", axis=1).columns)
    for cusip, row in told.items():
        ratio = np.prod([ratio_of(cusip, day) for day in counts.index if first < day <= last])
        old, new = counts.loc[first, cusip], counts.loc[last, cusip]
        assert row["share_change"] == np.nan_to_num(new) - np.nan_to_num(old) * ratio, cusip


def test_questions_agree_with_the_files(arkk, published) -> None:
    lines = published[(published["fund"] == "ARKK") & (published["ticker"].str.strip() == "TSLA")].set_index("date")
    tesla = Instrument.objects.get(ticker="TSLA")
    found = weights_get(fund=arkk, stock=tesla)
    assert {row["as_of_date"]: float(row["weight"]) for row in found} == lines["weight"].to_dict()
    [row] = [row for row in holders_get(stock=tesla, as_of=dt.date(2022, 8, 28)) if row["ticker"] == "ARKK"]
    assert (row["as_of_date"], row["shares"]) == (dt.date(2022, 8, 26), 2_923_160)
    assert composition_get(fund=arkk, as_of=dt.date(2021, 10, 8)).snapshot.line_count == len(
        published[(published["fund"] == "ARKK") & (published["date"] == dt.date(2021, 10, 8))]
    )


def test_weight_changes_are_those_of_the_files(arkk, published) -> None:
    lines = published[(published["fund"] == "ARKK")]
    weights = lines.groupby(["date", "id"])["weight"].sum().unstack()
    wanted = (weights - weights.shift(1).fillna(0)).iloc[1:]
    rows = ETFHolding.objects.filter(etf=arkk).values_list("as_of_date", "line__identifier", "weight_change")
    found = pd.DataFrame(list(rows), columns=["date", "id", "change"])
    assert found.loc[found["date"] == dt.date(2021, 10, 8), "change"].isna().all()
    found = found.dropna().astype({"change": float}).pivot_table(index="date", columns="id", values="change")
    np.testing.assert_allclose(found, wanted[found.columns], atol=1e-9)


def test_any_number_of_days_is_as_many_queries(arkk) -> None:
    counted = []
    for start in (dt.date(2022, 12, 29), dt.date(2021, 10, 8)):
        with CaptureQueriesContext(connection) as queries:
            changes_get(fund=arkk, start=start, end=dt.date(2022, 12, 30))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 5


# --- Korea: a fund's flows from its share counts --------------------------------------------------------------------


def test_flows_of_a_korean_fund(db, shared_data) -> None:
    """KRX writes the count of the session before: the flow of a day is (count in the next row - count in its own row)
    x its NAV; the newest day has no count yet."""
    path = shared_data / "krx" / "MDCSTAT04501_KR7069500007_20200101_20200531.csv"
    files_import(region="KR", source="krx_etf", kind="stats", files=[path])
    raw = pd.read_csv(path, dtype=str).iloc[::-1].reset_index(drop=True)
    figures = raw[["LST_NAV", "LIST_SHRS", "INVSTASST_NETASST_TOTAMT"]]
    nav, count, assets = (figures[name].str.replace(",", "").astype(float) for name in figures)
    raw["flow"] = (count.shift(-1) - count) * nav
    found = dict(ETFDailyStat.objects.values_list("date", "net_flow"))
    assert (len(found), len(raw)) == (102, 101)  # and a count of 2019-12-30
    by_shares = raw.iloc[:-1]
    for _, row in by_shares.iterrows():
        assert found[dt.date.fromisoformat(row["TRD_DD"].replace("/", "-"))] == pytest.approx(row["flow"], rel=1e-12)
    # the count listed a day later times NAV is the fund's assets
    assert (count.shift(-1) * nav / assets - 1).abs().max() < 1e-6
    first, last = (dt.date.fromisoformat(raw["TRD_DD"][place].replace("/", "-")) for place in (1, 99))
    view = flows_get(region="KR", start=first, end=last)
    within = by_shares["flow"].iloc[1:].sum()
    assert view.funds[0]["net_flow"] == pytest.approx(within, rel=1e-12)
    assert view.funds[0]["assets_before"] == assets[0]
    assert view.categories[0]["percent"] == pytest.approx(100 * within / assets[0], rel=1e-12)
    counts = dict(ETFDailyStat.objects.values_list("date", "shares_outstanding"))
    assert [counts[dt.date.fromisoformat(day.replace("/", "-"))] for day in raw["TRD_DD"][:-1]] == [
        Decimal(int(value)) for value in count[1:]
    ]  # fmt: skip


@pytest.mark.parametrize("days", [("2022-06-15", "2022-09-15"), ("2021-12-10", "2022-05-20")])
def test_all_funds_together_are_the_sum_of_each(run, db, days) -> None:
    """Though only what may have split is read in between: two splits are in the first days."""
    start, end = map(dt.date.fromisoformat, days)
    wanted: dict[str, float] = {}
    funds = list(ETF.objects.filter(instrument__ticker__in=["ARKK", "CTRU"]).select_related("instrument"))
    for fund in funds:
        for row in changes_get(fund=fund, start=start, end=end).rows:
            if row["instrument_id"]:
                wanted[row["ticker"]] = wanted.get(row["ticker"], 0.0) + row["trade_value"]
    found = all_trades(start=start, end=end)
    assert found.compared == len(funds) == 2
    assert {row["ticker"]: row["net_value"] for row in found.rows} == pytest.approx(wanted)
    assert wanted
