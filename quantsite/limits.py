"""Settings that are numbers by name: ``*=3,VN=5``."""

import environ
from django.core.exceptions import ImproperlyConfigured

HIGHEST = 100_000


def limits_of(env: environ.Env, name: str) -> dict[str, int]:
    """Whole numbers from 0 on by name; ImproperlyConfigured tells what another one is. Which names there are is looked
    at later (``quantsite.checks``, ``quantsite.retention``): settings know of no app.
    """
    found = {}
    for key, text in env.dict(name, default={}).items():
        if not text.isascii() or not text.isdigit() or int(text) > HIGHEST:
            raise ImproperlyConfigured(f"{name}: {key} must be a whole number from 0 to {HIGHEST}, not {text!r}")
        found[key] = int(text)
    return found
