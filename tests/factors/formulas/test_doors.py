"""The same services over HTTP, in the admin and on the command line."""

import io
import json

import pytest
from django.contrib.auth.models import User
from django.core.management import BaseCommand, call_command
from django.test import Client
from django.urls import reverse

from factors.formulas import FUNCTIONS, SERIES
from factors.formulas.functions import OPERATOR
from factors.management.commands.check_formula import Command as CheckFormula
from factors.management.commands.save_formula import Command as SaveFormula
from factors.models import Factor, FactorFormula, Strategy, StrategyFactor
from factors.services.catalogue import factors_resolved
from factors.services.formulas import formula_save
from factors.store import factors_sync
from tests.factors.market_tables import random_market
from tests.shared_data import ROOT

pytestmark = pytest.mark.django_db
TREND = "mean(close, 20) / mean(close, 120) - 1"
BASE = "/api/factor-formulas/"


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def send(client: Client, method: str, address: str, **body: object) -> tuple[int, dict]:
    answer = getattr(client, method)(BASE + address, body, content_type="application/json")
    return answer.status_code, answer.json() if answer.content else {}


# --- HTTP ---------------------------------------------------------------------------------------------------------


def test_saving_and_reading_over_http(manager, client):
    status, made = send(manager, "post", "", name="trend", formula=TREND, unit="%", direction=-1)
    assert (status, made["name"], made["direction"], made["problem"]) == (201, "trend", -1, None)
    assert FactorFormula.objects.get().owner.username == "someone"
    (row,) = client.get(BASE).json()["results"]  # reading needs no login
    assert (row["formula"], row["is_active"]) == (TREND, True)
    assert client.get(f"{BASE}trend/").json()["unit"] == "%"
    assert client.get(f"{BASE}?is_active=false").json()["results"] == []
    assert client.get(f"{BASE}trendy/").status_code == 404
    in_catalogue = client.get("/api/factors/trend/").json()
    assert (in_catalogue["description"], in_catalogue["min_bars"]) == (TREND, 120)
    assert "trend" in [factor["name"] for factor in client.get("/api/factors/").json()["results"]]
    assert client.get("/api/factor-scores/?region=KR&date=2024-06-28&factor=trend").json()["results"] == []


def test_changing_and_deleting_over_http(manager):
    send(manager, "post", "", name="trend", formula=TREND)
    status, changed = send(manager, "patch", "trend/", formula="close / open", is_active=False)
    assert (status, changed["formula"], changed["is_active"], changed["category"]) == (
        200,
        "close / open",
        False,
        "custom",
    )
    assert send(manager, "put", "trend/", name="trend", formula=TREND)[0] == 200
    send(manager, "post", "", name="twice", formula="2 * trend")
    assert send(manager, "delete", "trend/") == (400, {"name": ["trend is named by the formulas twice"]})
    assert send(manager, "delete", "twice/")[0] == 204
    assert send(manager, "delete", "trend/")[0] == 204
    assert not FactorFormula.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"name": "mine", "formula": "clse"}, "formula", "unknown name 'clse'; did you mean close"),
        ({"name": "roe", "formula": TREND}, "name", "roe is a library factor"),
        ({"name": "mine"}, "formula", "required"),
        ({"name": "mine", "formula": TREND, "direction": 3}, "direction", "not a valid choice"),
        (
            {"name": "mine", "formula": TREND, "units": "%"},
            "units",
            "unknown field; known are name, formula, category, unit, direction, description, is_active|",
        ),
    ],
)
def test_refusals_over_http(manager, body, field, reason):
    status, told = send(manager, "post", "", **body)
    assert status == 400
    assert reason in f"{told[field][0]}|"


def test_writing_needs_the_permission(client):
    assert send(client, "post", "", name="trend", formula=TREND)[0] in (401, 403)
    assert send(client, "post", "check/", formula=TREND)[0] in (401, 403)
    client.force_login(User.objects.create_user("reader"))
    assert send(client, "post", "", name="trend", formula=TREND)[0] == 403


