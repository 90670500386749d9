"""Secrets out of what is logged: by their names, by where they stand in an address, and by their very text."""

import os
import re
from collections.abc import Iterable, Mapping

HIDDEN = "***"
SHORTEST = 6  # a secret's text is looked for from so many characters on; "abc" would hide half of every line
_NAME = r"[\w-]{0,40}(?:password|passwd|secret|token|api[_-]?key|app[_-]?key|private[_-]?key|session[_-]?id)[\w-]{0,40}"
IS_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
# (what to find, what to write): headers, name=value and "name": "value", user:password@ in addresses.
_RULES = (
    (
        re.compile(r"(?i)\b((?:proxy-)?authorization|cookie|set-cookie)(['\"]?\s*[:=]\s*)(['\"]?)[^'\"\r\n]+"),
        r"\1\2\3***",
    ),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w~+/.=-]{16,}"), r"\1 ***"),
    (re.compile(rf"(?i)(?<![\w-])({_NAME})(['\"]?\s*[:=]\s*)(b?['\"]?)[^\s'\"&,;)}}\]]+"), r"\1\2\3***"),
    (re.compile(r"(?<![\w+.-])([a-z][\w+.-]{0,20}://[^\s:/@]{0,64}):[^\s@]+@"), r"\1:***@"),
)


class Redactor:
    """``texts``: secrets that are known word by word, such as the password of the database."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        known = sorted({text for text in texts if len(text) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self._known:
            text = self._known.sub(HIDDEN, text)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        return text


def secrets_of(environment: Mapping[str, str] = os.environ) -> set[str]:
    """The values of variables whose names say that they are secret, and the passwords within addresses."""
    found = {value for name, value in environment.items() if IS_SECRET_NAME.fullmatch(name)}
    for value in environment.values():
        found |= set(re.findall(r"://[^\s:/@]*:([^\s@]+)@", value))
    return found
