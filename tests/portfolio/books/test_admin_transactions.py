"""Transactions in the admin: by hand and from files."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.models import (
    Alert,
    Transaction,
)
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transaction_add
from tests.portfolio.books.pages import IMPORT, address, staff

pytestmark = pytest.mark.django_db


def entry(book, assets, **changes):
    known = {
        "portfolio": book.pk, "date": "2024-03-05", "kind": "SELL", "instrument": assets["AAA"].pk, "quantity": 4,
        "price": 50, "amount": "", "fee": 0, "tax": 0, "currency": "USD", "note": "", "sequence": 0,
    }  # fmt: skip
    return known | changes


@pytest.fixture
def writing(anna, rows, assets):
    """Adds a sale with some fields changed."""
    return lambda **changes: anna.post(address(Transaction, "add"), entry(rows[0], assets, **changes))


def test_writing_a_transaction_by_hand(anna, rows, assets):
    assert anna.post(address(Transaction, "add"), entry(rows[0], assets)).status_code == 302
    assert Transaction.objects.get(kind="SELL").quantity == 4
    rows[0].refresh_from_db()
    assert rows[0].revision == 2


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"quantity": 11}, "quantity", "sells 11 of US:AAA on 2024-03-05, but only 10 are held"),
        ({"quantity": ""}, "__all__", "need an asset and a quantity above zero"),
        ({"date": "2999-01-01"}, "date", "is in the future"),
        ({"amount": 700}, "amount", "700 is not quantity x price"),
        ({"currency": "us"}, "currency", "is not a currency: three letters"),
        ({"currency": "ABC"}, "currency", "is no currency of ISO 4217"),
        ({"note": "a\u202eb"}, "note", "direction of writing"),
        ({"kind": "DEPOSIT", "amount": 5}, "instrument", "is about cash alone"),
        ({"quantity": "1e400"}, "quantity", "Ensure that there are no more than"),
        ({"portfolio": 999_999}, "portfolio", "Select a valid choice"),
    ],
)
def test_a_transaction_that_cannot_be_is_told_at_its_field(writing, changes, field, reason):
    answer = writing(**changes)
    assert answer.status_code == 200
    assert reason in " ".join(answer.context["adminform"].form.errors[field])
    assert Transaction.objects.count() == 1


def test_somebody_elses_portfolio_is_no_choice(rows, assets, other):
    bert = staff("bert")
    answer = bert.post(address(Transaction, "add"), entry(rows[0], assets))
    assert "Select a valid choice" in str(answer.context["adminform"].form.errors["portfolio"])
    assert Transaction.objects.count() == 1


def test_a_change_and_a_deletion_that_would_break_the_books(anna, rows, assets):
    book, bought = rows[:2]
    sold = transaction_add(portfolio=book, date="2024-05-02", kind="SELL", asset="US:AAA", quantity=10, price=50)
    asked = entry(book, assets, kind="BUY", date="2024-03-04", quantity=9)
    answer = anna.post(address(Transaction, "change", bought.pk), asked)
    assert f"(transaction #{sold.pk} of the books)" in str(answer.context["adminform"].form.errors["quantity"])
    page = anna.get(address(Transaction, "delete", bought.pk))
    assert "none came in before" in page.content.decode()
    anna.post(address(Transaction, "delete", bought.pk), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [bought.pk], "post": "yes"}
    anna.post(address(Transaction, "changelist"), chosen)
    assert Transaction.objects.count() == 2
    chosen["_selected_action"] = [bought.pk, sold.pk]
    anna.post(address(Transaction, "changelist"), chosen)
    assert not Transaction.objects.exists()


def test_lists_are_narrowed(anna, rows):
    found = address(Transaction, "changelist")
    for asked, count in (
        ({"portfolio": rows[0].pk}, 1), ({"portfolio": 999_999}, 0), ({"portfolio": "x"}, 0), ({"asset": "aaa"}, 1),
        ({"asset": "ZZZ"}, 0), ({"kind__exact": "SELL"}, 0),
    ):  # fmt: skip
        page = anna.get(found, asked)
        assert (page.status_code, page.context["cl"].result_count) == (200, count), asked


def test_the_chosen_rows_as_csv(anna, rows):
    chosen = {"action": "as_csv", "_selected_action": [rows[1].pk]}
    answer = anna.post(address(Transaction, "changelist"), chosen)
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].startswith("id,date,kind,asset")
    assert "BUY,US:AAA,10.0000000000,50.0000000000" in lines[1]


def test_alerts_are_seen(anna, rows):
    chosen = {"action": "see", "_selected_action": [rows[-1].pk]}
    assert anna.post(address(Alert, "changelist"), chosen).status_code == 302
    assert Alert.objects.get().seen_at


# --- files -----------------------------------------------------------------------------------------------------------

FILE = "date,kind,asset,quantity,price\n2024-03-04,BUY,US:AAA,10,50\n2024-03-05,SELL,US:AAA,11,50\n"


def uploaded(client, book, text=FILE, **more):
    asked = {"portfolio": book.pk, "kind": "transactions", "file": SimpleUploadedFile("mine.csv", text.encode())}
    return client.post(IMPORT, asked | more)


def test_a_file_is_shown_and_then_booked(anna, book):
    answer = uploaded(anna, book)
    assert answer.status_code == 302
    page = anna.get(answer["Location"]).content.decode()
    assert "<strong>1 ok</strong>" in page
    assert "sells 11 of US:AAA" in page
    assert not Transaction.objects.exists()
    token = answer["Location"].partition("upload=")[2]
    strange = staff("bert")
    assert strange.get(answer["Location"]).status_code == 302  # not there, for others
    assert strange.post(IMPORT, {"confirmed": token, "skip_errors": "yes"})["Location"] == IMPORT
    refused = anna.post(IMPORT, {"confirmed": token}, follow=True)
    assert "1 of 2 rows cannot be booked" in "".join(map(str, refused.context["messages"]))
    assert not Transaction.objects.exists()
    done = anna.post(IMPORT, {"confirmed": token, "skip_errors": "yes"}, follow=True)
    (told,) = map(str, done.context["messages"])
    assert "1 booked, 0 were there already" in told
    rejects = re.search(r'href="([^"]+)"', told)[1]
    assert anna.get(rejects).content.decode().splitlines()[1].startswith("2,quantity,")
    assert strange.get(rejects).status_code == 404
    assert Transaction.objects.count() == 1


def test_files_that_are_none(anna, book, other):
    for text in ("", "foo,bar\n1,2\n", "\0"):
        answer = uploaded(anna, book, text)
        if answer.status_code == 302:
            answer = anna.get(answer["Location"], follow=True)
            assert "file: " in "".join(map(str, answer.context["messages"]))
        else:
            assert answer.context["form"].errors["file"]
    foreign = portfolio_create(owner=other, name="x", base_currency="USD")
    assert uploaded(anna, foreign).context["form"].errors["portfolio"]
