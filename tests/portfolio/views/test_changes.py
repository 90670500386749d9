"""Forms: what they refuse beside which field, and what they do."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portfolio.models import AlertLimit, Portfolio
from tests.factors.market_tables import add_instrument

SELL = {"date": "2024-01-31", "kind": "SELL", "asset": "US:ACME", "quantity": "10", "price": "66"}
FILE = (
    "date,kind,asset,quantity,price,amount\n2024-01-31,BUY,US:ACME,1,66,\n2024-01-31,BUY,US:NOPE,1,66,\n"
    "2024-01-02,DEPOSIT,,,,10000\n"
)


def address(name: str, portfolio: Portfolio, *args) -> str:
    return reverse(f"portfolio:{name}", args=[portfolio.pk, *args])


def errors(answer) -> dict:
    assert answer.status_code == 200
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def test_a_new_portfolio_and_a_name_twice(pages, anna):
    asked = {"name": "core", "base_currency": "usd", "description": ""}
    answer = pages.post(reverse("portfolio:new"), asked)
    made = Portfolio.objects.get(owner=anna)
    assert (answer.url, made.base_currency) == (address("portfolio", made), "USD")
    assert "__all__" in errors(pages.post(reverse("portfolio:new"), asked))
    assert "base_currency" in errors(pages.post(reverse("portfolio:new"), asked | {"base_currency": "XXQ"}))


def test_a_strategy_that_is_not_there(pages):
    answer = pages.post(reverse("portfolio:new") + "?from=strategy", {"name": "a", "strategy": "no", "capital": "x"})
    assert {"strategy", "capital"} <= set(errors(answer))


def test_a_transaction_is_refused_beside_its_field_and_booked_when_mended(pages, month):
    there, count = address("transaction-new", month), month.transactions.count()
    too_many = errors(pages.post(there, SELL | {"quantity": "51"}))
    assert too_many == {"quantity": ["sells 51 of US:ACME on 2024-01-31, but only 50 are held"]}
    assert "asset" in errors(pages.post(there, SELL | {"asset": "US:NOPE"}))
    assert set(errors(pages.post(there, SELL | {"date": "soon", "price": "dear"}))) == {"date", "price"}
    assert "kind" in errors(pages.post(there, {}))
    assert month.transactions.count() == count
    assert pages.post(there, SELL).status_code == 302
    assert month.transactions.filter(kind="SELL", quantity=10, source="page").count() == 1


def test_while_it_is_filled_in(pages, month):
    there, htmx = address("transaction-new", month), {"HX-Request": "true"}
    count = month.transactions.count()
    found = pages.post(there, SELL | {"quantity": "51", "checking": "1"}, headers=htmx).content.decode()
    assert 'id="id_quantity_error"' in found
    assert "only 50 are held" in found
    begun = pages.post(there, {"date": "2024-01-31", "checking": "1"}, headers=htmx).content.decode()
    assert "missing" not in begun  # what is still empty is not called wrong
    assert month.transactions.count() == count


def test_change_and_delete(pages, month):
    buy = month.transactions.get(kind="BUY", instrument__ticker="ACME")
    initial = pages.get(address("transaction", month, buy.pk)).context["form"].initial
    known = {name: str(value or "") for name, value in initial.items()}
    assert known["quantity"] == "40"
    refused = errors(pages.post(address("transaction", month, buy.pk), known | {"quantity": "10"}))
    assert "sells 30 of US:ACME" in refused["quantity"][0]
    assert pages.post(address("transaction", month, buy.pk), known | {"note": "first"}).status_code == 302
    buy.refresh_from_db()
    assert (buy.note, buy.quantity) == ("first", 40)
    pages.post(address("transaction-delete", month, buy.pk))
    assert month.transactions.filter(pk=buy.pk).exists()  # shares of it were sold
    fee = month.transactions.get(kind="FEE")
    assert pages.post(address("transaction-delete", month, fee.pk)).url == address("transactions", month)
    assert not month.transactions.filter(pk=fee.pk).exists()


def test_the_table_of_transactions_can_be_imported_again(pages, month):
    everything = pages.get(address("transactions", month) + "?export=csv&table=transactions")
    content = b"".join(everything.streaming_content)
    shown = pages.post(
        address("import", month), {"file": SimpleUploadedFile("again.csv", content), "kind": "transactions"}
    )
    assert pages.get(shown.url).context["counts"] == {"ok": 0, "duplicate": month.transactions.count(), "error": 0}
    sells = pages.get(address("transactions", month) + "?kind=SELL&asset=US:ACME").content.decode()
    assert "1 row" in sells


def test_import_with_a_bad_row(pages, month):
    count = month.transactions.count()
    file = SimpleUploadedFile("trades.csv", FILE.encode())
    preview = pages.post(address("import", month), {"file": file, "kind": "transactions"}).url
    shown = pages.get(preview)
    assert shown.context["counts"] == {"ok": 1, "duplicate": 1, "error": 1}
    assert "unknown asset" in shown.content.decode()
    refused = pages.get(f"{preview}refused.csv").content.decode()
    assert refused.splitlines()[1].startswith("2,asset,")
    assert month.transactions.count() == count
    pages.post(preview)  # all or nothing
    assert month.transactions.count() == count
    assert pages.post(preview, {"skip_errors": "yes"}).status_code == 302
    assert month.transactions.count() == count + 1


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"nothing,of,this\n1,2,3\n"])
def test_files_that_are_none(pages, month, content):
    asked = {"file": SimpleUploadedFile("file.csv", content), "kind": "transactions"}
    assert "file" in errors(pages.post(address("import", month), asked))


def test_an_upload_is_of_its_owner_and_portfolio(pages, month, client):
    file = SimpleUploadedFile("trades.csv", FILE.encode())
    preview = pages.post(address("import", month), {"file": file, "kind": "transactions"}).url
    assert pages.get(address("import-preview", month, "unheard-of")).status_code == 404
    client.force_login(User.objects.create_superuser("chief"))
    assert client.get(preview).status_code == 404


def test_settings_benchmarks_and_limits(pages, month):
    add_instrument("SPX", "US", asset_type="INDEX")
    pages.post(address("benchmarks", month), {"add": "US:SPX"})
    assert month.benchmarks.get().is_primary
    pages.post(address("benchmarks", month), {"add": "US:NOPE"})
    pages.post(address("benchmarks", month), {"primary": "US:SPX"})
    pages.post(address("benchmarks", month), {"remove": "US:SPX"})
    assert not month.benchmarks.exists()
    pages.post(address("limits", month), {"limit-DRAWDOWN": "15", "mail-DRAWDOWN": "on", "limit-VAR": ""})
    assert list(AlertLimit.objects.values_list("kind", "limit", "by_email")) == [("DRAWDOWN", 15.0, True)]
    for wrong in ("much", "150", "nan"):
        told = pages.post(address("limits", month), {"limit-DRAWDOWN": wrong}, follow=True)
        assert [one.level_tag for one in told.context["messages"]][-1] == "error"
    assert AlertLimit.objects.get().limit == 15.0


def test_rename_and_delete(pages, month):
    asked = {
        "name": "January", "base_currency": "USD", "description": "", "risk_free_rate": "2", "commission": "0",
        "sales_tax": "0", "gains_tax": "0", "minimum_trade": "0", "lot": "1",
    }  # fmt: skip
    assert pages.post(address("settings", month), asked).status_code == 302
    assert "commission" in errors(pages.post(address("settings", month), asked | {"commission": "100"}))
    month.refresh_from_db()
    assert month.name == "January"
    pages.post(address("delete", month), {"name": "month"})
    assert Portfolio.objects.filter(pk=month.pk).exists()
    assert pages.post(address("delete", month), {"name": "January"}).url == reverse("portfolio:portfolios")
    assert not Portfolio.objects.filter(pk=month.pk).exists()


def test_who_may_look_may_not_change(client, month):
    """Staff with the permission to view: no page changes anything."""
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_portfolio"))
    client.force_login(viewer)
    assert client.get(address("portfolio", month)).status_code == 200
    assert client.post(address("transaction-new", month), SELL).status_code == 404
    assert client.get(address("delete", month)).status_code == 404
