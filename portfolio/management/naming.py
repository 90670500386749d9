"""Portfolios and people by the words a command is given."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Q

from market.cli import Exit, HouseCommand
from market.texts import is_storable
from portfolio.models import Portfolio

LONGEST_NUMBER = 19  # digits of a key
HELP = "its number, OWNER/NAME, or a name that only one has"


def portfolio_or_fail(command: HouseCommand, word: str) -> Portfolio:
    """The portfolio of ``12``, ``anna/core`` or ``core``; leaves the command with what is wrong."""
    found = _named(word) if is_storable(word) else []
    if len(found) > 1:
        command.fail(f"portfolio: several are called {word!r}: write OWNER/NAME", Exit.USAGE)
    if not found:
        command.fail(f"portfolio: no portfolio {word!r}: manage.py list_portfolios shows all", Exit.USAGE)
    return found[0]


def portfolios_or_fail(command: HouseCommand, words: Sequence[str] | None) -> list[Portfolio] | None:
    """One for each word, in their order; None for none: all of them are meant."""
    return None if words is None else [portfolio_or_fail(command, word) for word in words]


def _named(word: str) -> list[Portfolio]:
    """Two at the most; a number is a key, and a name with a slash is looked for as a whole, too."""
    owner, slash, name = word.partition("/")
    wanted = Q(name=word)
    if word.isascii() and word.isdecimal() and len(word) < LONGEST_NUMBER:
        wanted = Q(pk=int(word))
    elif slash:
        wanted |= Q(owner__username=owner, name=name)
    return list(Portfolio.objects.select_related("owner").filter(wanted).order_by("pk")[:2])


def user_or_fail(command: HouseCommand, name: str) -> User:
    """The user of that name; leaves the command where there is none."""
    found = User.objects.filter(username=name).first() if is_storable(name) else None
    if found is None:
        command.fail(f"--owner: no user {name!r}", Exit.USAGE)
    return found