def test_checking_over_http(manager):
    status, found = send(manager, "post", "check/", formula="rank(roe) * mean(close, 20)")
    assert (status, found) == (
        200, {"bars": 20, "series": ["close"], "figures": [], "factors": ["roe"], "formulas": []},
    )  # fmt: skip
    status, told = send(manager, "post", "check/", formula="close + * 2")
    assert status == 400
    assert told["formula"][0].splitlines() == ["'*' cannot stand after '+'", "  close + * 2", "          ^"]
    assert send(manager, "post", "check/", formula="mine", name="mine")[1]["formula"][0].startswith(
        "formulas name each"
    )
    assert "prices" in send(manager, "post", "check/", formula="close", region="KR")[1]["region"][0]


@pytest.mark.django_db(transaction=True)
def test_trying_over_http_and_on_the_command_line(manager):
    random_market(12, bars=30)
    _, found = send(manager, "post", "check/", formula="close / lag(close, 20)", region="KR")
    assert (found["values"]["valued"], len(found["values"]["top"])) == (12, 10)
    out, _, code = command("check_formula", "close / lag(close, 20)", "--region", "KR", "--top", "3")
    assert code == 0
    assert "good: needs 21 bars of each instrument; series close" in out
    assert "12 of 12 have a value" in out
    formula_save(name="trend", formula="close / lag(close, 20)")
    page = manager.post(
        reverse("admin:factors_factorformula_changelist"),
        {"action": "try_it", "_selected_action": [FactorFormula.objects.get().pk]}, follow=True,
    )  # fmt: skip
    assert "12 of 12 have a value" in page.content.decode()


# --- the admin ----------------------------------------------------------------------------------------------------


