"""Pages of ETFs: all open, with few queries, none counts or lists a huge table; actions call services."""

import datetime as dt
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from etfs.models import (
    ETF,
    CollectItem,
    CollectRun,
    ETFDailyStat,
    ETFHolding,
    HoldingFinding,
    HoldingLine,
    Payload,
    Snapshot,
)
from etfs.services.ages import freshness, sessions_old
from etfs.store.payloads import payload_keep
from market.models import Instrument
from tests.etfs.builder import composition, daily, fund, line, stock

LISTS = {
    ETF: 6, ETFHolding: 7, HoldingLine: 4, Snapshot: 5, ETFDailyStat: 6, Payload: 4, CollectRun: 4, CollectItem: 4,
    HoldingFinding: 5,
}  # fmt: skip
NARROWED = {ETFHolding: {"fund": "KR:069500"}, ETFDailyStat: {"fund": "KR:069500"}, Snapshot: {"fund": "KR:069500"}}
MODELS = list(LISTS)


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def person(*permissions: str) -> Client:
    """Somebody of the staff who may look at everything, and what is named."""
    user = User.objects.create_user("staff", password="a long secret", is_staff=True)
    views = Permission.objects.filter(content_type__app_label="etfs", codename__startswith="view_")
    user.user_permissions.set([*views, *Permission.objects.filter(codename__in=permissions)])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def someone(db) -> Client:
    """The superuser, with some rows of everything in the tables."""
    kodex = fund("KR", "069500", name="KODEX 200", assets=5e12, expense_ratio="0.15", issuer="삼성자산운용")
    tiger = fund("KR", "122630", category="LEVERAGED", leverage_ratio=2, issuer="미래에셋")
    content = b"as it came"
    payload = payload_keep(source="csv", kind="holdings", region="KR", name="https://a.b/c d.csv?x=1", content=content)
    for held in (kodex, tiger):
        for day in ("2024-06-27", "2024-06-28"):
            composition(held, day, {"005930": 60, "000660": 39, "cash": 1}, payload=payload)
            daily(held, day, nav=100, total_assets=5e12, net_flow=5)
        HoldingFinding.objects.create(
            etf=held, as_of_date="2024-06-28", code="stale", severity="WARNING", message="600 sessions old"
        )
    run = CollectRun.objects.create(source="csv", kind="holdings", region="KR", state="PARTLY", failed=1)
    bad = [{"row": 7, "column": "weight", "reason": "unreadable_number", "message": "'x' is not a number"}]
    CollectItem.objects.create(run=run, payload=payload, name="c.csv", outcome="REFUSED", rows=3, bad_rows=bad)
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def shown(client: Client, model, **asked) -> list:
    page = client.get(address(model, "changelist"), asked)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def act(client: Client, model, action: str, *rows, **more):
    chosen = [row.pk for row in rows]
    return client.post(
        address(model, "changelist"), {"action": action, "_selected_action": chosen} | more, follow=True
    ).content.decode()


# --- every page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_page_opens_with_few_queries(someone: Client, model) -> None:
    admin.autodiscover()  # as quantsite.urls does
    assert model in admin.site._registry
    someone.get(address(model, "changelist"))  # content types and calendars are kept from now on
    with CaptureQueriesContext(connection) as queries:
        rows = shown(someone, model, **NARROWED.get(model, {}))
    assert rows
    own = [sql for sql in (query["sql"] for query in queries) if "django_session" not in sql and "auth_user" not in sql]
    assert len(own) <= LISTS[model], own
    assert not [sql for sql in own if "count(" in sql.lower()]
    assert someone.get(address(model, "change", rows[0].pk)).status_code == 200
    assert someone.get(address(model, "changelist"), {"q": "005930"}).status_code == 200
    assert someone.get(address(model, "add")).status_code in (200, 403)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_more_rows_take_no_more_queries(someone: Client, model) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            shown(someone, model, **NARROWED.get(model, {}))
        return len(found)

    queries()
    before = queries()
    held = ETF.objects.get(instrument__ticker="069500")
    for place in range(5):
        composition(fund("KR", f"10000{place}"), "2024-06-28", [line(f"20000{place}", 100)])
        composition(held, f"2024-05-{place + 20}", {"005930": 100})
    assert queries() <= before


@pytest.mark.parametrize("model", [ETFHolding, Snapshot, ETFDailyStat])
def test_unnarrowed_lists_read_no_whole_table(someone: Client, model) -> None:
    held = ETF.objects.get(instrument__ticker="069500")
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=day) for day in range(60)]
    Snapshot.objects.bulk_create(Snapshot(etf=held, as_of_date=day, currency="KRW") for day in days)
    funds = [fund("KR", f"3000{place:02}") for place in range(60)]
    ETFDailyStat.objects.bulk_create(ETFDailyStat(etf=one, date="2024-06-28") for one in funds)
    with CaptureQueriesContext(connection) as queries:
        someone.get(address(model, "changelist"))
    table = f'FROM "{model._meta.db_table}"'
    read = [query["sql"] for query in queries if table in query["sql"]]
    assert all("LIMIT" in sql for sql in read), read


