"""Risk, exposures, benchmarks, attribution, stress and optimisation over HTTP."""

import json
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from portfolio.models import PortfolioRiskMetrics
from portfolio.services.risk import risk_metrics_compute
from tests.portfolio.analysis.test_exposure import scored
from tests.portfolio.analysis.world import DAYS, LAST, bars, book, instrument, portfolio_of

READS = (
    "risk/", "risk/?explain=1", "risk/history/", "risk/contributions/", "risk/var-backtest/", "exposure/factors/",
    "exposure/look-through/", "correlations/", "benchmarks/", "benchmarks/?explain=1", "attribution/",
    "attribution/?by=sector", "stress/", "stress/?window=2008,2020",
)  # fmt: skip
LISTS = ("benchmarks/", "risk/history/")  # are empty then
POSTS: dict[str, dict[str, Any]] = {
    "stress/": {"shocks": [{"kind": "ASSET", "name": "AAA", "size": -10}], "reverse": {"loss": 5}},
    "optimisation/": {"method": "minimum_variance"},
    "optimisation/frontier/": {"points": 3},
}
PUT = ("benchmarks/", [{"symbol": "US:SPX"}, {"symbol": "kr:kospi"}])


@pytest.fixture
def asked(world, client: Client):
    """Ask as the owner: (status, JSON)."""
    risk_metrics_compute(portfolio=world.portfolio)
    client.force_login(world.owner)
    return lambda path, body=None, how="post": ask(client, world.portfolio, path, body, how)


