"""The folder in which web processes count their requests; it lives as long as the server that made it."""

import os
import shutil
import socket
from pathlib import Path

import psutil


def folder_make(var: Path) -> Path:
    """A new folder under ``var/metrics``; those of servers of this machine that are gone are removed."""
    place = var / "metrics"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob(f"{socket.gethostname()}-*"):
        number = old.name.rpartition("-")[2]
        if number.isdigit() and (int(number) == os.getpid() or not psutil.pid_exists(int(number))):
            shutil.rmtree(old, ignore_errors=True)
    folder = place / f"{socket.gethostname()}-{os.getpid()}"
    folder.mkdir()
    return folder
