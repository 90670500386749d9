"""The list of funds: figures, order, filters, files."""

import pytest

from tests.etfs.builder import composition, daily, fund
from tests.etfs.test_admin_queries import queries
from tests.etfs.views.pages import page, rows_of

FUNDS = "/etfs/"


def tickers(client, **asked):
    return [row["Ticker"] for row in rows_of(client, FUNDS, "funds", **asked)]


@pytest.fixture
def korea(db, settings):
    """2.5 trillion won: less than the two billion dollars of GRO, at 1,400 won each."""
    settings.ETF_KRW_PER = {"KRW": 1.0, "USD": 1400.0}
    held = fund("KR", "069500", assets=2.5e12, name="KODEX 200", tracking_index="KOSPI 200", leverage_ratio=2)
    fund("KR", "252670", assets=5e11, name="Inverse", is_inverse=True, leverage_ratio=-2)
    return held


def test_largest_first_in_won_and_what_nobody_knows_last(client, growth, korea):
    fund("JP", "1306", name="No assets known")
    assert tickers(client) == ["GRO", "069500", "252670", "1306"]
    assert tickers(client, sort="assets") == ["252670", "069500", "GRO", "1306"]


def test_figures(client, growth, korea):
    row = rows_of(client, FUNDS, "funds")[0]
    assert row | {"Ticker": "GRO", "Issuer and kind": "House", "Fee, %": "0.75", "Holdings": "3"} == row
    assert (row["Held on"], row["Currency"]) == ("2024-06-28", "USD")
    assert float(row["Assets"]) == 2e9
    assert float(row["Assets in won"]) == 2.8e12
    assert float(row["Flow, 1 month"]) == 5e8  # 300 and 200 million, of the two days known


def test_assets_of_a_fund_without_any_are_what_it_holds(client, growth):
    growth.total_assets = None
    growth.save()
    assert float(rows_of(client, FUNDS, "funds")[0]["Assets"]) == 10_000


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"region": "KR"}, ["069500", "252670"]), ({"issuer": "House"}, ["GRO"]), ({"category": "THEME"}, ["GRO"]),
        ({"kind": "leveraged"}, ["069500"]), ({"kind": "inverse"}, ["252670"]), ({"kind": "plain"}, ["GRO"]),
        ({"large": "on"}, ["GRO", "069500"]), ({"held": "on"}, ["GRO"]), ({"search": "kodex"}, ["069500"]),
        ({"search": "no such"}, []), ({"region": "XX"}, ["GRO", "069500", "252670"]),
        ({"kind": "nonsense"}, ["GRO", "069500", "252670"]),
    ],
)  # fmt: skip
def test_filters(client, growth, korea, asked, found):
    assert tickers(client, **asked) == found


def test_old_compositions_are_marked_and_lead_to_the_fund(client, growth):
    text = page(client, FUNDS).content.decode()
    assert "stale ·" in text
    assert 'href="/etfs/US/GRO/"' in text


def test_nothing_says_what_to_do(client, db):
    assert "manage.py load_etfs" in page(client, FUNDS).content.decode()


def test_as_many_queries_for_many_funds(client, growth):
    few = queries(lambda: client.get(FUNDS))
    for place in range(20):
        held = fund("US", f"F{place}", assets=1e9)
        composition(held, "2024-06-28", {"X": 100})
        daily(held, "2024-06-28", nav=100, net_flow=5)
    assert queries(lambda: client.get(FUNDS)) == few


@pytest.mark.parametrize(
    "address", [FUNDS, "/etfs/US/GRO/", "/etfs/US/GRO/trades/", "/etfs/compare/", "/etfs/trading/"]
)
def test_where_reading_is_not_public_one_has_to_log_in(client, growth, settings, address):
    settings.PUBLIC_READ = False
    answer = client.get(address)
    assert answer.status_code == 302
    assert f"next={address}" in answer["Location"]
