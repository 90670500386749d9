"""Every combiner by name. Filled by ``@register_combiner`` when the package is imported."""

import difflib

from factors.combiners.base import Combiner

_combiners: dict[str, type[Combiner]] = {}


class UnknownCombiner(ValueError):
    """A name nobody registered."""


def register_combiner(cls: type[Combiner]) -> type[Combiner]:
    """Class decorator: add the combiner; ValueError when its name is taken or a part of the contract is missing."""
    if not getattr(cls, "name", None):
        raise ValueError(f"{cls.__name__} has no name")
    if not cls.__doc__:
        raise ValueError(f"{cls.__name__} has no docstring: say in a sentence what it does")
    if cls.name in _combiners:
        raise ValueError(f"the combiner name {cls.name!r} is taken by {_combiners[cls.name].__name__}")
    _combiners[cls.name] = cls
    return cls


def unregister_combiner(name: str) -> None:
    """Take a combiner back (tests)."""
    _combiners.pop(name, None)


def all_combiners() -> list[type[Combiner]]:
    """Every registered combiner, by name."""
    return [_combiners[name] for name in sorted(_combiners)]


def combiner_named(name: str) -> type[Combiner]:
    """The combiner of this name; UnknownCombiner tells what is close to a wrong one."""
    if name not in _combiners:
        close = difflib.get_close_matches(name, _combiners, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(sorted(_combiners))}"
        raise UnknownCombiner(f"unknown combiner {name!r}; {hint}")
    return _combiners[name]
