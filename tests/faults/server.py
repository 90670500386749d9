"""A PostgreSQL of the tests' own, reachable over TCP, that can be killed and started again."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from quantsite.embedded.account import ENVIRONMENT, account_for
from quantsite.embedded.layout import binary


class Server:
    """Listens on the addresses of ``listen`` from its next start on; ``allow`` lets a network connect."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="quantsite-"))  # root's server runs as nobody: not below pytest's own
        self.data, self.log = self.home / "data", self.home / "log"
        self.account, self.port = account_for(self.home), free_port()
        self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.listen: list[str] = ["127.0.0.1"]
        self.process: subprocess.Popen[bytes] | None = None

    def _run(self, program: str, *arguments: str) -> None:
        done = self.account.run([binary(program), "-D", self.data, *arguments], capture_output=True)
        assert done.returncode == 0, (done.stdout, done.stderr)

    def allow(self, network: str) -> None:
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")

    def start(self) -> None:
        """Again for a while: children of a killed server take a moment to notice."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self.process = self._started()
            try:
                self.ask("postgres", "SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log.read_text()[-2000:])

    def _started(self) -> subprocess.Popen[bytes]:
        """A child of our own, so that it does not stay a zombie when it is killed."""
        command: list[str | Path] = [binary("postgres"), "-D", self.data, "-p", str(self.port), "-k", str(self.home)]
        command += ["-c", f"listen_addresses={','.join(self.listen)}", "-c", "fsync=off"]
        who = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account.uid else {}
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", env=ENVIRONMENT, **who)

    def kill(self) -> None:
        """As the kernel does when memory is short: the postmaster, without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop_process(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # at once
            self.process.wait()

    def stop(self) -> None:
        """And everything in it is gone."""
        self.stop_process()
        shutil.rmtree(self.home)

    def url(self, database: str, host: str = "127.0.0.1") -> str:
        return f"postgres://postgres@{host}:{self.port}/{database}"

    def ask(self, database: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement, over a new connection."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
