"""Single values of a configuration, checked."""

import datetime as dt
from typing import Any

from backtests.services.errors import BacktestError
from factors.services.given import number_given
from market.texts import is_storable


def day_given(name: str, value: Any) -> dt.date | None:
    """A date, or a text YYYY-MM-DD."""
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BacktestError(f"{name}: must be a day as YYYY-MM-DD, not {value!r}") from error


def fraction_given(name: str, value: Any, low: float | None = None, high: float | None = None) -> float:
    """A number, between bounds where there are any."""
    found = number_given(value)
    if found is None:
        raise BacktestError(f"{name}: must be a number, not {value!r}")
    if (low is not None and found < low) or (high is not None and found > high):
        bounds = " and ".join(
            f"{word} {end:g}" for word, end in (("at least", low), ("at most", high)) if end is not None
        )
        raise BacktestError(f"{name}: must be {bounds}, not {found:g}")
    return found


def text_given(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or not is_storable(value):
        raise BacktestError(f"{name}: must be a text of at most {longest} characters, not {value!r}")
    return value


def truth_given(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BacktestError(f"{name}: must be true or false, not {value!r}")
    return value
