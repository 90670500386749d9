"""What no form would send: answered with a reason under its field, never with 500, and nothing is stored of it."""

import base64
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_q.models import OrmQ

from backtests.models import BacktestCondition, BacktestSession
from backtests.services.config import WRITTEN
from tests.backtests.services.tables import config
from tests.backtests.stored import made_up

pytestmark = pytest.mark.django_db
HUGE = 10**400
NUL, HALF = "a\0b", "a\ud800b"
DEEP: Any = [[[[[[[[1]]]]]]]]
WRONG = [
    NUL, HALF, [NUL], [HALF], {NUL: 1}, {"a": NUL}, HUGE, -HUGE, [HUGE], {"roe": HUGE}, 1e308, -1e308, 1e-320, 2**31,
    2**63, -1, None, [], {}, [[]], [{}], {"a": {}}, DEEP, "", "x" * 100_000, True, False, "9999-12-31", "0001-01-01",
    [1, 2, 3], "٣", ["x"] * 10_000,
]  # fmt: skip
CONDITION = {"factor": "roe", "field": "value", "operator": ">", "value": 1, "type": "FACTOR"}


@pytest.fixture
def boss(finished) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("boss"))
    return client


def post(client: Client, body: object, address: str = "") -> tuple[int, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(f"/api/backtests/{address}", text, content_type="application/json")
    return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else answer.content[:300]


def stored() -> tuple[int, int, int]:
    return BacktestSession.objects.count(), BacktestCondition.objects.count(), OrmQ.objects.count()


def refused_or_whole(client: Client, body: dict[str, Any]) -> tuple[int, Any] | None:
    """What is wrong with the answer to ``body``; None when it was refused and left nothing, or made one backtest."""
    before = stored()
    status, told = post(client, body)
    if status == 400:
        quiet = stored() == before and len(json.dumps(told)) < 5_000
        return None if quiet else (status, told)
    made = status in (200, 202) and stored()[0] - before[0] == (status == 202)
    return None if made else (status, told)


def test_any_field_may_be_anything(boss):
    failed = [
        (field, str(wrong)[:40], found)
        for field in WRITTEN
        for wrong in WRONG
        if (found := refused_or_whole(boss, config(**{field: wrong})))
    ]
    assert not failed


@pytest.mark.parametrize("kind", ["buy_conditions", "sell_conditions", "universe", "strategy"])
def test_any_part_of_a_condition_may_be_anything(boss, kind):
    bodies = []
    for part in CONDITION:
        for wrong in WRONG:
            condition = CONDITION | {part: wrong}
            if kind != "sell_conditions":
                condition.pop("type", None)
            bodies.append({"universe": {"conditions": [condition]}} if kind == "universe" else {kind: [condition]})
    if kind == "strategy":
        good = {"factors": ["roe"], "combiner": "equal_weight", "options": {}, "universe": {}, "neutralise": []}
        bodies = [{"strategy": good | {part: wrong}} for part in good for wrong in WRONG]
    failed = [(str(body)[:80], found) for body in bodies if (found := refused_or_whole(boss, config(**body)))]
    assert not failed


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 50_000, "NaN", '{"initial_capital": NaN}',
        '{"initial_capital": Infinity}', "[]", "1", '"x"', "null", "", "{}", '{"a": 1}', '{"": 1}', '{": x": 1}',
        '{"start": 1e400}', '{"a\\u0000b": 1}', '{"%s": 1}' % ("n" * 100_000), "{" , "[" * 10_000 + "]" * 10_000,
    ],
)  # fmt: skip
def test_bodies_that_are_no_request(boss, body):
    before = stored()
    status, told = post(boss, body)
    assert status == 400, told
    assert stored() == before


def test_infinity_by_its_digits(boss):
    text = json.dumps(config()).replace("100000000", "1e400")
    assert post(boss, text) == (400, {"initial_capital": ["must be a number, not inf"]})


def test_lists_of_a_million(boss):
    before = stored()
    for body in (
        {"buy_conditions": [1] * 10**6}, {"universe": {"tickers": ["A"] * 10**6}},
        {"neutralise": ["size"] * 10**6 + [1]}, {"universe": {"tickers": [f"N{number}" for number in range(10**6)]}},
    ):  # fmt: skip
        status, told = post(boss, config(**body))
        assert (status, len(json.dumps(told)) < 5_000) == (400, True)
    assert told == {"universe": ["tickers: 1,000,000 names are too many (at most 20,000)"]}
    assert stored() == before


@pytest.mark.parametrize("again", ["maybe", "2", "%00"])
def test_again_is_true_or_false(boss, again):
    assert post(boss, config(), f"?again={again}")[0] == 400


PAGED = ("", "{pk}/trades/", "{pk}/snapshots/", "{pk}/holdings/", "{pk}/events/")


@pytest.mark.parametrize("address", PAGED)
def test_pages_have_sizes_and_cursors(boss, address):
    address = f"/api/backtests/{address}".format(pk=made_up().pk)
    for size in ("0", "-1", "10001", "9" * 5000, "ten", "1.5", "%00"):
        answer = boss.get(f"{address}?page_size={size}")
        assert (answer.status_code, list(answer.json())) == (400, ["page_size"])
    for place in ([True], ["x"], [1.5], [10**30], [], [1, 2, 3, 4], {}, None, "x", [float("nan")], [[1]], [None]):
        cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
        answer = boss.get(f"{address}?cursor={cursor}")
        assert answer.status_code == 400, (place, answer.content)
        assert "not a cursor" in answer.json()["cursor"][0]


@pytest.mark.parametrize("wrong", ["1e400", "nan", "x"])
def test_made_up_cursors_of_figures(boss, wrong):
    made_up(figures={"total_return": 1.0})
    value = {"1e400": 10**400, "nan": float("nan"), "x": "x"}[wrong]
    cursor = base64.urlsafe_b64encode(json.dumps([False, value, 1]).encode()).decode()
    answer = boss.get(f"/api/backtests/?ordering=total_return&cursor={cursor}")
    assert (answer.status_code, list(answer.json())) == (400, ["cursor"])


@pytest.mark.parametrize(
    ("asked", "name", "reason"),
    [
        ("?region=QQ", "region", "unknown region"), ("?status=DONE", "status", "not a valid choice"),
        ("?ordering=name", "ordering", "not a valid choice"), ("?from=today", "from", "YYYY-MM-DD"),
        ("?from=2024-02-01&to=2024-01-01", "from", "is after to"), ("?name=%00", "name", "Null characters"),
        ("?regoin=KR", "regoin", "did you mean region"), ("?format=xml", "format", "unknown format"),
        ("{pk}/trades/?side=HOLD", "side", "not a valid choice"), ("{pk}/trades/?reason=x", "reason", "not a valid"),
        ("{pk}/trades/?ticker=%00", "ticker", "Null characters"), ("{pk}/trades/?form=2024", "form", "did you mean"),
        ("{pk}/snapshots/?to=2024-13-01", "to", "YYYY-MM-DD"), ("{pk}/events/?kind=x", "kind", "not a valid choice"),
        ("{pk}/monthly/?page_size=5", "page_size", "in one piece"), ("{pk}/series/?cursor=x", "cursor", "in one piece"),
        ("{pk}/statistics/?name=x", "name", "unknown parameter"),
    ],
)  # fmt: skip
def test_refusals_name_parameter_and_reason(boss, asked, name, reason):
    answer = boss.get(f"/api/backtests/{asked}".format(pk=made_up().pk))
    assert (answer.status_code, reason in answer.json()[name][0]) == (400, True), answer.json()
