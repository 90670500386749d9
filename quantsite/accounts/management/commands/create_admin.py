"""``manage.py create_admin``: an administrator, with a password that is asked for or a link to choose one."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from quantsite.accounts.people import admin_create, password_path


class Command(BaseCommand):
    help = "Make an administrator. With --username and --email: prints a link under which the password is chosen, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username")
        parser.add_argument("--email")
        parser.add_argument("--site", default="http://localhost:8000", help="how the site is reached, for the link")

    def handle(self, *args: Any, username: str | None, email: str | None, site: str, **options: Any) -> None:
        given = username is not None and email is not None
        try:
            username = username or input("User name: ").strip()
            email = email or input("E-mail: ").strip()
            password = None if given else self._asked(username, email)
            user = admin_create(username=username, email=email, password=password)
        except EOFError as error:
            raise CommandError("nobody to ask: name --username and --email") from error
        except ValidationError as error:
            raise CommandError("; ".join(told(error))) from error
        self.stdout.write(f"Made the administrator {user}.")
        if password is None:
            self.stdout.write(f"Choose the password at\n{site.rstrip('/')}{password_path(user=user)}")

    def _asked(self, username: str, email: str) -> str | None:
        """A password typed twice; none: a link is printed instead."""
        password = getpass("Password (empty: print a link to choose it): ")
        if not password:
            return None
        validate_password(password, User(username=username, email=email))
        if getpass("Once more: ") != password:
            raise ValidationError({"password": "the two differ"})
        return password


def told(error: ValidationError) -> list[str]:
    """``field: reason`` of every reason."""
    if not hasattr(error, "error_dict"):
        return [f"password: {reason}" for reason in error.messages]
    return [f"{field}: {reason}" for field, reasons in error.message_dict.items() for reason in reasons]
