"""What can go wrong with the embedded server, told to a person."""

from pathlib import Path

LOG_LINES_SHOWN = 15


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""

    @classmethod
    def with_log(cls, message: str, log: Path) -> "EmbeddedPostgresError":
        """The message followed by the last lines of the server's log."""
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return cls("\n".join([message, f"The log, {log}, ends with:", *lines[-LOG_LINES_SHOWN:]]))
