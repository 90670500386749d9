"""The web server: read by gunicorn wherever it starts in this folder (``make serve``, the container).

The site is loaded once, before the processes fork: they share its memory, and none of them searches what was
imported for garbage. A new version needs a restart, not a HUP.
"""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.urls import get_resolver

from quantsite.metrics_files import folder_make

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quantsite.settings")
# Before prometheus_client is imported, which decides then whether values are kept in files that processes share.
COUNTS = folder_make(settings.VAR_DIR)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(COUNTS)

wsgi_app = "quantsite.wsgi"
bind = os.environ.get("QUANTSITE_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("QUANTSITE_WEB_WORKERS", "2"))
threads = int(os.environ.get("QUANTSITE_WEB_THREADS", "4"))
timeout = int(os.environ.get("QUANTSITE_WEB_TIMEOUT", "120"))
graceful_timeout = 30
keepalive = 5
preload_app = True
control_socket_disable = True  # it would be a file in somebody's home
# On a disk, the file by which the master sees that a process lives may stall that process.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a file of its own there
logconfig_dict = settings.LOGGING


def when_ready(server: Any) -> None:
    """After loading, before the first fork."""
    _ = get_resolver().url_patterns  # the pages, too, and not one by one in each process
    connections.close_all()  # a connection belongs to one process
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """What only a living process has to say is forgotten; its counts stay."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - not before the folder is named

    mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(COUNTS, ignore_errors=True)
