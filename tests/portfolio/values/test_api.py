"""Summary, performance, history, positions, alerts over HTTP."""

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django_q.models import OrmQ
from rest_framework.test import APIClient

from portfolio.models import Alert
from tests.portfolio.values.books import CHAIN, add, day

approx = pytest.approx

pytestmark = pytest.mark.django_db
READ = ["summary/", "performance/", "history/", "positions/", "alerts/", "alerts/limits/"]


def address(portfolio, rest: str) -> str:
    return f"/api/portfolios/{portfolio.pk}/{rest}"


def test_summary(api, valued):
    found = api.get(address(valued, "summary/")).json()
    assert (found["as_of"], found["currency"], found["value"]) == ("2024-01-31", "USD", approx(15899))
    gains = found["gains"]
    assert (gains["paid_in"], gains["paid_out"], gains["total"]) == (15_000, 1_000, approx(1899))
    assert gains["realised_average"] == approx(346.25)
    assert gains["unrealised_average"] == approx(3300 - 2506.25 + 5940 - 5170)
    assert (gains["income"], gains["fees"], gains["taxes"]) == (40, approx(63), 10)
    assert found["returns"]["twr"] == approx(100 * (np.prod(CHAIN) - 1))
    assert found["returns"]["twr_annual"] is None  # less than a year
    assert found["returns"]["periods"]["1d"] == approx(100 * (15899 / 15051 - 1))
    assert found["returns"]["periods"]["1y"] is None
    assert [row["instrument"] for row in found["positions"]] == ["US:BERG", "US:ACME"]
    assert found["positions"][0]["weight"] == approx(100 * 5940 / 15899)
    assert (found["is_stale"], found["findings"]) == (False, [])


def test_the_trail_of_a_summary_adds_up(api, valued):
    found = api.get(address(valued, "summary/?explain=1")).json()
    value = found["explain"]["figures"]["value"]
    for row in value["rows"]:
        assert row["value"] == approx(row["quantity"] * row["price"] * row["rate"])
    assert sum(row["value"] for row in value["rows"]) == approx(value["result"]) == approx(found["value"])
    gain = found["explain"]["figures"]["gain"]
    assert gain["inputs"]["value"] - gain["inputs"]["paid_in"] + gain["inputs"]["paid_out"] == approx(gain["result"])
    for row in gain["rows"]:
        assert row["value"] - row["cost_average"] == approx(row["unrealised_average"])


def test_performance_side_by_side(api, valued):
    found = api.get(address(valued, "performance/")).json()
    assert (found["from"], found["to"], found["sessions"]) == ("2024-01-02", "2024-01-31", 5)
    assert found["twr"] == approx(100 * (np.prod(CHAIN) - 1))
    assert 10_000 * (1 + found["mwr"] / 100) + 5_000 * (1 + found["mwr"] / 100) ** (15 / 29) == approx(16_899)
    assert found["gain"] == approx(1899)
    assert found["monthly"] == [{"period": "2024-01", "return": approx(found["twr"])}]


def test_the_trail_of_performance_adds_up(api, valued):
    found = api.get(address(valued, "performance/?explain=1")).json()
    sessions, figures = found["explain"]["sessions"], found["explain"]["figures"]
    chain = 1.0
    for row in sessions:
        assert row["base"] == approx(row["before"] + row["inflow"] - row["outflow"])
        assert row["return"] == approx(100 * (row["value"] / row["base"] - 1))
        chain *= 1 + row["return"] / 100
    assert 100 * (chain - 1) == approx(found["twr"]) == approx(figures["twr"]["result"])
    assert sum(row["present_value"] for row in figures["mwr"]["rows"]) == approx(0, abs=1e-6)
    returns = np.array([row["return"] for row in sessions]) / 100
    volatility = figures["volatility"]
    assert volatility["inputs"]["std"] == approx(returns.std(ddof=1))
    assert volatility["result"] == approx(100 * returns.std(ddof=1) * volatility["inputs"]["sessions_a_year"] ** 0.5)
    assert set(found["statistics"]) <= set(figures)
    assert all(one["formula"] and one["source"] for one in figures.values())


