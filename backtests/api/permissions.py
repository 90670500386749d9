"""Who may read and write backtests over HTTP."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.permissions import DjangoModelPermissions


class WorkPermission(DjangoModelPermissions):
    """Backtests are somebody's work, no reference data: reading needs a login whatever ``PUBLIC_READ`` says, writing
    the model's permission.
    """

    def _queryset(self, view: Any) -> QuerySet[Any]:
        """The view's own, whose model counts: ``get_queryset`` would read the parameters of a list, and rows."""
        return view.queryset


class RunPermission(WorkPermission):
    """Reading that simulates: for those who may ask for backtests."""

    perms_map = WorkPermission.perms_map | {method: ["%(app_label)s.add_%(model_name)s"] for method in ("GET", "HEAD")}
