"""``manage.py db_status``: whether the embedded database runs. Exit code 0 if it does, 1 if not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from quantsite.db.embedded_setting import embedded_data_dir
from quantsite.embedded import status


class Command(BaseCommand):
    help = "Tell whether the embedded database runs (exit code 0) or not (1)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = status(embedded_data_dir())
        self.stdout.write(f"data     {found.home}")
        if not found.running:
            self.stdout.write("state    stopped")
            sys.exit(1)
        self.stdout.write(f"state    running, process {found.pid}")
        self.stdout.write(f"socket   {found.socket_dir}")
