"""What forms of pages share."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

ALL = _("All")


def choices(of: Iterable[tuple[Any, Any]], nothing: Any = ALL) -> list[tuple[Any, Any]]:
    """The choices of a select box that may stay empty."""
    return [("", nothing), *of]
