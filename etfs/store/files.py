"""Files of holdings as bytes, bounded."""

from pathlib import Path

from etfs.sources.base import SourceProblem

LARGEST = 50 * 1024 * 1024  # bytes; the largest list of holdings any issuer publishes is a tenth of this


def file_read(path: Path) -> bytes:
    """The bytes of a file. SourceProblem when it is missing, unreadable, or larger than 50 MB (before it is read)."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise SourceProblem(
                f"{path.name}: {size / 1e6:,.0f} MB; a list of holdings has at most {LARGEST / 1e6:,.0f} MB", "refused"
            )
        return path.read_bytes()
    except SourceProblem:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or error
        raise SourceProblem(f"{path.name}: cannot be read ({why})", "schema") from error
