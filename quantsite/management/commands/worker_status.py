"""``manage.py worker_status``: which background workers live. Exit code 0 if any does, 1 if none."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from django_q.status import Stat

from market.cli import HouseCommand
from market.texts import counted


class Command(HouseCommand):
    help = "Tell which background workers live (exit code 0) or that none does (1)."
    requires_migrations_checks = False  # the sign of life is in the cache

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--here", action="store_true", help="count those of this machine alone")

    def handle(self, *args: Any, **options: Any) -> None:
        host = socket.gethostname()
        clusters = [one for one in Stat.get_all() if one.host == host or not options["here"]]
        for one in sorted(clusters, key=lambda one: (one.host, one.pid)):
            since = timezone.localtime(one.tob)
            processes = counted(len(one.workers), "process", "processes")
            self.stdout.write(f"{one.host} {one.pid}: {one.status}, {processes}, since {since:%Y-%m-%d %H:%M}")
        if not clusters:
            self.fail("no worker is alive" + (f" on {host}" if options["here"] else ""))
