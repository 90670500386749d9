"""Portfolios and people by the words a command is given."""

from django.contrib.auth.models import User

from market.cli import Exit, HouseCommand
from market.texts import is_storable
from portfolio.models import Portfolio

HELP = "its number, or OWNER/NAME"


def portfolio_or_fail(command: HouseCommand, word: str) -> Portfolio:
    """The portfolio of ``12`` or ``anna/core``; leaves the command with what is wrong."""
    owner, slash, name = word.partition("/")
    rows = Portfolio.objects.select_related("owner")
    if word.isascii() and word.isdecimal() and len(word) < 19:
        found = rows.filter(pk=int(word)).first()
    elif slash and is_storable(word):
        found = rows.filter(owner__username=owner, name=name).first()
    else:
        command.fail(f"--portfolio: {word!r} is neither a number nor OWNER/NAME", Exit.USAGE)
    if found is None:
        command.fail(f"--portfolio: no portfolio {word!r}: manage.py list_portfolios shows all", Exit.USAGE)
    return found


def user_or_fail(command: HouseCommand, name: str) -> User:
    """The user of that name; leaves the command where there is none."""
    found = User.objects.filter(username=name).first() if is_storable(name) else None
    if found is None:
        command.fail(f"--owner: no user {name!r}", Exit.USAGE)
    return found
