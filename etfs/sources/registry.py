"""The known ETF sources, by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from etfs.sources.base import EtfSource, Kind

_SOURCES: dict[str, EtfSource] = {}


def register(source: type[EtfSource]) -> type[EtfSource]:
    """Class decorator. Raises ValueError when another class already has the name."""
    known = _SOURCES.get(source.name)
    if known is not None and type(known) is not source:
        raise ValueError(f"two ETF sources are called {source.name!r}: {type(known).__name__} and {source.__name__}")
    _SOURCES[source.name] = source()
    return source


def source_get(name: str, kind: Kind | None = None) -> EtfSource:
    """The source of that name (serving ``kind``); ValueError lists those that exist."""
    found = _SOURCES.get(name)
    if found is None or (kind is not None and kind not in found.kinds):
        raise ValueError(f"no ETF source {name!r} for {kind or 'data'}: use one of {', '.join(source_names(kind))}")
    return found


def source_names(kind: Kind | None = None, base: Any = EtfSource) -> list[str]:
    """Names in alphabetical order: all, or those serving ``kind``, or those of one sort (``FileSource``)."""
    return sorted(
        name for name, one in _SOURCES.items() if isinstance(one, base) and (kind is None or kind in one.kinds)
    )


@contextmanager
def registry_reset() -> Iterator[None]:
    """An empty registry inside the block, the former one after it (tests)."""
    kept = dict(_SOURCES)
    _SOURCES.clear()
    try:
        yield
    finally:
        _SOURCES.clear()
        _SOURCES.update(kept)
