"""The page of a portfolio: figures, positions and findings; what is done to portfolios from their list."""

import datetime as dt

import pytest
from django_q.models import OrmQ

from market.models import CorporateAction
from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transaction_add, transactions_add
from portfolio.services.valuation import portfolio_value
from tests.factors.market_tables import add_bars
from tests.portfolio.books.pages import address, staff

pytestmark = pytest.mark.django_db
DAYS = [dt.date(2024, 3, 4), dt.date(2024, 3, 5)]


@pytest.fixture
def valued(book, assets):
    """1,000 paid in, 10 shares at 50; worth 60 on the next day, with a dividend of 0.5 that is not booked."""
    add_bars(assets["AAA"], DAYS, [50, 60])
    CorporateAction.objects.create(instrument=assets["AAA"], ex_date=DAYS[1], kind="CASH_DIVIDEND", amount=0.5)
    transactions_add(portfolio=book, rows=[
        {"date": DAYS[0], "kind": "DEPOSIT", "amount": 1_000},
        {"date": DAYS[0], "kind": "BUY", "asset": "US:AAA", "quantity": 10, "price": 50},
    ])  # fmt: skip
    portfolio_value(portfolio_id=book.pk)
    book.refresh_from_db()
    return book


def chosen(client, name, *portfolios) -> list[str]:
    """What is told after an action."""
    asked = {"action": name, "_selected_action": [one.pk for one in portfolios]}
    answer = client.post(address(Portfolio, "changelist"), asked, follow=True)
    return [str(one) for one in answer.context["messages"]]


def test_figures_positions_and_findings(anna, valued):
    """100 of 1,000: 10 %; 600 of 1,100: 54.55 %; 100 on 500: 20 %."""
    page = anna.get(address(Portfolio, "change", valued.pk))
    figures, positions, findings = page.context["sections"]
    assert figures.rows[:4] == [("Value, USD", "1,100.00"), ("Cash, USD", "500.00"), ("Gain, USD", "100.00"),
                                ("TWR, %", "10.00")]  # fmt: skip
    (row,) = positions.rows
    assert row[0] == "US:AAA"
    assert row[2:] == ("10", "60.00", "USD", "600.00", "54.55", "500.00", "100.00", "20.00")
    assert [one[0][:23] for one in findings.rows] == ["1 dividend of US:AAA no"]
    assert "54.55" in page.content.decode()


def test_a_page_without_a_value(anna, book):
    (findings,) = anna.get(address(Portfolio, "change", book.pk)).context["sections"]
    assert findings.rows == [("date: the portfolio has no value yet",)]
    assert anna.get(address(Portfolio, "add")).context["sections"] == []


def test_values_are_asked_for(anna, book, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert chosen(anna, "value", book) == ["core: a worker computes its values"]
    assert [row.task["args"] for row in OrmQ.objects.all()] == [(book.pk,)]


def test_missing_dividends_are_booked(anna, valued):
    assert chosen(anna, "book_actions", valued) == ["core: 1 transaction booked, before tax"]
    assert valued.transactions.get(kind="DIVIDEND").amount == 5
    assert chosen(anna, "book_actions", valued) == ["core: no split or dividend is missing"]


def test_a_rebalancing_is_proposed(anna, valued, assets):
    assert chosen(anna, "propose", valued)[0].startswith("core: ")  # without targets
    assert not RebalancingEvent.objects.exists()
    valued.allocations.create(instrument=assets["AAA"], target=20)
    valued.allocations.create(instrument=None, target=80)
    (told,) = chosen(anna, "propose", valued)
    event = RebalancingEvent.objects.get()
    assert (told, event.mode) == (f"core: rebalancing #{event.pk} is proposed, 1 trade", "full")
    assert chosen(anna, "propose", valued) == [f"core: rebalancing #{event.pk} is PENDING: complete or cancel it first"]


def test_portfolios_of_others_are_looked_at_alone(anna, book, other):
    foreign = portfolio_create(owner=other, name="theirs", base_currency="USD")
    transaction_add(portfolio=foreign, date="2024-03-04", kind="DEPOSIT", amount=5)
    looking = staff("anna", "view_portfolio")
    assert chosen(looking, "value", foreign) == ["theirs: you may not change it"]


def test_links_for_all_staff(anna):
    found = anna.get("/admin/").content.decode()
    for page in ("rebalancingevent", "portfolioallocation", "alert"):
        assert f'href="/admin/portfolio/{page}/"' in found
    assert 'href="/admin/portfolio/assetcorrelationrow/"' not in found
    seen = staff("anna", "view_assetcorrelationrow", "view_assetperformancemetricsrow").get("/admin/").content.decode()
    for page in ("assetcorrelationrow", "assetperformancemetricsrow"):
        assert f'href="/admin/portfolio/{page}/"' in seen
