"""Portfolios made, changed, deleted; those of a strategy's best names."""

import datetime as dt
from decimal import Decimal

import pytest

from factors.models import CompositeScore, Strategy
from portfolio.models import Portfolio, Transaction
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.from_strategy import portfolio_from_strategy
from portfolio.services.portfolios import portfolio_create, portfolio_delete, portfolio_update
from portfolio.services.transactions import transaction_add
from tests.factors.market_tables import add_bars, add_instrument

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 6, 28)  # a Friday
MONDAY = dt.date(2024, 7, 1)


def test_a_portfolio_with_its_settings(owner):
    made = portfolio_create(owner=owner, name=" core ", base_currency="usd", lot=0, commission=0.1)
    made.refresh_from_db()
    assert (made.name, made.base_currency, made.lot, made.commission) == ("core", "USD", 0, 0.1)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": ""}, "name: This field cannot be blank."),
        ({"name": "x" * 101}, "name: has 101 characters; at most 100 are kept"),
        ({"name": "a\0"}, "name: holds characters that cannot be stored"),
        ({"name": "a\u202e"}, "name: holds characters that turn the direction of writing"),
        ({"base_currency": "US"}, "base_currency: 'US' is not a currency: three letters, as in USD"),
        ({"base_currency": "QQQ"}, "base_currency: QQQ is no currency of ISO 4217"),
        ({"base_currency": ""}, "base_currency: This field cannot be blank."),
        ({"commission": 100}, "portfolio: commission is out of range: from 0, below 100"),
        ({"lot": float("nan")}, "portfolio: lot is out of range: from 0"),
        ({"risk_free_rate": "much"}, "risk_free_rate: "),
        ({"owner_id": 7}, "owner_id: unknown field"),
    ],
)
def test_what_is_refused(owner, wrong, reason):
    with pytest.raises(PortfolioError) as refused:
        portfolio_create(owner=owner, **{"name": "core", "base_currency": "USD"} | wrong)
    assert str(refused.value).startswith(reason)
    assert not Portfolio.objects.exists()


def test_a_name_is_taken_once_by_an_owner(book, owner, other):
    with pytest.raises(PortfolioError, match="already exists"):
        portfolio_create(owner=owner, name="core", base_currency="USD")
    assert portfolio_create(owner=other, name="core", base_currency="USD").pk != book.pk


def test_another_base_currency_makes_all_values_stale(book):
    transaction_add(portfolio=book, date="2024-03-04", kind="DEPOSIT", amount=5)
    Portfolio.objects.update(stale_from=None)
    assert portfolio_update(portfolio=book, description="d", commission=1).stale_from is None
    changed = portfolio_update(portfolio=book, base_currency="KRW")
    assert (changed.stale_from, changed.revision, changed.commission) == (dt.date(2024, 3, 4), 2, 1)
    for wrong in ("W0N", "ABC"):
        with pytest.raises(PortfolioError, match="base_currency"):
            portfolio_update(portfolio=book, base_currency=wrong)


def test_deleting_takes_everything_along(book):
    transaction_add(portfolio=book, date="2024-03-04", kind="DEPOSIT", amount=5)
    portfolio_delete(portfolio=book)
    assert not Transaction.objects.exists()
    with pytest.raises(PortfolioNotFound):
        portfolio_delete(portfolio=Portfolio(pk=book.pk or 1))


@pytest.fixture
def strategy(db) -> Strategy:
    """Three names of Korea with scores 90, 60 and 30 on a Friday, at 80, 200 and 20,000 won; on Monday at 100, 250 and
    30,000.
    """
    made = Strategy.objects.create(name="value", region="KR")
    for rank, (score, close) in enumerate(((90, (80, 100)), (60, (200, 250)), (30, (20_000, 30_000))), 1):
        stock = add_instrument(f"S{rank}")
        add_bars(stock, [DAY, MONDAY], [close[0], close[1]])
        CompositeScore.objects.create(strategy=made, date=DAY, instrument=stock, score=score, rank=rank)
    return made


def bought(portfolio):
    rows = portfolio.transactions.filter(kind="BUY").in_order()
    return {row.instrument.ticker: (row.quantity, row.price, row.fee) for row in rows}


def test_equal_weights_of_a_strategys_best(strategy, owner):
    """50,050 a name: 500 shares at 100; 200 at 250; what is left stays cash."""
    made = portfolio_from_strategy(owner=owner, name="best", strategy="value", count=2, capital=100_100)
    assert bought(made) == {"S1": (500, 100, 0), "S2": (200, 250, 0)}
    deposit = made.transactions.get(kind="DEPOSIT")
    assert (deposit.amount, deposit.currency, deposit.date) == (100_100, "KRW", MONDAY)
    assert (made.base_currency, made.transactions.count()) == ("KRW", 3)