def test_a_period_of_one_session_has_a_return(api, valued):
    found = api.get(address(valued, "performance/?from=2024-01-22&to=2024-01-22&explain=1")).json()
    assert found["twr"] == approx(100 * (CHAIN[3] - 1)) == approx(found["explain"]["figures"]["twr"]["result"])
    assert found["statistics"]["volatility"] is None


def test_the_trails_of_statistics_show_every_step(api, valued):
    figures = api.get(address(valued, "performance/?explain=1")).json()["explain"]["figures"]
    steps = figures["var_95_1d"]["inputs"]
    part = steps["place"] - int(steps["place"])
    bent = steps["return_below"] + part * (steps["return_above"] - steps["return_below"])
    assert figures["var_95_1d"]["result"] == approx(-100 * bent)
    steps = figures["cvar_95"]["inputs"]
    assert figures["cvar_95"]["result"] == approx(-100 * steps["mean_of_tail"])
    steps = figures["annualized_return"]["inputs"]
    growth = (steps["last_value"] / steps["first_value"]) ** (365.25 / steps["calendar_days"])
    assert figures["annualized_return"]["result"] == approx(100 * (growth - 1))


def test_one_date_has_one_number_beside_a_benchmark(api, valued):
    """BERG has no bar on 22 January: its benchmark figures are of the common sessions, wherever they are asked for."""
    api.put(address(valued, "benchmarks/"), [{"symbol": "US:BERG"}], format="json")
    (row,) = api.get(address(valued, "benchmarks/")).json()
    shown = api.get(address(valued, "performance/?explain=1")).json()
    summary = api.get(address(valued, "summary/?explain=1")).json()
    names = ("beta", "alpha", "tracking_error", "information_ratio", "excess_return")
    for name in names:
        assert shown["statistics"][name] == approx(row[name]) == approx(summary["statistics"][name])
        assert summary["explain"]["figures"][name]["result"] == approx(row[name])
    # a level on the evening before is not there: 10, 16 and 31 January have a return from the common date before
    level = np.array([50 * 1.10, 50 * 1.12, 52 * 1.10, 55 * 1.20])
    own = np.array([CHAIN[1], CHAIN[2], CHAIN[3] * CHAIN[4]]) - 1
    other = level[1:] / level[:-1] - 1
    assert row["beta"] == approx(np.polyfit(other, own, 1)[0])
    steps = shown["explain"]["figures"]["beta"]["inputs"]
    assert steps["covariance"] / steps["benchmark_variance"] == approx(row["beta"])
    common = [one for one in shown["explain"]["sessions"] if one.get("benchmark_return") is not None]
    assert [one["common_return"] for one in common] == approx((100 * own).tolist())


def test_a_period_begins_with_the_value_before_it(api, valued):
    found = api.get(address(valued, "performance/?from=2024-01-22&to=2024-01-31")).json()
    assert found["opening"] == approx(15752)
    assert found["twr"] == approx(100 * (CHAIN[3] * CHAIN[4] - 1))


def test_history_as_pages_and_csv(api, valued):
    page = api.get(address(valued, "history/?page_size=2")).json()
    assert [row["date"] for row in page["results"]] == ["2024-01-31", "2024-01-22"]
    second = api.get(page["next"]).json()
    assert [row["date"] for row in second["results"]] == ["2024-01-16", "2024-01-10"]
    lines = b"".join(api.get(address(valued, "history/?format=csv&from=2024-01-16"))).decode().splitlines()
    assert len(lines) == 4
    assert lines[0].removeprefix("\ufeff").startswith("date,value,cash,inflow")


def test_positions_of_a_day(api, valued):
    found = api.get(address(valued, "positions/?date=2024-01-10")).json()
    assert [(row["instrument"], row["quantity"]) for row in found["results"]] == [("US:ACME", 40)]
    assert found["cash"] == {"USD": 6024}


def test_stale_values_are_shown_and_said_to_be_stale(api, valued):
    add(valued, {"kind": "SELL", "date": "2024-01-22", "asset": "BERG", "quantity": 999, "price": 52})
    found = api.get(address(valued, "summary/")).json()
    assert (found["value"], found["is_stale"], found["stale_from"]) == (approx(15899), True, "2024-01-22")