def test_the_page_of_a_fund_is_bounded(someone: Client) -> None:
    held = ETF.objects.get(instrument__ticker="069500")
    composition(held, "2024-07-01", [line(f"{place:06}", 1, place + 1) for place in range(100)])
    with CaptureQueriesContext(connection) as queries:
        page = someone.get(address(ETF, "change", held.pk))
    assert len(queries) <= 14
    holdings, compositions, days, findings = page.context["sections"]
    assert len(holdings.rows) == 50
    assert "All 100 lines" in str(holdings.link)
    assert (len(compositions.rows), len(days.rows), len(findings.rows)) == (3, 2, 1)


def test_the_page_of_a_fund_without_anything(someone: Client) -> None:
    page = someone.get(address(ETF, "change", fund("US", "SPY").pk))
    assert "No composition is known." in page.content.decode()


def test_payloads_are_listed_without_their_bytes(someone: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        shown(someone, Payload)
        someone.get(address(Payload, "change", Payload.objects.values_list("pk", flat=True)[0]))
    assert not [query["sql"] for query in queries if '"packed"' in query["sql"]]


def test_the_page_of_a_fund_says_first_what_it_is(someone: Client) -> None:
    held = ETF.objects.get(instrument__ticker="069500")
    page = someone.get(address(ETF, "change", held.pk))
    facts = dict(page.context["facts"])
    assert (facts["ticker"], facts["fee"]) == ("069500", "0.15 % a year")
    assert facts["assets"] == "5,000,000,000,000 KRW, 2024-06-28"
    assert "2024-06-28, good" in facts["newest composition"]
    assert "KODEX 200</h1>" in page.content.decode()


def test_weight_changes_have_their_sign(someone: Client) -> None:
    held = ETF.objects.get(instrument__ticker="069500")
    composition(held, "2024-07-01", {"005930": 61, "000660": 38, "cash": 1})
    changes = ["+1", "-1", "0"]
    page = someone.get(address(ETF, "change", held.pk))
    assert [row[3].split(".")[0] for row in page.context["sections"][0].rows] == changes
    listed = someone.get(address(ETFHolding, "changelist"), {"fund": "KR:069500"}).content.decode()
    assert re.search(r"field-figure[^>]*>\s*\+1", listed)


def test_all_funds_are_counted(someone: Client) -> None:
    rows = [Instrument(region="US", ticker=f"T{place}", asset_type="ETF", currency="USD") for place in range(1_100)]
    ETF.objects.bulk_create(ETF(instrument=one, region="US") for one in Instrument.objects.bulk_create(rows))
    assert someone.get(address(ETF, "changelist")).context["cl"].result_count == 1_102


def test_funds_with_data_come_first(someone: Client) -> None:
    fund("KR", "000001")
    composition(fund("US", "ZZZ"), "2024-06-28", {"AAPL": 100})
    assert [row.instrument.ticker for row in shown(someone, ETF)] == ["069500", "122630", "ZZZ", "000001"]


def test_an_empty_list_says_what_to_do(someone: Client) -> None:
    page = someone.get(address(ETFHolding, "changelist")).content.decode()
    assert "Search for a fund (US:SPY)" in page
    assert "Create a new item" not in page
    assert "Nothing is as asked." in someone.get(address(Payload, "changelist"), {"q": "nobody"}).content.decode()


def test_a_run_says_what_was_kept_beside(someone: Client) -> None:
    run = CollectRun.objects.create(source="csv", kind="holdings", region="KR", state="DONE", unchanged=3)
    CollectItem.objects.create(run=run, name="a.csv", outcome="KEPT")
    page = someone.get(address(CollectRun, "change", run.pk))
    assert page.context["sections"][0].rows[0][3] == "kept beside"
    text = page.content.decode()
    assert "what the files have" in text
    assert "those that are due" not in text


# --- narrowing ------------------------------------------------------------------------------------------------------


def test_funds_are_narrowed(someone: Client) -> None:
    def tickers(**asked) -> list[str]:
        return [row.instrument.ticker for row in shown(someone, ETF, **asked)]

    assert tickers() == ["069500", "122630"]
    assert tickers(leverage="leveraged") == ["122630"]
    assert tickers(leverage="plain") == ["069500"]
    assert tickers(issuer="삼성자산운용") == ["069500"]
    assert tickers(q="kodex") == ["069500"]
    assert tickers(region__exact="US") == []
    assert shown(someone, ETF)[0].newest_day == dt.date(2024, 6, 28)
    assert shown(someone, ETF)[0].sessions_old > 100


def test_holdings_are_of_a_fund_or_a_stock(someone: Client) -> None:
    def days(**asked) -> list[tuple[str, str, int]]:
        return [(str(row.as_of_date), str(row.etf), row.rank) for row in shown(someone, ETFHolding, **asked)]

    assert days() == []
    assert days(fund="KR:069500") == [("2024-06-28", "KR:069500", rank) for rank in (1, 2, 3)]
    assert days(fund="069500", date="2024-06-27")[0][0] == "2024-06-27"
    assert days(q="069500") == days(fund="069500")
    assert [day for day, _, _ in days(stock="005930")] == ["2024-06-28"] * 2 + ["2024-06-27"] * 2
    assert days(q="005930") == days(stock="005930")
    assert len(days(stock="005930", fund="069500", date="2024-06-28")) == 1
    assert days(fund="nobody") == days(stock="nobody") == days(q="nobody") == []


def test_ambiguous_symbols_say_the_choices(someone: Client) -> None:
    fund("US", "069500")
    page = someone.get(address(ETFHolding, "changelist"), {"fund": "069500"}).content.decode()
    assert "KR:069500, US:069500" in page


def test_daily_figures_of_a_fund_or_the_newest_day(someone: Client) -> None:
    assert [str(row.date) for row in shown(someone, ETFDailyStat)] == ["2024-06-28"] * 2
    assert [str(row.date) for row in shown(someone, ETFDailyStat, fund="069500")] == ["2024-06-28", "2024-06-27"]


def test_items_of_a_run(someone: Client) -> None:
    run = CollectRun.objects.get()
    assert len(shown(someone, CollectItem, run=run.pk)) == 1
    assert shown(someone, CollectItem, run=run.pk + 1) == shown(someone, CollectItem, run="x") == []
    page = someone.get(address(CollectItem, "change", CollectItem.objects.get().pk)).content.decode()
    assert "is not a number" in page
    assert "unreadable_number" in page


# --- what is done ---------------------------------------------------------------------------------------------------


def test_a_download_is_an_attachment(someone: Client) -> None:
    payload = Payload.objects.get()
    answer = someone.get(reverse("admin:etfs_payload_download", args=[payload.pk]))
    assert answer.content == b"as it came"
    assert answer["Content-Disposition"] == f'attachment; filename="{payload.pk}-c_d.csv"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    someone.force_login(User.objects.create_user("staff", password="a long secret", is_staff=True))
    assert someone.get(reverse("admin:etfs_payload_download", args=[payload.pk])).status_code == 404


def test_a_line_is_resolved_by_hand(someone: Client) -> None:
    unknown = HoldingLine.objects.create(key="STOCK|KR|X", kind="STOCK", ticker="X")
    samsung = Instrument.objects.get(ticker="005930")
    assert someone.post(address(HoldingLine, "change", unknown.pk), {"instrument": samsung.pk}).status_code == 302
    unknown.refresh_from_db()
    assert unknown.instrument == samsung
    index = Instrument.objects.create(region="KR", ticker="KOSPI", asset_type="INDEX", currency="KRW")
    page = someone.post(address(HoldingLine, "change", unknown.pk), {"instrument": index.pk})
    assert "An index cannot be held." in page.content.decode()


def test_lines_are_looked_for_again(someone: Client) -> None:
    held = composition(fund("US", "AAA"), "2024-06-28", [line("AAPL", 100)], known=False)
    unknown = HoldingLine.objects.get(ticker="AAPL")
    assert shown(someone, HoldingLine, resolved="missing") == [unknown]
    apple = stock("US", "AAPL")
    assert "1 of 1 lines have found their instrument" in act(someone, HoldingLine, "resolve_again", unknown)
    unknown.refresh_from_db()
    assert (unknown.instrument, held.line_count) == (apple, 1)


def test_quarantine_asks_why_and_release_lets_go(someone: Client) -> None:
    held = Snapshot.objects.get(etf__instrument__ticker="069500", as_of_date="2024-06-28")
    assert "served to nobody" in act(someone, Snapshot, "quarantine", held)
    held.refresh_from_db()
    assert held.state == "GOOD"
    act(someone, Snapshot, "quarantine", held, confirmed="yes", why="looks wrong")
    held.refresh_from_db()
    assert (held.state, held.is_served, held.message) == ("QUARANTINED", False, "looks wrong (someone)")
    assert "is in quarantine" in act(someone, Snapshot, "quarantine", held, confirmed="yes", why="again")
    act(someone, Snapshot, "release", held)
    held.refresh_from_db()
    assert (held.state, held.is_served) == ("GOOD", True)
    page = someone.get(address(Snapshot, "change", held.pk)).content.decode()
    assert "by someone, in spite of: stale" in page


def test_funds_are_checked(someone: Client) -> None:
    told = act(someone, ETF, "validate", *ETF.objects.all())
    assert "compositions of 2 funds checked" in told


def test_pruning_says_first_what_it_would_delete(someone: Client) -> None:
    held = ETF.objects.get(instrument__ticker="069500")
    for day in ("2015-03-02", "2015-03-03", "2015-03-04"):
        composition(held, day, {"005930": 100})
    before = Snapshot.objects.count()
    page = act(someone, ETF, "prune", held)
    assert "would be deleted for good" in page
    assert Snapshot.objects.count() == before
    assert "deleted" in act(someone, ETF, "prune", held, confirmed="yes")
    assert Snapshot.objects.count() < before
    assert "nothing is old enough" in act(someone, ETF, "prune", fund("KR", "102110"))


def test_collecting_is_queued(someone: Client) -> None:
    act(someone, ETF, "collect", *ETF.objects.all())
    assert OrmQ.objects.count() == 0  # no source is configured: said, not queued
    asked = {"region": "KR", "source": "kis", "kind": "holdings", "symbols": "069500, 122630"}
    assert someone.post(address(CollectRun, "add"), asked).status_code == 302
    run = CollectRun.objects.latest("id")
    assert (run.state, run.tickers, OrmQ.objects.count()) == ("QUEUED", ["069500", "122630"], 1)
    answer = someone.post(address(CollectRun, "add"), asked | {"region": "US"})
    assert "is for KR" in str(answer.context["adminform"].errors["source"])
    assert "cancelled" in act(someone, CollectRun, "cancel", run)
    assert "only what waits or works can be cancelled" in act(someone, CollectRun, "cancel", run)
    run.refresh_from_db()
    assert run.state == "CANCELLED"


def test_a_new_fund_is_of_an_instrument(someone: Client) -> None:
    spy = Instrument.objects.create(region="US", ticker="SPY", asset_type="ETF", currency="USD")
    asked = {"instrument": spy.pk, "category": "INDEX", "leverage_ratio": 1, "collect_tier": "AUTO"}
    answer = someone.post(address(ETF, "add"), asked)
    assert answer.status_code == 302, answer.context["adminform"].errors
    assert ETF.objects.get(pk=spy.pk).region == "US"
    answer = someone.post(address(ETF, "add"), asked | {"instrument": stock("US", "AAPL").pk})
    assert "instrument" in answer.context["adminform"].errors


def test_what_others_made_is_not_deleted(someone: Client) -> None:
    for model in (ETF, HoldingLine, Snapshot, ETFHolding, Payload):
        assert someone.get(address(model, "delete", model.objects.first().pk)).status_code == 403
    run = CollectRun.objects.get()
    assert someone.post(address(CollectRun, "delete", run.pk), {"post": "yes"}).status_code == 302
    assert not CollectItem.objects.exists()


@pytest.mark.parametrize(
    ("model", "permission", "names"),
    [
        (ETF, "change_snapshot", ["validate"]),
        (ETF, "add_collectrun", ["collect"]),
        (ETF, "delete_snapshot", ["prune"]),
        (Snapshot, "change_snapshot", ["release", "quarantine"]),
        (CollectRun, "add_collectrun", ["again", "cancel"]),
        (HoldingLine, "change_holdingline", ["resolve_again"]),
    ],
)
def test_actions_need_their_permission(someone: Client, model, permission: str, names: list[str]) -> None:
    def offered(client: Client) -> set[str]:
        form = client.get(address(model, "changelist")).context.get("action_form")
        return {name for name, _ in form.fields["action"].choices} & set(names) if form else set()

    assert offered(person()) == set()
    User.objects.filter(username="staff").delete()
    assert offered(person(permission)) == set(names)


def test_the_side_bar_has_them(someone: Client) -> None:
    page = someone.get(reverse("admin:index")).content.decode()
    for title in ("ETFs", "Funds", "Compositions", "Payloads", "Import files"):
        assert title in page


@pytest.mark.parametrize(("old", "word"), [(None, "none"), (0, "fresh"), (1, "fresh"), (5, "ageing"), (6, "stale")])
def test_freshness(old: int | None, word: str) -> None:
    assert freshness(old=old) == word


def test_ages_in_sessions(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market.regions.Region.today", lambda _: dt.date(2024, 7, 2))  # a Tuesday
    newest = {1: ("US", dt.date(2024, 6, 28)), 2: ("US", dt.date(2024, 7, 2)), 3: ("KR", dt.date(2024, 6, 27))}
    assert sessions_old(newest=newest) == {1: 2, 2: 0, 3: 3}
