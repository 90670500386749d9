"""Every admin page opens, none counts a huge table, imports are loads."""

import datetime as dt

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factors.models import Factor, FactorRun, FactorScore
from market.models import (
    CorporateAction,
    DataChange,
    Fundamental,
    FxRate,
    Instrument,
    LoadRun,
    PriceBar,
    RejectedRow,
)

DAY = dt.date(2024, 6, 28)
admin.autodiscover()  # as quantsite.urls does
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def someone(db) -> Client:
    """The superuser, with one row of everything in the tables."""
    samsung = Instrument.objects.create(region="KR", ticker="005930", name="Samsung Electronics", currency="KRW")
    PriceBar.objects.create(instrument=samsung, date=DAY, close=80_000.0)
    PriceBar.objects.create(instrument=samsung, date=dt.date(2024, 6, 27), close=79_000.0)
    CorporateAction.objects.create(instrument=samsung, ex_date=DAY, kind="SPLIT", ratio=50.0)
    Fundamental.objects.create(
        instrument=samsung, period_end=dt.date(2024, 3, 31), period="Q", available_on=dt.date(2024, 5, 15),
        source="dart", currency="KRW",
    )  # fmt: skip
    FxRate.objects.create(base="USD", quote="KRW", date=DAY, rate=1377.0)
    run = LoadRun.objects.create(kind="prices", region="KR", source="csv", state="PARTLY", rows_rejected=1)
    RejectedRow.objects.create(load_run=run, row_number=1, reason="bad_date", message="not a date", raw={"date": "x"})
    DataChange.objects.create(region="KR", kind="bars", changed_from=DAY)
    factor = Factor.objects.create(name="pe_ratio", category="value", unit="ratio", direction=-1, lookback=1)
    FactorRun.objects.create(region="KR", date=DAY, state="DONE", timings={"read": 0.1})
    FactorScore.objects.create(date=DAY, instrument=samsung, factor=factor, value=11.2, score=1.5, percentile=90.0)
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_page_opens(someone: Client, model) -> None:
    with CaptureQueriesContext(connection) as queries:
        listed = someone.get(address(model, "changelist"))
    assert listed.status_code == 200
    if model._meta.app_label in ("market", "factors"):
        assert not [query["sql"] for query in queries if "count(" in query["sql"].lower()]
    for row in model._default_manager.all()[:1]:
        assert someone.get(address(model, "change", quote(row.pk))).status_code == 200
    assert someone.get(address(model, "changelist"), {"q": "005930"}).status_code == 200
    assert someone.get(address(model, "add")).status_code in (200, 403)


def test_index(someone: Client) -> None:
    page = someone.get(reverse("admin:index")).content.decode()
    for title in ("Scores", "Price bars", "Rejected rows", "API tokens"):
        assert title in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, ["2024-06-28"]),
        ({"ticker": "005930"}, ["2024-06-28", "2024-06-27"]),
        ({"q": "Samsung"}, ["2024-06-28", "2024-06-27"]),
        ({"date": "2024-06-27"}, ["2024-06-27"]),
        ({"date": "2024-06-27", "region": "US"}, []),
        ({"date": "yesterday"}, ["2024-06-28"]),
    ],
)
def test_bars_are_narrowed(someone: Client, asked: dict, shown: list[str]) -> None:
    page = someone.get(reverse("admin:market_pricebarrow_changelist"), asked)
    assert [str(row.date) for row in page.context["cl"].result_list] == shown


@pytest.mark.parametrize(
    "key", ["1-2024-13-01", "x", "1-2024-06-28-", "999999-2024-06-28", "-2024-06-28", "1-20240628"]
)
def test_a_wrong_key_is_no_error(someone: Client, key: str) -> None:
    page = someone.get(reverse("admin:market_pricebarrow_change", args=[key]))
    assert page.status_code == 302


