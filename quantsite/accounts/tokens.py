"""API tokens: made, shown once, revoked."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction

from quantsite.accounts.models import ApiToken

LONGEST = 3650  # days
MOST = 50  # tokens of one user


class TokenRefused(ValueError):
    """No such token can be made: field and reason."""


@transaction.atomic
def token_create(*, user: User, name: str, days: int | None = None) -> tuple[ApiToken, str]:
    """A token and its text, which nobody can read again; ``days`` None: it does not expire. TokenRefused."""
    name = name.strip()
    if not name or len(name) > ApiToken._meta.get_field("name").max_length or not name.isprintable():
        raise TokenRefused("name: 1 to 64 characters that say what the token is for")
    if days is not None and not 1 <= days <= LONGEST:
        raise TokenRefused(f"days: from 1 to {LONGEST}, not {days}")
    if not user.is_active:
        raise TokenRefused(f"user: {user} is not active")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one token after the other
    mine = ApiToken.objects.filter(user=user)
    if mine.filter(name=name).exists():
        raise TokenRefused(f"name: you have a token {name!r} already")
    if mine.count() >= MOST:
        raise TokenRefused(f"name: you have {MOST} tokens: revoke one first")
    made: tuple[ApiToken, str] = ApiToken.objects.create(user, dt.timedelta(days=days) if days else None, name=name)
    return made


def token_revoke(*, user: User, token_key: str) -> bool:
    """Delete the user's token that begins so; False where there is none."""
    return bool(ApiToken.objects.filter(user=user, token_key=token_key).delete()[0])
