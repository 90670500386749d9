"""The first administrator, without a default password: an address that works once, while there is none."""

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from quantsite.accounts.models import SetupSecret
from quantsite.accounts.people import admin_create

SECRET_BYTES = 32
LASTS = dt.timedelta(days=1)


def setup_path() -> str | None:
    """A new address, which takes the place of earlier ones; None where there is an administrator."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        SetupSecret.objects.all().delete()
        SetupSecret.objects.create(digest=_digest(secret))
    return reverse("setup", args=[secret])


def setup_is_open(*, secret: str) -> bool:
    """Whether the first administrator can be made with this secret."""
    known = SetupSecret.objects.filter(digest=_digest(secret), created_at__gt=timezone.now() - LASTS)
    return known.exists() and not User.objects.filter(is_superuser=True).exists()


@transaction.atomic
def setup_finish(*, secret: str, username: str, email: str, password: str) -> User:
    """Make the first administrator, and end the address; ValidationError where it has ended."""
    list(SetupSecret.objects.select_for_update())  # of two at once the second finds the first's administrator
    if not setup_is_open(secret=secret):
        raise ValidationError("this address works once, for a day, and while there is no administrator")
    made = admin_create(username=username, email=email, password=password)
    SetupSecret.objects.all().delete()
    return made


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
