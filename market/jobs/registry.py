"""The kinds of jobs there are; each app names the module of its own in ``AppConfig.ready()``."""

import importlib
from collections.abc import Sequence
from threading import Lock
from typing import Any, Protocol

from market.jobs.states import Ask, Job


class Kind(Protocol):
    """A kind of jobs, as the list needs it. ``user``: who asks; they see nothing of what is not theirs to see."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def read(self, user: Any, ask: Ask) -> Sequence[Job]:
        """Newest first, at most ``ask.limit``, in a constant number of queries."""
        ...

    def get(self, user: Any, pk: str) -> Job | None: ...

    def retry(self, user: Any, pk: str) -> str | None:
        """The key of the job that waits now, where that is another one. JobProblem where it cannot be; permissions are
        checked by then.
        """
        ...

    def cancel(self, user: Any, pk: str) -> None: ...

    def recover(self) -> int:
        """Give jobs that lost their task another one, how many; kinds with rows of their own are looked after."""
        ...


_KINDS: dict[str, Kind] = {}
_MODULES: list[str] = []  # whose kinds are not registered yet
_FILLING = Lock()


def provided_by(module: str) -> None:
    """``fill()`` of that module registers the kinds of an app, once somebody asks: services take long to import, and
    most commands need none.
    """
    _MODULES.append(module)


def register(kind: Kind) -> None:
    """ValueError when there is a kind of that name."""
    if kind.name in _KINDS:
        raise ValueError(f"there is a kind of jobs called {kind.name} already")
    _KINDS[kind.name] = kind


def fill(app: str = "") -> None:
    """Register what the modules of an app ('': of all) provide."""
    with _FILLING:
        for module in [name for name in _MODULES if not app or name.split(".")[0] == app]:
            importlib.import_module(module).fill()
            _MODULES.remove(module)


def kinds() -> list[Kind]:
    """All of them, by name."""
    fill()
    return [_KINDS[name] for name in sorted(_KINDS)]


def registered() -> list[Kind]:
    """Those of the apps whose modules were loaded."""
    return list(_KINDS.values())


def kind_get(name: str) -> Kind | None:
    return next((kind for kind in kinds() if kind.name == name), None)
