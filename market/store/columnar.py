"""Named NumPy arrays in a directory: written whole, checked by size and checksum, read memory-mapped.

A set of arrays is a new directory that a pointer file names; the pointer is replaced atomically, so a reader
sees the old set or the new one, and a killed writer leaves only a directory that the next writer removes.
"""

import fcntl
import json
import logging
import shutil
import uuid
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

logger = logging.getLogger(__name__)

_POINTER = "current.json"
_CHUNK = 1 << 24
_REMEMBERED = 10_000  # files
_seen: dict[Path, tuple[int, int, int]] = {}  # size, time of change and checksum of files that were whole


class DamagedCache(Exception):
    """A cache that is not what was written."""


def write_arrays(directory: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Replace the set kept in ``directory``. ``meta`` must be JSON.

    Where the disk does not take it (full, no permission) the old set stays, and a warning is logged: the caller has the
    arrays, and the next one reads them anew.
    """
    fresh = directory / uuid.uuid4().hex
    part = directory / f"{fresh.name}.part"
    try:
        _write(directory, fresh, part, arrays, meta)
    except OSError as error:
        logger.warning("%s: not kept (%s); the next run reads it from the database again", directory, error)
        with suppress(OSError):
            part.unlink()
        shutil.rmtree(fresh, ignore_errors=True)


def _write(directory: Path, fresh: Path, part: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    fresh.mkdir(parents=True)
    sums = {}
    for name, array in arrays.items():
        path = fresh / f"{name}.npy"
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        sums[name] = {"size": path.stat().st_size, "crc32": _checksum(path)}
    part.write_text(json.dumps({"directory": fresh.name, "meta": dict(meta), "files": sums}))
    part.replace(directory / _POINTER)
    for old in directory.iterdir():
        if old.is_dir() and old != fresh:
            shutil.rmtree(old, ignore_errors=True)  # readers that have it mapped keep it until they close


def read_meta(directory: Path) -> dict[str, Any] | None:
    """What ``write_arrays`` was told, or None where nothing (readable) is kept."""
    try:
        found = json.loads((directory / _POINTER).read_text())
        return dict(found["meta"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_arrays(directory: Path, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """The kept arrays (or those of ``names``), memory-mapped and read-only. DamagedCache when a file is missing, short
    or altered.
    """
    try:
        found = json.loads((directory / _POINTER).read_text())
        arrays = {}
        for name, expected in found["files"].items():
            if names is not None and name not in names:
                continue
            path = directory / found["directory"] / f"{name}.npy"
            found_size = path.stat().st_size
            if found_size != expected["size"] or not _is_whole(path, expected["crc32"]):
                raise DamagedCache(f"{path} is not what was written")
            empty = found_size <= 128
            arrays[name] = np.load(path, mmap_mode=None if empty else "r", allow_pickle=False)
        return arrays
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedCache(str(error)) from error


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """One writer at a time, across processes."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_whole(path: Path, crc32: int) -> bool:
    """Whether a file has its checksum; a process that has seen it asks its time of change alone."""
    state = path.stat()
    seen = (state.st_size, state.st_mtime_ns, crc32)
    if _seen.get(path) != seen:
        if _checksum(path) != crc32:
            return False
        if len(_seen) >= _REMEMBERED:
            _seen.clear()
        _seen[path] = seen
    return True


def _checksum(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total = zlib.crc32(chunk, total)
    return total
