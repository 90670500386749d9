"""``manage.py create_token USER``: an API token, shown once."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from quantsite.accounts.tokens import TokenRefused, token_create


class Command(BaseCommand):
    help = "Make an API token for a user and print it: it is shown once, and stored as a hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument("--name", default="command line", help="what it is for (command line)")
        parser.add_argument("--days", type=int, help="how long it works (until it is revoked)")

    def handle(self, *args: Any, username: str, name: str, days: int | None, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"USER: there is no user {username!r}")
        try:
            _row, text = token_create(user=user, name=name, days=days)
        except TokenRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text)
