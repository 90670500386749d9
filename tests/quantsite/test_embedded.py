"""The embedded PostgreSQL, with real servers in directories of their own."""

import multiprocessing
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from quantsite.embedded import EmbeddedPostgresError, ensure_running, socket_dir, status, stop
from quantsite.embedded.account import Account, account_for
from quantsite.embedded.layout import MAX_SOCKET_PATH, SOCKET_NAME, Layout, binary
from quantsite.embedded.process import NO_PROCESS, postmasters

SERVER_PROGRAM = binary("postgres")
is_root = os.geteuid() == 0
# Some account of this machine; initdb wants one that has a name.
ORDINARY_UID = next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_name not in {"root", "nobody"})


@pytest.fixture
def place() -> Iterator[Path]:
    """A short directory that everybody can enter; pytest's own are long and private."""
    directory = Path(tempfile.mkdtemp(prefix="qs"))
    directory.chmod(0o755)
    yield directory
    for home in sorted({path.parent for path in directory.rglob("lock")}):
        stop(home)
        if socket_dir(home) != home:
            shutil.rmtree(socket_dir(home), ignore_errors=True)
    shutil.rmtree(directory)


def query(directory: Path, statement: str) -> object:
    with psycopg.connect(host=str(directory), user="postgres", dbname="postgres", autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def run_in_process(function: Callable[[], object], uid: int | None = None) -> int:
    """Run in a forked process, as another account if asked for; its exit code."""

    def target() -> None:
        if uid is not None:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        function()

    process = multiprocessing.get_context("fork").Process(target=target)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


class TestSocketDir:
    def test_is_the_data_directory_when_a_socket_fits(self) -> None:
        assert socket_dir(Path("/srv/site/var/postgres")) == Path("/srv/site/var/postgres")

    @pytest.mark.parametrize("name", ["with space", "x" * 150, "한국", "a,b", "it's"])
    def test_is_short_and_plain_otherwise(self, name: str) -> None:
        directory = socket_dir(Path("/srv") / name / "postgres")
        assert len(os.fsencode(directory / SOCKET_NAME)) <= MAX_SOCKET_PATH
        assert " " not in str(directory)
        assert directory == socket_dir(Path("/srv") / name / "postgres")
        assert directory != socket_dir(Path("/srv") / name / "other")

    def test_the_limit_is_exact(self) -> None:
        room = MAX_SOCKET_PATH - len(f"/{SOCKET_NAME}") - 1
        assert socket_dir(Path("/" + "x" * room)) == Path("/" + "x" * room)
        assert socket_dir(Path("/" + "x" * (room + 1))).name.startswith("quantsite-")


@pytest.mark.parametrize("name", ["plain", "with some spaces", "long-" + "x" * 200])
def test_starts_attaches_and_stops(place: Path, name: str) -> None:
    home = place / name / "postgres"
    directory = ensure_running(home)
    assert query(directory, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == "UTF8"
    assert query(directory, "SHOW listen_addresses") == ""
    assert query(directory, "SHOW synchronous_commit") == "on"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    first = status(home)
    assert first.running
    assert ensure_running(home) == directory
    assert status(home).pid == first.pid
    assert stop(home) is True
    assert stop(home) is False
    assert not status(home).running


def test_attaching_starts_no_process(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = ensure_running(place / "db")

    def forbidden(*args: object, **kwargs: object) -> None:
        raise AssertionError("a process was started or listed")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", forbidden)
        patch.setattr(psutil, "process_iter", forbidden)
        assert ensure_running(place / "db") == directory


def test_nothing_is_started_by_asking(place: Path) -> None:
    assert not status(place / "db").running
    assert stop(place / "db") is False
    assert not (place / "db").exists()


def test_server_leaves_the_terminal_and_its_parent(place: Path) -> None:
    ensure_running(place / "db")
    pid = status(place / "db").pid
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0)
    assert os.getpgid(pid) != os.getpgid(0)
    assert psutil.Process(pid).ppid() != os.getpid()


def test_committed_rows_survive_kill_9(place: Path) -> None:
    directory = ensure_running(place / "db")
    query(directory, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = status(place / "db").pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    # At once, while the system still accepts connections for the dying process.
    assert query(ensure_running(place / "db"), "SELECT answer FROM kept") == 42
    assert status(place / "db").pid != pid


def test_recovers_when_the_dead_servers_number_belongs_to_another_process(place: Path) -> None:
    home = place / "db"
    directory = ensure_running(home)
    pid = status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while postmasters(Layout.of(home)) and time.monotonic() < deadline:
        time.sleep(0.01)
    # A living process of the server's own account: PostgreSQL itself would refuse to start.
    account = account_for(home)
    other = subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid)
    try:
        for lock in (Layout.of(home).pid_file, directory / f"{SOCKET_NAME}.lock"):
            _, _, rest = lock.read_text().partition("\n")
            lock.write_text(f"{other.pid}\n{rest}")
        assert query(ensure_running(home), "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    assert int(Path("/proc/sys/kernel/pid_max").read_text()) < NO_PROCESS


def test_a_lost_socket_is_made_again(place: Path) -> None:
    directory = ensure_running(place / "with space")
    shutil.rmtree(directory)
    assert query(ensure_running(place / "with space"), "SELECT 1") == 1


def test_a_deleted_data_directory_is_made_again(place: Path) -> None:
    home = place / "with space"
    ensure_running(home)
    shutil.rmtree(home)
    assert query(ensure_running(home), "SELECT 1") == 1
    assert len(postmasters(Layout.of(home))) == 1


def test_concurrent_first_starts_share_one_server(place: Path) -> None:
    home = place / "db"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=ensure_running, args=(home,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(postmasters(Layout.of(home))) == 1
    assert query(ensure_running(home), "SELECT 1") == 1


def test_an_interrupted_initdb_is_done_again(place: Path) -> None:
    unfinished = place / "db" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    assert query(ensure_running(place / "db"), "SELECT 1") == 1
    assert not unfinished.exists()


def test_data_of_another_version_is_refused(place: Path) -> None:
    data = place / "db" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 15"):
        ensure_running(place / "db")


def test_a_failed_start_shows_the_log(place: Path) -> None:
    home = place / "db"
    ensure_running(home)
    stop(home)
    with (home / "data" / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = nonsense\n")
    with pytest.raises(EmbeddedPostgresError, match="invalid value for parameter"):
        ensure_running(home)


def test_a_home_that_cannot_be_made_is_told(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match="cannot be used"):
        ensure_running(place / "file" / "db")


@pytest.mark.skipif(not is_root, reason="only root can act as another account")
class TestAccounts:
    def test_root_runs_the_server_as_nobody(self, place: Path) -> None:
        ensure_running(place / "db")
        pid = status(place / "db").pid
        assert pid is not None
        assert psutil.Process(pid).uids().real == pwd.getpwnam("nobody").pw_uid

    def test_root_serves_a_users_database_as_that_user(self, place: Path) -> None:
        home = place / "db"
        home.mkdir()
        os.chown(home, ORDINARY_UID, ORDINARY_UID)
        ensure_running(home)
        pid = status(home).pid
        assert pid is not None
        assert psutil.Process(pid).uids().real == ORDINARY_UID

    def test_works_below_a_directory_that_only_root_can_enter(self, place: Path) -> None:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv (util-linux) is not installed")
        place.chmod(0o700)
        directory = ensure_running(place / "db")
        assert query(directory, "SELECT 1") == 1
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        pid = status(place / "db").pid
        assert pid is not None
        assert psutil.Process(pid).uids().real == pwd.getpwnam("nobody").pw_uid

    def test_without_any_way_in_the_message_says_what_to_do(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: None)
        place.chmod(0o700)
        with pytest.raises(EmbeddedPostgresError, match="chmod o"):
            ensure_running(place / "db")

    def test_an_ordinary_user_needs_no_privileges(self, place: Path) -> None:
        if Account(ORDINARY_UID, ORDINARY_UID).run([SERVER_PROGRAM, "--version"], capture_output=True).returncode != 0:
            pytest.skip("this checkout lies where an ordinary user cannot reach it")
        home = place / "mine" / "db"
        home.parent.mkdir()
        os.chown(home.parent, ORDINARY_UID, ORDINARY_UID)

        def as_user() -> None:
            assert query(ensure_running(home), "SELECT 1") == 1
            assert psutil.Process(status(home).pid).uids().real == ORDINARY_UID
            os.kill(status(home).pid or 0, signal.SIGKILL)
            assert query(ensure_running(home), "SELECT 1") == 1
            assert stop(home)

        assert run_in_process(as_user, uid=ORDINARY_UID) == 0

    def test_another_users_database_is_refused(self, place: Path) -> None:
        home = place / "db"
        home.mkdir()

        def as_user() -> None:
            with pytest.raises(EmbeddedPostgresError, match="belongs to the account root"):
                ensure_running(home)

        assert run_in_process(as_user, uid=ORDINARY_UID) == 0
