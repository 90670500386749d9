"""Fields that apps above add to the panel: a lower floor never imports a higher one, it asks this registry.

A loader gets the region, the as-of date and the instrument ids [N] and returns float [N], NaN where unknown.
Apps register theirs in ``AppConfig.ready``.
"""

import datetime as dt
from collections.abc import Callable

import numpy as np

Loader = Callable[[str, dt.date, np.ndarray], np.ndarray]
_loaders: dict[str, Loader] = {}


def register_field(name: str, loader: Loader) -> None:
    """Provide the panel field ``name``; ValueError when the name is taken."""
    if name in _loaders:
        raise ValueError(f"the panel field {name!r} has a loader already")
    _loaders[name] = loader


def unregister_field(name: str) -> None:
    """Take a field back (tests)."""
    _loaders.pop(name, None)


def registered_fields() -> list[str]:
    """The names of all fields that have a loader."""
    return sorted(_loaders)


def load_fields(names: set[str], region: str, as_of: dt.date, instrument_ids: np.ndarray) -> dict[str, np.ndarray]:
    """The registered ones among ``names``, loaded."""
    return {name: _loaders[name](region, as_of, instrument_ids) for name in sorted(names & _loaders.keys())}
