"""Sources behind an optional package: loaded when used, called at the declared rate and with an end."""

import importlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import ModuleType
from typing import Any

from etfs.sources.base import NetworkSource, SourceProblem
from etfs.sources.limits import turn_wait

INSTALL = "pip install -r requirements-sources.txt"
# What a library raises when the answer is not what it expects: it tripped over a changed layout.
_TRIPPED = (KeyError, IndexError, ValueError, TypeError, AttributeError)


def library(source: NetworkSource, module: str = "") -> ModuleType:
    """The package of ``source`` (or a module of it). SourceProblem says how to install it when it is not there."""
    try:
        return importlib.import_module(module or source.package)
    except ImportError as error:
        raise SourceProblem(
            f"{source.name} needs the package {source.package} ({error}): {INSTALL}", "internal"
        ) from None


def call(source: NetworkSource, what: str, function: Callable[[], Any], seconds: float | None = None) -> Any:
    """``function()`` in its own turn of the rate; SourceProblem when it fails or takes longer than ``seconds``.

    A Python call cannot be stopped from outside: one that hangs is left behind on a daemon thread, which does not
    keep the process alive.
    """
    turn_wait(source.name, source.rate_limit)
    limit = source.timeout if seconds is None else seconds
    future: Future[Any] = Future()
    threading.Thread(target=_run, args=(future, function), name=f"{source.name} {what}", daemon=True).start()
    try:
        return future.result(timeout=limit)
    except SourceProblem:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library raises becomes one counted problem of this source
        if isinstance(error, TimeoutError) and not future.done():
            raise SourceProblem(f"{source.name}: {what} gave no answer within {limit:g} s", "timeout") from None
        kind = _error_type(error)
        raise SourceProblem(f"{source.name}: {what} failed ({type(error).__name__})", kind) from None


def frame_bytes(frame: Any, where: str, *, index: bool) -> bytes:
    """A pandas DataFrame as CSV, its floats with the digits that round-trip. SourceProblem when it has no row."""
    if frame is None or not hasattr(frame, "to_csv"):
        raise SourceProblem(f"{where}: {type(frame).__name__} instead of a table")
    if len(frame) == 0:
        raise SourceProblem(f"{where}: an empty table", "empty")
    content: bytes = frame.to_csv(index=index).encode()
    return content


def _run(future: Future[Any], function: Callable[[], Any]) -> None:
    try:
        future.set_result(function())
    except BaseException as error:  # noqa: BLE001 - handed on to the thread that waits for it
        future.set_exception(error)


def _error_type(error: Exception) -> str:
    """Message texts are not shown (they may hold addresses with keys); the kind is told by the class."""
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if "RateLimit" in names or status == 429:
        return "rate_limit"
    if status in (401, 403):
        return "auth"
    if "Timeout" in names:
        return "timeout"
    if "ConnectionError" in names or "DNSError" in names:
        return "connection"
    if "HTTPError" in names:
        return "http"
    return "schema" if isinstance(error, _TRIPPED) else "internal"