def ask(client: Client, portfolio, path: str, body: Any = None, how: str = "post") -> tuple[int, Any]:
    address = f"/api/portfolios/{portfolio.pk}/{path}"
    send = getattr(client, how)
    answer = client.get(address) if body is None else send(address, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_every_door_answers_the_owner(asked):
    assert asked(*PUT, "put")[0] == 200
    for path in READS:
        assert asked(path)[0] == 200, path
    for path, body in POSTS.items():
        assert asked(path, body)[0] == 200, path


def test_for_others_it_is_not_there(world, client: Client):
    for user, status in ((None, 401), (world.stranger, 404), (User.objects.create_user("aid", is_staff=True), 404)):
        if user is not None:
            client.force_login(user)
        for path in READS:
            assert ask(client, world.portfolio, path)[0] == status, path
        for path, body in POSTS.items():
            assert ask(client, world.portfolio, path, body)[0] == status, path
        assert ask(client, world.portfolio, *PUT, "put")[0] == status
    assert world.portfolio.benchmarks.count() == 0


def test_staff_by_permission_to_view_or_change(world, client: Client):
    risk_metrics_compute(portfolio=world.portfolio)
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_portfolio"))
    client.force_login(staff)
    assert ask(client, world.portfolio, "risk/")[0] == 200
    for path, body in POSTS.items():  # they store nothing
        assert ask(client, world.portfolio, path, body)[0] == 200, path
    assert ask(client, world.portfolio, *PUT, "put")[0] == 404
    staff.user_permissions.add(Permission.objects.get(codename="change_portfolio"))
    assert ask(client, world.portfolio, *PUT, "put")[0] == 200


def test_applying_targets_needs_the_permission_to_change(world, client: Client):
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_portfolio"))
    client.force_login(staff)
    body = {"method": "equal_weight", "budget": 90, "apply": True}
    assert ask(client, world.portfolio, "optimisation/", body)[0] == 404
    assert world.portfolio.allocations.count() == 0
    client.force_login(world.owner)
    status, found = ask(client, world.portfolio, "optimisation/", body)
    assert (status, found["applied"]) == (200, True)
    rows = {str(row.instrument or "cash"): float(row.target) for row in world.portfolio.allocations.all()}
    assert rows == found["targets"] == {"KR:000001": 30.0, "US:AAA": 30.0, "US:BBB": 30.0, "cash": 10.0}


def test_risk_of_a_day_and_its_history(asked, world):
    earlier = risk_metrics_compute(portfolio=world.portfolio, as_of=DAYS[100])
    status, found = asked(f"risk/?date={DAYS[150]}")
    assert (status, found["date"]) == (200, DAYS[150].isoformat())  # computed, and not stored
    assert world.portfolio.risk_metrics.count() == 2
    status, found = asked(f"risk/?date={DAYS[100]}")
    assert (status, found["date"], found["hhi"]) == (200, DAYS[100].isoformat(), earlier.hhi)
    assert "explain" not in found
    _, found = asked(f"risk/?date={DAYS[150]}&explain=1")
    assert found["explain"]["figures"]["hhi"]["inputs"]["stored"] is None
    _, page = asked("risk/history/?page_size=1")
    assert [row["date"] for row in page["results"]] == [LAST.isoformat()]
    _, page = asked(f"risk/history/?to={DAYS[200]}")
    assert [row["date"] for row in page["results"]] == [DAYS[100].isoformat()]
    assert asked("risk/?date=2000-01-01") == (
        400, {"date": ["the portfolio has no value yet on 2000-01-01"]},
    )  # fmt: skip


def test_a_trail_over_http(asked, world):
    _, found = asked("risk/?explain=1")
    one = found["explain"]["figures"]["var_95_1d"]
    assert (one["result"], one["inputs"]["stored"]) == (found["var_95_1d"], found["var_95_1d"])
    assert len(found["explain"]["sessions"]) == 291
    row = PortfolioRiskMetrics.objects.get(portfolio=world.portfolio)
    assert found["effective_assets"] == row.effective_assets


EXPLAINED = (
    "risk/contributions/", "risk/var-backtest/", "exposure/factors/", "exposure/look-through/", "correlations/",
    "attribution/", "attribution/?against=none", "attribution/?against=US:SPX",
)  # fmt: skip


def test_every_address_of_figures_has_trails_of_one_shape(asked, world):
    scored("US", DAYS[200], [(world.aaa, "value", 1.5), (world.bbb, "value", -0.5)])
    told = [asked(f"{path}{'&' if '?' in path else '?'}explain=1")[1]["explain"] for path in EXPLAINED]
    told += [one["explain"] for one in asked("stress/?explain=1")[1]["results"]]
    _, both = asked("stress/", POSTS["stress/"] | {"explain": True})
    told += [both["shocks"]["explain"], both["reverse"]["explain"]]
    for one in told:
        assert one["figures"]
        for trail in one["figures"].values():
            assert set(trail) == {"result", "unit", "formula", "source", "inputs", "rows"}
            assert all((trail["formula"], trail["inputs"], trail["source"].startswith("docs/")))


def test_the_trails_add_up(asked, world):
    scored("US", DAYS[200], [(world.aaa, "value", 1.5), (world.bbb, "value", -0.5)])
    found = asked("risk/contributions/?explain=1")[1]
    volatility = found["explain"]["figures"]["volatility"]
    assert sum(row["component"] for row in volatility["rows"]) == pytest.approx(volatility["result"])
    earned = np.array([row["portfolio"] for row in found["explain"]["sessions"]])
    assert earned.std(ddof=1) * volatility["inputs"]["returns_a_year"] ** 0.5 == pytest.approx(volatility["result"])
    found = asked("risk/var-backtest/?explain=1")[1]
    rows = [row for row in found["explain"]["sessions"] if row["normal_95"] is not None]
    exceeded = [row["date"] for row in rows if row["return"] < -row["normal_95"]]
    trail = found["explain"]["figures"]["normal_95_failures"]
    assert [row["date"] for row in trail["rows"]] == exceeded
    assert (len(rows), len(exceeded)) == (trail["inputs"]["sessions"], trail["inputs"]["exceptions"])
    value = asked("exposure/factors/?explain=1")[1]["explain"]["figures"]["value"]
    assert sum(row["part"] for row in value["rows"]) == pytest.approx(value["result"])
    seen = asked("exposure/look-through/?explain=1")[1]["explain"]["figures"]["covered_percent"]
    assert sum(row["percent"] for row in seen["rows"]) == pytest.approx(seen["result"])
    found = asked("attribution/?explain=1&against=US:SPX")[1]["explain"]
    chain = np.prod([1 + row["return"] / 100 for row in found["sessions"]])
    assert 100 * (chain - 1) == pytest.approx(found["figures"]["return"]["result"])
    excess = found["figures"]["excess_return"]
    assert sum(row["total"] for row in excess["rows"]) == pytest.approx(excess["result"])
    average = asked("correlations/?explain=1")[1]["explain"]["figures"]["average"]
    assert np.mean([row["correlation"] for row in average["rows"]]) == pytest.approx(average["result"])


def test_benchmarks_of_a_portfolio_without_returns_tell_why(asked, world, client):
    short = portfolio_of(world.owner, "short of cash")
    book(short, ("BUY", DAYS[0], world.aaa, 10, 100.0), ("WITHDRAWAL", DAYS[3], None, None, 100_000))
    status, (row,) = ask(client, short, "benchmarks/", [{"symbol": "US:SPX"}], "put")
    assert (status, row["beta"], "was below zero" in row["reason"]) == (200, None, True)
    assert ask(client, short, "benchmarks/") == (200, [row])


def test_benchmarks_are_put_as_a_whole(asked):
    status, rows = asked(*PUT, "put")
    assert [(row["symbol"], row["is_primary"], row["sessions"] > 0) for row in rows] == [
        ("US:SPX", True, True), ("KR:KOSPI", False, True),
    ]  # fmt: skip
    status, rows = asked("benchmarks/", [], "put")
    assert (status, rows) == (200, [])


def test_the_past_with_a_proxy(asked, world):
    oldest = instrument("US:OLD", "INDEX")
    bars(oldest, {"2020-02-19": 100, "2020-03-23": 60})
    _, found = asked("stress/?window=2020&proxy=US:AAA=US:OLD")
    (one,) = found["results"]
    rows = {row["asset"]: row for row in one["assets"]}
    assert (rows["US:AAA"]["change"], rows["US:AAA"]["source"]) == (-40.0, "proxy US:OLD")
    assert rows["US:BBB"]["change"] is None


def test_views_and_sectors_over_http(asked):
    body = {
        "method": "black_litterman", "sectors": {"energy": {"maximum": 30}}, "minima": {"US:AAA": 10},
        "views": [{"weights": {"US:AAA": 1}, "annual_return": 15, "confidence": 0.8}],
    }  # fmt: skip
    status, found = asked("optimisation/", body)
    assert status == 200, found
    assert found["targets"]["US:BBB"] <= 30.0
    assert sum(found["targets"].values()) == pytest.approx(100)
    body = {"method": "minimum_variance", "assets": ["AAA", "US:IDLE"], "budget": 80}
    assert set(asked("optimisation/", body)[1]["targets"]) == {"US:AAA", "US:IDLE", "cash"}


@pytest.mark.parametrize(
    ("path", "body", "field", "reason"),
    [
        ("risk/?datum=2024-01-01", None, "datum", "did you mean date?"),
        ("risk/?date=soon", None, "date", "YYYY-MM-DD"),
        ("risk/contributions/?explained=1", None, "explained", "unknown parameter"),
        ("risk/contributions/?explain=maybe", None, "explain", "boolean"),
        ("risk/contributions/?date=2000-01-01", None, "date", "no value yet on 2000-01-01"),
        ("correlations/?window=9y", None, "window", "not a valid choice"),
        ("attribution/?by=region", None, "by", "not a valid choice"),
        ("attribution/?from=2024-02-01&to=2024-01-01", None, "from", "is after to"),
        ("attribution/?against=targets", None, "against", "has no targets"),
        ("attribution/?by=sector&against=US:NOPE", None, "against", "no instrument 'NOPE'"),
        ("stress/?window=1929", None, "window", "must be one of"),
        ("stress/?proxy=US:AAA", None, "proxy", "write SYMBOL=PROXY"),
        ("stress/", {}, "shocks", "shocks or reverse is needed"),
        ("stress/", {"shock": []}, "shock", "unknown field"),
        ("stress/", {"shocks": [{"kind": "MOOD", "name": "x", "size": 1}]}, "shocks", "not a valid choice"),
        ("stress/", {"shocks": [{"kind": "ASSET", "name": "AAA", "size": -101}]}, "shocks", "greater than or equal"),
        ("stress/", {"shocks": [{"kind": "ASSET", "name": "AAA", "size": "NaN"}]}, "shocks", "number"),
        ("stress/", {"shocks": [{"kind": "ASSET", "name": "ZZZ", "size": 1}]}, "shocks", "ZZZ is not held"),
        ("stress/", {"reverse": {"loss": 100}}, "loss", "that is invested"),
        ("stress/", {"reverse": {"loss": 1, "sessions": 0}}, "reverse", "greater than or equal"),
        ("optimisation/", {}, "method", "required"),
        ("optimisation/", {"method": "luck"}, "method", "not a valid choice"),
        ("optimisation/", {"method": "risk_parity", "maximum": 20}, "constraints", "the maximum 20 % of KR:000001"),
        ("optimisation/", {"method": "risk_parity", "assets": ["NOPE"]}, "assets", "no instrument 'NOPE'"),
        ("optimisation/", {"method": "risk_parity", "minima": {"US:AAA": "x"}}, "minima", "number"),
        ("optimisation/", {"method": "risk_parity", "applied": True}, "applied", "unknown field"),
        ("optimisation/frontier/", {"points": 1}, "points", "greater than or equal"),
        ("optimisation/frontier/", [], "non_field_errors", "Expected a dictionary"),
    ],
)  # fmt: skip
def test_refusals_name_field_and_reason(asked, path, body, field, reason):
    status, found = asked(path, body)
    assert (status, reason in str(found.get(field))) == (400, True), found


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ([{"symbol": "US:NOPE"}], "symbol", "no instrument 'NOPE' in region US"),
        ([{"symbol": "US:SPX"}, {"symbol": "us:spx"}], "benchmarks", "US:SPX is there twice"),
        ([{"symbol": "US:SPX", "is_primary": True}, {"symbol": "AAA", "is_primary": True}], "benchmarks", "only one"),
    ],
)
def test_benchmarks_that_cannot_be(asked, world, body, field, reason):
    status, found = asked("benchmarks/", body, "put")
    assert (status, reason in str(found.get(field))) == (400, True), found
    assert world.portfolio.benchmarks.count() == 0


def test_a_portfolio_without_a_value_is_told_so(world, client: Client):
    empty = portfolio_of(world.owner, "empty")
    client.force_login(world.owner)
    for path in READS:
        status, found = ask(client, empty, path)
        assert (status == 400 and "yet" in str(found)) or path.startswith(LISTS), (path, found)


def test_queries_do_not_grow_with_what_is_held(world, client: Client, django_assert_max_num_queries):
    many = portfolio_of(world.owner, "many")
    stocks = [instrument(f"US:N{number}", sector="Energy") for number in range(25)]
    for number, one in enumerate(stocks):
        bars(one, {day: 10.0 + (at * (number + 3)) % 37 for at, day in enumerate(DAYS[-60:])})
    book(many, *(("BUY", DAYS[-40], one, 1, 10.0) for one in stocks), ("DEPOSIT", DAYS[-40], None, None, 1_000))
    risk_metrics_compute(portfolio=many)
    client.force_login(world.owner)
    for path in READS:
        with django_assert_max_num_queries(24):
            assert ask(client, many, path)[0] == 200, path
    with django_assert_max_num_queries(24):
        assert ask(client, many, "stress/", {"shocks": [{"kind": "FACTOR", "name": "market", "size": -1}]})[0] == 200
