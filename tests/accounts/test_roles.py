"""Roles: what each may do, who is staff, and who may make whom a superuser."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from quantsite.accounts.roles import ADMIN, ANALYST, OPERATOR, permissions_of, role_assign, role_of, roles_sync

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).resolve().parents[2] / "docs" / "accounts.md"


def test_the_three_groups_are_there_after_migrating_and_stay_as_written():
    group = Group.objects.get(name=ANALYST)
    group.permissions.add(Permission.objects.get(codename="delete_user"))
    group.permissions.remove(Permission.objects.get(codename="add_strategy"))
    roles_sync()
    roles_sync()
    for role in (ANALYST, OPERATOR, ADMIN):
        rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
        assert {".".join(row) for row in rows} == permissions_of(role)


def test_each_role_may_do_what_the_one_before_may_and_more():
    assert permissions_of(ANALYST) < permissions_of(OPERATOR) < permissions_of(ADMIN)


@pytest.mark.parametrize("role", [ANALYST, OPERATOR])
def test_no_role_but_admin_opens_portfolios_people_or_tokens(role):
    private = {"portfolio.view_portfolio", "portfolio.view_transaction", "portfolio.view_portfolioriskmetrics"}
    assert not permissions_of(role) & private
    assert not {name for name in permissions_of(role) if name.startswith(("auth.", "accounts.", "axes.", "admin."))}


def test_the_table_of_the_documentation_is_the_code():
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.*?) \| (.*?) \|$", DOCS.read_text(), re.MULTILINE)
    assert len(rows) > 40
    told = {name: (_words(analyst), _words(operator)) for name, analyst, operator in rows}
    assert told == {model: (_of(ANALYST, model), _of(OPERATOR, model)) for model in told}
    everything = permissions_of(ANALYST) | permissions_of(OPERATOR)
    assert {_model(name) for name in everything} == set(told)


def _words(cell: str) -> set[str]:
    return set(cell.split()) - {"-"}


def _model(permission: str) -> str:
    app, codename = permission.split(".")
    return f"{app}.{codename.split('_', 1)[1]}"


def _of(role: str, model: str) -> set[str]:
    return {name.split(".")[1].split("_")[0] for name in permissions_of(role) if _model(name) == model}


def test_operators_and_admins_are_staff_and_analysts_are_not():
    user = User.objects.create_user("ann")
    for role, staff in ((OPERATOR, True), (ANALYST, False), (ADMIN, True)):
        role_assign(user=user, role=role)
        assert (role_of(user), user.is_staff, user.is_superuser) == (role, staff, False)
    with pytest.raises(ValueError, match="role: 'boss' is none of"):
        role_assign(user=user, role="boss")


@pytest.fixture
def boss() -> Client:
    user = User.objects.create_user("boss")
    role_assign(user=user, role=ADMIN)
    client = Client()
    client.force_login(user)
    return client


def test_an_account_made_in_the_admin_is_an_analysts(boss):
    asked = {"username": "new", "usable_password": "true", "password1": "long-enough-1", "password2": "long-enough-1"}
    answer = boss.post("/admin/auth/user/add/", asked)
    assert answer.status_code == 302, answer.content
    made = User.objects.get(username="new")
    assert (role_of(made), made.is_staff) == (ANALYST, False)


def test_an_admin_who_is_no_superuser_makes_none_and_touches_none(boss):
    me, owner = User.objects.get(username="boss"), User.objects.create_superuser("owner")
    form = {"username": "boss", "is_active": "on", "is_staff": "on", "is_superuser": "on", "groups": [
        Group.objects.get(name=ADMIN).pk], "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}  # fmt: skip
    assert boss.post(f"/admin/auth/user/{me.pk}/change/", form).status_code == 302
    me.refresh_from_db()
    assert not me.is_superuser
    for page in ("change", "delete", "password"):
        assert boss.post(f"/admin/auth/user/{owner.pk}/{page}/", form | {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"}
    boss.post("/admin/auth/user/", chosen)
    assert User.objects.filter(pk=owner.pk).exists()


def test_who_is_put_into_operators_in_the_admin_becomes_staff(boss):
    ann = User.objects.create_user("ann")
    form = {"username": "ann", "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
            "groups": [Group.objects.get(name=OPERATOR).pk]}  # fmt: skip
    assert boss.post(f"/admin/auth/user/{ann.pk}/change/", form).status_code == 302
    ann.refresh_from_db()
    assert ann.is_staff
