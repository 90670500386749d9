"""What moves together, what could happen, and what weights methods propose, on pages. 60 AAA at 100, 20 BBB at 50 and
3,000 dollars are 60, 10 and 30 percent.
"""

import csv
import datetime as dt
import io

import numpy as np
import pytest
from django.urls import reverse

from portfolio.models import Portfolio
from portfolio.services.allocations import allocations_told
from portfolio.services.stress import stress_reverse
from tests.factors.market_tables import SESSION, add_bars, add_instrument, sessions
from tests.portfolio.rebalancing_doors.books import portfolio_with

pytestmark = pytest.mark.django_db
RETURNS = 80
DAYS = sessions(RETURNS + 1, SESSION, "US")
CHANCE = np.random.default_rng(7).normal(0.0, 0.01, (2, RETURNS))


@pytest.fixture
def mine(anna) -> Portfolio:
    """Bought on the last session, at closes of 100 and 50, after 80 returns; AAA fell by a quarter in March 2020."""
    bought = []
    for name, last, drawn in (("AAA", 100.0, CHANCE[0]), ("BBB", 50.0, CHANCE[1])):
        one = add_instrument(name, "US", name=f"{name} Inc", sector="Energy" if name == "AAA" else "")
        level = np.r_[1.0, np.cumprod(1.0 + drawn)]
        add_bars(one, DAYS, last * level / level[-1])
        bought.append((one, 60.0 if name == "AAA" else 20.0, last))
    add_bars(bought[0][0], [dt.date(2020, 2, 19), dt.date(2020, 3, 23)], [100.0, 75.0])
    made = portfolio_with(anna, 3000.0, *bought)
    return made


def address(name: str, of: Portfolio) -> str:
    return reverse(f"portfolio:{name}", args=[of.pk])


