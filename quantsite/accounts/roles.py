"""Roles: groups whose permissions are what is written here, set anew after every migration (docs/accounts.md).

Nothing here is about portfolios: those are their owner's alone, and no permission of a role opens somebody else's.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

ANALYST, OPERATOR, ADMIN = "analyst", "operator", "admin"
ROLES = (ANALYST, OPERATOR, ADMIN)
STAFF = (OPERATOR, ADMIN)  # who enters the admin

# app.model: what may be done besides viewing.
RESEARCH = {
    "factors.strategy": "add change delete",
    "factors.strategyfactor": "add change delete",
    "factors.combinerun": "add",
    "factors.factoranalysis": "add",
    "factors.factorformula": "add change delete",
    "backtests.backtestsession": "add change delete",
    "backtests.backtestsweep": "add change delete",
}
OPERATIONS = {
    "market.instrument": "add change",
    "market.pricebar": "add",
    "market.fundamental": "add",
    "market.corporateaction": "add",
    "market.fxrate": "add",
    "market.loadrun": "add",
    "factors.factorrun": "add",
    "factors.factorbackfill": "add",
    "factors.factor": "change",
    "etfs.etf": "add change",
    "etfs.snapshot": "add change",
    "etfs.holdingline": "change",
    "etfs.collectrun": "add",
    "etfs.holdingfinding": "change",
    "django_q.schedule": "add change delete",
    "django_q.ormq": "delete",
    "django_q.task": "add",
    "django_q.success": "delete",
    "django_q.failure": "delete",
    "portfolio.assetperformancemetrics": "add",
    "portfolio.assetcorrelation": "add",
}
PRIVATE = {"portfolio": ("assetperformancemetrics", "assetcorrelation")}  # of this app only these are shared
SHARED = ("market", "factors", "etfs", "portfolio", "backtests")


def permissions_of(role: str) -> set[str]:
    """What a role may do, as ``app.action_model``."""
    if role == ADMIN:
        rows = Permission.objects.values_list("content_type__app_label", "codename")
        return {f"{app}.{codename}" for app, codename in rows}
    found = set(_views()) | set(_actions(RESEARCH))
    if role == OPERATOR:
        found |= set(_actions(OPERATIONS))
        found |= {f"django_q.view_{model}" for model in ("schedule", "ormq", "task", "success", "failure")}
    return found


def _views() -> Iterator[str]:
    for label in SHARED:
        for model in apps.get_app_config(label).get_models():
            name = str(model._meta.model_name)
            if label not in PRIVATE or name.startswith(PRIVATE[label]):
                yield f"{label}.view_{name}"


def _actions(written: dict[str, str]) -> Iterator[str]:
    for model, actions in written.items():
        app, name = model.split(".")
        for action in actions.split():
            yield f"{app}.{action}_{name}"


def after_migrate(sender: AppConfig, **more: Any) -> None:
    roles_sync()


@transaction.atomic
def roles_sync() -> None:
    """Make the three groups, and give each exactly its permissions."""
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)  # an app that migrates after this one has none yet
    rows = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    keys = {f"{app}.{codename}": pk for app, codename, pk in rows}
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set([keys[name] for name in permissions_of(role)])


@transaction.atomic
def role_assign(*, user: User, role: str) -> None:
    """Make ``role`` the one role of a user; other groups stay. ValueError for an unknown role."""
    if role not in ROLES:
        raise ValueError(f"role: {role!r} is none of {', '.join(ROLES)}")
    user.groups.remove(*Group.objects.filter(name__in=ROLES).exclude(name=role))
    user.groups.add(Group.objects.get(name=role))
    staff_settle(user=user)


def staff_settle(*, user: User) -> None:
    """Who has a role is staff when the role enters the admin; of others nothing changes."""
    found = set(user.groups.filter(name__in=ROLES).values_list("name", flat=True))
    is_staff = user.is_superuser or bool(found & set(STAFF))
    if found and user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


def role_of(user: User) -> str:
    """The widest role of a user; '' without one."""
    found = set(user.groups.values_list("name", flat=True))
    return next((role for role in reversed(ROLES) if role in found), "")
