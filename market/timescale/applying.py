"""Making all arrangements after the fact: a server that got the extension or more of it, a setting that was edited."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from market.timescale.ddl import Arrangement
from market.timescale.editions import Server, server_of
from market.timescale.operations import options_now
from market.timescale.registry import arrangements


@dataclass(frozen=True)
class Applied:
    """What the server turned out to have, and how many statements it was given."""

    server: Server
    statement_count: int


def server_now() -> Server:
    """What the default database has."""
    with connection.cursor() as cursor:
        return server_of(cursor)


def arrangements_apply(*, report: Callable[[Arrangement], None] = lambda arrangement: None) -> Applied:
    """Bring the database to what its edition allows; run again, it changes nothing.

    Creates the extension where the server has it loaded. Each arrangement is one transaction, ``report`` is called
    before it. A table with rows is locked while they move to chunks. Raises the database's own errors, as for tables
    that ``migrate`` has not made yet.
    """
    connection.prepare_database()
    server = server_now()
    count = 0
    for arrangement in arrangements():
        report(arrangement)
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in arrangement.statements(server.edition, options_now()):
                cursor.execute(statement)
                count += 1
    return Applied(server, count)
