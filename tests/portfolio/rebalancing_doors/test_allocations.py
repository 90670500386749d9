"""Targets as a whole, and drift by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from market.models import Instrument
from portfolio.models import PortfolioAllocation, RebalancingEvent
from portfolio.services.alerts import alert_limits_set
from portfolio.services.allocations import allocations_set
from portfolio.services.drift import allocation_analysis, greatest_drift
from portfolio.services.drift_explaining import allocation_explain
from portfolio.services.errors import PortfolioError
from portfolio.services.following import portfolio_follow
from portfolio.services.rebalancing import rebalancing_recommendations
from tests.factors.market_tables import add_instrument
from tests.portfolio.rebalancing_doors.books import DAYS, SESSION, portfolio_with, wanted

pytestmark = pytest.mark.django_db


def shown(portfolio):
    return {str(one.instrument or "CASH"): one.target for one in portfolio.allocations.all()}


def test_all_targets_are_replaced_at_once(mine):
    made = allocations_set(
        portfolio=mine,
        targets=[
            {"asset": "US:BBB", "target": "33.333333", "minimum": 30, "maximum": 40.5, "frequency": "MONTHLY"},
            {"asset": "AAA", "target": 56.666667, "threshold": 2},
            {"asset": None, "target": 10},
        ],
    )
    assert shown(mine) == {"US:BBB": Decimal("33.333333"), "US:AAA": Decimal("56.666667"), "CASH": 10}
    assert [one.frequency for one in made] == ["MONTHLY", "NONE", "NONE"]
    assert (made[0].minimum, made[0].maximum, made[1].threshold) == (30, Decimal("40.5"), 2)
    allocations_set(portfolio=mine, targets=[])
    assert shown(mine) == {}


@pytest.mark.parametrize(
    ("targets", "total"), [((50, 49), "99"), ((50.001, 50), "100.001"), ((100, 0.001), "100.001")]
)  # fmt: skip
def test_what_does_not_sum_to_100_is_refused(mine, targets, total):
    before = shown(mine)
    rows = [{"asset": name, "target": target} for name, target in zip(("US:AAA", "US:BBB"), targets, strict=True)]
    with pytest.raises(PortfolioError, match=rf"^target: the targets sum to {total}, not 100"):
        allocations_set(portfolio=mine, targets=rows)
    assert shown(mine) == before


def test_inactive_targets_do_not_count(mine):
    rows = [{"asset": "US:AAA", "target": 100}, {"asset": "US:BBB", "target": 40, "is_active": False}]
    allocations_set(portfolio=mine, targets=rows)
    found = {row["asset"]: row["target"] for row in allocation_analysis(portfolio=mine)["assets"]}
    assert found == {"US:AAA": 100, "US:BBB": 0, "CASH": 0}


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"asset": "US:ZZZ", "target": 50}, "asset", "unknown asset 'US:ZZZ'"),
        ({"asset": "US:AAA", "target": 50}, "asset", "US:AAA has a target in row 1 already"),
        ({"asset": "SPX", "target": 50}, "asset", "US:SPX is an index: it cannot be held"),
        ({"asset": "US:BBB"}, "target", "is missing"),
        ({"target": 50}, "asset", "is missing; null is cash"),
        ({"asset": "US:BBB", "target": 101}, "target", "must be from 0 to 100 percent, not 101"),
        ({"asset": "US:BBB", "target": -1}, "target", "must be from 0 to 100 percent, not -1"),
        ({"asset": "US:BBB", "target": "much"}, "target", "'much' is no number"),
        ({"asset": "US:BBB", "target": True}, "target", "'True' is no number"),
        ({"asset": "US:BBB", "target": float("nan")}, "target", "'nan' is no number"),
        ({"asset": "US:BBB", "target": "50.0000001"}, "target", "50.0000001 has more than 6 decimals"),
        ({"asset": "US:BBB", "target": 50, "minimum": 51}, "minimum", "51 is above the target 50"),
        ({"asset": "US:BBB", "target": 50, "maximum": 49}, "maximum", "49 is below the target 50"),
        ({"asset": "US:BBB", "target": 50, "threshold": 120}, "threshold", "must be from 0 to 100 percent, not 120"),
        ({"asset": "US:BBB", "target": 50, "frequency": "DAILY"}, "frequency", "'DAILY' is unknown; known are NONE"),
        ({"asset": "US:BBB", "target": 50, "is_active": 1}, "is_active", "1 is neither true nor false"),
        ({"asset": "US:BBB", "target": 50, "weight": 1}, "weight", "unknown field; known are asset, target"),
    ],
)
def test_a_wrong_row_is_told(mine, row, field, reason):
    add_instrument("SPX", "US", asset_type="INDEX")  # nobody can hold an index
    before = shown(mine)
    with pytest.raises(PortfolioError) as refused:
        allocations_set(portfolio=mine, targets=[{"asset": "US:AAA", "target": 50}, row])
    (problem,) = refused.value.problems
    assert (problem.row, problem.field) == (2, field)
    assert problem.reason.startswith(reason)
    assert str(refused.value).startswith(f"{field}: row 2: {reason}")
    assert shown(mine) == before


def test_every_wrong_row_is_told(mine):
    rows = [{"asset": "US:ZZZ", "target": 50}, {"asset": None, "target": -3}, {"asset": None, "target": 53}]
    with pytest.raises(PortfolioError, match=r"\(and 2 more\)$") as refused:
        allocations_set(portfolio=mine, targets=rows)
    told = [(one.row, one.field, one.reason) for one in refused.value.problems]
    assert told == [
        (1, "asset", "unknown asset 'US:ZZZ'"), (2, "target", "must be from 0 to 100 percent, not -3"),
        (3, "asset", "cash has a target in row 2 already"),
    ]  # fmt: skip


def test_a_ticker_of_two_regions_is_to_be_named_with_one(mine):
    add_instrument("AAA", "KR")
    with pytest.raises(PortfolioError, match="'AAA' is in several regions: write one of KR:AAA, US:AAA"):
        allocations_set(portfolio=mine, targets=[{"asset": "AAA", "target": 100}])


def test_the_database_keeps_the_sum(mine):
    def without_cash() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            PortfolioAllocation.objects.filter(portfolio=mine, instrument=None).delete()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="sum to 90, not 100"):
        without_cash()


def test_drift_by_hand(mine):
    """6,000, 1,000 and 3,000 of 10,000 are 60, 10 and 30 percent; wanted are 50, 40 and 10."""
    found = allocation_analysis(portfolio=mine)
    assert (found["as_of"], found["value"], found["cash"], found["currency"]) == (SESSION, 10_000, 3000, "USD")
    rows = {row["asset"]: row for row in found["assets"]}
    assert {name: (row["weight"], row["drift"], row["breach"]) for name, row in rows.items()} == {
        "US:AAA": (60, 10, "THRESHOLD"), "US:BBB": (10, -30, "THRESHOLD"), "CASH": (30, 20, None)
    }  # fmt: skip
    assert (rows["US:AAA"]["lower"], rows["US:AAA"]["upper"]) == (45, 55)
    assert found["total_drift"] == 60
    assert [(one["kind"], one["due"], one["assets"]) for one in found["triggers"]] == [
        ("THRESHOLD", True, ("US:AAA", "US:BBB"))
    ]  # fmt: skip


def test_a_limit_of_drift_is_told_when_it_is_passed(mine):
    """BBB is 30 points below its target."""
    assert greatest_drift(portfolio=mine) == 30
    for limit, told in ((30.0, []), (29.9, [("DRIFT", 30, SESSION)])):
        alert_limits_set(portfolio=mine, limits={"DRIFT": {"limit": limit}})
        portfolio_follow(portfolio=mine)
        assert list(mine.alerts.values_list("kind", "figure", "date")) == told
    allocations_set(portfolio=mine, targets=[])
    assert greatest_drift(portfolio=mine) is None


def test_groups_by_hand(ann, assets):
    """40 AAA (4,000), 300 K1 (3,000 dollars) and 3,000 dollars; wanted are 40, 40 and 20."""
    mine = portfolio_with(ann, 3000.0, (assets["AAA"], 40.0, 100.0), (assets["K1"], 300.0, 10_000.0))
    wanted(mine, AAA=40, K1=40)
    groups = allocation_analysis(portfolio=mine)["groups"]
    drifts = {label: {one["name"]: (one["weight"], one["drift"]) for one in rows} for label, rows in groups.items()}
    assert drifts == {
        "sector": {"chip": (40, 0), "bank": (30, -10), "CASH": (30, 10)},
        "asset_type": {"STOCK": (70, -10), "CASH": (30, 10)},
        "currency": {"USD": (70, 10), "KRW": (30, -10)},
        "country": {"United States": (40, 0), "Korea": (30, -10), "CASH": (30, 10)},
    }


def test_a_sector_has_one_name(some):
    Instrument.objects.filter(pk=some.AAA.pk).update(sector="Technology")
    Instrument.objects.filter(pk=some.BBB.pk).update(sector="Information Technology")
    sectors = allocation_analysis(portfolio=some.mine)["groups"]["sector"]
    assert {one["name"]: one["weight"] for one in sectors} == {"Information Technology": 70, "CASH": 30}


def test_an_isin_names_an_asset(some):
    Instrument.objects.filter(pk=some.BBB.pk).update(isin="US0378331005")
    allocations_set(portfolio=some.mine, targets=[{"asset": "US0378331005", "target": 100}])
    assert shown(some.mine) == {"US:BBB": 100}


def test_the_trail_leads_to_every_drift(ann, assets):
    mine = portfolio_with(ann, 3000.0, (assets["AAA"], 40.0, 100.0), (assets["K1"], 300.0, 10_000.0))
    wanted(mine, AAA=40, K1=40)
    found = allocation_analysis(portfolio=mine)
    trails = allocation_explain(portfolio=mine)["figures"]
    for row in found["assets"]:
        parts = trails[row["asset"]]["rows"]
        value = sum(part["quantity"] * part["price"] * part["rate"] for part in parts)
        drift = 100 * value / trails[row["asset"]]["inputs"]["total"] - trails[row["asset"]]["inputs"]["target"]
        assert drift == pytest.approx(row["drift"], abs=1e-12)
        assert trails[row["asset"]]["result"] == row["drift"]
        assert {part["price_date"] for part in parts} == {SESSION}
    korean = trails["KR:K1"]["rows"][0]
    assert (korean["quantity"], korean["price"], korean["rate"], korean["value"]) == (300, 10_000, 0.001, 3000)
    total = trails["total_drift"]
    assert total["result"] == sum(abs(row["drift"]) for row in total["rows"]) == 20
    for label, groups in found["groups"].items():
        for group in groups:
            rows = trails[f"{label}:{group['name']}"]["rows"]
            drift = 100 * sum(row["value"] for row in rows) / 10_000 - sum(row["target"] for row in rows)
            assert drift == pytest.approx(group["drift"], abs=1e-12)


def test_a_held_asset_without_a_target_is_off_by_all_of_it(some):
    wanted(some.mine, AAA=100)
    rows = {row["asset"]: row for row in allocation_analysis(portfolio=some.mine)["assets"]}
    assert (rows["US:BBB"]["target"], rows["US:BBB"]["drift"]) == (0, 10)


def test_without_targets_or_values_it_says_so(ann, some):
    allocations_set(portfolio=some.mine, targets=[])
    found = allocation_analysis(portfolio=some.mine)
    assert found["notes"] == ["targets: the portfolio has none that is active"]
    assert [(row["weight"], row["target"], row["drift"]) for row in found["assets"]] == [
        (60, None, None), (10, None, None), (30, None, None)
    ]  # fmt: skip
    assert [(one["weight"], one["target"], one["drift"]) for one in found["groups"]["currency"]] == [(100, None, None)]
    assert (found["total_drift"], found["triggers"][0]["due"]) == (None, False)
    assert allocation_explain(portfolio=some.mine)["figures"]["US:AAA"]["result"] is None
    with pytest.raises(PortfolioError, match=r"^targets: the portfolio has none that is active"):
        rebalancing_recommendations(portfolio=some.mine)
    wanted(some.mine, AAA=100)
    with pytest.raises(PortfolioError, match=r"^date: the portfolio has no value yet on 2020-01-01"):
        allocation_analysis(portfolio=some.mine, as_of=dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("last", "due"), [(None, True), (dt.date(2024, 6, 3), False), (dt.date(2024, 5, 31), True)]
)  # fmt: skip
def test_a_schedule_looks_at_the_last_completed_one(mine, last, due):
    wanted(mine, AAA=60, BBB=10, frequency="MONTHLY")
    if last:
        event(mine, as_of=last)
    event(mine, as_of=dt.date(2024, 6, 27), status="CANCELLED")
    threshold, monthly = allocation_analysis(portfolio=mine)["triggers"]
    assert threshold["due"] is False
    assert (monthly["kind"], monthly["frequency"], monthly["due"], monthly["last"]) == (
        "SCHEDULED",
        "MONTHLY",
        due,
        last,
    )
    assert monthly["assets"] == ("US:AAA", "US:BBB")


def test_a_day_knows_nothing_of_later_rebalancings(mine):
    wanted(mine, AAA=60, BBB=10, frequency="MONTHLY")
    event(mine, as_of=SESSION)
    monthly = allocation_analysis(portfolio=mine, as_of=DAYS[-2])["triggers"][1]
    assert (monthly["due"], monthly["last"], monthly["on"]) == (True, None, DAYS[-2])
    assert monthly["reason"] == f"monthly: due since {DAYS[-2]}, never done before"
    monthly = allocation_analysis(portfolio=mine)["triggers"][1]
    assert (monthly["due"], monthly["last"], monthly["on"], monthly["reason"]) == (
        False,
        SESSION,
        dt.date(2024, 7, 1),
        "",
    )


def event(portfolio, **columns):
    made = {"trigger": "MANUAL", "status": "COMPLETED", "turnover": 0, "cost": 0, "tax": 0, "revision": 0}
    return RebalancingEvent.objects.create(
        portfolio=portfolio, pre_state={}, post_state={}, actions=[], **{**made, **columns}
    )  # fmt: skip
