"""What the pages say of the worked example, whose values are worked out by hand in tests/portfolio/accounting."""

import csv
import datetime as dt
import html
import io
import math
import re

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from portfolio.models import Alert, Portfolio
from portfolio.services.performance import performance_report
from portfolio.services.portfolios import portfolio_create
from portfolio.services.snapshots import portfolios_snapshot
from portfolio.services.valuation import portfolio_value
from portfolio.views.home_section import MOST, own_portfolios
from tests.portfolio.values.books import CHAIN, VALUES, add, asset, worked_example

TWR = 100.0 * (math.prod(CHAIN) - 1.0)
DAY = 100.0 * (CHAIN[-1] - 1.0)
TABS = ("portfolio", "holdings", "transactions", "risk", "exposure", "settings", "actions", "transaction-new", "import")
PARTS = ("findings", "contributions", "risk-var", "risk-contributions", "risk-benchmarks", "risk-attribution", "state")


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def page(client, name: str, portfolio: Portfolio, query: str = "", **args) -> str:
    return text(client.get(reverse(f"portfolio:{name}", args=[portfolio.pk, *args.values()]) + query))


def told(value: float) -> str:
    return f"{value:+.2f}%".replace("-", "−")


def test_the_list(pages, month):
    Alert.objects.create(portfolio=month, kind="VAR", date="2024-01-31", figure=3, limit=2, message="above")
    answer = text(pages.get("/portfolios/"))
    for seen in ("month", f"${VALUES[-1]:,}", told(TWR), told(DAY), "Jan 31, 2024", ">1<"):
        assert seen in answer
    assert text(pages.get("/portfolios/?search=nothing")).count("No portfolio yet") == 1


def test_returns_of_this_year_and_a_year_reach_back(pages, month):
    answer = pages.get("/portfolios/?export=csv&table=portfolios")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert (row["TWR this year"], row["TWR 1 year"]) == ("", "")  # the record begins in January
    assert float(row["TWR all"]) == pytest.approx(TWR)


def test_returns_of_a_list_are_of_the_right_days(pages, anna):
    """Ten shares of 100 on the last of February, 110 when the year ended, 132, then 99 on a leap day."""
    asset("ACME", [100, 110, 132, 99], ["2023-02-28", "2023-12-29", "2024-01-31", "2024-02-29"])
    mine = portfolio_create(owner=anna, name="leap", base_currency="USD")
    add(
        mine, {"kind": "DEPOSIT", "date": "2023-02-28", "amount": 1_000},
        {"kind": "BUY", "date": "2023-02-28", "asset": "ACME", "quantity": 10, "price": 100},
    )  # fmt: skip
    portfolios_snapshot(ids=[mine.pk])
    answer = pages.get("/portfolios/?export=csv&table=portfolios")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    found = [float(row[name]) for name in ("Value", "Day", "TWR this year", "TWR 1 year", "TWR all", "Drawdown")]
    assert found == pytest.approx([990.0, -25.0, -10.0, -1.0, -1.0, 25.0])
    for period, earned in {"ytd": -10.0, "1m": -10.0, "3m": -1.0, "1y": -1.0, "all": -1.0}.items():
        tiles = pages.get(reverse("portfolio:portfolio", args=[mine.pk]), {"period": period}).context["tiles"]
        assert {tile.label: tile.value for tile in tiles}["TWR"] == told(earned), period


def test_overview(pages, month):
    shown = page(pages, "portfolio", month)
    gain = VALUES[-1] - 15_000 + 1_000
    for seen in (f"${VALUES[-1]:,}", f"${gain:,}", told(TWR), told(DAY), "Jan 2, 2024 to Jan 31, 2024, 5 sessions"):
        assert seen in shown
    assert 'aria-current="page">Overview' in shown


def test_what_charts_of_the_overview_draw(pages, month):
    """Fees: 10, 20 euros at 1.10, 6 and 25 dollars. Taxes: 6 and 4. The dividend of 40 is before tax."""
    shown = pages.get(reverse("portfolio:portfolio", args=[month.pk])).context

    def drawn(chart: str) -> dict[str, list[float]]:
        return {trace["name"]: trace["y"] for trace in shown[chart]["data"]}

    assert drawn("value_chart") == {"Value": VALUES, "Paid in": [9_990, 15_752], "Paid out": [15_899]}
    chain = 100.0 * (np.cumprod([1.0, *CHAIN]) - 1.0)
    assert drawn("return_chart")["month"] == pytest.approx(chain.tolist(), abs=1e-4)
    assert drawn("drawdown_chart")["Drawdown"] == pytest.approx([0.0, -0.1, 0.0, 0.0, 0.0, 0.0])
    assert drawn("income_chart") == {"Income": [40.0], "Fees": [-63.0], "Taxes": [-10.0]}


