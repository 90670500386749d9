"""The sides of one fund."""

import pytest

from etfs.models import ETF, HoldingFinding, Snapshot
from etfs.services.quarantine import snapshot_quarantine
from etfs.services.stats import figures_update
from tests.etfs.builder import composition, daily, fund, line
from tests.etfs.views.pages import page, rows_of

GRO = "/etfs/US/GRO/"
SIDES = ["", "trades/", "history/", "flows/", "exposure/", "quality/"]


def tiles(answer):
    return {tile.label: (tile.value, tile.detail) for tile in answer.context["tiles"]}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("address", ["/etfs/US/NONE/", "/etfs/KR/GRO/", "/etfs/US/%00/", "/etfs/XX/GRO/"])
def test_what_is_no_fund_is_not_found(client, growth, address, side):
    assert client.get(address + side).status_code == 404


@pytest.mark.parametrize("side", SIDES)
def test_a_fund_of_which_nothing_is_known_says_what_to_do(client, db, side):
    fund("US", "NEW")
    assert "manage.py" in page(client, f"/etfs/US/NEW/{side}").content.decode()


@pytest.mark.parametrize("side", SIDES)
def test_days_that_are_none_are_told_beside_the_field(client, growth, side):
    answer = page(client, GRO + side, as_of="soon", start="1 Jan", end="never", span="99", lines="x")
    if side != "quality/":
        assert 'class="error"' in answer.content.decode() or side == "flows/"


def test_key_figures(client, growth):
    found = tiles(page(client, GRO))
    assert found["Close"] == ("$100.50", "−0.50% · Jun 28, 2024")  # 101 before
    assert found["Assets"] == ("$2B", "Jun 28, 2024")
    assert found["Fee"][0] == "0.75%"
    assert found["Net flow"][0] == "$500M"
    assert found["Holdings"] == ("3", "Jun 28, 2024 · csv")
    assert found["Top 10"][0] == "100.00%"
    assert found["Effective holdings"] == ("2.2", "HHI 4,600")  # 60² + 30² + 10² = 4,600; 10,000 / 4,600 = 2.17


def test_treemap_by_sector_adds_up(client, growth):
    (trace,) = page(client, GRO).context["map"]["data"]
    found = dict(zip(trace["labels"], zip(trace["parents"], trace["values"], strict=True), strict=True))
    assert found["X"] == ("group Information Technology", 60)
    assert found["W"] == ("group Energy", 30)
    assert found["Sector unknown"][1] == pytest.approx(10)
    assert sum(value for parent, value in found.values() if parent == "") == pytest.approx(100)


def test_treemap_by_change_of_weight(client, growth):
    states = page(client, GRO).context["map"]["states"]
    (trace,) = states["Change of weight"]["data"]
    colours = dict(zip(trace["labels"], trace["marker"]["colors"], strict=True))
    assert (colours["X"], colours["W"], colours["Y"]) == (10, 30, -20)


def test_a_short_line_has_no_field_and_the_note_says_so(client, db):
    held = fund("US", "SHO")
    composition(held, "2024-06-28", {"X": 110, "S": -10})
    drawn = page(client, "/etfs/US/SHO/").context["map"]
    assert "S" not in drawn["data"][0]["labels"]
    assert drawn["note"].startswith("1 lines")


def test_the_day_chooses_the_composition(client, growth):
    assert [row["Ticker"] for row in rows_of(client, GRO, "holdings")] == ["X", "W", "Y"]
    assert [row["Ticker"] for row in rows_of(client, GRO, "holdings", as_of="2024-06-27")] == ["X", "Y", "Z"]
    assert "No composition by then" in page(client, GRO, as_of="2020-01-01").content.decode()
    links = page(client, GRO, as_of="2024-06-27").content.decode()
    assert 'href="?as_of=2024-06-28"' in links


def test_holdings_in_figures_and_narrowed(client, growth):
    row = rows_of(client, GRO, "holdings", search="x")[0]
    assert row | {"Weight, %": "60", "Change, points": "10", "Shares": "120", "Value": "6000"} == row
    assert rows_of(client, GRO, "holdings", kind="CASH") == []


def test_trades_by_hand(client, growth):
    rows = {row["Ticker"]: row for row in rows_of(client, GRO + "trades/", "trades")}
    traded = {ticker: (row["What"], float(row["Shares"]), float(row["Traded"])) for ticker, row in rows.items()}
    assert traded == {
        "X": ("BOUGHT", 20, 1000), "Y": ("SOLD", -40, -2000), "Z": ("DROPPED", -40, -2000), "W": ("ADDED", 30, 3000),
    }  # fmt: skip
    answer = page(client, GRO + "trades/")
    counts = {tile.label: tile.value for tile in answer.context["counts"]}
    assert counts == {"Added": "1", "Bought": "1", "Sold": "1", "Dropped": "1", "Turnover": "40.00%"}
    (bars,) = answer.context["bars"]["data"]
    assert bars["x"] == [-2000, -2000, 1000, 3000]


def test_a_split_is_no_trade(client, value):
    assert rows_of(client, "/etfs/US/VAL/trades/", "trades") == []


