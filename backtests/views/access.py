"""Whose backtests and sweeps somebody sees on pages, and what they may do to them: the rules of the API."""

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from backtests.models import BacktestSession, BacktestSweep

ADD_SESSION, ADD_SWEEP = "backtests.add_backtestsession", "backtests.add_backtestsweep"
DELETE_SESSION, DELETE_SWEEP = "backtests.delete_backtestsession", "backtests.delete_backtestsweep"
NEEDED = {"change": "add", "delete": "delete"}  # what it takes beside: who asks for work may also stop it
Job = TypeVar("Job", bound=Model)


def session_of(request: HttpRequest, pk: int, action: str = "view") -> BacktestSession:
    """Http404 for what the user may not see, PermissionDenied for what they may see but not change or delete."""
    rows = BacktestSession.objects.select_related("strategy", "owner", "sweep")
    return _allowed(request, get_object_or_404(rows.visible_to(request.user), pk=pk), action)


def sweep_of(request: HttpRequest, pk: int, action: str = "view") -> BacktestSweep:
    """The same of sweeps."""
    rows = BacktestSweep.objects.select_related("owner").visible_to(request.user)
    return _allowed(request, get_object_or_404(rows, pk=pk), action)


def may(request: HttpRequest, row: Model, action: str) -> bool:
    """Whether the user may change or delete what they see: theirs, or any for staff, where they may ask for such."""
    rows: Any = type(row)._default_manager
    permission = f"{row._meta.app_label}.{NEEDED[action]}_{row._meta.model_name}"
    return request.user.has_perm(permission) and rows.visible_to(request.user, action).filter(pk=row.pk).exists()


def needs(request: HttpRequest, permission: str) -> None:
    """PermissionDenied without it."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(_("Your account may not do this: it needs the permission %s.") % permission)


def _allowed(request: HttpRequest, row: Job, action: str) -> Job:
    if action != "view" and not may(request, row, action):
        raise PermissionDenied(_("This is not yours to change: its owner and staff may."))
    return row
