"""Targets, drift, plans and proposals on pages, by figures worked out by hand: 60 AAA at 100, 20 BBB at 50 and 3,000
dollars are 60, 10 and 30 percent of 10,000; wanted are 50, 40 and 10, within 5 points.
"""

import csv
import io

import pytest
from django.urls import reverse

from market.models import Instrument
from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.allocations import allocations_told
from portfolio.services.beginning import HELD, targets_begun
from tests.factors.market_tables import add_bars
from tests.portfolio.rebalancing_doors.books import BOOKED, DAYS, SESSION, market, owner, portfolio_with, told, wanted

pytestmark = pytest.mark.django_db
POINTS = {"target": "", "threshold": "", "minimum": "", "maximum": "", "frequency": "NONE", "is_active": "on"}
TARGETS = [("US:AAA", "50"), ("US:BBB", "40"), ("CASH", "10")]


@pytest.fixture
def mine(anna) -> Portfolio:
    assets = market()
    return portfolio_with(anna, 3000.0, (assets["AAA"], 60.0, 80.0), (assets["BBB"], 20.0, 50.0))


@pytest.fixture
def aimed(mine) -> Portfolio:
    wanted(mine, AAA=50, BBB=40, threshold=5.0)
    return mine


def address(name: str, of: Portfolio, *more) -> str:
    return reverse(f"portfolio:{name}", args=[of.pk, *more])


