"""Who may read and write over HTTP.

DRF loads this file (and ``pagination``) while its own views are being imported, so neither may import them.
"""

from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, DjangoModelPermissions
from rest_framework.request import Request


class ReferenceDataPermission(DjangoModelPermissions):
    """Reading reference data is open when ``settings.PUBLIC_READ``; writing needs a login and the model permission."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method in SAFE_METHODS:
            return settings.PUBLIC_READ or bool(request.user and request.user.is_authenticated)
        return super().has_permission(request, view)
