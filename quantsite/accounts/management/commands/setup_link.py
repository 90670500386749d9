"""``manage.py setup_link``: where the first administrator is made; ``make serve`` prints it at the start."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from quantsite.accounts.setup import setup_path


class Command(BaseCommand):
    help = "While there is no administrator: print the one-time address where the first is made. Earlier ones end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default="http://localhost:8000", help="how the site is reached")
        parser.add_argument("--quiet", action="store_true", help="say nothing where there is an administrator")

    def handle(self, *args: Any, site: str, quiet: bool, **options: Any) -> None:
        path = setup_path()
        if path is not None:
            self.stdout.write(f"There is no administrator yet. Make the first, once, at\n{site.rstrip('/')}{path}")
        elif not quiet:
            self.stdout.write("There is an administrator: nothing to set up. Another one: manage.py create_admin")
