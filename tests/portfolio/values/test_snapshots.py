"""Many portfolios in one go, alone or with shared prices, as service, command and task."""

import json
from io import StringIO
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from portfolio import tasks
from portfolio.models import Portfolio
from portfolio.services import snapshots
from portfolio.services.snapshots import portfolios_snapshot
from tests.portfolio.values.books import VALUES, add, bars, stored, worked_example

approx = pytest.approx

pytestmark = pytest.mark.django_db


def run(*args: str) -> tuple[str, str, int]:
    out, errors = StringIO(), StringIO()
    code = 0
    try:
        call_command("snapshot_portfolios", *args, stdout=out, stderr=errors)
    except SystemExit as left:
        code = int(left.code or 0)
    return out.getvalue(), errors.getvalue(), code


def test_all_portfolios_over_shared_prices(month, owner):
    second = worked_example(owner, "second")
    done = portfolios_snapshot()
    assert [(one.portfolio.pk, one.sessions, one.error) for one in done] == [(month.pk, 5, ""), (second.pk, 5, "")]
    assert [row["value"] for row in stored(second)] == approx(VALUES)


def test_prices_read_once_give_what_own_ones_give(month, owner, monkeypatch):
    second = worked_example(owner, "second")
    portfolios_snapshot()
    for book in (month, second):
        add(book, {"kind": "FEE", "date": "2024-01-31", "amount": 3})
    monkeypatch.setattr(snapshots, "prices_read", counted := mock.Mock(side_effect=snapshots.prices_read))
    portfolios_snapshot()
    assert stored(month)[-1]["value"] == approx(15896)
    assert counted.call_count == 1
    shared = stored(second)
    portfolios_snapshot(ids=[second.pk], whole=True)
    assert stored(second) == shared


def test_one_that_cannot_be_valued_does_not_stop_the_others(month, owner):
    second = worked_example(owner, "second")
    add(month, {"kind": "SELL", "date": "2024-01-10", "asset": "BERG", "quantity": 1, "price": 50})
    first, other = portfolios_snapshot()
    assert "quantity" in first.error
    assert stored(month) == []
    assert (other.portfolio.pk, other.error, other.sessions) == (second.pk, "", 5)


def test_the_command_shows_values_and_errors(month, owner):
    worked_example(owner, "second")
    add(month, {"kind": "SELL", "date": "2024-01-10", "asset": "BERG", "quantity": 1, "price": 50})
    out, errors, code = run()
    assert code == 3
    assert "15,899.00 USD" in out
    assert f"#{month.pk} month: transactions: " in errors


def test_the_command_for_one_portfolio_as_json(month, owner):
    worked_example(owner, "second")
    out, _, code = run("--portfolio", str(month.pk), "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert (row["id"], row["sessions"], row["last"], row["error"]) == (month.pk, 5, "2024-01-31", "")


def test_an_unknown_portfolio_is_wrong_usage(db):
    _, errors, code = run("--portfolio", "77")
    assert (code, errors) == (2, "portfolio: no portfolio '77': manage.py list_portfolios shows all\n")


def test_by_number_owner_and_name(month, owner):
    worked_example(owner, "60/40")
    for word in ("60/40", "anna/60/40"):
        assert json.loads(run("--portfolio", word, "--json")[0])[0]["name"] == "60/40"
    worked_example(User.objects.create_user("bert"), "month")
    assert run("--portfolio", "month")[1] == "portfolio: several are called 'month': write OWNER/NAME\n"
    (row,) = json.loads(run("--portfolio", "anna/month", "--json")[0])
    assert row["id"] == month.pk


def test_all_failing_is_a_failure(month):
    add(month, {"kind": "SELL", "date": "2024-01-10", "asset": "BERG", "quantity": 1, "price": 50})
    assert run()[2] == 1


def test_nothing_to_do(db):
    out, _, code = run()
    assert (out, code) == ("0 portfolios in 0.00 s, 0 not valued\n", 0)


def test_tasks(month):
    assert tasks.value_portfolio(month.pk) == ""
    assert tasks.snapshot_all() == {"portfolios": 1, "failed": 0}
    assert Portfolio.objects.get(pk=month.pk).valued_to is not None


def test_the_next_night_computes_the_new_session(month):
    portfolios_snapshot()
    for instrument in {row.instrument for row in month.transactions.exclude(instrument=None)}:
        bars(instrument, {"2024-02-01": 60})
    (done,) = portfolios_snapshot()
    assert str(done.last) == "2024-02-01"
    assert stored(month)[-1]["value"] == approx(6299 + 360 + 50 * 60 + 90 * 60 * 1.2)


def test_a_bar_that_is_loaded_while_prices_are_shared_is_found_the_next_time(month, owner, monkeypatch):
    worked_example(owner, "second")
    portfolios_snapshot()
    read = snapshots.prices_read

    def meanwhile(*args):
        found = read(*args)
        bars(month.transactions.filter(instrument__ticker="ACME").first().instrument, {"2024-02-01": 70})
        return found

    monkeypatch.setattr(snapshots, "prices_read", meanwhile)
    portfolios_snapshot()
    monkeypatch.undo()
    portfolios_snapshot()
    assert str(stored(month)[-1]["date"]) == "2024-02-01"


def test_one_deleted_in_the_meantime_stops_no_other(month, owner, monkeypatch):
    second = worked_example(owner, "second")
    real = snapshots.portfolio_value

    def gone(*, portfolio_id, **more):
        if portfolio_id == month.pk:
            month.delete()
        return real(portfolio_id=portfolio_id, **more)

    monkeypatch.setattr(snapshots, "portfolio_value", gone)
    first, other = portfolios_snapshot()
    assert first.error.startswith("no portfolio #")
    assert (other.portfolio.pk, other.error) == (second.pk, "")
