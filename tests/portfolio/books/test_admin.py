"""Portfolios in the admin: whose they are, what is refused at which field."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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
from tests.portfolio.books.pages import IMPORT, address, staff

pytestmark = pytest.mark.django_db
ROWS = (Alert, PortfolioPerformanceHistory, PortfolioRiskMetrics, Transaction, ValuationState)


def test_the_owner_sees_every_page(anna, rows):
    for row in rows:
        assert anna.get(address(type(row), "changelist")).status_code == 200
        assert anna.get(address(type(row), "change", row.pk)).status_code == 200
    page = anna.get(address(Portfolio, "changelist")).content.decode()
    assert "1,234.5" in page
    assert ">+25<" in re.sub(r"\s", "", page)
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
    assert "core" not in str(looker.get(IMPORT).context["form"]["portfolio"])


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
    assert "three letters" in errors(anna.post(address(Portfolio, "add"), settings(base_currency="us")))
    assert "no currency of ISO 4217" in errors(anna.post(address(Portfolio, "add"), settings(base_currency="QQQ")))


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
