"""One word for a country, whatever a source calls it."""

from functools import lru_cache

import pycountry


@lru_cache(maxsize=1024)
def country_name(word: str) -> str:
    """The usual English name of a country's code or name (ISO 3166): ``US`` and ``United States`` are one. A word
    that is neither stays as it is, blank stays blank."""
    try:
        found = pycountry.countries.lookup(word.strip())
    except LookupError:
        return word.strip()
    return str(getattr(found, "common_name", found.name))
