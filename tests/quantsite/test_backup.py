"""A backup restored into another database is the same database: every table, every row, and what comes next."""

import datetime as dt
import json
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import ConnectionHandler, IntegrityError, connection, connections
from django_q.models import Schedule
from django_q.tasks import async_task

from factors.models import Factor, FactorRun, FactorScore
from market.models import Instrument, PriceBar
from portfolio.models import Portfolio, Transaction
from quantsite.backup import BackupError, backup_restore, backup_write
from quantsite.backup.manifest import NAME
from quantsite.backup.restoring import SEEDED

NO_TABLES = ("sequences", "triggers", "constraints")
DAY = dt.date(2024, 6, 28)
AWKWARD = "tab\tquote\"'\\N backslash\\ line\nbreak 한국 \u2028 {},;"


@contextmanager
def default_database(name: str) -> Iterator[None]:
    """The database of this name is Django's default within."""
    ordinary = connections["default"]
    own = {**ordinary.settings_dict, "NAME": name}
    connections["default"] = ConnectionHandler({"default": own})["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = ordinary


@pytest.fixture(scope="module")
def names(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """Three migrated databases (copies of the tests' own) and the name of one that is not there yet."""
    with django_db_blocker.unblock():
        ours = connection.settings_dict["NAME"]
        connection.close()  # a database that is copied must not be in use
        found = {kind: f"{ours}_{kind}" for kind in ("source", "target", "other", "fresh")}
        with default_database("postgres"), connection.cursor() as server:
            for name in found.values():
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            for kind in ("source", "target", "other"):
                server.execute(f'CREATE DATABASE "{found[kind]}" TEMPLATE "{ours}"')
            server.execute(f'CREATE DATABASE "{found["fresh"]}"')
        yield found
        with default_database("postgres"), connection.cursor() as server:
            for name in found.values():
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("var")
    (folder / "secret_key").write_text("key-of-the-source\n")
    return folder


@pytest.fixture(autouse=True)
def own_var(settings, var: Path) -> None:
    settings.VAR_DIR = var


@pytest.fixture(scope="module")
def backup(names: dict[str, str], var: Path, django_db_blocker: Any) -> Path:
    path = var / "saved.zip"
    with django_db_blocker.unblock(), default_database(names["source"]), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.VAR_DIR", var)
        fill()
        done = backup_write(path=path)
    assert done.tables > 60
    return path


@pytest.fixture
def databases(names: dict[str, str], backup: Path, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with django_db_blocker.unblock():
        yield names


def fill() -> None:
    """Rows of every kind: texts that COPY must escape, floats to the last digit, composite keys, triggers, a queue."""
    for number in range(3):
        User.objects.create_user(f"user{number}", first_name=AWKWARD[:30])
    ann = User.objects.get(username="user1")
    User.objects.get(username="user2").delete()  # its number must not be given again
    stock = Instrument.objects.create(region="KR", ticker="005930", name=AWKWARD, currency="KRW", asset_type="STOCK")
    for number in range(500):
        PriceBar.objects.create(
            instrument=stock, date=DAY - dt.timedelta(days=number), close=0.1 + number / 3, volume=None
        )
    factor = Factor.objects.create(name="beta", category="risk", unit="", direction=-1, lookback=252)
    FactorScore.objects.create(
        date=DAY, instrument_id=stock.pk, factor_id=factor.pk, value=1 / 3, score=0.1, percentile=50
    )
    FactorRun.objects.create(region="KR", date=DAY, state="DONE", counts={"beta": {"x": AWKWARD}}, score_count=1)
    book = Portfolio.objects.create(owner=ann, name="book", base_currency="KRW")
    Transaction.objects.create(portfolio=book, date=DAY, kind="DEPOSIT", currency="KRW", amount=1_000_000)
    Portfolio.objects.update(stale_from=None)  # computed: a restore must not make it stale again
    session = SessionStore()
    session["x"] = AWKWARD
    session.create()
    async_task("factors.tasks.run_factors", 1)
    Schedule.objects.filter(name="asset metrics").update(repeats=0)


def content(name: str) -> dict[str, Any]:
    """Table -> (rows, a digest of them all), and what each sequence gives next, by queries of their own."""
    with default_database(name), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall() if table != "django_migrations"]
        digest = "SELECT count(*), md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM {} r"
        found: dict[str, Any] = {}
        for table in tables:
            cursor.execute(digest.format(table))
            found[table] = cursor.fetchone()
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1")
        following = "SELECT '{0}', last_value + is_called::int FROM {0}"
        cursor.execute(" UNION ALL ".join(following.format(sequence) for (sequence,) in cursor.fetchall()))
        found["sequences"] = sorted(cursor.fetchall())
        cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2")
        found["triggers"] = cursor.fetchall()
        cursor.execute("SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint ORDER BY 1, 2")
        found["constraints"] = cursor.fetchall()
    return found


def is_untouched(name: str) -> bool:
    with default_database(name):
        return not User.objects.exists() and not PriceBar.objects.exists()


def test_every_row_of_every_table_comes_back(databases, backup: Path) -> None:
    with default_database(databases["target"]):
        done = backup_restore(path=backup)
        source, target = content(databases["source"]), content(databases["target"])
        assert target == source
        assert source["market_pricebar"][0] == 500
        assert done.rows == sum(value[0] for key, value in source.items() if key not in NO_TABLES)
        # What comes next does not collide, and what guards the tables guards them again.
        assert User.objects.create_user("next").pk > User.objects.get(username="user1").pk + 1
        assert Portfolio.objects.get().stale_from is None
        Transaction.objects.create(
            portfolio=Portfolio.objects.get(), date=DAY, kind="DEPOSIT", currency="KRW", amount=1
        )
        assert Portfolio.objects.get().stale_from == DAY
        with pytest.raises(IntegrityError):
            PriceBar.objects.create(instrument_id=999, date=DAY, close=1)


def test_into_a_database_without_tables(databases, backup: Path) -> None:
    with default_database(databases["fresh"]):
        backup_restore(path=backup)
    assert content(databases["fresh"]) == content(databases["source"])


def test_a_database_with_rows_is_replaced_only_by_force(databases, backup: Path) -> None:
    with default_database(databases["target"]):
        Instrument.objects.get_or_create(region="US", ticker="X", name="X", currency="USD", asset_type="STOCK")
        before = content(databases["target"])
        with pytest.raises(BackupError, match=r"is not empty .*: --force replaces everything in it"):
            backup_restore(path=backup)
        assert content(databases["target"]) == before
        backup_restore(path=backup, force=True)
    assert content(databases["target"]) == content(databases["source"])


def damaged(backup: Path, path: Path, member: str, change: Any) -> Path:
    """A copy with one member changed (a well-formed archive; its own checksums fit)."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == member else data)
    return path


def noted(**changes: Any) -> Any:
    return lambda data: json.dumps(json.loads(data) | changes).encode()


@pytest.mark.parametrize(
    ("member", "change", "message"),
    [
        ("tables/market_pricebar.copy", lambda data: data.replace(b"1", b"2", 1), "market_pricebar.copy has another"),
        (NAME, noted(format=2), "a backup of format 2; this version reads format 1"),
        (NAME, lambda data: b"{", "its manifest.json cannot be read"),
        (NAME, noted(migrations=[["market", "9999_later"]]), r"of a newer version \(it has market.9999_later\)"),
        (NAME, noted(migrations=[["market", "0001_initial"]]), "the database is at other migrations"),
        (NAME, noted(tables={"gone": {"sha256": "", "bytes": 0}}), "gone.copy"),
    ],
    ids=["row", "format", "manifest", "newer", "older", "member"],
)
def test_what_cannot_be_right_touches_nothing(databases, backup: Path, member: str, change: Any, message: str) -> None:
    path = damaged(backup, backup.with_name("wrong.zip"), member, change)
    with default_database(databases["other"]), pytest.raises(BackupError, match=message):
        backup_restore(path=path)
    assert is_untouched(databases["other"])


@pytest.mark.parametrize("cut", [100, -100, -5_000])
def test_a_file_cut_off_touches_nothing(databases, backup: Path, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(backup.read_bytes()[:cut])
    with default_database(databases["other"]), pytest.raises(BackupError, match="cannot be read"):
        backup_restore(path=path)
    assert is_untouched(databases["other"])


def test_a_flipped_bit_touches_nothing(databases, backup: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        info = archive.getinfo("tables/market_pricebar.copy")
    data = bytearray(backup.read_bytes())
    data[info.header_offset + 200] ^= 0x10
    path = tmp_path / "flipped.zip"
    path.write_bytes(data)
    with (
        default_database(databases["other"]),
        pytest.raises(BackupError, match=r"damaged: tables/market_pricebar\.copy"),
    ):
        backup_restore(path=path)
    assert is_untouched(databases["other"])


def test_half_a_restore_leaves_nothing(databases, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The foreign keys, made anew at the end, find a row without its parent."""
    before = content(databases["other"])
    monkeypatch.setattr("quantsite.backup.restoring.content_check", lambda *args: None)
    bad = damaged(backup, backup.with_name("bad.zip"), "tables/market_instrument.copy", lambda data: b"")
    bad = damaged(
        bad, bad.with_name("worse.zip"), NAME,
        lambda data: noted(tables={**json.loads(data)["tables"], "market_instrument": {
            **json.loads(data)["tables"]["market_instrument"], "rows": 0}})(data),
    )  # fmt: skip
    with (
        default_database(databases["other"]),
        pytest.raises(BackupError, match=r"(?s)refused the backup, and is as it was: .*violates foreign key"),
    ):
        backup_restore(path=bad)
    assert content(databases["other"]) == before


def test_the_secret_key_comes_back_and_the_other_stays_beside(databases, backup: Path, var: Path) -> None:
    (var / "secret_key").write_text("another\n")
    with default_database(databases["target"]):
        assert backup_restore(path=backup, force=True).key_changed is True
        assert backup_restore(path=backup, force=True).key_changed is False
    assert (var / "secret_key").read_text() == "key-of-the-source\n"
    assert (var / "secret_key.before-restore").read_text() == "another\n"
    assert stat.S_IMODE((var / "secret_key").stat().st_mode) == 0o600


def test_only_its_owner_may_read_a_backup_and_none_is_overwritten(databases, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with default_database(databases["source"]), pytest.raises(BackupError, match="exists: choose another name"):
        backup_write(path=backup)
    assert not list(backup.parent.glob("*.part"))


def test_commands(databases, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with default_database(databases["source"]):
        call_command("backup", str(tmp_path), "--json")
        done = json.loads(capsys.readouterr().out)
        assert Path(done["path"]).is_file()
        with pytest.raises(SystemExit) as left:
            call_command("backup", str(tmp_path / "no" / "x.zip"))
        assert left.value.code == 2
        with pytest.raises(SystemExit) as left:
            call_command("restore", done["path"])
        assert left.value.code == 1
        assert "--force" in capsys.readouterr().err
    with default_database(databases["target"]):
        call_command("restore", done["path"], "--force")
        assert "rows of" in capsys.readouterr().out


def test_what_migrate_fills_is_known(databases) -> None:
    """A database fresh from ``migrate`` counts as empty."""
    filled = {table for table, value in content(databases["other"]).items() if table not in NO_TABLES and value[0]}
    assert {"django_content_type", "django_q_schedule"} <= filled <= SEEDED
