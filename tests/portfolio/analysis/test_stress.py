"""Stress tests of a stored portfolio: windows with named proxies, shocks by hand, the way to a loss; the command."""

import datetime as dt
import json

import numpy as np
import pytest
from django.core.management import call_command

from factors.models import Factor, FactorRun, FactorScore
from market.models import Instrument
from portfolio.calc.stress import Shock
from portfolio.services.errors import PortfolioError
from portfolio.services.shocks import shock_of
from portfolio.services.standing import standing_of
from portfolio.services.stress import stress_historical, stress_reverse, stress_shocks
from tests.portfolio.analysis.world import DAYS, LAST, bars, book, instrument, portfolio_of, rates

START, END = dt.date(2007, 10, 9), dt.date(2009, 3, 9)


def weights(world) -> dict[str, float]:
    return {str(one.instrument): one.weight for one in standing_of(portfolio=world.portfolio).held}


@pytest.fixture
def crisis(world):
    """2008: AAA halves; BBB was not there, but an energy index, -30 %, and the US index, -55 %; Korea's -40 %, the won
    falls from 1/1000 to 1/1500."""
    bars(world.aaa, {START: 40.0, END: 20.0})
    bars(world.spx, {START: 1000.0, END: 450.0})
    bars(world.kospi, {START: 2000.0, END: 1200.0})
    bars(instrument("US:ENERGY", "INDEX", sector="Energy"), {START: 100.0, END: 70.0})
    rates("KRW", "USD", {START: 1 / 1000, END: 1 / 1500})
    return world


def test_a_window_with_proxies_by_hand(crisis):
    (found,) = stress_historical(portfolio=crisis.portfolio, windows=["2008"])["results"]
    rows = {one["asset"]: one for one in found["assets"]}
    assert {name: (row["change"], row["source"]) for name, row in rows.items()} == {
        "US:AAA": (pytest.approx(-50), "own prices"),
        "US:BBB": (pytest.approx(-30), "proxy US:ENERGY"),
        "KR:000001": (pytest.approx(100 * (0.6 * 1000 / 1500 - 1)), "proxy KR:KOSPI"),
        "cash KRW": (pytest.approx(100 * (1000 / 1500 - 1)), "own prices"),
    }
    held = weights(crisis)
    won = rows["cash KRW"]["weight"]
    expected = -0.5 * held["US:AAA"] - 0.3 * held["US:BBB"] - 0.6 * held["KR:000001"] - won / 3
    assert found["change"] == pytest.approx(expected)
    assert (found["covered"], found["first"], found["last"]) == (pytest.approx(100), START, END)


def test_an_own_proxy_goes_first_and_a_split_is_adjusted(crisis):
    Instrument.objects.get(ticker="ENERGY").bars.filter(date=END).update(close=7.0, adjustment_factor=10.0)
    asked = {"portfolio": crisis.portfolio, "windows": ["2008"]}
    (found,) = stress_historical(**asked)["results"]
    assert found["assets"][1]["change"] == pytest.approx(-30)
    (found,) = stress_historical(**asked, proxies={"US:BBB": "US:SPX"})["results"]
    assert (found["assets"][1]["source"], found["assets"][1]["change"]) == ("proxy US:SPX", pytest.approx(-55))


def test_without_rates_of_then_only_the_foreign_asset_has_no_data(crisis):
    from market.models import FxRate

    FxRate.objects.filter(date__lte=END).delete()
    (found,) = stress_historical(portfolio=crisis.portfolio, windows=["2008"])["results"]
    assert [one["source"] for one in found["assets"]] == ["own prices", "proxy US:ENERGY", "no data", "no data"]
    assert found["covered"] < 100
    assert found["change_if_alike"] < found["change"]


