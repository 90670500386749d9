"""What all funds bought, worked out by hand."""

import datetime as dt

import pytest

from etfs.models import Snapshot
from etfs.services import EtfError, changes_get
from etfs.services.all_trades import all_trades
from market.models import CorporateAction
from tests.etfs.builder import composition, fund, line, stock
from tests.etfs.test_admin_queries import queries
from tests.etfs.views.pages import page, rows_of

TRADING = "/etfs/trading/"


def by_ticker(**asked):
    return {row["ticker"]: row for row in all_trades(**asked).rows}


def test_all_funds_together(growth, value):
    found = all_trades()  # 20 sessions before, neither had a composition
    assert (found.start.isoformat(), found.end.isoformat(), found.currency) == ("2024-06-27", "2024-06-28", "USD")
    assert (found.compared, found.without) == (2, 0)
    assert [(row["ticker"], row["net_value"]) for row in found.rows] == [
        ("W", 3000), ("X", 1000), ("Y", -2000), ("Z", -2000),
    ]  # fmt: skip
    rows = by_ticker()
    assert (rows["X"]["bought"], rows["W"]["added"], rows["Y"]["sold"], rows["Z"]["dropped"]) == (1, 1, 1, 1)
    assert "V" not in rows  # it split


def test_two_funds_against_each_other(growth, value):
    """VAL sells ten X at 50 while GRO buys twenty."""
    composition(value, "2024-07-01", [
        line("V", 90, 1, shares=200, market_value=4000), line("X", 10, 2, shares=10, market_value=500),
    ])  # fmt: skip
    row = by_ticker(start=Snapshot.objects.earliest("as_of_date").as_of_date)["X"]
    assert (row["bought_value"], row["sold_value"], row["net_value"]) == (1000, -500, 500)
    assert (row["bought"], row["sold"]) == (1, 1)


def test_a_split_that_is_known_is_no_trade_though_prices_hide_it(growth, value):
    """V doubles its price and splits three for one on the day: its count alone says 2.5 times as many."""
    composition(value, "2024-07-01", [line("V", 100, 1, shares=500, market_value=15000)])
    CorporateAction.objects.create(instrument=stock("US", "V"), ex_date="2024-07-01", kind="SPLIT", ratio=3)
    row = by_ticker(start=Snapshot.objects.latest("as_of_date").as_of_date.replace(month=6, day=28))["V"]
    assert (row["sold"], row["net_value"]) == (1, -3000)  # 600 expected, 500 held: 100 sold at 30


def test_a_split_that_the_fund_sold_against_is_seen(growth, value):
    """V splits two for one, then half of it is sold: as many shares as at first, and 200 of them expected."""
    composition(value, "2024-07-01", [line("V", 100, 1, shares=100, market_value=2000)])
    days = {"start": dt.date(2024, 6, 27), "end": dt.date(2024, 7, 1)}
    row = by_ticker(**days)["V"]
    assert (row["sold"], row["net_value"]) == (1, -2000)  # 100 shares at 20
    (alone,) = (one for one in changes_get(fund=value, **days).rows if one["ticker"] == "V")
    assert (alone["status"], alone["trade_value"]) == ("SOLD", -2000)


def test_baskets_of_a_unit_are_counted_without_value(growth, value):
    Snapshot.objects.filter(etf=growth).update(per_unit=True)
    row = by_ticker(start=Snapshot.objects.earliest("as_of_date").as_of_date)["X"]
    assert (row["bought"], row["unvalued"], row["net_value"]) == (1, 1, 0)


def test_currencies_are_added_in_won(growth, value, settings):
    settings.ETF_KRW_PER = {"KRW": 1.0, "USD": 1000.0}
    korean = fund("KR", "069500")
    for day, shares in (("2024-06-27", 10), ("2024-06-28", 13)):
        composition(korean, day, [line("005930", 100, 1, shares=shares, market_value=shares * 70000)])
    found = all_trades(start=Snapshot.objects.earliest("as_of_date").as_of_date)
    values = {row["ticker"]: row["net_value"] for row in found.rows}
    assert found.currency == "KRW"
    assert (values["005930"], values["X"]) == (210_000, 1_000_000)
    assert all_trades(region="US", start=found.start).currency == "USD"


def test_the_page(client, growth, value):
    days = {"start": "2024-06-27", "end": "2024-06-28"}
    rows = rows_of(client, TRADING, "trades", **days)
    assert [(row["Ticker"], float(row["Net"])) for row in rows[:1]] == [("W", 3000)]
    (bars,) = page(client, TRADING, **days).context["bars"]["data"]
    assert bars["x"] == [-2000, -2000, 1000, 3000]
    assert [row["Ticker"] for row in rows_of(client, TRADING, "trades", search="stock y", **days)] == ["Y"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"start": "2024-06-28", "end": "2024-06-27"}, "Must be before the other day."),
        ({"end": "soon"}, 'class="error"'),
        ({"region": "XX"}, 'class="error"'), ({"region": "VN"}, "Nothing to compare"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_told(client, growth, asked, told):
    assert told in page(client, TRADING, **asked).content.decode()


def test_nothing_at_all_says_what_to_do(client, db):
    assert "manage.py collect_etfs" in page(client, TRADING).content.decode()


def test_days_that_are_not_in_order(db, growth):
    day = Snapshot.objects.latest("as_of_date").as_of_date
    with pytest.raises(EtfError, match="not before"):
        all_trades(start=day, end=day)


def test_as_many_queries_for_more_funds(client, growth, value):
    asked = {"start": "2024-06-27", "end": "2024-06-28"}
    few = queries(lambda: client.get(TRADING, asked))
    for place in range(6):
        held = fund("US", f"F{place}")
        composition(held, "2024-06-27", [line("V", 100, 1, shares=100, market_value=4000)])
        composition(held, "2024-06-28", [line("V", 100, 1, shares=200 + place, market_value=4000)])
    assert queries(lambda: client.get(TRADING, asked)) == few