def test_lists_of_bars_and_bars_by_key_use_an_index(someone: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        someone.get(reverse("admin:market_pricebarrow_changelist"), {"ticker": "005930"})
        someone.get(reverse("admin:market_pricebarrow_change", args=[f"{Instrument.objects.get().pk}-2024-06-28"]))
    read = [query["sql"] for query in queries if 'FROM "market_pricebar' in query["sql"]]
    assert read
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in read:
            cursor.execute(sql if sql.startswith("EXPLAIN") else f"EXPLAIN {sql}")
            plan = "\n".join(str(line[0]) for line in cursor.fetchall())
            assert "Seq Scan on market_pricebar" not in plan, plan


def test_an_instrument_is_not_deleted(someone: Client) -> None:
    row = Instrument.objects.get()
    assert someone.post(reverse("admin:market_instrument_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_import_is_a_load(someone: Client) -> None:
    text = "region,ticker,name,asset_type,currency\nUS,AAPL,Apple,STOCK,USD\n"
    form = {"format": "0", "resource": "0", "import_file": SimpleUploadedFile("new.csv", text.encode())}
    preview = someone.post(reverse("admin:market_instrument_import"), form)
    confirm = preview.context["confirm_form"].initial
    assert not Instrument.objects.filter(ticker="AAPL").exists()
    someone.post(reverse("admin:market_instrument_process_import"), confirm)
    assert Instrument.objects.get(ticker="AAPL").name == "Apple"
    assert LoadRun.objects.latest("id").kind == "instruments"


def test_import_needs_the_permission_to_add(someone: Client) -> None:
    someone.force_login(User.objects.create_user("staff", password="a long secret", is_staff=True))
    assert someone.get(reverse("admin:market_instrument_import")).status_code == 403


@pytest.mark.parametrize("model", [Instrument, Fundamental, CorporateAction, Factor])
def test_export(someone: Client, model) -> None:
    assert address(model, "export") in someone.get(address(model, "changelist")).content.decode()
    page = someone.post(address(model, "export"), {"format": "0", "resource": "0"})
    assert page.status_code == 200


# --- exchange rates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, [1377, 1.07]),
        ({"pair": "USD/KRW"}, [1377]),
        ({"pair": "krw/usd"}, []),
        ({"pair": "eur"}, [1.07]),
        ({"pair": "USD"}, [1377, 1.07]),
        ({"pair": "/KRW"}, [1377]),
        ({"pair": "nonsense/"}, []),
        ({"pair": "\0"}, []),
        ({"date__year": "2024", "date__month": "6", "date__day": "27"}, [1.07]),
    ],
)
def test_rates_are_narrowed_by_pair_and_date(someone: Client, asked: dict, shown: list[float]) -> None:
    FxRate.objects.create(base="EUR", quote="USD", date=dt.date(2024, 6, 27), rate=1.07)
    page = someone.get(address(FxRate, "changelist"), asked)
    assert [row.rate for row in page.context["cl"].result_list] == shown


def test_a_rate_is_edited_and_the_change_noted(someone: Client) -> None:
    newest = DataChange.objects.latest("id").id
    rate = FxRate.objects.get()
    form = {"base": "USD", "quote": "KRW", "date": "2024-06-28", "rate": "1378", "source": ""}
    assert someone.post(address(FxRate, "change", rate.pk), form).status_code == 302
    assert FxRate.objects.get().rate == 1378
    assert changed_since(newest) == {(code, "fx", "2024-06-28") for code in ("KR", "US", "CN", "HK", "JP", "VN")}


def test_rates_are_imported_by_region(someone: Client) -> None:
    text = "region,currency,date,rate\nKR,EUR,2024-06-28,1475\nUS,EUR,2024-06-28,1.07\nUS,USD,2024-06-28,1\n"
    form = {"format": "0", "resource": "0", "import_file": SimpleUploadedFile("new.csv", text.encode())}
    preview = someone.post(address(FxRate, "import"), form)
    assert "is the region&#x27;s own currency" in preview.content.decode()
    someone.post(reverse("admin:market_fxrate_process_import"), preview.context["confirm_form"].initial)
    found = FxRate.objects.filter(base="EUR").order_by("quote").values_list("quote", "rate")
    assert list(found) == [("KRW", 1475), ("USD", 1.07)]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"base": "usd"}, "three capital letters"),
        ({"base": "KRW"}, "base and quote must differ"),
        ({"rate": "0"}, "rate must be between 1e-09 and 1e+09"),
        ({"date": "2024-06-28"}, "already exists"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_in_words(someone: Client, changed: dict, told: str) -> None:
    form = {"base": "USD", "quote": "KRW", "date": "2024-06-27", "rate": "1378", "source": ""}
    page = someone.post(address(FxRate, "add"), form | changed)
    assert page.status_code == 200
    assert told in page.content.decode()
    assert FxRate.objects.count() == 1


# --- corporate actions: what an admin does to them reaches the prices -----------------------------------------------


def factors_of(instrument: Instrument) -> list[float]:
    return list(instrument.bars.order_by("date").values_list("adjustment_factor", flat=True))


def action_form(instrument: Instrument, **changed: object) -> dict:
    return {"instrument": instrument.pk, "ex_date": "2024-06-28", "kind": "SPLIT", "ratio": 4, "amount": ""} | changed


@pytest.fixture
def stock(someone: Client) -> Instrument:
    """Bars on 27 and 28 June, no action yet."""
    CorporateAction.objects.all().delete()
    return Instrument.objects.get(ticker="005930")


def changed_since(newest: int) -> set[tuple[str, str, str]]:
    rows = DataChange.objects.filter(id__gt=newest).values_list("region", "kind", "changed_from")
    return {(region, kind, str(day)) for region, kind, day in rows}


def test_actions_added_changed_and_deleted_move_the_factors(someone: Client, stock: Instrument) -> None:
    newest = DataChange.objects.latest("id").id
    assert someone.post(address(CorporateAction, "add"), action_form(stock)).status_code == 302
    assert factors_of(stock) == [0.25, 1.0]
    assert changed_since(newest) == {("KR", "bars", "2024-06-27"), ("KR", "fundamentals", "2024-06-28")}

    split = CorporateAction.objects.get()
    change = address(CorporateAction, "change", split.pk)
    assert someone.post(change, action_form(stock, ratio=2)).status_code == 302
    assert factors_of(stock) == [0.5, 1.0]
    newest = DataChange.objects.latest("id").id
    someone.post(change, action_form(stock, ratio=2, ex_date="2024-06-27"))
    assert factors_of(stock) == [1.0, 1.0]
    assert changed_since(newest) == {("KR", "bars", "2024-06-27"), ("KR", "fundamentals", "2024-06-27")}

    someone.post(change, action_form(stock, ratio=2))
    assert factors_of(stock) == [0.5, 1.0]
    assert someone.post(address(CorporateAction, "delete", split.pk), {"post": "yes"}).status_code == 302
    assert factors_of(stock) == [1.0, 1.0]


def test_an_action_moved_to_another_instrument_leaves_the_first_as_it_was(someone: Client, stock: Instrument) -> None:
    other = Instrument.objects.create(region="US", ticker="AAPL", currency="USD")
    PriceBar.objects.create(instrument=other, date=dt.date(2024, 6, 27), close=200.0)
    someone.post(address(CorporateAction, "add"), action_form(stock))
    change = address(CorporateAction, "change", CorporateAction.objects.get().pk)
    someone.post(change, action_form(other))
    assert (factors_of(stock), factors_of(other)) == ([1.0, 1.0], [0.25])


def test_actions_deleted_from_the_list_move_the_factors(someone: Client, stock: Instrument) -> None:
    for day in ("2024-06-28", "2024-06-29"):
        someone.post(address(CorporateAction, "add"), action_form(stock, ex_date=day))
    assert factors_of(stock) == [1 / 16, 1 / 4]
    chosen = [str(pk) for pk in CorporateAction.objects.values_list("pk", flat=True)]
    form = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    assert someone.post(address(CorporateAction, "changelist"), form).status_code == 302
    assert not CorporateAction.objects.exists()
    assert factors_of(stock) == [1.0, 1.0]


def test_a_stated_action_takes_the_place_of_an_inferred_one_and_gives_it_back(
    someone: Client, stock: Instrument
) -> None:
    stock.bars.update(factor_is_given=True)
    stock.bars.filter(date=dt.date(2024, 6, 27)).update(adjustment_factor=0.5)
    stock.actions.create(ex_date=DAY, kind="INFERRED", ratio=2.0, source="csv")
    dividend = action_form(stock, kind="CASH_DIVIDEND", ratio="", amount=3)
    assert someone.post(address(CorporateAction, "add"), dividend).status_code == 302
    assert [action.kind for action in CorporateAction.objects.all()] == ["CASH_DIVIDEND"]
    someone.post(address(CorporateAction, "delete", CorporateAction.objects.get().pk), {"post": "yes"})
    assert [(action.kind, action.ratio) for action in CorporateAction.objects.all()] == [("INFERRED", 2.0)]
