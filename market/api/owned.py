"""Work of somebody's own over HTTP."""

from typing import Any

from rest_framework.exceptions import PermissionDenied

from market.models.owned import Reader, may


def allowed(row: Any, user: Reader, action: str) -> Any:
    """``row``, which ``user`` may see; PermissionDenied (403) where it is not theirs to change or delete."""
    if action != "view" and not may(row, user, action):
        raise PermissionDenied(f"{row} is not yours to {action}: its owner and staff may")
    return row