def test_own_dates_and_the_wrong_ones(pages, month):
    part = page(pages, "portfolio", month, "?start=2024-01-16&end=2024-01-22")
    assert told(100.0 * (CHAIN[2] * CHAIN[3] - 1.0)) in part
    assert "It is after the end." in page(pages, "portfolio", month, "?start=2024-02-01&end=2024-01-02")
    assert "Enter a valid date." in page(pages, "portfolio", month, "?start=soon")
    assert told(TWR) in page(pages, "portfolio", month, "?period=unheard-of")
    assert "It has no value yet in this period" in page(pages, "portfolio", month, "?start=2030-01-01")


def test_trails(pages, month):
    shown = page(pages, "trail", month, "?of=performance", figure="twr")
    assert "product of (1 + return)" in shown
    assert "sessions" in shown
    rows = pages.get(reverse("portfolio:trail", args=[month.pk, "twr"]) + "?of=performance&export=csv")
    table = list(csv.DictReader(io.StringIO(b"".join(rows.streaming_content).decode())))
    assert [float(row["value"]) for row in table] == VALUES
    assert math.prod(1.0 + float(row["return"]) / 100.0 for row in table) == pytest.approx(math.prod(CHAIN))
    gain = page(pages, "trail", month, "?of=performance", figure="gain")
    assert f"{VALUES[-1] - 15_000 + 1_000:,}" in gain
    for query in ("?of=nothing", "?of=summary&date=soon"):
        assert pages.get(reverse("portfolio:trail", args=[month.pk, "twr"]) + query).status_code == 404
    assert pages.get(reverse("portfolio:trail", args=[month.pk, "unknown"])).status_code == 404


def test_every_tile_leads_to_a_trail(pages, month):
    for name in ("portfolio", "risk"):
        links = pages.get(reverse(f"portfolio:{name}", args=[month.pk])).context["tiles"]
        assert links
        for tile in links:
            assert pages.get(tile.trail).status_code == 200, tile.trail


def test_the_level_of_the_volatility_in_both_languages(pages, month):
    """Returns of -0.1, 4.3, 2.1, 1.9 and 5.6 % scatter by 2.2 %: 35 % a year."""
    assert 30.0 < 100.0 * np.std(np.array(CHAIN) - 1.0, ddof=1) * math.sqrt(252) < 40.0
    assert '<span class="state failed">Very high</span>' in page(pages, "risk", month)
    korean = pages.get(reverse("portfolio:risk", args=[month.pk]), headers={"accept-language": "ko"})
    assert '<span class="state failed">매우 높음</span>' in text(korean)


def test_holdings_on_two_days_and_by_both_methods(pages, month):
    now = page(pages, "holdings", month)
    assert "US:ACME" in now
    assert "50" in now  # 40 x 2 - 30
    assert "Cash" in now
    assert "US:BERG" not in page(pages, "holdings", month, "?date=2024-01-10")
    assert "has no value yet" in page(pages, "holdings", month, "?date=2020-01-01")
    assert page(pages, "holdings", month, "?method=fifo").count("US:ACME") >= 1
    answer = pages.get(reverse("portfolio:holdings", args=[month.pk]) + "?export=csv&table=holdings")
    rows = {row["Asset"]: row for row in csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))}
    assert float(rows["US:ACME"]["Value"]) == 50 * 66
    assert float(rows["US:ACME"]["Day"]) == pytest.approx(10.0)  # 60 to 66
    assert sum(float(row["Value"]) for row in rows.values()) == pytest.approx(VALUES[-1])


def test_lots(pages, month):
    acme = month.transactions.filter(kind="BUY", instrument__ticker="ACME").get().instrument_id
    shown = page(pages, "lots", month, instrument=acme)
    for seen in ("Open", "Closed", "SELL", "1,503.75"):  # 30 of 80 shares that cost 4,010
        assert seen in shown
    berg = month.transactions.filter(kind="BUY", instrument__ticker="BERG").get().instrument_id
    shown = page(pages, "lots", month, instrument=berg)
    for seen in ("4,700.00", "4,950.00", "+250.00", "+770.00"):  # 90 x 52 + 20 euros at 1.10; 90 x 55 at 1.20
        assert seen in shown
    assert pages.get(reverse("portfolio:lots", args=[month.pk, 10**9])).status_code == 404


