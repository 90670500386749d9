"""Settings that are numbers by name: ``*=3,VN=5``."""

import environ
from django.core.exceptions import ImproperlyConfigured

HIGHEST = 100_000


def limits_of(env: environ.Env, name: str, *, known: tuple[str, ...] = ()) -> dict[str, int]:
    """Whole numbers from 0 on by name; ImproperlyConfigured tells what another one is.

    ``known``: the names there are; empty: any.
    """
    found = {}
    for key, text in env.dict(name, default={}).items():
        if known and key not in known:
            raise ImproperlyConfigured(f"{name}: unknown {key!r}; there are {', '.join(known)}")
        if not text.isascii() or not text.isdigit() or int(text) > HIGHEST:
            raise ImproperlyConfigured(f"{name}: {key} must be a whole number from 0 to {HIGHEST}, not {text!r}")
        found[key] = int(text)
    return found