def test_all_windows_without_any_data(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        found = stress_historical(portfolio=world.portfolio)["results"]
    assert [one["name"] for one in found] == ["1997-98", "2008", "2011", "2020", "2022"]
    assert {row["source"] for one in found for row in one["assets"]} == {"no data"}


def test_shocks_by_hand(world):
    shocks = [shock_of(text) for text in ("sector:tech=-20", "currency:krw=-10", "asset:bbb=5")][1:]
    found = stress_shocks(portfolio=world.portfolio, shocks=[Shock("SECTOR", "Technology", -20.0), *shocks])
    held = weights(world)
    won = next(one["weight"] for one in found["assets"] if one["asset"] == "cash KRW")
    expected = -0.2 * held["US:AAA"] + 0.05 * held["US:BBB"] + (0.8 * 0.9 - 1) * held["KR:000001"] - 0.1 * won
    assert found["change"] == pytest.approx(expected)
    assert found["covered"] == pytest.approx(100)


def test_the_market_works_through_betas_of_the_last_252_sessions(world):
    found = stress_shocks(portfolio=world.portfolio, shocks=[Shock("FACTOR", "Market", -10.0)])
    closes = [np.array([bar.close for bar in one.bars.order_by("date")]) for one in (world.aaa, world.spx)]
    own, index = (np.diff(series[-253:]) / series[-253:-1] for series in closes)
    beta = np.cov(own, index)[0, 1] / index.var(ddof=1)
    assert found["assets"][0]["change"] == pytest.approx(-10 * beta)
    assert found["assets"][3]["change"] == 0  # cash


def test_a_factor_without_bars_of_its_index_says_so(world):
    world.spx.bars.all().delete()
    world.kospi.bars.all().delete()
    told = r"no bars in common with the index of its region \(KR:KOSPI, US:SPX\) are loaded"
    with pytest.raises(PortfolioError, match=told):
        stress_shocks(portfolio=world.portfolio, shocks=[Shock("FACTOR", "market", -10.0)])
    Factor.objects.create(name="value", category="value", unit="ratio", direction=1, lookback=1)
    with pytest.raises(PortfolioError, match="nothing held has a score of value up to"):
        stress_shocks(portfolio=world.portfolio, shocks=[Shock("FACTOR", "value", -10.0)])


def test_little_data_is_told_with_the_change(crisis, capsys):
    """AAA has data and halves, BBB has none: the change, what it is of, and as if the rest had moved alike."""
    Instrument.objects.get(ticker="ENERGY").bars.all().delete()
    crisis.spx.bars.filter(date__lte=END).delete()
    most = portfolio_of(crisis.owner, "mostly BBB")
    book(
        most, ("DEPOSIT", DAYS[0], None, None, 1_000), ("BUY", DAYS[0], crisis.aaa, 2, 100.0),
        ("BUY", DAYS[0], crisis.bbb, 8, 100.0),
    )  # fmt: skip
    (found,) = stress_historical(portfolio=most, windows=["2008"])["results"]
    rows = {row["asset"]: row["weight"] for row in found["assets"]}
    assert found["covered"] == pytest.approx(100 - rows["US:BBB"])
    assert found["covered"] < 50
    assert found["change"] == pytest.approx(-rows["US:AAA"] / 2)
    told = f"only {found['covered']:.1f} % has data: {found['change']:+.2f} % if the rest stands still, "
    assert found["change_if_alike"] == pytest.approx(-(rows["US:AAA"] + rows["US:BBB"]) / 2)
    assert found["note"] == f"{told}{found['change_if_alike']:+.2f} % if it moves alike"
    call_command("stress_test", str(most.pk), "--window", "2008")
    assert found["note"] in capsys.readouterr().out


def test_a_factor_works_through_the_newest_scores(world):
    factor = Factor.objects.create(name="value", category="value", unit="ratio", direction=1, lookback=1)
    FactorRun.objects.create(region="US", date=DAYS[200], state=FactorRun.State.DONE, score_count=1)
    FactorScore.objects.create(date=DAYS[200], instrument=world.aaa, factor=factor, value=1, score=1.5)
    found = stress_shocks(portfolio=world.portfolio, shocks=[Shock("FACTOR", "value", -4.0)])
    assert found["change"] == pytest.approx(-0.06 * weights(world)["US:AAA"])
    sources = {one["asset"]: one["source"] for one in found["assets"]}
    assert sources["US:BBB"] == "no data: exposure to value"
    assert found["covered"] == pytest.approx(100 - weights(world)["US:BBB"] - weights(world)["KR:000001"])


def test_the_way_to_a_loss(world):
    found = stress_reverse(portfolio=world.portfolio, loss=5.0, sessions=21)
    assert sum(one["contribution"] for one in found["assets"]) == pytest.approx(-5)
    for one in found["assets"]:
        assert one["contribution"] == pytest.approx(one["weight"] * one["change"] / 100)
    wider = stress_reverse(portfolio=world.portfolio, loss=5.0, sessions=84)
    assert wider["distance"] == pytest.approx(found["distance"] / 2)


@pytest.mark.parametrize(
    ("service", "asked", "told"),
    [
        (stress_historical, {"windows": ["1929"]}, "window: must be one of 1997-98"),
        (stress_historical, {"proxies": {"US:IDLE": "US:SPX"}}, "proxies: US:IDLE is not held"),
        (stress_historical, {"proxies": {"US:AAA": "US:NOPE"}}, "proxies: no instrument 'NOPE'"),
        (stress_shocks, {"shocks": []}, "shocks: at least one"),
        (stress_shocks, {"shocks": [Shock("ASSET", "IDLE", -1.0)]}, "shocks: IDLE is not held"),
        (stress_shocks, {"shocks": [Shock("SECTOR", "Banks", -1.0)]}, "no asset of the sector Banks .* Energy"),
        (stress_shocks, {"shocks": [Shock("CURRENCY", "USD", -1.0)]}, "USD is the portfolio's own currency"),
        (stress_shocks, {"shocks": [Shock("CURRENCY", "JPY", -1.0)]}, "nothing is held in JPY; there are KRW, USD"),
        (stress_shocks, {"shocks": [Shock("FACTOR", "luck", -1.0)]}, "no factor 'luck' was ever computed"),
        (stress_shocks, {"shocks": [Shock("ASSET", "AAA", -1.0)] * 2}, "none twice"),
        (stress_reverse, {"loss": 0.0}, "loss: must be above 0"),
        (stress_reverse, {"loss": 99.0}, "loss: 99 % is more than the .* that is invested"),
        (stress_reverse, {"loss": 1.0, "sessions": 0}, "sessions: must be from 1 to 252"),
    ],
)  # fmt: skip
def test_refusals(world, service, asked, told):
    with pytest.raises(PortfolioError, match=told):
        service(portfolio=world.portfolio, **asked)


@pytest.mark.parametrize("text", ["sector:Tech", "Tech=-20", "mood:bad=-20", "sector:Tech=much", "sector:=-20"])
def test_a_shock_that_cannot_be_read(text):
    with pytest.raises(PortfolioError, match="shock: "):
        shock_of(text)
    assert shock_of("asset:US:AAA=-30.5") == Shock("ASSET", "US:AAA", -30.5)


def test_borrowed_money_and_nothing_to_stress(world):
    lent = portfolio_of(world.owner, "lent")
    book(lent, ("BUY", DAYS[0], world.aaa, 10, 100.0), ("DEPOSIT", DAYS[0], None, None, 500))
    with pytest.raises(PortfolioError, match="cash is below zero"):
        stress_shocks(portfolio=lent, shocks=[Shock("ASSET", "AAA", -1.0)])
    safe = portfolio_of(world.owner, "safe")
    book(safe, ("DEPOSIT", DAYS[0], None, None, 500))
    with pytest.raises(PortfolioError, match="holds nothing"):
        stress_historical(portfolio=safe)


def test_the_command_shows_what_it_is_asked_for(crisis, capsys):
    name = str(crisis.portfolio.pk)
    call_command("stress_test", name, "--window", "2008", "--shock", "sector:Technology=-20", "--reverse", "5")
    shown = capsys.readouterr().out
    for text in ("2008 Global financial crisis", "proxy US:ENERGY", "sector:Technology=-20", "standard deviations"):
        assert text in shown
    call_command("stress_test", "Main", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["historical"]["results"]][1] == "2008"
    assert set(told) == {"historical"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["999999"], "no portfolio '999999'"),
        (["Nobody"], "no portfolio 'Nobody'"),
        (["Main", "--window", "1929"], "window: must be one of"),
        (["Main", "--shock", "Tech"], "shock: 'Tech' must be written like"),
        (["Main", "--proxy", "AAA"], "proxy: write SYMBOL=PROXY"),
        (["Main", "--reverse", "-1"], "loss: must be above 0"),
        (["Main", "--as-of", "2000-01-01"], "no value yet on 2000-01-01"),
    ],
)  # fmt: skip
def test_the_command_tells_what_is_wrong(world, capsys, arguments, told):
    with pytest.raises(SystemExit) as left:
        call_command("stress_test", *arguments)
    assert (left.value.code, told in capsys.readouterr().err) == (2, True)


def test_two_portfolios_of_one_name_are_told_apart(world, capsys):
    portfolio_of(world.stranger, "Main")
    with pytest.raises(SystemExit):
        call_command("stress_test", "Main")
    assert "several are called 'Main'" in capsys.readouterr().err
    assert LAST.isoformat() in str(stress_historical(portfolio=world.portfolio)["date"])
