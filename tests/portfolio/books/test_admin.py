"""Portfolios and transactions in the admin: whose they are, what is refused at which field, files."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portfolio.models import (
    Alert,
    AlertLimit,
    Portfolio,
    PortfolioAllocation,
    PortfolioBenchmark,
    PortfolioPerformanceHistory,
    PortfolioRiskMetrics,
    Transaction,
    ValuationState,
)
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transaction_add

pytestmark = pytest.mark.django_db
ROWS = (Alert, PortfolioPerformanceHistory, PortfolioRiskMetrics, Transaction, ValuationState)
IMPORT = "/admin/portfolio/transaction/import-file/"


def address(model, page, *args) -> str:
    return reverse(f"admin:portfolio_{model._meta.model_name}_{page}", args=args)


def staff(name: str, *permissions: str) -> Client:
    user, _ = User.objects.get_or_create(username=name)
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def anna(owner) -> Client:
    """Staff without any permission: the owner of ``book``."""
    return staff("anna")


@pytest.fixture
def rows(book, assets) -> list:
    """One row of each kind."""
    bought = transaction_add(portfolio=book, date="2024-03-04", kind="BUY", asset="US:AAA", quantity=10, price=50)
    day = "2024-03-04"
    return [
        book, bought,
        PortfolioPerformanceHistory.objects.create(portfolio=book, date=day, value=1234.5, cash=0, twr_index=1.25),
        PortfolioRiskMetrics.objects.create(portfolio=book, date=day),
        ValuationState.objects.create(portfolio=book, date=day, instruments=[1], currencies=["USD"], state={}),
        Alert.objects.create(portfolio=book, kind="VAR", date=day, figure=3, limit=2, message="above"),
    ]  # fmt: skip


def test_the_owner_sees_every_page(anna, rows):
    for row in rows:
        assert anna.get(address(type(row), "changelist")).status_code == 200
        assert anna.get(address(type(row), "change", row.pk)).status_code == 200
    page = anna.get(address(Portfolio, "changelist")).content.decode()
    assert "1,234.5" in page
    assert "+25.00" in page
    assert "to compute" in page


def test_nobody_else_does(rows):
    stranger = staff("bert", "view_instrument")
    for row in rows:
        page = stranger.get(address(type(row), "changelist"))
        assert page.status_code == 200
        assert page.context["cl"].result_count == 0
        for kind in ("change", "delete", "history"):
            assert stranger.get(address(type(row), kind, row.pk)).status_code == 404, (row, kind)
    assert stranger.post(address(Portfolio, "delete", rows[0].pk), {"post": "yes"}).status_code == 404
    assert Portfolio.objects.exists()
    client = Client()
    client.force_login(User.objects.create_user("carl"))  # no staff
    assert client.get(address(Portfolio, "changelist")).status_code == 302


def test_staff_by_permission(rows):
    looker = staff("bert", "view_portfolio")
    for row in rows:
        assert looker.get(address(type(row), "changelist")).context["cl"].result_count == 1
        assert looker.get(address(type(row), "change", row.pk)).status_code == 200
    assert looker.post(address(Portfolio, "change", rows[0].pk), {"name": "x"}).status_code == 403
    assert looker.post(address(Transaction, "delete", rows[1].pk), {"post": "yes"}).status_code == 403
    assert "anna" not in re.sub(r"(?s)<header.*?</header>", "", str(looker.get(IMPORT).context["form"]["portfolio"]))


def test_lists_take_few_queries(anna, rows):
    def queries():
        found = []
        for model in (Portfolio, *ROWS):
            with CaptureQueriesContext(connection) as asked:
                anna.get(address(model, "changelist"))
            found.append(len(asked))
        return found

    few = queries()
    assert max(few) <= 8
    for number in range(5):
        portfolio_create(owner=rows[0].owner, name=f"p{number}", base_currency="USD")
        transaction_add(portfolio=rows[0], date="2024-04-01", kind="DEPOSIT", amount=number + 1)
    assert queries() == few


# --- portfolios ------------------------------------------------------------------------------------------------------


def inline(prefix, forms, initial=0):
    """The fields of an inline formset."""
    data = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": initial}
    return data | {f"{prefix}-{at}-{name}": value for at, form in enumerate(forms) for name, value in form.items()}


def settings(allocations=(), benchmarks=(), limits=(), initial=0, **changes):
    known = {
        "name": "kern", "base_currency": "USD", "risk_free_rate": 2, "commission": 0, "sales_tax": 0, "gains_tax": 0,
        "minimum_trade": 0, "lot": 1, "description": "",
    }  # fmt: skip
    parts = inline("allocations", allocations, initial) | inline("benchmarks", benchmarks, initial)
    return known | parts | inline("alert_limits", limits) | changes


def target(instrument, percent, **more):
    row = {"instrument": instrument.pk if instrument else "", "target": percent, "frequency": "NONE", "is_active": "on"}
    return row | more


def errors(answer) -> str:
    """What a form page tells."""
    assert answer.status_code == 200
    found = [str(answer.context["errors"])]
    return " ".join(found + [str(one.formset.non_form_errors()) for one in answer.context["inline_admin_formsets"]])


def test_making_a_portfolio_with_targets_benchmarks_and_limits(anna, owner, assets):
    asked = settings(
        [target(assets["AAA"], 60), target(assets["DUP"], 30), target(None, 10)],
        [{"instrument": assets["SPX"].pk, "is_primary": "on"}], [{"kind": "DRAWDOWN", "limit": 20}],
    )  # fmt: skip
    assert anna.post(address(Portfolio, "add"), asked).status_code == 302
    made = Portfolio.objects.get()
    assert (made.name, made.owner, made.allocations.count()) == ("kern", owner, 3)
    assert (made.benchmarks.get().is_primary, made.alert_limits.get().limit) == (True, 20)


def test_targets_that_do_not_sum_to_100(anna, assets):
    for rows, told in (
        ([target(assets["AAA"], 60), target(assets["DUP"], 39)], "they sum to 99, not 100"),
        ([target(None, 50), target(None, 50)], "cash has a target already"),
        ([target(assets["AAA"], 60), target(assets["DUP"], 40, minimum=50)], "the minimum is above the target"),
    ):
        answer = anna.post(address(Portfolio, "add"), settings(rows))
        assert answer.status_code == 200
        assert told in answer.content.decode()
    assert not Portfolio.objects.exists()
    inactive = [target(assets["AAA"], 100), target(assets["DUP"], 40, is_active="")]
    assert anna.post(address(Portfolio, "add"), settings(inactive)).status_code == 302


def test_a_name_that_is_taken_and_one_that_cannot_be(anna, book):
    answer = anna.post(address(Portfolio, "add"), settings(name="core"))
    assert "already exists" in errors(answer)
    assert "direction of writing" in errors(anna.post(address(Portfolio, "add"), settings(name="a\u202eb")))
    assert "three capital letters" in errors(anna.post(address(Portfolio, "add"), settings(base_currency="us")))


def test_another_currency_outdates_values_and_the_primary_benchmark_moves(anna, rows, assets):
    book = rows[0]
    Portfolio.objects.update(stale_from=None)
    first = PortfolioBenchmark.objects.create(portfolio=book, instrument=assets["DUP"], is_primary=True)
    second = PortfolioBenchmark.objects.create(portfolio=book, instrument=assets["SPX"])
    forms = [{"id": second.pk, "portfolio": book.pk, "instrument": assets["SPX"].pk, "is_primary": "on"},
             {"id": first.pk, "portfolio": book.pk, "instrument": assets["DUP"].pk}]  # fmt: skip
    asked = settings(benchmarks=forms, base_currency="KRW") | {"benchmarks-INITIAL_FORMS": 2}
    assert anna.post(address(Portfolio, "change", book.pk), asked).status_code == 302
    book.refresh_from_db()
    assert (book.base_currency, str(book.stale_from)) == ("KRW", "2024-03-04")
    assert book.benchmarks.get(is_primary=True) == second
    both = [form | {"is_primary": "on"} for form in forms]
    asked = settings(benchmarks=both) | {"benchmarks-INITIAL_FORMS": 2}
    assert "at most" in errors(anna.post(address(Portfolio, "change", book.pk), asked))


def test_what_only_the_database_finds_is_a_message(anna, rows, assets):
    """Two assets change places: each row by itself would be one too many for a moment."""
    book = rows[0]
    made = [
        PortfolioAllocation.objects.create(portfolio=book, instrument=assets[name], target=50)
        for name in ("AAA", "DUP")
    ]
    forms = [
        target(assets[name], 50) | {"id": row.pk, "portfolio": book.pk}
        for row, name in zip(made, ("DUP", "AAA"), strict=True)
    ]
    asked = settings(forms) | {"allocations-INITIAL_FORMS": 2}
    answer = anna.post(address(Portfolio, "change", book.pk), asked, follow=True)
    assert "allocation_portfolio_asset" in "".join(map(str, answer.context["messages"]))
    assert Portfolio.objects.get().name == "core"


def test_deleting_a_portfolio(anna, rows):
    page = anna.get(address(Portfolio, "delete", rows[0].pk))
    assert "with its transactions" in page.content.decode()
    chosen = {"action": "delete_selected", "_selected_action": [rows[0].pk], "post": "yes"}
    assert anna.post(address(Portfolio, "changelist"), chosen).status_code == 302
    assert not Portfolio.objects.exists()
    assert not AlertLimit.objects.exists()


# --- transactions ----------------------------------------------------------------------------------------------------


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
        ({"quantity": ""}, "quantity", "must be above 0, not nan"),
        ({"date": "2999-01-01"}, "date", "is in the future"),
        ({"amount": 700}, "amount", "700 is not quantity x price"),
        ({"currency": "us"}, "currency", "three capital letters"),
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
