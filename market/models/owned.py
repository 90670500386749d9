"""Work that may be somebody's own: theirs, of staff, or of nobody and then the whole team's to read."""

from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.db.models import Q

Reader = User | AbstractBaseUser | AnonymousUser


def owned(user: Reader, action: str, model: type[models.Model], path: str = "owner") -> Q:
    """Rows of ``model`` that ``user`` may ``action`` (view, change, delete); ``path``: from the rows that are asked to
    the owner. Their own, and all of them for staff with the model's permission; to view also what has no owner, which
    commands made, or somebody who is gone.
    """
    nobody = Q(**{f"{path}__isnull": True}) if action == "view" else Q(pk__in=[])
    if not isinstance(user, User) or not user.is_active:
        return nobody
    options = model._meta
    if user.is_staff and user.has_perm(f"{options.app_label}.{action}_{options.model_name}"):
        return Q()
    return Q(**{path: user}) | nobody


class OwnedQuerySet(models.QuerySet[Any]):
    """Of a model with ``owner``."""

    def visible_to(self, user: Reader, action: str = "view") -> Self:
        """Those that ``user`` may view, change or delete: see ``owned``."""
        return self.filter(owned(user, action, self.model))


def may(row: models.Model, user: Reader, action: str) -> bool:
    """Whether ``user`` may ``action`` this row of a model with an owner."""
    rows: Any = type(row)._default_manager
    return bool(rows.visible_to(user, action).filter(pk=row.pk).exists())
