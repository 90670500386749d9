"""A file between its preview and its import: in the cache, for an hour, for who uploaded it alone."""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.core.cache import cache

from portfolio.services.errors import PortfolioError

KEPT = 3600  # seconds
_KEY = "portfolio-upload-"


@dataclass(frozen=True)
class Upload:
    """A file, and what is asked of it; or text to be downloaded, of no portfolio."""

    owner: int
    name: str
    content: bytes
    portfolio: int = 0
    kind: str = ""
    date: dt.date | None = None


def upload_keep(*, upload: Upload) -> str:
    """The token by which its owner finds it."""
    token = secrets.token_urlsafe(24)
    cache.set(f"{_KEY}{token}", upload, KEPT)
    return token


def upload_get(*, token: str, owner: int) -> Upload:
    """What was kept under a token; PortfolioError when it is gone, or somebody else's."""
    found: Upload | None = cache.get(f"{_KEY}{token}") if token.isascii() and len(token) < 64 else None
    if found is None or found.owner != owner:
        raise PortfolioError("file: what was uploaded is not there any more: upload it again")
    return found


def upload_forget(*, token: str) -> None:
    """Delete what was kept."""
    cache.delete(f"{_KEY}{token}")