def test_a_worker_is_asked_once(api, valued, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert api.post(address(valued, "revalue/")).status_code == 202
    (row,) = OrmQ.objects.all()
    assert (row.task["func"], row.task["args"]) == ("portfolio.tasks.value_portfolio", (valued.pk,))


class TestAlerts:
    def test_limits_are_replaced(self, api, valued):
        limits = [{"kind": "VAR", "limit": 2.5}, {"kind": "WEIGHT", "limit": 40, "by_email": True}]
        assert api.put(address(valued, "alerts/limits/"), limits, format="json").status_code == 200
        found = api.put(address(valued, "alerts/limits/"), limits[1:], format="json").json()
        assert found == [{"kind": "WEIGHT", "limit": 40.0, "by_email": True, "above_since": None}]
        assert api.get(address(valued, "alerts/limits/")).json() == found

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ([{"kind": "VAR", "limit": 101}], "limit"),
            ([{"kind": "VAR", "limit": -1}], "limit"),
            ([{"kind": "NONE", "limit": 1}], "kind"),
            ([{"kind": "VAR", "limit": 1, "limits": 2}], "limits"),
            ([{"kind": "VAR", "limit": 1}, {"kind": "VAR", "limit": 2}], "kind"),
            ({"kind": "VAR"}, "non_field_errors"),
        ],
    )
    def test_bad_limits(self, api, valued, body, field):
        answer = api.put(address(valued, "alerts/limits/"), body, format="json")
        assert answer.status_code == 400
        assert f'"{field}":' in answer.content.decode()

    def test_seen(self, api, valued):
        alert = Alert.objects.create(
            portfolio=valued, kind="VAR", date=day("2024-01-31"), figure=3.0, limit=2.5, message="VaR is above"
        )
        assert [row["id"] for row in api.get(address(valued, "alerts/?seen=false")).json()["results"]] == [alert.pk]
        assert api.post(address(valued, f"alerts/{alert.pk}/seen/")).json()["seen_at"]
        assert api.get(address(valued, "alerts/?seen=false")).json()["results"] == []
        assert api.post(address(valued, "alerts/999999/seen/")).status_code == 404


@pytest.mark.parametrize("rest", READ)
class TestWhoMaySee:
    def test_strangers_are_told_there_is_none(self, valued, rest):
        client = APIClient()
        client.force_login(User.objects.create_user("bert"))
        assert client.get(address(valued, rest)).status_code == 404

    def test_nobody_without_a_login(self, valued, rest):
        assert APIClient().get(address(valued, rest)).status_code in (401, 403)

    def test_staff_by_permission(self, valued, rest):
        staff = User.objects.create_user("carl", is_staff=True)
        client = APIClient()
        client.force_login(staff)
        assert client.get(address(valued, rest)).status_code == 404
        staff.user_permissions.add(Permission.objects.get(codename="view_portfolio"))
        client.force_login(User.objects.get(pk=staff.pk))
        assert client.get(address(valued, rest)).status_code == 200
        assert client.post(address(valued, "revalue/")).status_code == 404  # to view is not to change


@pytest.mark.parametrize(
    ("rest", "field"),
    [
        ("summary/?date=x", "date"), ("summary/?day=2024-01-02", "day"), ("summary/?date=2023-01-01", "date"),
        ("performance/?from=2024-02-01&to=2024-01-01", "from"), ("performance/?from=2025-01-01", "portfolio"),
        ("history/?from=x", "from"), ("positions/?explain=maybe", "explain"), ("alerts/?seen=maybe", "seen"),
    ],
)  # fmt: skip
def test_bad_questions_are_refused_by_name(api, valued, rest, field):
    answer = api.get(address(valued, rest))
    assert (answer.status_code, list(answer.json())) == (400, [field])


@pytest.mark.parametrize(("rest", "queries"), [("summary/", 16), ("performance/", 8), ("positions/", 10)])
def test_queries_do_not_grow_with_the_portfolio(api, valued, rest, queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(queries):
        assert api.get(address(valued, rest)).status_code == 200
