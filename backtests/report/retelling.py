"""Findings in the reader's language: they are stored in English, their figures inside."""

import re
from functools import cache

from django.utils.translation import gettext

from backtests.report.finding_forms import FORMS


def retold(code: str, message: str) -> str:
    """The message of a finding of this code; as it is stored where no form of the code fits it."""
    for form in FORMS.get(code, ()):
        said, found = gettext(form), _pattern(form).fullmatch(message)
        if found and said != form:
            return said.format(**found.groupdict())
    return message


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What fits the form; a plural of it may be a singular."""
    parts = re.split(r"\{(\w+)\}", form)
    return re.compile("".join(
        f"(?P<{part}>.+?)" if place % 2 else re.sub(r"s\b", "s?", re.escape(part)) for place, part in enumerate(parts)
    ))  # fmt: skip
