"""Two machines as network namespaces, each joined to this one by a cable of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CABLES = {"quantsite-a": "10.213.1", "quantsite-b": "10.213.2"}  # namespace: network; .1 is here, .2 there


def ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, capture_output=True)


def missing() -> str:
    """Why there can be no namespaces here; '': there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the program ip (Debian: iproute2)"
    made = subprocess.run(["ip", "netns", "add", "quantsite-try"], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespaces here: {made.stderr.strip()}"
    ip("netns", "del", "quantsite-try")
    return ""


@contextmanager
def namespaces() -> Iterator[dict[str, str]]:
    """By namespace the address under which this machine is seen there; skips where that is impossible."""
    if why := missing():
        pytest.skip(why)
    _remove()
    try:
        for name, network in CABLES.items():
            here, there = f"{name[-6:]}0", f"{name[-6:]}1"
            ip("netns", "add", name)
            ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
            ip("address", "add", f"{network}.1/24", "dev", here)
            ip("link", "set", here, "up")
            ip("-n", name, "address", "add", f"{network}.2/24", "dev", there)
            ip("-n", name, "link", "set", there, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield {name: f"{network}.1" for name, network in CABLES.items()}
    finally:
        _remove()


def _remove() -> None:
    for name in CABLES:
        ip("link", "del", f"{name[-6:]}0", check=False)
        ip("netns", "del", name, check=False)


def pull_out(name: str) -> None:
    """The cable of a machine, as when its power fails: nobody hears of it any more, nobody is told."""
    ip("link", "set", f"{name[-6:]}0", "down")
