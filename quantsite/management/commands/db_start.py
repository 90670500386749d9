"""``manage.py db_start``: start the embedded database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quantsite.db.embedded_setting import embedded_data_dir
from quantsite.embedded import EmbeddedPostgresError, ensure_running


class Command(BaseCommand):
    help = "Start the embedded database, if it does not run (any other command does so by itself)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            directory = ensure_running(embedded_data_dir())
        except EmbeddedPostgresError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The embedded database is running; psql -h {directory} -U postgres quantsite")
