"""Parts of pages that apps above add to a page of an app below: a lower floor never imports a higher one.

``home``, ``instrument``, ``data`` and other pages show what is registered for them, in ``order``. Apps name the module
that registers theirs in ``AppConfig.ready``.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.http import HttpRequest

Context = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """``context(request, **subject)`` gives what ``template`` shows as ``part``, None where that is nothing.
    ``narrow``: two of them may stand side by side."""

    page: str
    name: str
    title: Any
    template: str
    context: Context
    order: int
    narrow: bool = False


_sections: dict[tuple[str, str], Section] = {}
_modules: list[str] = []  # whose sections are not registered yet
_filling = Lock()


def sections_of(module: str) -> None:
    """``fill()`` of that module registers the sections of an app, once a page asks: views take long to import, and no
    command needs them.
    """
    _modules.append(module)


def register_section(section: Section) -> None:
    """ValueError when the page has a section of this name."""
    key = (section.page, section.name)
    if key in _sections:
        raise ValueError(f"the page {section.page!r} has a section {section.name!r} already")
    _sections[key] = section


def unregister_section(page: str, name: str) -> None:
    """Take one back (tests)."""
    _sections.pop((page, name), None)


def sections_shown(page: str, request: HttpRequest, **subject: Any) -> list[dict[str, Any]]:
    """The page's sections in their order, with their contexts."""
    with _filling:
        while _modules:
            importlib.import_module(_modules[-1]).fill()
            _modules.pop()
    shown = []
    for section in sorted((one for one in _sections.values() if one.page == page), key=lambda one: one.order):
        found = section.context(request, **subject)
        if found is not None:
            shown.append({"section": section, **found})
    return shown