def test_turnover_counts_what_was_held_too(client, value):
    """Nothing is traded, prices move ten points from X to V: half of 10 + 10."""
    composition(value, "2024-07-01", [
        line("V", 90, 1, shares=200, market_value=9000), line("X", 10, 2, shares=20, market_value=1000),
    ])  # fmt: skip
    answer = page(client, "/etfs/US/VAL/trades/")
    counts = {tile.label: tile.value for tile in answer.context["counts"]}
    assert counts == {"Added": "0", "Bought": "0", "Sold": "0", "Dropped": "0", "Turnover": "10.00%"}


def test_assets_that_nobody_told_are_what_it_holds(client, db, settings):
    """4,000 + 1,000 dollars of the newest day: the same on its page, in the list and beside others."""
    settings.ETF_KRW_PER = {"KRW": 1.0, "USD": 1000.0}
    held = fund("US", "OWN")
    composition(held, "2024-06-28", [
        line("V", 80, 1, shares=100, market_value=4000), line("X", 20, 2, shares=20, market_value=1000),
    ])  # fmt: skip
    assert tiles(page(client, "/etfs/US/OWN/"))["Assets"] == ("$5K", "Jun 28, 2024")
    (listed,) = rows_of(client, "/etfs/", "funds")
    (beside,) = rows_of(client, "/etfs/compare/", "beside", funds="US:OWN")
    for row in (listed, beside):
        assert (float(row["Assets"]), float(row["Assets in won"])) == (5000, 5_000_000)
    Snapshot.objects.filter(etf=held).update(per_unit=True)  # one basket is not the fund
    assert tiles(page(client, "/etfs/US/OWN/"))["Assets"] == ("–", "–")


def test_a_premium_has_the_day_that_it_is_of(client, growth):
    """100.5 over a NAV of 100 is the newest of both; on the day after, nobody told the NAV."""
    daily(growth, "2024-07-01", close="101")
    figures_update(fund=growth)
    told = tiles(page(client, GRO))
    assert told["Premium"] == ("+0.50%", "Jun 28, 2024 · NAV $100.00")
    assert told["Close"][1].endswith("Jul 1, 2024")
    (row,) = rows_of(client, "/etfs/", "funds")
    assert (float(row["Premium, %"]), row["Premium of"]) == (pytest.approx(0.5), "2024-06-28")


def test_assets_that_no_double_holds_have_no_won(client, growth):
    ETF.objects.filter(pk=growth.pk).update(total_assets="1" + "0" * 400)
    (row,) = rows_of(client, "/etfs/", "funds")
    assert row["Assets in won"] in ("", "–")


def test_days_the_wrong_way_round(client, growth):
    text = page(client, GRO + "trades/", start="2024-06-28", end="2024-06-27").content.decode()
    assert "Must be before the other day." in text
    assert "no other composition" in page(client, GRO + "trades/", start="2024-06-28").content.decode()


def test_weights_over_time(client, growth):
    answer = page(client, GRO + "history/")
    lines = {trace["name"]: trace["y"] for trace in answer.context["lines"]["data"]}
    assert lines == {"X": [50, 60], "W": [0, 30], "Y": [30, 10]}  # Z is in the last composition no more
    (count,) = answer.context["counts"]["data"]
    assert count["y"] == [3, 3]


def test_chosen_holdings(client, growth):
    pk = growth.holdings.get(as_of_date="2024-06-28", rank=2).line.instrument_id
    answer = page(client, GRO + "history/", lines=str(pk))
    assert [trace["name"] for trace in answer.context["lines"]["data"]] == ["W"]


def test_flows_and_premium(client, growth):
    rows = rows_of(client, GRO + "flows/", "days")
    assert [float(row["Premium, %"]) for row in rows] == pytest.approx([0.5, 1.0, -1.0])
    charts = page(client, GRO + "flows/").context["charts"]
    assert charts["premium"]["data"][0]["y"] == pytest.approx([-1.0, 1.0, 0.5])
    bars, added = charts["flows"]["data"]
    assert bars["y"] == [None, 3e8, 2e8]
    assert added["y"] == [0, 3e8, 5e8]


def test_exposure(client, growth):
    sectors = page(client, GRO + "exposure/").context["charts"][0]["data"][0]
    found = dict(zip(sectors["y"], sectors["x"], strict=True))
    assert found == {"Information Technology": 60, "Energy": 30, "not said": 10}


def test_quarantine_is_told_on_every_side_and_the_one_before_is_shown(client, growth):
    newest = Snapshot.objects.get(etf=growth, as_of_date="2024-06-28")
    snapshot_quarantine(snapshot_id=newest.pk, why="weights of another fund")
    answer = page(client, GRO)
    assert "weights of another fund" in answer.content.decode()
    assert answer.context["composition"].snapshot.as_of_date.isoformat() == "2024-06-27"
    states = {row["Composition"]: row["State"] for row in rows_of(client, GRO + "quality/", "compositions")}
    assert states["2024-06-28"].startswith("Quarantined")


def test_findings(client, growth):
    HoldingFinding.objects.create(
        etf=growth, as_of_date="2024-06-28", code="weight_jump", severity="WARNING", message="X jumped"
    )
    row = rows_of(client, GRO + "quality/", "findings")[0]
    assert (row["Severity"], row["Check"], row["What was found"]) == ("Warning", "weight_jump", "X jumped")
    assert '<span class="state late">Warning</span>' in page(client, GRO + "quality/").content.decode()