def read(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def exported(pages, path: str, table: str, **more) -> list[dict[str, str]]:
    answer = pages.get(path, {"export": "csv", "table": table, **more})
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_correlations(pages, mine):
    (pair,) = exported(pages, address("correlations", mine), "pairs", window="1y")
    assert float(pair["Correlation"]) == pytest.approx(np.corrcoef(CHANCE)[0, 1])
    assert float(pair["Common returns"]) == RETURNS
    shown = read(pages.get(address("correlations", mine), {"window": "nonsense"}))
    assert 'href="?window=1y" aria-current="true"' in shown
    assert "Pearson correlation" in read(
        pages.get(f"{address('portfolio', mine)}trail/average/?of=correlations&window=20d")
    )
    assert "Must be one of" in read(pages.get(f"{address('portfolio', mine)}trail/average/?of=correlations&window=x"))


def test_bad_times_and_how_much_of_them_has_data(pages, mine):
    rows = {row["Bad time"]: row for row in exported(pages, address("stress", mine), "windows")}
    pandemic = rows["Pandemic"]
    found = [float(pandemic[name]) for name in ("Change", "With data", "If the rest moves alike")]
    assert found == pytest.approx([-15.0, 90.0, -17.5])  # 60 % fell by 25 %; of the other 10 % nothing is known
    assert float(rows["Global financial crisis"]["With data"]) == 30.0  # cash alone
    shown = read(pages.get(address("stress", mine)))
    assert "Asset by asset: Pandemic" in shown
    assets = exported(pages, address("stress", mine), "assets", window="2020")
    assert [(row["Asset"], row["Change from"]) for row in assets] == [("US:AAA", "own prices"), ("US:BBB", "no data")]


def shocked(pages, of: Portfolio, *shocks, **more):
    asked = {"rows": len(shocks), **more}
    for at, (kind, name, size) in enumerate(shocks):
        asked |= {f"row-{at}-kind": kind, f"row-{at}-name": name, f"row-{at}-size": size}
    return pages.get(address("stress-shocks", of), asked)


def test_shocks(pages, mine):
    answer = shocked(pages, mine, ("ASSET", "AAA", "-20"), ("ASSET", "US:BBB", "10"))
    assert answer.context["found"]["change"] == pytest.approx(-12.0 + 1.0)
    assert "−11.00%" in read(answer)
    (tile, *_rest) = answer.context["tiles"]
    assert "sum of contribution" in read(pages.get(tile.trail))


def test_wrong_shocks_are_told(pages, mine):
    assert "is not held" in read(shocked(pages, mine, ("ASSET", "ZZZ", "-20")))
    assert "greater than or equal to -100" in read(shocked(pages, mine, ("ASSET", "AAA", "-120")))
    assert "Enter a number" in read(shocked(pages, mine, ("ASSET", "AAA", "much"), checking="1"))
    assert "Write a shock first" in read(shocked(pages, mine))
    added = shocked(pages, mine, ("ASSET", "", "-20"), add="1")
    assert len(added.context["rows"]) == 2
    assert "This field is required" not in read(added)


def test_the_other_way_round(pages, mine):
    answer = pages.get(address("stress-reverse", mine), {"loss": "5", "sessions": "10"})
    found = stress_reverse(portfolio=mine, loss=5.0, sessions=10)
    assert answer.context["found"]["distance"] == pytest.approx(found["distance"])
    (tile, *_rest, source) = answer.context["tiles"]
    assert (source.label, source.value) == ("Estimated from", str(RETURNS))
    assert "sqrt" in read(pages.get(tile.trail))
    assert "less than or equal to 100" in read(pages.get(address("stress-reverse", mine), {"loss": 101, "sessions": 1}))


def test_weights_are_proposed_and_used(pages, mine):
    path = address("optimise", mine)
    answer = pages.get(path, {"method": "equal_weight", "budget": "90"})
    assert answer.context["found"]["targets"] == {"US:AAA": 45.0, "US:BBB": 45.0, "cash": 10.0}
    rows = exported(pages, path, "weights", method="equal_weight", budget="90")
    assert {row["Asset"]: float(row["Change"]) for row in rows} == pytest.approx(
        {"US:AAA": -15.0, "US:BBB": 35.0, "cash": -20.0}
    )
    used = {"asset": ["US:AAA", "US:BBB", "cash"], "weight": ["45", "45", "10"]}
    assert "are the targets now" in read(pages.post(address("use-as-targets", mine), used, follow=True))
    assert {one["asset"]: one["target"] for one in allocations_told(portfolio=mine)} == {
        "US:AAA": 45.0, "US:BBB": 45.0, None: 10.0,
    }  # fmt: skip
    pages.post(address("use-as-targets", mine), used | {"weight": ["x", "45", "10"]})
    assert len(allocations_told(portfolio=mine)) == 3


def test_the_least_variance_and_its_frontier(pages, mine):
    asked = {"method": "minimum_variance", "maximum": "80"}
    found = pages.get(address("optimise", mine), asked).context["found"]
    variance = np.cov(CHANCE)
    first = (variance[1, 1] - variance[0, 1]) / (variance[0, 0] + variance[1, 1] - 2 * variance[0, 1])
    assert found["targets"]["US:AAA"] == pytest.approx(100 * first, abs=5.0)  # the estimate is shrunk
    assert "Efficient frontier" in read(pages.get(address("frontier", mine), asked))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"method": "nonsense"}, "is not one of the available choices"),
        ({"method": "risk_parity", "views": "US:AAA 8"}, "does not look at expected returns"),
        ({"method": "risk_parity", "risk_aversion": "2"}, "belongs to mean_variance"),
        ({"method": "equal_weight", "assets": "US:NOPE"}, "US:NOPE"),
        ({"method": "minimum_variance", "maximum": "20"}, "maximum"),
        ({"method": "minimum_variance", "bounds": "US:AAA much"}, "write a name, the least and the greatest"),
        ({"method": "minimum_variance", "bounds": "US:AAA nan 5"}, "must"),
        ({"method": "minimum_variance", "sectors": "Banks 0 20"}, "no asset is of the sector"),
        ({"method": "black_litterman", "views": "US:AAA US:BBB x"}, "write one or two assets"),
        ({"method": "minimum_variance", "lookback": "5"}, "greater than or equal to 60"),
    ],
)
def test_wrong_wishes_are_told_on_the_form(pages, mine, asked, reason):
    shown = pages.get(address("optimise", mine), asked)
    assert reason in read(shown)
    assert "found" not in shown.context


def test_views_bend_what_is_expected(pages, mine):
    asked = {"method": "black_litterman", "assets": "US:AAA, US:BBB"}
    calm = pages.get(address("optimise", mine), asked).context["found"]["targets"]
    bold = pages.get(address("optimise", mine), asked | {"views": "US:BBB US:AAA 40 @ 0.9"}).context["found"]["targets"]
    assert bold.get("US:BBB", 0.0) > calm.get("US:BBB", 0.0)


def test_the_form_is_checked_while_it_is_filled_in(pages, mine):
    answer = pages.post(address("optimise", mine), {"method": "risk_parity", "lookback": "5", "checking": "1"})
    assert "greater than or equal to 60" in read(answer)


def test_an_empty_portfolio_says_what_to_do(pages, anna):
    empty = Portfolio.objects.create(owner=anna, name="empty", base_currency="USD")
    for name in ("allocation", "correlations", "stress"):
        assert "has no value yet" in read(pages.get(address(name, empty)))
    assert "nothing is held and nothing has a target" in read(
        pages.get(address("optimise", empty), {"method": "risk_parity"})
    )