def read(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def written(rows, **more) -> dict[str, str]:
    posted = {"rows": str(len(rows)), **more}
    for at, (asset, target) in enumerate(rows):
        posted |= {f"row-{at}-{name}": text for name, text in (POINTS | {"asset": asset, "target": target}).items()}
    return posted


def exported(pages, path: str, table: str) -> list[dict[str, str]]:
    answer = pages.get(path, {"export": "csv", "table": table})
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_no_targets_yet(pages, mine):
    shown = read(pages.get(address("allocation", mine)))
    assert "No targets yet" in shown
    assert "60.00%" in shown
    assert "No targets yet" in read(pages.get(address("rebalancing", mine)))


@pytest.mark.parametrize(("beginning", "weights"), [("held", ["60", "10", "30"]), ("equal", ["50", "50", "0"])])
def test_targets_begin_with_what_is_held(pages, mine, beginning, weights):
    answer = pages.get(address("targets", mine), {"from": beginning})
    rows = answer.context["rows"]
    assert [form["asset"].value() for form in rows] == ["US:AAA", "US:BBB", "CASH"]
    assert [form["target"].value() for form in rows] == weights
    assert "Sum 100 %" in read(answer)


def test_targets_of_what_was_bought_on_borrowed_money_keep_its_proportions(anna):
    assets = market()
    owing = portfolio_with(anna, -2000.0, (assets["AAA"], 80.0, 100.0), (assets["BBB"], 80.0, 50.0))
    begun = targets_begun(portfolio=owing, beginning=HELD)  # 80 and 40 percent of 10,000
    assert {one["asset"]: one["target"] for one in begun} == {"US:AAA": 66.67, "US:BBB": 33.33, "CASH": 0.0}


def test_targets_are_saved_and_the_drift_is_told(pages, mine):
    answer = pages.post(address("targets", mine), written([*TARGETS, ("", "")]), follow=True)
    assert "The targets are saved." in read(answer)
    assert [(one["asset"], one["target"]) for one in allocations_told(portfolio=mine)] == [
        ("US:AAA", 50.0), ("US:BBB", 40.0), (None, 10.0),
    ]  # fmt: skip
    rows = exported(pages, address("allocation", mine), "drift")
    assert {row["Asset"]: float(row["Drift"]) for row in rows} == {"US:AAA": 10.0, "US:BBB": -30.0, "CASH": 20.0}


def test_every_wrong_field_is_told_and_nothing_is_saved(pages, aimed):
    before = allocations_told(portfolio=aimed)
    shown = read(pages.post(address("targets", aimed), written([("US:NOPE", "50"), ("CASH", "x"), ("US:BBB", "120")])))
    for reason in ("unknown asset", "is no number", "must be from 0 to 100 percent"):
        assert reason in shown
    short = read(pages.post(address("targets", aimed), written(TARGETS[:2])))
    assert "the targets sum to 90, not 100" in short
    assert allocations_told(portfolio=aimed) == before


def test_only_a_form_without_rows_takes_targets_away(pages, aimed):
    assert "the targets stay as they are" in read(pages.post(address("targets", aimed), follow=True))
    assert aimed.allocations.count() == 3
    assert "The targets are taken away." in read(pages.post(address("targets", aimed), written([]), follow=True))
    assert not aimed.allocations.exists()


def test_targets_are_checked_while_they_are_written(pages, mine):
    shown = read(pages.post(address("targets", mine), written([("US:AAA", "50"), ("US:NOPE", "")], checking="1")))
    assert "unknown asset" in shown
    assert "is missing" not in shown  # it is being written
    assert "Sum 50.00 %, +50.00 to 100" in shown
    assert not mine.allocations.exists()


def test_a_sum_that_was_rounded_is_whole_where_it_is_saved_and_where_it_is_shown(pages, mine):
    thirds = written([(asset, "33.33333") for asset in ("US:AAA", "US:BBB", "CASH")])
    assert "Sum 100 %" in read(pages.post(address("targets", mine), thirds | {"checking": "1"}))
    assert "The targets are saved." in read(pages.post(address("targets", mine), thirds, follow=True))


@pytest.mark.parametrize(("asked", "left"), [({"add": "1"}, [*TARGETS, ("", "")]), ({"remove": "1"}, TARGETS[::2])])
def test_rows_come_and_go(pages, mine, asked, left):
    rows = pages.post(address("targets", mine), written(TARGETS, **asked)).context["rows"]
    assert [(form["asset"].value() or "", form["target"].value() or "") for form in rows] == left
    assert not mine.allocations.exists()


def test_allocation(pages, aimed):
    shown = read(pages.get(address("allocation", aimed)))
    for seen in ("$10,000", "60.00%", "beyond a limit: US:AAA, US:BBB", "+10.00%"):
        assert seen in shown
    bands = {row["Asset"]: row["Band"] for row in exported(pages, address("allocation", aimed), "drift")}
    assert bands == {"US:AAA": "THRESHOLD", "US:BBB": "THRESHOLD", "CASH": "UNLIMITED"}
    trail = read(pages.get(address("trail", aimed, "US:AAA"), {"of": "allocation"}))
    assert "weight - target" in trail
    assert "sector:unknown" in shown  # BBB's, which has a trail of its own
    assert "−30" in read(pages.get(address("trail", aimed, "sector:unknown"), {"of": "allocation"}))


def test_plans(pages, aimed):
    shown = read(pages.get(address("plans", aimed), {"deposit": "0"}))
    for seen in ("20.00%", "60.00% → 0.00%", "SELL 10 US:AAA", "BUY 60 US:BBB"):
        assert seen in shown
    assert "Ensure this value is greater than or equal to 0" in read(
        pages.get(address("plans", aimed), {"deposit": -1})
    )


def propose(pages, of: Portfolio, **more):
    return pages.post(address("propose", of), {"mode": "full", "deposit": "0", **more}, follow=True)


def test_from_a_proposal_to_the_books(pages, aimed):
    shown = read(propose(pages, aimed))
    event = RebalancingEvent.objects.get()
    assert "Approving books nothing yet." in shown
    rows = exported(pages, address("proposal", aimed, event.pk), "trades")
    assert [(row["Side"], row["Asset"], float(row["Quantity"]), float(row["Weight after"])) for row in rows] == [
        ("SELL", "US:AAA", 10.0, 50.0), ("BUY", "US:BBB", 60.0, 40.0),
    ]  # fmt: skip
    step = address("decide", aimed, event.pk)
    assert "Book the trades" in read(pages.post(step, {"step": "approve", "note": "fine"}, follow=True))
    asked = read(pages.get(address("book", aimed, event.pk)))
    assert "2 trades become transactions" in asked
    done = read(pages.post(address("book", aimed, event.pk), {"rows": "0"}, follow=True))
    assert "The trades are booked" in done
    assert "fine" in done
    assert done.count(">anna</td>") == 3  # proposed, approved, booked
    assert told(aimed) == BOOKED
    assert '<td class="figure">50.00%</td>' in read(pages.get(address("allocation", aimed)))


def test_what_was_really_traded_is_booked(pages, aimed):
    propose(pages, aimed)
    event = RebalancingEvent.objects.get()
    pages.post(address("decide", aimed, event.pk), {"step": "approve"})
    fill = {"rows": "1", "row-0-asset": "US:BBB", "row-0-price": "x"}
    assert "is no number" in read(pages.post(address("book", aimed, event.pk), fill))
    assert told(aimed) == []
    pages.post(address("book", aimed, event.pk), fill | {"row-0-price": "49"})
    assert told(aimed)[1] == ("BUY", "BBB", 60, 49, None, "USD")


def test_a_proposal_is_rejected(pages, aimed):
    propose(pages, aimed)
    event = RebalancingEvent.objects.get()
    shown = read(pages.post(address("decide", aimed, event.pk), {"step": "cancel"}, follow=True))
    assert "Rejected" in shown
    again = read(pages.post(address("decide", aimed, event.pk), {"step": "approve"}, follow=True))
    assert "only PENDING can become APPROVED" in again
    assert "Only what is approved can be booked." in read(pages.get(address("book", aimed, event.pk), follow=True))


def test_an_old_proposal_says_so_and_what_to_do(pages, aimed):
    propose(pages, aimed)
    event = RebalancingEvent.objects.get()
    RebalancingEvent.objects.update(as_of=DAYS[-2], revision=event.revision - 1)
    shown = read(pages.get(address("proposal", aimed, event.pk)))
    assert f"prices of {DAYS[-2]} are old" in shown
    assert "transactions changed since it was planned" in shown
    pages.post(address("decide", aimed, event.pk), {"step": "approve"})
    assert f"prices of {DAYS[-2]} are old" in read(pages.post(address("book", aimed, event.pk), {"rows": "0"}))
    assert told(aimed) == []
    newer = propose(pages, aimed, replace="1").context["event"]
    assert (newer.as_of, newer.pk > event.pk) == (SESSION, True)
    assert RebalancingEvent.objects.get(pk=event.pk).status == "CANCELLED"


def test_a_second_proposal_and_a_wrong_method_are_refused(pages, aimed):
    propose(pages, aimed)
    assert "complete or cancel it first" in read(propose(pages, aimed))
    assert "is unknown; known are" in read(propose(pages, aimed, mode="x"))
    assert RebalancingEvent.objects.count() == 1


def test_others_see_nothing(client, aimed):
    client.force_login(owner("bob"))
    for name in ("allocation", "targets", "rebalancing", "plans", "correlations", "stress", "optimise"):
        assert client.get(address(name, aimed)).status_code == 404
    assert client.post(address("targets", aimed), written(TARGETS)).status_code == 404
    for name in ("propose", "optimise", "use-as-targets"):
        assert client.post(address(name, aimed), {"mode": "full"}).status_code == 404


def test_queries_do_not_grow_with_the_assets(pages, aimed, django_assert_max_num_queries):
    path = address("allocation", aimed)
    pages.get(path)
    with django_assert_max_num_queries(100) as few:
        pages.get(path)
    more = [Instrument.objects.create(region="US", ticker=f"M{at}", currency="USD") for at in range(4)]
    for one in more:
        add_bars(one, DAYS, [10.0] * len(DAYS))
    wanted(aimed, AAA=50, **{one.ticker: 5 for one in more})
    with django_assert_max_num_queries(len(few)):
        assert "US:M3" in read(pages.get(path))
