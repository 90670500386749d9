"""Starting, finding and stopping the embedded server."""

import fcntl
import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quantsite.embedded.account import Account, account_for
from quantsite.embedded.cluster import ensure_cluster
from quantsite.embedded.errors import EmbeddedPostgresError
from quantsite.embedded.layout import Layout, binary, socket_dir
from quantsite.embedded.process import PidFile, attached_socket, clear_stale_locks, is_alive, postmasters

POLL = 0.02
SECONDS_TO_STOP = 60
SECONDS_FOR_ORPHANS = 20
SECONDS_BETWEEN_NEWS = 10
LOG_LIMIT = 16 * 2**20
# The shell starts the server in the background and ends, so that the server is nobody's child: the command
# that started it neither waits for it nor leaves a zombie.
LAUNCH = '"$@" >>"$0" 2>&1 & echo $!'


@dataclass(frozen=True)
class Status:
    """The state of the embedded server as a person wants to see it."""

    running: bool
    home: Path
    pid: int | None = None
    socket_dir: Path | None = None


def ensure_running(data_dir: Path) -> Path:
    """Start the server unless it runs, making the cluster first if there is none.

    Returns the directory of its socket, for libpq's ``host``. Safe to call from many processes at once;
    takes well under a millisecond when the server runs. Raises EmbeddedPostgresError with the reason
    when the server cannot be started.
    """
    layout = Layout.of(data_dir)
    try:
        return attached_socket(layout) or _start_alone(layout)
    except OSError as error:
        raise EmbeddedPostgresError(f"The database in {layout.home} cannot be used: {error}") from error


def stop(data_dir: Path) -> bool:
    """Stop the server: connections are ended, data is safe. False if it did not run."""
    layout = Layout.of(data_dir)
    if not layout.home.is_dir():
        return False
    with _alone(layout):
        return _end_all(layout)


def status(data_dir: Path) -> Status:
    """Whether the server runs, and where. Starts nothing."""
    layout = Layout.of(data_dir)
    directory, running = attached_socket(layout), PidFile.read(layout)
    if directory is None or running is None:
        return Status(running=False, home=layout.home)
    return Status(running=True, home=layout.home, pid=running.pid, socket_dir=directory)


def _start_alone(layout: Layout) -> Path:
    layout.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = account_for(layout.home)
    with _alone(layout):
        # Another process may have started the server while this one waited for the lock.
        return attached_socket(layout) or _start(layout, account)


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """One process at a time starts or stops the server; a process that dies loses the lock."""
    # No link is followed: the directory may belong to an account with fewer rights than ours.
    lock = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:
            # So that the owner of the database can use a lock file that root made.
            home = layout.home.stat()
            os.chown(lock, home.st_uid, home.st_gid)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _start(layout: Layout, account: Account) -> Path:
    is_new = not (layout.data / "PG_VERSION").exists()
    what = " (making a new database, a few seconds)" if is_new else ""
    _say(f"Starting the embedded PostgreSQL{what} ...")
    layout.home.chmod(0o700)
    running = postmasters(layout)
    if running and layout.pid_file.exists():
        # It may be recovering from a crash, or be about to stop.
        directory = _wait_until_ready(layout, running[0].pid)
        if directory is not None:
            return directory
    # What still runs now has lost its data directory or its socket, and nobody can reach it.
    _end_all(layout)
    ensure_cluster(layout, account)
    directory = _private(socket_dir(layout.home), layout, account)
    deadline = time.monotonic() + SECONDS_FOR_ORPHANS
    while True:
        clear_stale_locks(layout, directory)
        found = _wait_until_ready(layout, _launch(layout, account, directory))
        if found is not None:
            return found
        # After kill -9 of the main process its children need a moment to notice.
        if "shared memory block" not in _last_words(layout.log) or time.monotonic() > deadline:
            raise EmbeddedPostgresError.with_log("The embedded PostgreSQL did not start.", layout.log)
        time.sleep(POLL)


def _private(directory: Path, layout: Layout, account: Account) -> Path:
    """Make the socket's directory; refuse one in the shared temp directory that somebody else made."""
    if directory == layout.home:
        return directory
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise EmbeddedPostgresError(f"{directory} was made by another account: remove it, or set TMPDIR.")
    account.own(directory)
    directory.chmod(0o700)
    return directory


def _launch(layout: Layout, account: Account, directory: Path) -> int:
    """Start the server detached from this command and its terminal; returns its process number."""
    if layout.log.exists() and layout.log.stat().st_size > LOG_LIMIT:
        layout.log.replace(layout.log.with_suffix(".log.1"))
    command: list[str | Path] = ["/bin/sh", "-c", LAUNCH, layout.log]
    command += [binary("postgres"), "-D", layout.data]
    command += ["-c", "listen_addresses=", "-c", f"unix_socket_directories={directory}"]
    command += ["-c", "unix_socket_permissions=0700", "-c", "port=5432"]
    result = account.run(command, capture_output=True, start_new_session=True)
    if not result.stdout.strip().isdigit():
        raise EmbeddedPostgresError(f"The embedded PostgreSQL could not be launched: {result.stderr.strip()}")
    return int(result.stdout)


def _wait_until_ready(layout: Layout, pid: int) -> Path | None:
    """Wait as long as the process lives; its socket directory, or None if it ended or lost its socket."""
    news = time.monotonic() + SECONDS_BETWEEN_NEWS
    while is_alive(pid):
        running = PidFile.read(layout)
        if running is not None and running.pid == pid and running.state == "ready":
            return attached_socket(layout)
        if time.monotonic() > news:
            _say(f"  still starting; after a crash it first replays its log ({layout.log})")
            news += SECONDS_BETWEEN_NEWS
        time.sleep(POLL)
    return None


def _end_all(layout: Layout) -> bool:
    """Fast shutdown of every server on this directory; whether there was one."""
    running = postmasters(layout)
    for process in running:
        process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while any(is_alive(process.pid) for process in running):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError.with_log("The embedded PostgreSQL does not stop.", layout.log)
        time.sleep(POLL)
    return bool(running)


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.is_file() else ""


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
