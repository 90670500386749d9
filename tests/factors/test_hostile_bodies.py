"""What no form would send: every POST of this floor's API answers it with a reason under its field, never with 500."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from factors.models import FactorFormula, Strategy
from factors.services import strategies_define, strategy_save
from factors.services.formulas import FormulaRefused, formula_save
from factors.services.given import number_given
from factors.services.universes import StrategyError
from market.texts import is_storable
from tests.factors.market_tables import SESSION, random_market

pytestmark = pytest.mark.django_db
HUGE = 10**400
NUL, HALF = "a\0b", "a\ud800b"
DAY = SESSION.isoformat()
STRATEGY: dict[str, Any] = {"name": "new", "region": "KR", "factors": ["roe", "beta"]}
GOOD: dict[str, dict[str, Any]] = {
    "strategies/": STRATEGY | {
        "combiner": "equal_weight", "options": {}, "universe": {}, "neutralise": [], "description": "",
        "is_active": True,
    },
    "strategies/mine/combine/": {"date": DAY, "from": DAY, "to": DAY},
    "factor-formulas/": {
        "name": "new", "formula": "close", "category": "custom", "unit": "ratio", "direction": 1, "description": "",
        "is_active": True,
    },
    "factor-formulas/check/": {"formula": "close", "name": "new", "region": "KR"},
    "factor-runs/": {
        "region": "KR", "date": DAY, "factors": ["roe"], "normalisation": "zscore", "neutralise": ["size"],
    },
    "factor-backfills/": {
        "region": "KR", "factors": ["roe"], "normalisation": "zscore", "neutralise": ["size"], "restart": False,
        "from": DAY, "to": DAY,
    },
    "factor-analysis/": {
        "region": "KR", "factors": ["roe"], "horizons": [1], "quantiles": 5, "window": 1, "demean": False, "from": DAY,
        "to": DAY,
    },
}  # fmt: skip
WRONG = [
    NUL, HALF, [NUL], [HALF], {NUL: 1}, {"a": NUL}, HUGE, -HUGE, [HUGE], {"roe": HUGE}, 1e308, 2**31, 2**63, -1, None,
    [], {}, [[]], [{}], {"a": {}}, "", "x" * 100_000, True, "9999-12-31", "0001-01-01",
]  # fmt: skip


@pytest.fixture
def client() -> Client:
    random_market(3, bars=5)
    strategy_save(name="mine", region="KR", factors=["roe"])
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("boss"))
    return client


def post(client: Client, address: str, body: object) -> tuple[int, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(f"/api/{address}", text, content_type="application/json")
    return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else answer.content[:300]


@pytest.mark.parametrize("address", GOOD)
def test_any_field_may_be_anything(client, address):
    failed = []
    for field in GOOD[address]:
        for wrong in WRONG:
            status, told = post(client, address, GOOD[address] | {field: wrong})
            if status >= 500:
                failed.append((field, str(wrong)[:40], status, told))
    assert not failed


@pytest.mark.parametrize("address", GOOD)
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 50_000, "NaN", '{"region": NaN}', '{"region": Infinity}', "[]",
        "1", '"x"', "null", "",
    ],
)  # fmt: skip
def test_bodies_that_are_no_request(client, address, body):
    status, told = post(client, address, body)
    assert status == (400 if body or address != "strategies/mine/combine/" else status), told
    assert status < 500


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"universe": {"tickers": [NUL]}}, "universe", "tickers must be a list of names"),
        ({"universe": {"exclude_sectors": [HALF]}}, "detail", "half of a pair of surrogates"),
        ({"factors": {"roe": HUGE}}, "factors", "the weight of roe must be a number from 0"),
        ({"factors": {"roe": 1e308, "beta": 1e308}}, "factors", "the weight of roe must be a number from 0"),
        ({"factors": ["roe\0"]}, "factors", "unknown factor"),
        ({"universe": {"conditions": [{"factor": "roe", "value": HUGE}]}}, "universe", "must be a number"),
        (
            {"universe": {"conditions": [{"factor": "roe", "operator": "between", "value": [0, HUGE]}]}},
            "universe", "must be a number",
        ),
        ({"combiner": "optimized", "options": {"window": HUGE}}, "options", "window must be a whole number"),
        ({"description": NUL}, "description", "Null characters are not allowed"),
    ],
)  # fmt: skip
def test_of_a_strategy_the_field_is_told(client, wrong, field, reason):
    status, told = post(client, "strategies/", STRATEGY | wrong)
    assert status == 400
    assert reason in str(told[field]), told


def test_an_address_with_a_nul_is_not_found(client):
    for address in ("strategies/a%00b/", "factor-formulas/a%00b/", "factors/a%00b/"):
        assert client.get(f"/api/{address}").status_code == 404


def test_services_refuse_them_too():
    for given in (
        STRATEGY | {"description": NUL},
        STRATEGY | {"name": NUL},
        STRATEGY | {"universe": {"sectors": [NUL]}},
    ):
        with pytest.raises(StrategyError):
            strategies_define(data=given)
    for field in ("unit", "category", "description"):
        with pytest.raises(FormulaRefused, match=f"^{field}: "):
            formula_save(**{"name": "new", "formula": "close", field: HALF})
    assert not any(model.objects.exists() for model in (Strategy, FactorFormula))


def test_numbers_and_texts():
    assert [number_given(one) for one in (1, 2.5, True, "1", None, HUGE, float("nan"))] == [1.0, 2.5] + [None] * 5
    assert [is_storable(text) for text in ("한글 𝒳", NUL, HALF)] == [True, False, False]