def test_a_strategy_bought_at_the_closes_it_was_computed_from(strategy, owner):
    """50,050 a name: 625 shares at 80; 250 at 200."""
    made = portfolio_from_strategy(
        owner=owner, name="best", strategy="value", count=2, capital=100_100, fill="same_close"
    )
    assert bought(made) == {"S1": (625, 80, 0), "S2": (250, 200, 0)}
    assert set(made.transactions.values_list("date", flat=True)) == {DAY}


def test_the_newest_composite_that_can_be_bought(strategy, owner):
    """One of Monday is there, but no close of Tuesday."""
    best = CompositeScore.objects.get(rank=1)
    CompositeScore.objects.create(strategy=strategy, date=MONDAY, instrument=best.instrument, score=9, rank=1)
    made = portfolio_from_strategy(owner=owner, name="best", strategy="value", count=1, capital=1_000)
    assert set(made.transactions.values_list("date", flat=True)) == {MONDAY}
    with pytest.raises(PortfolioError, match=r"^date: no close on 2024-07-02 of KR:S1$"):
        portfolio_from_strategy(owner=owner, name="none", strategy="value", count=1, capital=1_000, date=MONDAY)
    CompositeScore.objects.filter(date=DAY).delete()
    with pytest.raises(PortfolioError, match=r"^date: value has no composite scores yet with a session behind it$"):
        portfolio_from_strategy(owner=owner, name="none", strategy="value", count=1, capital=1_000)


def test_a_strategys_best_over_http(strategy, api):
    """60,060 and 40,040 by score: 600 shares at 100; 160 at 250."""
    asked = {"name": "best", "strategy": "value", "top": 2, "capital": 100_100, "weighting": "composite",
             "date": str(DAY)}  # fmt: skip
    made = api.post("/api/portfolios/", asked, format="json")
    assert (made.status_code, made.data["owner"], made.data["base_currency"]) == (201, "anna", "KRW")
    assert bought(Portfolio.objects.get(pk=made.data["id"])) == {"S1": (600, 100, 0), "S2": (160, 250, 0)}
    again = api.post("/api/portfolios/", asked | {"name": "second", "date": "2024-06-27"}, format="json")
    assert (again.status_code, list(again.data)) == (400, ["date"])
    assert Portfolio.objects.count() == 1


def test_weights_by_score_in_lots_with_commission(strategy, owner):
    """Of 180,000: 90,000, 60,000 and 30,000. At 1 % a lot of 100 costs 10,100 (8), 25,250 (2) and 3,030,000 (none)."""
    made = portfolio_from_strategy(
        owner=owner, name="best", strategy="value", count=3, capital=180_000, weighting="composite", lot=100,
        commission=1.0, date=DAY,
    )  # fmt: skip
    assert bought(made) == {"S1": (800, 100, 800), "S2": (200, 250, Decimal(500))}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"strategy": "none"}, "strategy: "),
        ({"date": dt.date(2024, 6, 27)}, "date: value has no composite scores on 2024-06-27"),
        ({"count": 0}, "count: 1 to 500, not 0"),
        ({"capital": float("inf")}, "capital: must be above 0 and at most 1e+15, not inf"),
        ({"capital": float("nan")}, "capital: must be above 0 and at most 1e+15, not nan"),
        ({"capital": 90}, "capital: 90.00 buys no lot of any of 3 names"),
        ({"fill": "open"}, "fill: 'open' is neither of next_close, same_close"),
        ({"weighting": "cap"}, "weighting: 'cap' is neither of equal, composite"),
        ({"lot": 0}, "lot: must be above 0, not 0"),
        ({"commission": -1}, "commission: "),
    ],
)
def test_a_strategy_that_cannot_be_bought(strategy, owner, wrong, reason):
    asked = {"strategy": "value", "count": 3, "capital": 1e6} | wrong
    with pytest.raises(PortfolioError) as refused:
        portfolio_from_strategy(owner=owner, name="best", **asked)
    assert str(refused.value).startswith(reason)
    assert not Portfolio.objects.exists()


def test_a_name_without_a_close_is_told(strategy, owner):
    halted = add_instrument("S4")
    CompositeScore.objects.create(strategy=strategy, date=DAY, instrument=halted, score=10, rank=4)
    with pytest.raises(PortfolioError, match=f"^date: no close on {MONDAY} of KR:S4$"):
        portfolio_from_strategy(owner=owner, name="best", strategy="value", count=4, capital=1e6)
