"""Every sizing rule by name. Filled by ``@register_sizing`` when the package is imported."""

import difflib
from collections.abc import Callable

from backtests.calc.errors import InputError
from backtests.sizing.chosen import Chosen, Sized

Sizing = Callable[[Chosen], Sized]
_rules: dict[str, Sizing] = {}


def register_sizing(name: str) -> Callable[[Sizing], Sizing]:
    """Decorator: add a rule under ``name``; ValueError when it is taken or the function says nothing of itself."""

    def add(function: Sizing) -> Sizing:
        if not name:
            raise ValueError("a sizing rule needs a name")
        if not function.__doc__:
            raise ValueError(f"the sizing rule {name} has no docstring: say in a sentence what it does")
        if name in _rules:
            raise ValueError(f"the sizing name {name!r} is taken")
        _rules[name] = function
        return function

    return add


def unregister_sizing(name: str) -> None:
    """Take a rule back (tests)."""
    _rules.pop(name, None)


def all_sizings() -> list[str]:
    """Every registered name, ascending."""
    return sorted(_rules)


def sizing_named(name: str) -> Sizing:
    """The rule of this name; InputError tells what is close to a wrong one."""
    if name not in _rules:
        close = difflib.get_close_matches(name, _rules, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(all_sizings())}"
        raise InputError(f"sizing: unknown rule {name!r}; {hint}")
    return _rules[name]
