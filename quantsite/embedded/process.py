"""The running server, seen from outside: its pid file, its socket, its process."""

import os
import socket
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

from quantsite.embedded.layout import SOCKET_NAME, Layout

PROBE_TIMEOUT = 30
# The request for an encrypted connection, the shortest that a server answers before it knows who is there.
SSL_REQUEST = struct.pack("!II", 8, 80877103)
# A process number above every system's limit: a lock that names it counts as left behind.
NO_PROCESS = 2**31 - 2
# Lines of postmaster.pid, see PostgreSQL's src/include/utils/pidfile.h.
PID, SOCKET_DIR, STATE = 0, 4, 7


@dataclass(frozen=True)
class PidFile:
    """What ``postmaster.pid`` says. After a crash it is stale, so alone it proves nothing."""

    pid: int
    socket_dir: Path | None
    state: str

    @classmethod
    def read(cls, layout: Layout) -> "PidFile | None":
        """The file's content; None if there is none or its first line is not written yet."""
        try:
            lines = [line.strip() for line in layout.pid_file.read_text().splitlines()]
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not lines or not lines[PID].isdigit():
            return None
        lines += [""] * (STATE + 1 - len(lines))
        directory = Path(lines[SOCKET_DIR]) if lines[SOCKET_DIR] else None
        return cls(int(lines[PID]), directory, lines[STATE])


def attached_socket(layout: Layout) -> Path | None:
    """The socket directory of a server that takes connections, else None. No process is started or listed."""
    running = PidFile.read(layout)
    if running is None or running.state != "ready" or running.socket_dir is None:
        return None
    return running.socket_dir if answers(running.socket_dir) else None


def answers(directory: Path) -> bool:
    """Whether a server serves the socket in ``directory``.

    Connecting proves little: the system accepts connections for a process that is just being killed.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(PROBE_TIMEOUT)
        try:
            probe.connect(str(directory / SOCKET_NAME))
            probe.sendall(SSL_REQUEST)
            return probe.recv(1) != b""
        except (FileNotFoundError, ConnectionError):
            return False


def postmasters(layout: Layout) -> list[psutil.Process]:
    """Living servers on this data directory, also such whose directory was deleted under them."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "status"]):
        command = process.info["cmdline"] or []
        if process.info["name"] != "postgres" or process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        if ("-D", str(layout.data)) in pairwise(command):
            found.append(process)
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended but was not reaped by its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def clear_stale_locks(layout: Layout, directory: Path) -> None:
    """After a crash, make PostgreSQL see that its lock files are stale.

    It sees that by itself unless their process number was given to another process since, which in
    containers is the rule. ``postmaster.pid`` is not deleted: PostgreSQL also finds in it the shared memory
    of the crashed server, and refuses to start while some part of that server still writes.
    """
    if layout.pid_file.exists():
        _, _, rest = layout.pid_file.read_text().partition("\n")
        # No link is followed: root writes here into a directory of an account with fewer rights.
        with os.fdopen(os.open(layout.pid_file, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w") as file:
            file.write(f"{NO_PROCESS}\n{rest}")
    (directory / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
