"""Strategies edited, combined and copied in the admin; runs and scores shown."""

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from factors.models import CombineRun, CompositeScore, Factor, FactorBackfill, JobState, Strategy
from factors.services import catalogue_complete, strategy_save
from market.models import Instrument
from tests.factors.market_tables import SESSION, sessions


@pytest.fixture
def manager(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


@pytest.fixture
def strategy(db) -> Strategy:
    made = strategy_save(name="mine", region="KR", factors={"roe": 2, "beta": 1}, combiner="fixed_weight")
    for place, code in enumerate(("005930", "000660", "035420")):
        instrument = Instrument.objects.create(region="KR", ticker=code, name=f"Company {place}", currency="KRW")
        for day in sessions(2):
            CompositeScore.objects.create(
                strategy=made, date=day, instrument=instrument, score=50.0 * (2 - place), rank=place + 1
            )
    return made


def entered(members: list[tuple[str, object]], first: int = 0, **more: object) -> dict[str, object]:
    """A filled-in form; ``first``: how many of the members are there already."""
    catalogue_complete()
    ids = dict(Factor.objects.values_list("name", "id"))
    found: dict[str, object] = {
        "name": "new", "region": "US", "description": "", "combiner": "equal_weight", "options": "{}", "universe": "{}",
        "neutralise": [], "is_active": "on", "members-TOTAL_FORMS": len(members), "members-INITIAL_FORMS": first,
    }  # fmt: skip
    for place, (name, weight) in enumerate(members):
        found |= {f"members-{place}-factor": ids[name], f"members-{place}-weight": weight}
    return found | more


def add(client: Client, members: list[tuple[str, object]], **more: object):
    return client.post(reverse("admin:factors_strategy_add"), entered(members, **more))


def test_a_strategy_is_made_with_its_factors(manager: Client) -> None:
    answer = add(
        manager, [("roe", 1), ("beta", 2)], combiner="optimized", options='{"window": 126}', neutralise=["sector"],
        universe='{"conditions": [{"factor": "liquidity", "value": 1000}]}',
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["errors"]
    made = Strategy.objects.get()
    assert (made.name, made.combiner, made.options, made.neutralise) == (
        "new",
        "optimized",
        {"window": 126},
        ["sector"],
    )
    assert made.universe["conditions"][0] == {
        "factor": "liquidity",
        "field": "value",
        "operator": ">=",
        "value": 1000.0,
    }
    assert dict(made.members.values_list("factor__name", "weight")) == {"beta": 2.0, "roe": 1.0}
    assert made.owner.username == "someone"


@pytest.mark.parametrize(
    ("members", "more", "why"),
    [
        ([], {}, "a strategy needs at least one"),
        ([("roe", 1)], {"combiner": "machine_learning"}, "machine_learning needs at least 2 factors"),
        ([("roe", 0)], {"combiner": "fixed_weight"}, "every weight is 0"),
        ([("roe", 1), ("beta", 1)], {"options": '{"window": 1}'}, "unknown option"),
        ([("roe", 1)], {"universe": '{"sectors": "bank"}'}, "sectors must be a list"),
    ],
)
def test_what_cannot_be_is_told_on_the_form(manager: Client, members, more, why) -> None:
    answer = add(manager, members, **more)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not Strategy.objects.exists()


def test_changing_the_factors(manager: Client, strategy) -> None:
    ids = list(strategy.members.order_by("factor__name").values_list("id", flat=True))
    body = entered([("beta", 5), ("roe", 1), ("roa", 1)], first=2, name="mine", combiner="fixed_weight")
    body |= {"members-0-id": ids[0], "members-1-id": ids[1], "members-1-DELETE": "on"}
    body |= {f"members-{i}-strategy": strategy.pk for i in range(3)}
    answer = manager.post(reverse("admin:factors_strategy_change", args=[strategy.pk]), body)
    assert answer.status_code == 302, answer.context["errors"]
    assert dict(strategy.members.values_list("factor__name", "weight")) == {"beta": 5.0, "roa": 1.0}


def test_the_pages_show(manager: Client, strategy) -> None:
    for name in ("strategy_changelist", "strategy_add"):
        assert manager.get(reverse(f"admin:factors_{name}")).status_code == 200
    page = manager.get(reverse("admin:factors_strategy_change", args=[strategy.pk])).content.decode()
    assert "seed 7" in page  # the options of machine_learning are explained
    assert "2024-06-28" in manager.get(reverse("admin:factors_strategy_changelist")).content.decode()


def test_combine_and_copy(manager: Client, strategy) -> None:
    def do(action: str):
        address = reverse("admin:factors_strategy_changelist")
        return manager.post(address, {"action": action, "_selected_action": [strategy.pk]}, follow=True)

    assert "no factor scores yet" in do("combine").content.decode()
    FactorBackfill.objects.create(region="KR", start=SESSION, end=SESSION, done_through=SESSION, state="DONE")
    assert "Queued" in do("combine").content.decode()
    assert OrmQ.objects.count() == 1
    assert "Made mine copy" in do("copy").content.decode()
    assert "Made mine copy 2" in do("copy").content.decode()
    copy = Strategy.objects.get(name="mine copy")
    assert dict(copy.members.values_list("factor__name", "weight")) == {"beta": 1.0, "roe": 2.0}
    assert not copy.is_active


def test_deleting_does_not_list_the_scores(manager: Client, strategy) -> None:
    address = reverse("admin:factors_strategy_delete", args=[strategy.pk])
    with CaptureQueriesContext(connection) as queries:
        assert "with its combinations" in manager.get(address).content.decode()
    assert not any("compositescore" in query["sql"] for query in queries)
    assert manager.post(address, {"post": "yes"}).status_code == 302
    assert not CompositeScore.objects.exists()


def run_of(strategy: Strategy, state: str = "DONE") -> CombineRun:
    return CombineRun.objects.create(
        strategy=strategy, start=SESSION, end=SESSION, state=state, done_through=SESSION, warnings=["mind the gap"],
        definition={"factors": {"beta": 1.0, "roe": 2.0}}, timings={"read": 1.0},
        weights=[
            {"from": "2024-06-03", "to": "2024-06-27", "sessions": 19, "weights": {"beta": 0.5, "roe": 0.5},
             "fallback": "no factor has a positive mean return"},
            {"from": "2024-06-28", "to": "2024-06-28", "sessions": 1, "weights": {"beta": 0.3125, "roe": 0.6875}},
        ],
        model_cards=[{
            "as_of": "2024-06-03", "model": "xgboost", "trained_from": "2021-06-01", "trained_to": "2024-05-01",
            "samples": 12345, "out_of_sample_ic": 0.123, "importance": {"beta": 0.25, "roe": 0.75},
            "warning": "leakage? look",
        }],
    )  # fmt: skip


def test_a_run_shows_weights_fallbacks_models_and_warnings(manager: Client, strategy) -> None:
    run = run_of(strategy)
    page = manager.get(reverse("admin:factors_combinerun_change", args=[run.pk])).content.decode()
    for text in (
        "0.6875",
        "no factor has a positive mean",
        "mind the gap",
        "12,345",
        "+0.123",
        "roe 75%",
        "+0.123 leakage?",
    ):
        assert text in page, text
    with CaptureQueriesContext(connection) as queries:
        assert manager.get(reverse("admin:factors_combinerun_changelist")).status_code == 200
    assert not any("model_cards" in query["sql"] for query in queries)


def test_taking_up_again_and_cancelling(manager: Client, strategy) -> None:
    failed, waiting, done = (run_of(strategy, state) for state in ("FAILED", "QUEUED", "DONE"))

    def do(action: str) -> str:
        runs = [failed.pk, waiting.pk, done.pk]
        address = reverse("admin:factors_combinerun_changelist")
        return manager.post(address, {"action": action, "_selected_action": runs}, follow=True).content.decode()

    text = do("cancel")
    assert "it is DONE, there is nothing to cancel" in text
    waiting.refresh_from_db()
    assert waiting.state == JobState.CANCELLED
    assert "is DONE: only failed, interrupted and cancelled runs" in do("resume")
    failed.refresh_from_db()
    assert failed.state == JobState.QUEUED
    assert OrmQ.objects.count() == 2  # the cancelled one is taken up again as well


def shown(client: Client, **asked: object) -> list[tuple]:
    page = client.get(reverse("admin:factors_compositescorerow_changelist"), asked)
    assert page.status_code == 200
    return [(str(row.date), row.rank, row.instrument.ticker) for row in page.context["cl"].result_list]


def test_scores_are_ranked_and_a_ticker_shows_its_history(manager: Client, strategy) -> None:
    run_of(strategy)
    newest = [("2024-06-28", 1, "005930"), ("2024-06-28", 2, "000660"), ("2024-06-28", 3, "035420")]
    assert shown(manager) == newest
    assert shown(manager, strategy=strategy.pk, date="2024-06-27")[0] == ("2024-06-27", 1, "005930")
    assert shown(manager, ticker="000660") == [("2024-06-28", 2, "000660"), ("2024-06-27", 2, "000660")]
    assert shown(manager, strategy=999) == []
    row = CompositeScore.objects.first()
    key = f"{row.strategy_id}_{row.date}_{row.instrument_id}"
    assert manager.get(reverse("admin:factors_compositescorerow_change", args=[quote(key)])).status_code == 200
    for wrong in ("nothing", "1_2024-13-01_1", f"{row.strategy_id}_2024-06-28_999999"):
        assert manager.get(reverse("admin:factors_compositescorerow_change", args=[wrong])).status_code == 302


def test_no_query_of_scores_counts_or_asks_for_the_computed_key(manager: Client, strategy) -> None:
    run_of(strategy)
    with CaptureQueriesContext(connection) as queries:
        shown(manager)
    for sql in (query["sql"] for query in queries if "compositescore_row" in query["sql"]):
        assert "count(" not in sql.lower()
        assert '"key"' not in sql.partition("WHERE")[2]


def test_the_rights_of_others(manager: Client, strategy) -> None:
    manager.force_login(User.objects.create_user("staff", password="a long secret", is_staff=True))
    for name in ("strategy_add", "strategy_changelist", "combinerun_changelist", "compositescorerow_changelist"):
        assert manager.get(reverse(f"admin:factors_{name}")).status_code == 403
