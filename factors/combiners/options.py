"""What can be set on a combiner, with its bounds; every refusal names the option."""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = int | float | str


class OptionError(ValueError):
    """An option that does not exist or cannot have this value."""


@dataclass(frozen=True)
class Option:
    """One setting: its ``default`` gives the type; numbers lie within ``low`` and ``high``, texts among ``choices``."""

    name: str
    default: Value
    help: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Value:
        """``value`` in the option's type; OptionError otherwise."""
        if isinstance(self.default, str):
            if value not in self.choices:
                raise OptionError(f"options: {self.name} must be one of {', '.join(self.choices)}, not {value!r}")
            return str(value)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high or (isinstance(self.default, int) and value != int(value)):
            kind = "a whole number" if isinstance(self.default, int) else "a number"
            raise OptionError(f"options: {self.name} must be {kind} from {self.low:g} to {self.high:g}, not {value!r}")
        return type(self.default)(value)


def options_check(schema: Sequence[Option], given: Any) -> dict[str, Value]:
    """All options of ``schema``, those ``given`` in place of the defaults; OptionError for a wrong one."""
    if not isinstance(given, Mapping):
        raise OptionError(f"options: must be names with values, not {given!r}")
    known = {option.name: option for option in schema}
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known) or 'none'}"
            raise OptionError(f"options: unknown option {name!r}; {hint}")
    return {name: option.check(given.get(name, option.default)) for name, option in known.items()}
