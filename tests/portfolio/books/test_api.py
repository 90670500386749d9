"""Books over HTTP."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market.models import CorporateAction
from portfolio.models import Portfolio, Transaction
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transaction_add

pytestmark = pytest.mark.django_db
LIST = "/api/portfolios/"
BUY = {"date": "2024-03-04", "kind": "BUY", "asset": "US:AAA", "quantity": 10, "price": "50.25", "fee": 1.5}


def at(portfolio, rest="") -> str:
    return f"{LIST}{portfolio.pk}/{rest}"


def test_making_one_and_changing_it(api, owner):
    made = api.post(LIST, {"name": "core", "base_currency": "USD", "lot": 0}, format="json")
    assert made.status_code == 201
    assert made["Location"].endswith(f"{LIST}{made.data['id']}/")
    assert made.data | {"owner": "anna", "name": "core", "lot": 0.0, "is_stale": False, "valued_to": None} == made.data
    address = f"{LIST}{made.data['id']}/"
    assert api.patch(address, {"name": "kern"}, format="json").data["name"] == "kern"
    assert api.get(address).data["name"] == "kern"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "base_currency"),
        ({"name": "x", "base_currency": "US"}, "base_currency"),
        ({"name": "x", "base_currency": "ABC"}, "base_currency"),
        ({"name": "x", "strategy": "value"}, "capital"),
        ({"name": "x", "strategy": "value", "capital": 1_000}, "strategy"),
        ({"name": "x", "strategy": "value", "capital": 1_000, "base_currency": "KRW"}, "base_currency"),
        ({"name": "x", "strategy": "value", "capital": 1_000, "top": 0}, "top"),
        ({"name": "x", "base_currency": "USD", "colour": "red"}, "colour"),
        ({"name": "core", "base_currency": "USD"}, "portfolio"),
        ({"name": "x", "base_currency": "USD", "lot": -1}, "portfolio"),
        ({"name": "x", "base_currency": "USD", "commission": "a"}, "commission"),
        ([], "non_field_errors"),
    ],
)
def test_a_portfolio_that_cannot_be(api, book, body, field):
    answer = api.post(LIST, body, format="json")
    assert (answer.status_code, list(answer.data)) == (400, [field])


def test_the_list_is_of_ones_own_and_staff_sees_all_by_permission(api, stranger, book, other):
    foreign = portfolio_create(owner=other, name="core", base_currency="KRW")
    assert [one["id"] for one in api.get(LIST).data["results"]] == [book.pk]
    assert [one["id"] for one in stranger.get(LIST).data["results"]] == [foreign.pk]
    other.is_staff = True
    other.save()
    other.user_permissions.add(Permission.objects.get(codename="view_portfolio"))
    assert len(stranger.get(LIST).data["results"]) == 2
    assert [one["id"] for one in stranger.get(LIST, {"owner": "anna"}).data["results"]] == [book.pk]
    assert stranger.get(at(book)).status_code == 200
    assert stranger.patch(at(book), {"name": "x"}, format="json").status_code == 404  # may look, not change
    assert stranger.delete(at(book)).status_code == 404
    assert Portfolio.objects.count() == 2


def test_pages(api, owner, book):
    for number in range(3):
        portfolio_create(owner=owner, name=f"p{number}", base_currency="USD")
    first = api.get(LIST, {"page_size": 3}).data
    assert [one["name"] for one in first["results"]] == ["core", "p0", "p1"]
    assert [one["name"] for one in api.get(first["next"]).data["results"]] == ["p2"]
    assert [one["name"] for one in api.get(LIST, {"name": "P1"}).data["results"]] == ["p1"]


def test_one_transaction(api, book):
    made = api.post(at(book, "transactions/"), BUY, format="json")
    assert made.status_code == 201
    assert made.data == {
        "id": made.data["id"], "date": "2024-03-04", "kind": "BUY", "asset": "US:AAA", "quantity": "10",
        "price": "50.25", "amount": None, "fee": "1.5", "tax": "0", "currency": "USD", "sequence": 0, "note": "",
        "source": "API",
    }  # fmt: skip
    address = at(book, f"transactions/{made.data['id']}/")
    assert api.patch(address, {"quantity": "12.5"}, format="json").data["quantity"] == "12.5"
    assert api.get(address).data["price"] == "50.25"
    wrong = api.patch(address, {"quantity": 0}, format="json")
    assert (wrong.status_code, wrong.data) == (400, {"quantity": ["must be above 0, not 0"]})
    assert api.delete(address).status_code == 204
    assert api.delete(address).status_code == 404


def test_a_list_of_transactions(api, book):
    rows = [{"date": "2024-03-01", "kind": "DEPOSIT", "amount": 1000}, BUY]
    made = api.post(at(book, "transactions/"), rows, format="json")
    assert [one["kind"] for one in made.data] == ["DEPOSIT", "BUY"]
    wrong = api.post(at(book, "transactions/"), [BUY, BUY | {"kind": "SELL", "quantity": 99}], format="json")
    assert wrong.status_code == 400
    assert [(one["row"], one["field"]) for one in wrong.data["rows"]] == [(2, "quantity")]
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (BUY | {"portfolio": 1}, "portfolio"), (BUY | {"source": "x"}, "source"), (BUY | {"colour": 1}, "colour"),
        (BUY | {"asset": {"a": 1}}, "asset"), ({}, "date"), ("text", "detail"), ([1], "detail"), ([], "transactions"),
        ([BUY] * 5_001, "transactions"),
    ],
)  # fmt: skip
def test_a_transaction_that_cannot_be(api, book, body, field):
    answer = api.post(at(book, "transactions/"), body, format="json")
    assert (answer.status_code, next(iter(answer.data))) == (400, field)
    assert not Transaction.objects.exists()


@pytest.mark.parametrize("body", ["{", '{"date": NaN}', '{"quantity": ' + "9" * 5000 + "}", '{"note": "\\ud800"}'])
def test_json_that_is_none(api, book, body):
    answer = api.post(at(book, "transactions/"), body, content_type="application/json")
    assert answer.status_code == 400


@pytest.fixture
def filled(api, book):
    rows = [
        {"date": "2024-03-01", "kind": "DEPOSIT", "amount": 9000, "note": "=1+1"}, BUY,
        BUY | {"asset": "KR:005930", "date": "2024-03-05"}, BUY | {"kind": "SELL", "date": "2024-06-03"},
    ]  # fmt: skip
    assert api.post(at(book, "transactions/"), rows, format="json").status_code == 201
    return book


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({}, ["SELL", "BUY", "BUY", "DEPOSIT"]), ({"kind": "BUY"}, ["BUY", "BUY"]), ({"asset": "aaa"}, ["SELL", "BUY"]),
        ({"from": "2024-03-04", "to": "2024-03-05"}, ["BUY", "BUY"]),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(api, filled, asked, kinds):
    assert [one["kind"] for one in api.get(at(filled, "transactions/"), asked).data["results"]] == kinds


def test_both_sides_of_exchanged_cash_go_at_once(api, book):
    legs = [{"date": "2024-03-04", "kind": "TRANSFER", "amount": amount, "currency": currency}
            for amount, currency in ((-100, "USD"), (133_000, "KRW"))]  # fmt: skip
    keys = [one["id"] for one in api.post(at(book, "transactions/"), legs, format="json").data]
    assert api.delete(at(book, f"transactions/{keys[0]}/")).status_code == 400
    for wrong in ("", "?ids=", "?ids=x", f"?ids={keys[0]}", f"?ids={'9' * 30}"):
        assert api.delete(at(book, f"transactions/{wrong}")).status_code == 400
    assert api.delete(at(book, "transactions/?ids=999999")).status_code == 404
    assert api.delete(at(book, f"transactions/?ids={keys[0]},{keys[1]}")).status_code == 204
    assert not Transaction.objects.exists()


@pytest.mark.parametrize("asked", [{"asset": "ZZZ"}, {"kind": "GIFT"}, {"from": "x"}, {"side": "BUY"}, {"cursor": "x"}])
def test_a_list_that_is_none(api, filled, asked):
    assert api.get(at(filled, "transactions/"), asked).status_code == 400


def test_the_list_as_csv_can_be_imported(api, owner, filled):
    answer = api.get(at(filled, "transactions/"), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["asset"] for row in rows] == ["US:AAA", "KR:005930", "US:AAA", ""]
    assert rows[3]["note"] == "'=1+1"
    again = api.post(at(filled, "import/?preview=1"), {"text": text}, format="json")
    assert again.data["counts"] == {"ok": 0, "duplicate": 4, "error": 0}
    copy = portfolio_create(owner=owner, name="copy", base_currency="USD")
    assert api.post(at(copy, "import/"), {"text": text}, format="json").data["added"] == 4


def test_queries_do_not_grow(api, filled):
    def queries(address):
        with CaptureQueriesContext(connection) as asked:
            assert api.get(address).status_code == 200
        return len(asked)

    few = queries(at(filled, "transactions/")), queries(LIST)
    for day in range(1, 21):
        transaction_add(portfolio=filled, date=f"2024-07-{day:02d}", kind="BUY", asset="US:DUP", quantity=1, price=1)
        portfolio_create(owner=filled.owner, name=f"p{day}", base_currency="USD")
    assert (queries(at(filled, "transactions/")), queries(LIST)) == few


TEXT = "date,kind,asset,quantity,price\n2024-03-04,BUY,US:AAA,10,50\n2024-03-05,SELL,US:AAA,11,50\n"


def test_an_upload_is_shown_and_then_booked(api, book):
    def file():
        return SimpleUploadedFile("mine.csv", TEXT.encode(), content_type="text/csv")

    shown = api.post(at(book, "import/?preview=true"), {"file": file()}, format="multipart")
    assert shown.status_code == 200
    assert [one["state"] for one in shown.data["rows"]] == ["ok", "error"]
    assert shown.data["rows"][0]["quantity"] == "10"
    assert shown.data["shares"] == [{"asset": "US:AAA", "quantity": 10.0}]
    assert not Transaction.objects.exists()
    refused = api.post(at(book, "import/"), {"file": file()}, format="multipart")
    assert refused.status_code == 400
    assert [one["row"] for one in refused.data["rows"]] == [2]
    done = api.post(at(book, "import/"), {"file": file(), "skip_errors": "true"}, format="multipart")
    assert (done.status_code, done.data["added"], done.data["counts"]["error"]) == (201, 1, 1)
    assert done.data["refused_csv"].splitlines()[1].startswith("2,quantity,")
    assert Transaction.objects.get().source == "mine.csv"
    assert api.post(at(book, "import/"), {"text": TEXT, "skip_errors": True}, format="json").status_code == 200


def test_positions_over_http(api, book):
    text = "asset,quantity,cost\nUS:AAA,2,10\nCASH,5,\n"
    body = {"text": text, "kind": "positions", "date": "2024-01-02"}
    assert api.post(at(book, "import/"), body, format="json").data["added"] == 2
    assert (
        api.post(at(book, "import/?kind=positions&date=2024-01-02"), {"text": text}, format="json").data["added"] == 0
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "file"), ({"text": ""}, "file"), ({"text": "x"}, "file"), ({"text": TEXT, "kind": "orders"}, "kind"),
        ({"text": TEXT, "date": "soon"}, "date"), ({"text": TEXT, "colour": 1}, "colour"), ([1], "detail"),
        ({"text": "a\0b"}, "text"), ({"text": "date,kind,asset\n" + "x" * 20_000}, "file"),
    ],
)  # fmt: skip
def test_an_import_that_cannot_be(api, book, body, field):
    answer = api.post(at(book, "import/"), body, format="json")
    assert (answer.status_code, list(answer.data)) == (400, [field])


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"PK\x03\x04", "날짜".encode("utf-16")])
def test_uploads_that_are_no_text(api, book, content):
    body = {"file": SimpleUploadedFile("x.csv", content)}
    answer = api.post(at(book, "import/"), body, format="multipart")
    assert (answer.status_code, list(answer.data)) == (400, ["file"])


def test_missing_corporate_actions(api, filled, assets):
    action = CorporateAction.objects.create(
        instrument=assets["AAA"], ex_date="2024-04-02", kind="CASH_DIVIDEND", amount=0.5
    )
    found = api.get(at(filled, "corporate-actions/")).data["results"]
    assert found == [{
        "id": action.pk, "asset": "US:AAA", "ex_date": "2024-04-02", "kind": "DIVIDEND", "figure": 0.5,
        "quantity": 10.0, "amount": 5.0, "currency": "USD", "waits_for_split": False,
    }]  # fmt: skip
    made = api.post(at(filled, "corporate-actions/"), {"ids": [action.pk]}, format="json")
    assert (made.status_code, made.data[0]["amount"]) == (201, "5")
    again = api.post(at(filled, "corporate-actions/"), {"ids": [action.pk]}, format="json")
    assert (again.status_code, list(again.data)) == (400, ["ids"])
    assert json.loads(api.get(at(filled, "corporate-actions/")).content) == {"results": []}
