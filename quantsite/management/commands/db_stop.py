"""``manage.py db_stop``: stop the embedded database."""

from typing import Any

from django.core.management.base import BaseCommand

from quantsite.db.embedded_setting import embedded_data_dir
from quantsite.embedded import stop


class Command(BaseCommand):
    help = "Stop the embedded database; its data stays."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = stop(embedded_data_dir())
        self.stdout.write("The embedded database " + ("has stopped." if stopped else "was not running."))
