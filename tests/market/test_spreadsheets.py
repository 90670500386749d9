"""No CSV the site writes has cells that a spreadsheet would run; numbers stay numbers."""

import csv
import io
from decimal import Decimal

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from market.models import CorporateAction, Instrument
from market.spreadsheets import cell_safe, table_safe

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "-rank(roe)",
    "=5",
    "@5",
    "-",
    "+-1",
]
HARMLESS = ["", "KODEX 200", "'=1", "a=b", "-5", "+5", "-1,200.5", "-.5", "-1.5e-7", "-1E5", "+3%", "3-4", "삼성전자"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_becomes_text(text: str) -> None:
    assert cell_safe(text) == f"'{text}"


@pytest.mark.parametrize("value", [*HARMLESS, -5, -0.5, Decimal("-1.50"), None, float("-inf")])
def test_the_rest_stays_as_it_is(value: object) -> None:
    assert cell_safe(value) is value


def test_tables() -> None:
    texts = pa.array(["=1+1", None, "AAPL", "-x", "\n@"])
    found = table_safe(pa.table({"ticker": texts, "score": [-1.5, 2, 3, 4, None]}))
    assert found.to_pydict() == {"ticker": ["'=1+1", None, "AAPL", "'-x", "'\n@"], "score": [-1.5, 2, 3, 4, None]}


@pytest.fixture
def hostile(db) -> Instrument:
    return Instrument.objects.create(region="KR", ticker="005930", name='=HYPERLINK("http://x.y","z")', currency="KRW")


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_lists_of_the_api(client: Client, hostile: Instrument) -> None:
    [row] = rows_of(client.get("/api/instruments/?format=csv"))
    assert row["name"] == f"'{hostile.name}"


def test_refusals_as_csv(client: Client, db) -> None:
    answer = client.get("/api/prices/?region=KR&ticker==1+1&format=csv&=2=3")
    assert answer.status_code == 400
    assert not [row for row in csv.reader(io.StringIO(answer.content.decode())) if any(c[:1] == "=" for c in row)]


def test_exports_of_the_admin(client: Client, hostile: Instrument) -> None:
    CorporateAction.objects.create(instrument=hostile, ex_date="2024-06-28", kind="DIVIDEND", amount=5)
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    asked = {"format": "0", "resource": "0"}
    [row] = rows_of(client.post(reverse("admin:market_instrument_export"), asked))
    assert row["name"] == f"'{hostile.name}"
    assert row["listed_on"] == ""
    [row] = rows_of(client.post(reverse("admin:market_corporateaction_export"), asked))
    assert (row["ticker"], row["amount"]) == ("005930", "5.0")
