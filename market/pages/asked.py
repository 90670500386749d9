"""Numbers in addresses and forms."""

from django.http import Http404

LONGEST = 9  # digits


def number_asked(text: str) -> int | None:
    """None for what is no number, or too long to be one of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None


def number_or_404(text: str) -> int:
    """The same, Http404 in place of None."""
    found = number_asked(text)
    if found is None:
        raise Http404
    return found