def page(client: Client, what: str, *arguments: object) -> str:
    answer = client.get(reverse(f"admin:factors_factorformula_{what}", args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def form(**fields: object) -> dict[str, object]:
    usual = {"category": "custom", "unit": "ratio", "direction": 1, "description": "", "is_active": "on"}
    return usual | fields


def test_the_form_lists_the_words(manager):
    shown = page(manager, "add")
    for function in FUNCTIONS.values():
        assert function.group == OPERATOR or function.signature in shown
    assert "net_income_ttm_year_ago" in shown


def test_a_mistake_is_told_at_its_field(manager):
    address = reverse("admin:factors_factorformula_add")
    answer = manager.post(address, form(name="mine", formula="mean(clse, 20)"))
    errors = answer.context["adminform"].form.errors
    assert list(errors) == ["formula"]
    assert "did you mean close" in errors["formula"][0]
    assert "<pre>  mean(clse, 20)\n       ^^^^</pre>" in answer.content.decode()
    answer = manager.post(address, form(name="roe", formula="close"))
    assert "roe is a library factor" in answer.context["adminform"].form.errors["name"][0]
    assert not FactorFormula.objects.exists()
    answer = manager.post(address, form(name="mine", formula="a<script>"))
    assert "<script>alert" not in answer.content.decode()


def test_saving_in_the_admin(manager):
    manager.post(reverse("admin:factors_factorformula_add"), form(name="trend", formula=TREND))
    saved = FactorFormula.objects.get()
    assert saved.owner.username == "someone"
    factors_sync(factors_resolved(["trend"]))
    address = reverse("admin:factors_factorformula_change", args=[saved.pk])
    answer = manager.post(address, form(formula="close / open"))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    saved.refresh_from_db()
    assert saved.formula == "close / open"
    assert set(Factor.objects.values_list("name", flat=True)) == {"trend", "trend~1"}
    assert "close / open" in page(manager, "changelist")


def test_deleting_in_the_admin(manager):
    saved = formula_save(name="trend", formula=TREND)
    factors_sync(factors_resolved(["trend"]))
    strategy = Strategy.objects.create(name="mine", region="KR")
    StrategyFactor.objects.create(strategy=strategy, factor=Factor.objects.get(name="trend"))
    assert "used by the strategies mine" in page(manager, "delete", saved.pk)
    address = reverse("admin:factors_factorformula_delete", args=[saved.pk])
    manager.post(address, {"post": "yes"})
    assert FactorFormula.objects.exists()
    strategy.members.all().delete()
    manager.post(address, {"post": "yes"})
    assert not FactorFormula.objects.exists()


# --- the command line ---------------------------------------------------------------------------------------------


def command(name: str, *arguments: str) -> tuple[str, str, int]:
    """(stdout, stderr, exit code)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as leave:
        return out.getvalue(), err.getvalue(), leave.code
    return out.getvalue(), err.getvalue(), 0


def test_saving_on_the_command_line():
    out, _, code = command("save_formula", "trend", TREND, "--unit", "%", "--less-is-better")
    assert (code, out.strip()) == (0, "trend saved: needs 120 bars of each instrument; made of close")
    command("save_formula", "trend", "--inactive")
    saved = FactorFormula.objects.get()
    assert (saved.formula, saved.unit, saved.direction, saved.is_active) == (TREND, "%", -1, False)
    _, err, code = command("save_formula", "trend", "mean(close")
    assert code == 2
    assert err.splitlines()[:2] == [
        "formula: the formula ends too early: 1 closing parenthesis is missing", "  mean(close",
    ]  # fmt: skip
    assert command("save_formula", "another")[1:] == ("formula: needed for a new one\n", 2)


@pytest.mark.parametrize("field", ["unit", "category"])
def test_texts_that_are_too_long_are_refused_by_every_door(manager, field):
    _, err, code = command("save_formula", "trend", TREND, f"--{field}", "x" * 500)
    assert (code, err) == (2, f"{field}: at most 32 characters, not 500\n")
    assert send(manager, "post", "", name="trend", formula=TREND, **{field: "x" * 500})[0] == 400
    assert not FactorFormula.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_formula_may_begin_with_a_minus(capsys):
    for argv in (["-close"], ["-volume", "--json"], ["-v", "1", "-(close + 1)"], ["--", "-close"]):
        call_with(CheckFormula(), "check_formula", *argv)
        assert ("close" in capsys.readouterr().out) == ("-volume" not in argv)
    call_with(SaveFormula(), "save_formula", "fall", "-close", "--unit", "%")
    assert FactorFormula.objects.get().formula == "-close"


def call_with(command: BaseCommand, *argv: str) -> None:
    """As manage.py does."""
    command.run_from_argv(["manage.py", *argv])


def test_checking_on_the_command_line():
    found = json.loads(command("check_formula", "roe + mean(close, 5)", "--json")[0])
    assert (found["bars"], found["factors"]) == (5, ["roe"])
    _, err, code = command("check_formula", "close +")
    assert (code, err.startswith("formula: the formula ends too early")) == (2, True)


def test_listing_on_the_command_line():
    formula_save(name="trend", formula=TREND)
    FactorFormula.objects.create(name="old", formula="gone + 1")
    out, _, _ = command("list_formulas")
    assert TREND in out
    assert "unknown name 'gone'" in out
    rows = json.loads(command("list_formulas", "--json")[0])
    assert [(row["name"], row["problem"] is None) for row in rows] == [("old", False), ("trend", True)]
    words = json.loads(command("list_formulas", "--words", "--json")[0])
    assert words["functions"]["lag(x, n)"]
    assert {"trend", "roe", "market_cap"} <= set(words["figures_and_factors"])
    assert "bars since the largest" in command("list_formulas", "--words")[0]


def test_deleting_on_the_command_line():
    formula_save(name="trend", formula=TREND)
    formula_save(name="twice", formula="2 * trend")
    assert "named by the formulas twice" in command("delete_formula", "trend")[1]
    assert command("delete_formula", "twice")[0] == "twice deleted\n"
    assert command("delete_formula", "trend")[2] == 0
    assert command("delete_formula", "trend")[1:] == ("name: no formula 'trend'; there are: none\n", 2)


# --- the documentation --------------------------------------------------------------------------------------------


def test_the_documentation_lists_every_word_as_the_table_has_it():
    text = (ROOT / "docs" / "formulas.md").read_text()
    for function in FUNCTIONS.values():
        if function.group != OPERATOR:
            assert f"| `{function.signature}` | {function.doc} |" in text, function.name
    for series in SERIES.values():
        assert f"| `{series.name}` | {series.doc} |" in text, series.name
