"""A backtest as a portfolio: what it held and had is what the books say."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings

from backtests.models import BacktestEvent, BacktestSession
from backtests.services import BacktestError, backtest_run, backtest_to_portfolio
from market.models import CorporateAction, Instrument
from portfolio.models import Portfolio
from portfolio.services.checking import book_check
from portfolio.services.valuation import portfolio_value
from tests.backtests.services.tables import config, small_market
from tests.backtests.stored import bare
from tests.factors.market_tables import add_split


@pytest.fixture(scope="module")
def paid(django_db_setup, django_db_blocker, tmp_path_factory):
    """A backtest of five names, each of which splits two for one, and pays a dividend a week later."""
    with django_db_blocker.unblock(), override_settings(PANEL_CACHE_DIR=tmp_path_factory.mktemp("panels")):
        for stock in small_market():
            add_split(stock, dt.date(2024, 5, 2), 2.0)
            CorporateAction.objects.create(
                instrument=stock, ex_date=dt.date(2024, 5, 9), kind="CASH_DIVIDEND", amount=25
            )
        made = backtest_run(config=config()).pk
    yield made
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def owner(db) -> User:
    return User.objects.create_user("anna")


def test_cash_and_holdings_are_those_of_the_backtest(paid, owner):
    session = BacktestSession.objects.get(pk=paid)
    kinds = set(session.events.values_list("kind", flat=True))
    assert {BacktestEvent.Kind.SPLIT, BacktestEvent.Kind.DIVIDEND} <= kinds
    made = backtest_to_portfolio(session_id=paid, owner=owner, name="tested")
    book = book_check(made.pk, [])
    held = {f"KR:{one.ticker}": one.quantity for one in session.holdings.all()}
    assert held
    assert book.shares == pytest.approx(held, rel=1e-9)
    cash = session.snapshots.order_by("-date").first().cash
    assert book.cash == {"KRW": pytest.approx(cash, abs=1e-3)}
    trades = made.transactions.filter(kind__in=("BUY", "SELL"))
    assert trades.count() == session.trades.count()
    assert float(sum(one.fee for one in trades)) == pytest.approx(sum(one.commission for one in session.trades.all()))
    assert (made.base_currency, made.name, made.is_stale) == ("KRW", "tested", True)
    costs = [session.config[name] for name in ("commission", "tax", "lot_size")]
    assert [made.commission, made.sales_tax, made.lot] == costs  # of its plans


def test_its_values_are_those_of_the_backtest_on_every_session(paid, owner):
    """Over a connection that sees what this test wrote: by the portfolio's own valuation."""
    made = backtest_to_portfolio(session_id=paid, owner=owner)
    portfolio_value(portfolio_id=made.pk)
    stored = dict(BacktestSession.objects.get(pk=paid).snapshots.values_list("date", "value"))
    found = dict(made.performance.values_list("date", "value"))
    assert {day: found[day] for day in stored} == pytest.approx(stored, rel=1e-9)


def test_refusals(paid, owner):
    backtest_to_portfolio(session_id=paid, owner=owner, name="tested")
    with pytest.raises(BacktestError, match="already exists"):
        backtest_to_portfolio(session_id=paid, owner=owner, name="tested")
    with pytest.raises(BacktestError, match="has no result"):
        backtest_to_portfolio(session_id=bare().pk, owner=owner)
    session = BacktestSession.objects.get(pk=paid)
    session.trades.filter(number=1).update(instrument=None)
    with pytest.raises(BacktestError, match="is no instrument any more"):
        backtest_to_portfolio(session_id=paid, owner=owner, name="other")
    session.trades.filter(number=1).update(instrument=Instrument.objects.get(ticker=session.trades.first().ticker))
    assert Portfolio.objects.count() == 1


def test_over_http_and_in_the_admin(paid, owner, boss):
    reader = Client()
    assert reader.post(f"/api/backtests/{paid}/portfolio/").status_code == 401
    reader.force_login(owner)
    made = reader.post(f"/api/backtests/{paid}/portfolio/", {"name": "mine"}, content_type="application/json")
    assert (made.status_code, made.json()["owner"]) == (201, "anna")
    assert reader.get(made["Location"]).json()["name"] == "mine"
    again = reader.post(f"/api/backtests/{paid}/portfolio/", {"name": "mine"}, content_type="application/json")
    assert again.status_code == 400
    assert reader.post("/api/backtests/999999/portfolio/", {}, content_type="application/json").status_code == 404
    chosen = {"action": "to_portfolio", "_selected_action": [paid]}
    answer = boss.post("/admin/backtests/backtestsession/", chosen)
    assert answer.status_code == 302
    assert Portfolio.objects.get(owner__username="boss").transactions.count() > 2