@pytest.mark.parametrize("name", [*TABS, *PARTS])
def test_every_page_of_an_empty_portfolio(pages, anna, name):
    empty = portfolio_create(owner=anna, name="empty", base_currency="USD")
    assert page(pages, name, empty)


@pytest.mark.parametrize("name", PARTS)
def test_every_part(pages, month, name):
    assert page(pages, name, month)


def test_as_many_queries_for_more_portfolios(pages, month, django_assert_max_num_queries):
    def count() -> int:
        with django_assert_max_num_queries(100) as asked:
            pages.get("/portfolios/")
        return len(asked)

    before = count()
    for number in range(3):
        more = worked_example(month.owner, f"more {number}")
        portfolio_value(portfolio_id=more.pk)
    assert count() == before


def test_others_are_not_told_that_it_is_there(client, month):
    client.force_login(User.objects.create_user("bert"))
    for name in (*TABS, *PARTS, "delete"):
        assert client.get(reverse(f"portfolio:{name}", args=[month.pk])).status_code == 404, name
    for name in ("revalue", "benchmarks", "limits", "delete", "settings", "actions", "transaction-new", "import"):
        assert client.post(reverse(f"portfolio:{name}", args=[month.pk])).status_code == 404, name
    entry = month.transactions.first()
    for name in ("transaction", "transaction-delete"):
        assert client.post(reverse(f"portfolio:{name}", args=[month.pk, entry.pk])).status_code == 404
    assert client.get(reverse("portfolio:trail", args=[month.pk, "value"])).status_code == 404
    assert "month" not in text(client.get("/portfolios/"))
    assert Portfolio.objects.filter(pk=month.pk).exists()


def test_without_a_login(client, month):
    for name in ("portfolios", "new"):
        assert client.get(reverse(f"portfolio:{name}")).status_code == 302
    assert client.get(reverse("portfolio:portfolio", args=[month.pk])).status_code == 302


def test_the_files_of_a_trail_are_where_it_says(pages, month):
    address = reverse("portfolio:trail", args=[month.pk, "twr"]) + "?of=performance&start=2024-01-16"
    links = re.findall(r'href="([^"]*export=[^"]*)"', text(pages.get(address)))
    assert [link.rpartition("=")[2] for link in links] == ["csv", "xlsx"]
    answer = pages.get(html.unescape(links[0]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [float(row["value"]) for row in rows] == VALUES[2:]
    assert b"".join(pages.get(html.unescape(links[1])).streaming_content).startswith(b"PK")


def test_the_gain_of_a_period_leaves_out_what_was_there_and_what_came(pages, month):
    shown = page(pages, "portfolio", month, "?start=2024-01-16")
    assert f"${VALUES[-1] - VALUES[1] - 5_000 + 1_000:,}" in shown  # 1,475
    assert performance_report(portfolio=month, start=dt.date(2024, 1, 16))["gain"] == pytest.approx(1_475)


def test_a_loss_of_everything_has_no_return_behind_it(pages, anna):
    """Shares written off at a price of 0: the chain of returns is 0 from then on."""
    asset("ACME", [100, 100, 50], ["2023-12-28", "2023-12-29", "2024-01-02"])
    lost = portfolio_create(owner=anna, name="lost", base_currency="USD")
    add(
        lost, {"kind": "DEPOSIT", "date": "2023-12-28", "amount": 1_000},
        {"kind": "BUY", "date": "2023-12-28", "asset": "ACME", "quantity": 10, "price": 100},
        {"kind": "SELL", "date": "2023-12-29", "asset": "ACME", "quantity": 10, "price": 0},
        {"kind": "DEPOSIT", "date": "2024-01-02", "amount": 500},
    )  # fmt: skip
    portfolio_value(portfolio_id=lost.pk)
    answer = pages.get("/portfolios/?export=csv&table=portfolios")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert (float(row["TWR all"]), row["TWR this year"], float(row["Value"])) == (-100.0, "", 500.0)
    assert "lost" in text(pages.get("/"))


def test_portfolios_with_values_come_first_on_the_first_page(anna, month, rf):
    for number in range(MOST):
        portfolio_create(owner=anna, name=f"empty {number}", base_currency="KRW")
    request = rf.get("/")
    request.user = anna
    names = [one.name for one, _line in own_portfolios(request)["rows"]]
    assert names == ["month", *(f"empty {number}" for number in range(MOST - 1))]
