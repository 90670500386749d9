"""A small market of two currencies and portfolios in it, with round figures."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from market.models import FxRate, Instrument
from portfolio.models import Portfolio, RebalancingEvent, Transaction
from portfolio.services.allocations import allocations_set
from portfolio.services.rebalancing import rebalancing_propose
from portfolio.services.rebalancing_decisions import rebalancing_approve
from portfolio.services.valuation import portfolio_value
from tests.factors.market_tables import SESSION, add_bars, add_instrument, sessions

DAYS = sessions(6, SESSION, "US")  # all of them sessions in Korea, too
FIRST = DAYS[0]
CLOSES = {"AAA": 100.0, "BBB": 50.0}
WON = 1000.0  # for a dollar
BOOKED = [("SELL", "AAA", 10, 100, None, "USD"), ("BUY", "BBB", 60, 50, None, "USD")]  # of the plan for ``mine``


def market() -> dict[str, Instrument]:
    """AAA at 100 and BBB at 50 dollars, K1 at 10,000 won (10 dollars), and NEW, which never traded."""
    found = {
        name: add_instrument(name, "US", name=f"{name} Inc", sector="chip" if name == "AAA" else "") for name in CLOSES
    }
    found |= {"K1": add_instrument("K1", name="Korea One", sector="bank"), "NEW": add_instrument("NEW", "US")}
    for name, close in {**CLOSES, "K1": 10_000.0}.items():
        add_bars(found[name], DAYS, [close] * len(DAYS))
    FxRate.objects.bulk_create(FxRate(base="USD", quote="KRW", date=day, rate=WON) for day in DAYS)
    return found


def owner(name: str = "ann") -> User:
    return User.objects.create_user(name)


def portfolio_with(of: User, cash: float, *bought: tuple[Instrument, float, float], **columns: Any) -> Portfolio:
    """In dollars, valued: ``bought`` (instrument, quantity, price) for a deposit that leaves ``cash``."""
    made = Portfolio.objects.create(owner=of, **{"name": "mine", "base_currency": "USD", **columns})
    spent = sum(quantity * price / (WON if one.region == "KR" else 1) for one, quantity, price in bought)
    book(made, "DEPOSIT", amount=cash + spent)
    for one, quantity, price in bought:
        if one.region == "KR":
            book(made, "TRANSFER", amount=quantity * price, currency="KRW")
            book(made, "TRANSFER", amount=-quantity * price / WON)
        book(made, "BUY", instrument=one, quantity=quantity, price=price, currency=one.currency)
    portfolio_value(portfolio_id=made.pk)
    made.refresh_from_db()
    return made


def book(of: Portfolio, kind: str, day: dt.date = FIRST, **columns: Any) -> Transaction:
    exact = {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in columns.items()}
    return Transaction.objects.create(portfolio=of, kind=kind, date=day, **{"currency": "USD", **exact})


def wanted(of: Portfolio, *, threshold: float | None = None, frequency: str = "NONE", **targets: float) -> None:
    """Targets by ticker; what is left of 100 is cash's."""
    known = {one.ticker: str(one) for one in Instrument.objects.filter(ticker__in=targets)}
    rows = [
        {"asset": known[name], "target": target, "threshold": threshold, "frequency": frequency}
        for name, target in targets.items()
    ]
    rest = 100 - sum(targets.values())
    allocations_set(portfolio=of, targets=[*rows, *([{"asset": None, "target": rest}] if rest else [])])


def told(of: Portfolio) -> list[tuple[Any, ...]]:
    """What a rebalancing booked: kind, ticker, quantity, price, amount, currency."""
    rows = of.transactions.filter(source__startswith="rebalancing").order_by("sequence")
    columns = ("kind", "instrument__ticker", "quantity", "price", "amount", "currency")
    return [
        tuple(float(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows.values_list(*columns)
    ]


def proposed(portfolio: Portfolio, **asked: Any) -> RebalancingEvent:
    found = rebalancing_propose(portfolio=portfolio, **asked)
    assert found.event is not None, found.reason
    return found.event


def approved(portfolio: Portfolio, **asked: Any) -> RebalancingEvent:
    return rebalancing_approve(event=proposed(portfolio, **asked))


def steps(event: RebalancingEvent) -> list[tuple[Any, ...]]:
    """Status, user and note."""
    return [(one.status, one.user and one.user.username, one.note) for one in event.steps.all()]
