"""The migration operation: an arrangement made for whatever the server has when it migrates."""

from typing import Any

from django.conf import settings
from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from market.timescale.ddl import Arrangement, Options
from market.timescale.editions import server_of


class Arrange(Operation):
    """Make an arrangement; does nothing where the server's edition has no such thing.

    A migration names a constant of the code: change one by adding a migration that arranges it again. A server that
    gets the extension, or more of it, after the migration ran: ``manage.py timescale_sql --apply``.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            with schema_editor.connection.cursor() as cursor:
                edition = server_of(cursor).edition
            for statement in self.arrangement.statements(edition, options_now()):
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            with schema_editor.connection.cursor() as cursor:
                edition = server_of(cursor).edition
            for statement in self.arrangement.undo(edition):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"{type(self.arrangement).__name__} {self.arrangement.name}"


def options_now() -> Options:
    """The administrator's choices (quantsite/settings.py)."""
    return Options(
        columnstore_after_days=settings.TIMESCALE_COLUMNSTORE_AFTER_DAYS,
        direct_compress=settings.TIMESCALE_DIRECT_COMPRESS,
    )
