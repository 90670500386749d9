"""The account that the server runs under: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantsite.embedded.errors import EmbeddedPostgresError
from quantsite.embedded.layout import binary

NOBODY = 65534
PROBE = 'cd "$1" && test -r "$2" && exec "$2" --version'
SECONDS_TO_PROBE = 30
# The environment of the caller must not reach the server: PGOPTIONS, LC_ALL and the like would change it.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True)
class Account:
    """How to run a program under the server's account.

    ``uid`` is None for an ordinary user: programs then simply run as the caller. ``capability`` is the one
    privilege that root leaves to the server when the checkout lies below a directory that only root can
    enter, such as /root; without it the server could not reach its own files.
    """

    uid: int | None = None
    gid: int | None = None
    capability: str | None = None

    def run(self, command: list[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """``subprocess.run`` under this account, with text output and a clean environment."""
        options = {"text": True, "env": ENVIRONMENT, "stdin": subprocess.DEVNULL, "cwd": "/", **options}
        if self.uid is not None and self.capability is None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        # The programs are the wheel's own, by absolute path, and no shell reads the arguments.
        return subprocess.run([*self._prefix(), *command], check=False, **options)  # noqa: S603

    def own(self, path: Path) -> None:
        """Hand a file or directory that root made to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _prefix(self) -> list[str]:
        if self.capability is None:
            return []
        # no_setuid_fixup: PostgreSQL checks its programs with access(2), which else ignores capabilities.
        return [
            "setpriv",
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            f"--inh-caps=-all,+{self.capability}",
            f"--ambient-caps=-all,+{self.capability}",
            "--securebits=+no_setuid_fixup",
        ]


def account_for(home: Path) -> Account:
    """The account for the existing directory ``home``; raises if it cannot reach its files.

    Root hands a ``home`` of its own to ``nobody``, and serves one of somebody else's under its owner.
    """
    owner = home.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise EmbeddedPostgresError(
                f"The database in {home} belongs to the account {_name(owner)}. Run the command as that "
                "account (or as root, if root made it), or set QUANTSITE_VAR to another directory."
            )
        return Account()
    uid, gid = _identity(owner)
    os.chown(home, uid, gid)
    choices = [Account(uid, gid)]
    if shutil.which("setpriv"):
        # Reading past closed doors is less than writing past them, but containers often offer only that.
        choices += [Account(uid, gid, "dac_read_search"), Account(uid, gid, "dac_override")]
    for account in choices:
        if _can_reach(account, home):
            return account
    raise EmbeddedPostgresError(
        f"As root, the database runs under the account {_name(uid)}, which cannot reach {home} or "
        f"{binary('postgres')}. Move the checkout to a directory that everybody can enter, or open the "
        "closed parent directory with `chmod o+x`, or set DATABASE_URL to a PostgreSQL server of your own."
    )


def _identity(owner: int) -> tuple[int, int]:
    """User and group for root to change to: the owner of an existing database, else ``nobody``."""
    if owner != 0:
        try:
            return owner, pwd.getpwuid(owner).pw_gid
        except KeyError:
            return owner, owner
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return entry.pw_uid, entry.pw_gid


def _can_reach(account: Account, home: Path) -> bool:
    """Whether the account can enter ``home`` and run the server's program from where it is."""
    probe: list[str | Path] = ["/bin/sh", "-c", PROBE, "sh", home, binary("postgres")]
    return account.run(probe, capture_output=True, timeout=SECONDS_TO_PROBE).returncode == 0


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
