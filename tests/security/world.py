"""A small site with one of each thing, most of them ann's, and one person of each kind who asks for it."""

import datetime as dt
import re
from typing import Any
from zlib import compress

from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from backtests.models import BacktestSweep, BacktestVariant
from etfs.models import ETF, CollectRun, Payload, Snapshot
from factors.models import (
    CombineRun,
    FactorAnalysis,
    FactorBackfill,
    FactorFormula,
    FactorRun,
)
from factors.services import strategy_save
from market.models import DataChange, Instrument, LoadRun
from portfolio.models import Alert, AlertLimit, PortfolioAllocation, RebalancingEvent
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transactions_add
from quantsite.accounts.roles import ADMIN, ANALYST, OPERATOR, role_assign
from quantsite.accounts.setup import setup_path
from quantsite.accounts.tokens import token_create
from tests.backtests.services.tables import config
from tests.backtests.stored import made_up

DAY = dt.date(2024, 6, 28)
# anonymous; logged in without a role; an analyst who owns nothing; ann, the analyst whose things they are; ...
ROLES = ("anonymous", "user", "other", "owner", "operator", "admin")
STATE = {
    "as_of": str(DAY), "value": 1e6, "cash": {"KRW": 1e6}, "rates": {"KRW": 1.0}, "cash_value": 1e6, "total_drift": 0.0,
    "assets": [],
}  # fmt: skip
NOBODYS = "0"  # where there is no row of a model


def people() -> dict[str, Client]:
    """A client of each role; ann is ``owner``."""
    given = {"user": None, "other": ANALYST, "owner": ANALYST, "operator": OPERATOR, "admin": ADMIN}
    clients = {"anonymous": Client(raise_request_exception=False)}
    for name, role in given.items():
        user = User.objects.create_user("ann" if name == "owner" else name, f"{name}@example.org", "not-used-here-1")
        if role:
            role_assign(user=user, role=role)
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user)
    return clients


def things() -> dict[str, Any]:
    """What the parameters of addresses stand for: by how the address begins, then by name."""
    ann = User.objects.get(username="ann")
    DataChange.objects.all().delete()  # what tests with transactions of their own have left: here there is one
    DataChange.objects.create(region="KR", kind=DataChange.Kind.BARS, changed_from=DAY)
    stock = Instrument.objects.create(region="KR", ticker="005930", name="One", currency="KRW")
    fund = ETF.objects.create(
        instrument=Instrument.objects.create(
            region="KR", ticker="069500", name="Fund", currency="KRW", asset_type="ETF"
        ), region="KR", name_local="Fund",
    )  # fmt: skip
    Snapshot.objects.create(etf=fund, as_of_date=DAY, source="csv", currency="KRW")
    Payload.objects.create(
        source="csv", kind="holdings", region="KR", name="x", sha256="0" * 64, size=1, packed=compress(b"x")
    )
    collected = CollectRun.objects.create(source="csv", kind="holdings", region="KR")
    load = LoadRun.objects.create(kind="PRICES", region="KR", source="csv", state="DONE")
    period = {"region": "KR", "start": DAY, "end": DAY}
    mine = strategy_save(name="anns", region="KR", factors={"roe": 1.0}, owner=ann)
    formula = FactorFormula.objects.create(name="trend", formula="mean(close, 20)", owner=ann)
    session = made_up(owner=ann, name="anns")
    sweep = BacktestSweep.objects.create(config=config(), owner=ann, status="CANCELLED", variant_count=1)
    BacktestVariant.objects.create(sweep=sweep, number=1, overrides={}, status="COMPLETED", objective=1.0)
    jobs = {
        "factor-runs": FactorRun.objects.create(region="KR", date=DAY),
        "factor-backfills": FactorBackfill.objects.create(**period),
        "factor-analysis": FactorAnalysis.objects.create(factor_names=["roe"], **period),
        "combine-runs": CombineRun.objects.create(strategy=mine, start=DAY, end=DAY),
        "load-runs": load, "etf-collections": collected, "instruments": stock, "backtests": session,
        "backtest-sweeps": sweep,
    }  # fmt: skip
    book, event, alert = book_of(ann, stock)
    token, _text = token_create(user=ann, name="notebook")
    by_start: dict[str, Any] = {name: {"pk": row.pk} for name, row in jobs.items()}
    return by_start | {
        "portfolios": {"pk": book.pk, "event": event.pk, "alert": alert.pk, "number": book.transactions.get().pk,
                       "figure": "value", "instrument": stock.pk},
        "strategies": {"name": mine.name, "pk": mine.pk}, "factor-formulas": {"name": formula.name},
        "factors": {"name": "roe", "kind": "factor_analysis",
                    "pk": jobs["factor-analysis"].pk},
        "backtests/sweeps": {"pk": sweep.pk}, "formulas": {"name": formula.name},
        "etfs": {"symbol": "069500", "ticker": "069500"},
        "jobs": {"kind": "backtest", "pk": session.pk, "change": "cancel"}, "data": {"pk": load.pk},
        "accounts": {"uidb64": "MQ", "token": "set-password", "token_key": token.token_key},
        "": {"region": "KR", "ticker": "005930", "number": 1, "secret": (setup_path() or "//").split("/")[2], "pk": 1,
             "id": ann.pk, "token": "none", "content_type_id": 1, "object_id": ann.pk, "app_label": "market",
             "url": "no-such-page"},
    }  # fmt: skip


def book_of(ann: User, stock: Instrument) -> tuple[Any, Any, Any]:
    """A portfolio with a row of everything."""
    book = portfolio_create(owner=ann, name="anns", base_currency="KRW")
    transactions_add(portfolio=book, rows=[{"kind": "DEPOSIT", "date": DAY, "amount": "1000000"}])
    PortfolioAllocation.objects.create(portfolio=book, instrument=stock, target=100.0)
    AlertLimit.objects.create(portfolio=book, kind="DRAWDOWN", limit=10.0)
    alert = Alert.objects.create(portfolio=book, kind="DRAWDOWN", date=DAY, figure=12.0, limit=10.0, message="down")
    event = RebalancingEvent.objects.create(
        portfolio=book, trigger="MANUAL", as_of=DAY, pre_state=STATE, post_state=STATE, actions=[], turnover=0.0,
        cost=0.0, tax=0.0, revision=book.revision,
    )  # fmt: skip
    return book, event, alert


def address_of(route: str, known: dict[str, Any]) -> str:
    """The address of a route with its parameters filled in; LookupError where ``things`` has nothing for one."""
    path = re.sub(r"^(api|admin)/", "", route)
    start, *rest = path.split("/")
    values = known[""] | known.get(start, {}) | known.get(f"{start}/{rest[0]}" if rest else "", {})
    if found := re.match(r"admin/(\w+)/(\w+)/", route):
        values = values | _admin_row(*found.groups())
    missing = set(re.findall(r"<(?:\w+:)?(\w+)>", route)) - set(values)
    if missing:
        raise LookupError(f"{route}: say in things() of tests/security/world.py what {', '.join(missing)} stands for")
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), route)
    return "/" + re.sub(r"\^|\$|\(\?P<(\w+)>[^)]*\)", lambda part: str(values[part[1]]) if part[1] else "", filled)


def _admin_row(app: str, model: str) -> dict[str, Any]:
    try:
        rows = apps.get_model(app, model)._default_manager
    except LookupError:
        return {}
    first = rows.order_by("pk").first()
    key = NOBODYS if first is None else first.pk
    return {"object_id": key, "pk": key, "id": key}
