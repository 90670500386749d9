"""Binary COPY: every kind of column, with and without nulls. The address by which Arrow reads."""

import datetime as dt

import numpy as np
import pytest
from django.db import DataError, connection, transaction
from psycopg.conninfo import conninfo_to_dict

from market.store.arrow import dsn
from market.store.copying import Column, copy_rows

pytestmark = pytest.mark.django_db


def objects(*values: object) -> np.ndarray:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def read(select: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(select)
        return cursor.fetchall()


def test_every_kind_comes_back() -> None:
    columns = {
        "a": Column("int2", np.array([1, -2, 3])),
        "b": Column("int4", np.array([10, 20, 30]), null=np.array([False, True, False])),
        "c": Column("int8", np.array([2**40, 0, -1])),
        "d": Column("float4", np.array([0.5, np.nan, 2.5])),
        "e": Column("float8", np.array([1 / 3, np.nan, -1e300])),
        "f": Column("date", np.array(["2024-02-29", "NaT", "1965-01-05"], dtype="datetime64[D]")),
        "g": Column("bool", np.array([True, False, True])),
        "h": Column("text", objects("삼성전자", None, "")),
        "i": Column("jsonb", objects('{"가": 1}', None, "[]")),
        "j": Column("char3", objects("USD", "EUR", "KRW")),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE kinds (a int2, b int4, c int8, d float4, e float8, f date, g bool, h text, i jsonb,"
            " j varchar(3))"
        )
        assert copy_rows(cursor, "kinds", columns) == 3
    rows = read("SELECT a, b, c, d, e, f, g, h, i::text, j FROM kinds ORDER BY a DESC")
    assert rows[0] == (3, 30, -1, 2.5, -1e300, dt.date(1965, 1, 5), True, "", "[]", "KRW")
    assert rows[1] == (1, 10, 2**40, 0.5, 1 / 3, dt.date(2024, 2, 29), True, "삼성전자", '{"가": 1}', "USD")
    assert rows[2] == (-2, None, 0, None, None, None, False, None, None, "EUR")


def test_numbers_alone_take_the_fast_path() -> None:
    rows = 250_001  # more than one chunk
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE fast (a int4, e float8)")
        copy_rows(cursor, "fast", {"a": Column("int4", np.arange(rows)), "e": Column("float8", np.arange(rows) / 2)})
    assert read("SELECT count(*), sum(a), sum(e) FROM fast") == [(rows, rows * (rows - 1) // 2, rows * (rows - 1) / 4)]


def test_nothing_is_copied_when_a_row_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE few (a int2)")
        with pytest.raises(ValueError, match="differ in length"):
            copy_rows(cursor, "few", {"a": Column("int2", np.array([1])), "b": Column("int2", np.array([1, 2]))})
        with pytest.raises(DataError), transaction.atomic():
            copy_rows(cursor, "few", {"a": Column("int8", np.array([1]))})
        assert copy_rows(cursor, "few", {"a": Column("int2", np.array([], dtype=int))}) == 0
    assert read("SELECT count(*) FROM few") == [(0,)]


def test_arrow_connects_with_the_options_of_the_database_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": "/etc/ca and more.pem", "options": "-c search_path=one,two"}
    ours = {"pool": False, "server_side_binding": False}  # Django's own, nothing that libpq knows
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {**options, **ours})
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "a 'quoted' word")
    found = conninfo_to_dict(dsn())
    assert {name: found[name] for name in options} == options
    assert found["password"] == "a 'quoted' word"
    assert found["dbname"] == connection.settings_dict["NAME"]
    assert not set(ours) & set(found)
