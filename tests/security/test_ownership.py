"""Whose strategies, backtests and sweeps are whose, where the permission matrix does not look: lists, names in
requests, stored answers, what nobody owns."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client

from backtests.models import BacktestSession, BacktestSweep
from backtests.services import BacktestError, backtest_create, sessions
from backtests.services.config import config_check
from factors.models import CombineRun, FactorFormula, Strategy
from factors.services import StrategyError, strategy_get, strategy_save
from portfolio.services.errors import PortfolioError
from portfolio.services.from_strategy import portfolio_from_strategy
from quantsite.accounts.roles import ANALYST, OPERATOR, role_assign
from tests.backtests.services.tables import config
from tests.backtests.stored import bare
from tests.security.world import DAY

pytestmark = pytest.mark.django_db


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name)
    role_assign(user=user, role=role)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def ann() -> User:
    return person("ann", ANALYST)


@pytest.fixture
def bob() -> User:
    return person("bob", ANALYST)


@pytest.fixture
def boss() -> User:
    return person("boss", OPERATOR)


@pytest.fixture
def strategies(ann, bob) -> None:
    for name, owner in (("hers", ann), ("his", bob), ("everybodys", None)):
        strategy = strategy_save(name=name, region="KR", factors={"roe": 1.0}, owner=owner)
        CombineRun.objects.create(strategy=strategy, start=DAY, end=DAY)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def names(rows) -> set[str]:
    return set(rows.values_list("name", flat=True))


def test_what_each_sees_changes_and_deletes(strategies, ann, boss):
    rows = Strategy.objects
    assert names(rows.visible_to(ann)) == {"hers", "everybodys"}
    assert names(rows.visible_to(ann, "change")) == names(rows.visible_to(ann, "delete")) == {"hers"}
    assert names(rows.visible_to(boss)) == names(rows.visible_to(boss, "change")) == {"hers", "his", "everybodys"}
    assert names(rows.visible_to(AnonymousUser())) == {"everybodys"}
    assert names(rows.visible_to(AnonymousUser(), "change")) == set()
    assert set(CombineRun.objects.visible_to(ann).values_list("strategy__name", flat=True)) == {"hers", "everybodys"}
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert names(rows.visible_to(User.objects.get(pk=ann.pk))) == {"everybodys"}


def test_staff_without_the_permission_are_like_everybody(strategies, bob):
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.groups.clear()
    assert names(Strategy.objects.visible_to(User.objects.get(pk=bob.pk))) == {"his", "everybodys"}


def test_formulas_are_read_by_all_and_changed_by_their_owner(ann, bob, boss):
    FactorFormula.objects.create(name="trend", formula="mean(close, 20)", owner=ann)
    rows = FactorFormula.objects
    assert [names(rows.visible_to(user)) for user in (ann, bob, AnonymousUser())] == [{"trend"}] * 3
    assert [names(rows.visible_to(user, "change")) for user in (ann, bob, boss)] == [{"trend"}, set(), {"trend"}]


def test_lists_leave_out_what_is_others(strategies, ann, bob):
    for owner in (ann, bob, None):
        name = owner.username if owner else "nobody"
        bare(name=name, owner=owner)
        BacktestSweep.objects.create(name=name, config=config(), owner=owner)
    mine = client_of(ann)

    def listed(address: str, column: str = "name") -> set[str]:
        return {row[column] for row in mine.get(f"/api/{address}").json()["results"]}

    assert listed("strategies/") == {"hers", "everybodys"}
    assert listed("combine-runs/", "strategy") == {"hers", "everybodys"}
    assert listed("backtests/") == listed("backtest-sweeps/") == {"ann", "nobody"}
    assert listed("backtests/?owner=bob") == set()


def test_others_names_are_not_told_by_a_suggestion(strategies, ann, bob):
    for user, hint in ((ann, ""), (bob, "; did you mean his?"), (None, "; did you mean his?")):
        with pytest.raises(StrategyError) as told:
            strategy_get(name="hiss", user=user)
        assert str(told.value) == f"strategy: unknown strategy 'hiss'{hint}"
    assert strategy_get(name="his").name == "his"  # a command sees all
    answer = client_of(ann).get("/api/composite-scores/?strategy=his&date=latest")
    assert (answer.status_code, "unknown strategy" in answer.json()["detail"]) == (404, True)


def test_a_backtest_and_a_portfolio_are_made_of_strategies_one_may_see(strategies, ann, bob):
    with pytest.raises(BacktestError, match="unknown strategy 'his'"):
        config_check(config=config(strategy="his"), user=ann)
    assert config_check(config=config(strategy="his"), user=bob).strategy.name == "his"
    answer = client_of(ann).post("/api/backtests/", config(strategy="his"), content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["strategy"])
    with pytest.raises(PortfolioError, match="unknown strategy 'his'"):
        portfolio_from_strategy(owner=ann, name="book", strategy="his", count=1, capital=1e6)


def test_a_stored_backtest_answers_only_who_may_see_it(ann, bob, monkeypatch):
    """Equal configuration, data and code: bob's own is computed, though ann's is there."""
    monkeypatch.setattr(sessions, "backtest_check", lambda *, config, user: (config_check(config=config), DAY, DAY))
    first = backtest_create(config=config(), owner=ann)
    BacktestSession.objects.filter(pk=first.pk).update(status="COMPLETED")
    assert backtest_create(config=config(), owner=ann).pk == first.pk
    assert backtest_create(config=config(), owner=bob).pk != first.pk
    assert backtest_create(config=config()).pk == first.pk


@pytest.mark.parametrize(("method", "status"), [("get", 200), ("put", 403), ("delete", 403)])
def test_what_nobody_owns_is_read_by_all_and_changed_by_staff(strategies, ann, boss, method, status):
    address = "/api/strategies/everybodys/"
    body = {"name": "everybodys", "region": "KR", "factors": {"roe": 2}}
    ask = {"data": body, "content_type": "application/json"} if method == "put" else {}
    answer = getattr(client_of(ann), method)(address, **ask)
    assert answer.status_code == status
    assert status != 403 or "is not yours to" in answer.json()["detail"]
    assert getattr(client_of(boss), method)(address, **ask).status_code in (200, 204)


def test_who_is_deleted_leaves_work_to_the_team_and_no_portfolios(strategies, ann, bob):
    User.objects.get(username="bob").delete()
    assert names(Strategy.objects.visible_to(ann)) == {"hers", "his", "everybodys"}
