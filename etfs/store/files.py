"""Files of holdings as bytes, bounded."""

from pathlib import Path

from etfs.sources.base import SourceProblem

LARGEST = 50 * 1024 * 1024  # bytes; the largest list of holdings any issuer publishes is a tenth of this


def file_read(path: Path) -> bytes:
    """The bytes of a file. SourceProblem when it is missing, unreadable, or larger than 50 MB (where that is known,
    before it is read)."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise _too_large(path, f"{size / 1e6:,.0f} MB")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)  # a pipe or a device says nothing of its size
        if len(content) > LARGEST:
            raise _too_large(path, "larger")
        return content
    except SourceProblem:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or error
        raise SourceProblem(f"{path.name}: cannot be read ({why})", "schema") from error


def _too_large(path: Path, how: str) -> SourceProblem:
    return SourceProblem(f"{path.name}: {how}; a list of holdings has at most {LARGEST / 1e6:,.0f} MB", "refused")
