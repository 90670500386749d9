"""Every factor by name. Filled by ``@register`` when ``factors.library.load`` imports the library."""

import difflib
from collections.abc import Iterable

from factors.base import Factor

_factors: dict[str, Factor] = {}


class UnknownFactor(ValueError):
    """A name nobody registered."""


def register(cls: type[Factor]) -> type[Factor]:
    """Class decorator: add the factor; ValueError when its name is taken or a part of the contract is missing."""
    for attribute in ("name", "category", "unit"):
        if not getattr(cls, attribute, None):
            raise ValueError(f"{cls.__name__} has no {attribute}")
    if cls.direction not in (1, -1):
        raise ValueError(f"{cls.__name__}: direction must be 1 or -1, not {cls.direction!r}")
    if cls.min_bars > cls.lookback:
        raise ValueError(f"{cls.__name__}: min_bars {cls.min_bars} is beyond its lookback {cls.lookback}")
    if not cls.__doc__:
        raise ValueError(f"{cls.__name__} has no docstring: say the formula in a sentence")
    if cls.name in _factors:
        raise ValueError(f"the factor name {cls.name!r} is taken by {type(_factors[cls.name]).__name__}")
    _factors[cls.name] = cls()
    return cls


def unregister(name: str) -> None:
    """Take a factor back (tests)."""
    _factors.pop(name, None)


def all_factors() -> list[Factor]:
    """Every registered factor, by name."""
    return [_factors[name] for name in sorted(_factors)]


def factors_named(names: Iterable[str]) -> list[Factor]:
    """The factors of these names, all for none; UnknownFactor names what is close to a wrong one."""
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in _factors:
            raise unknown_factor(name, _factors)
    return [_factors[name] for name in wanted] or all_factors()


def unknown_factor(name: str, known: Iterable[str]) -> UnknownFactor:
    """What to raise for a name that is not among ``known``: it tells those that are close, or where all are."""
    close = difflib.get_close_matches(name, list(known), n=3)
    hint = f"; did you mean {', '.join(close)}?" if close else "; manage.py list_factors shows all"
    return UnknownFactor(f"unknown factor {name!r}{hint}")
