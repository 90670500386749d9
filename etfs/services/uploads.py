"""Uploaded files between their preview and their import: in the cache, for an hour, for who uploaded them alone."""

import datetime as dt
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from django.core.cache import cache

from etfs.services.errors import EtfError
from etfs.store.files import LARGEST

MOST_FILES = 100  # Django takes no more in one form
MOST_BYTES = 2 * LARGEST  # of all files together
ENDINGS = (".csv", ".txt", ".gz", ".xlsx", ".xls", ".json")
KEPT = 3600  # seconds
_KEY = "etfs-upload-"


@dataclass(frozen=True)
class Upload:
    """Files by name with what is asked of them; the same names may come twice."""

    owner: int
    region: str
    source: str
    kind: str
    ticker: str
    date: dt.date | None
    force: bool
    names: tuple[str, ...]


def uploads_check(*, files: Sequence[tuple[str, int]]) -> None:
    """EtfError for names and sizes that are not taken: how many, how large, which endings."""
    if not 0 < len(files) <= MOST_FILES:
        raise EtfError(f"files: 1 to {MOST_FILES} of them, not {len(files)}")
    for name, size in files:
        if PurePath(name).suffix.lower() not in ENDINGS:
            raise EtfError(f"files: {name} is none of {', '.join(ENDINGS)}")
        if size > LARGEST:
            raise EtfError(f"files: {name} has {size / 1e6:,.0f} MB; a file has at most {LARGEST / 1e6:,.0f} MB")
    if sum(size for _, size in files) > MOST_BYTES:
        raise EtfError(f"files: more than {MOST_BYTES / 1e6:,.0f} MB together")


def upload_keep(*, upload: Upload, contents: Sequence[bytes]) -> str:
    """Keep files; the token by which their owner finds them."""
    uploads_check(files=[(name, len(content)) for name, content in zip(upload.names, contents, strict=True)])
    token = secrets.token_urlsafe(24)
    for place, content in enumerate(contents):
        cache.set(f"{_KEY}{token}-{place}", content, KEPT)
    cache.set(f"{_KEY}{token}", upload, KEPT)
    return token


def upload_change(*, token: str, upload: Upload) -> None:
    """Ask something else of files that are kept."""
    cache.set(f"{_KEY}{token}", upload, KEPT)


def upload_get(*, token: str, owner: int) -> Upload:
    """What was uploaded under a token; EtfError when it is gone, or somebody else's."""
    found = cache.get(f"{_KEY}{token}")
    if found is None or found.owner != owner:
        raise EtfError("files: what was uploaded is not there any more: upload it again")
    return found


@contextmanager
def upload_files(*, token: str, upload: Upload) -> Iterator[list[Path]]:
    """The files in a folder of their own, under their names, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="etf-import-") as folder:
        paths = []
        for place, name in enumerate(upload.names):
            content = cache.get(f"{_KEY}{token}-{place}")
            if content is None:
                raise EtfError("files: what was uploaded is not there any more: upload it again")
            path = Path(folder) / str(place) / PurePath(name).name
            path.parent.mkdir()
            path.write_bytes(content)
            paths.append(path)
        yield paths


def upload_forget(*, token: str, upload: Upload) -> None:
    """Delete what was kept."""
    cache.delete_many([f"{_KEY}{token}", *(f"{_KEY}{token}-{place}" for place in range(len(upload.names)))])
