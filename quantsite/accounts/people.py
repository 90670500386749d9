"""Accounts: made, and let in by a link under which they choose their password."""

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from quantsite.accounts.roles import ADMIN, role_assign


@transaction.atomic
def admin_create(*, username: str, email: str = "", password: str | None = None) -> User:
    """A superuser in the role admin; without a password nobody can log in until one is chosen (``password_path``).
    ValidationError by field.
    """
    user = User(username=username, email=User.objects.normalize_email(email), is_superuser=True, is_staff=True)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    if not email and password is None:
        raise ValidationError({"email": "needed: the link and later ones are for this address"})
    user.save()
    role_assign(user=user, role=ADMIN)
    return user


def password_path(*, user: User) -> str:
    """The address where ``user`` chooses a password: works once, and for ``PASSWORD_RESET_TIMEOUT``."""
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:reset-confirm", args=[key, default_token_generator.make_token(user)])
