"""Packages that are only compared with, in environments of their own: made on demand, called as programs, files in and
out.

``ALPHALENS_PYTHON`` and ``PEERS_PYTHON`` name the Python of an environment that has them; otherwise one is made under
``var/`` from ``requirements-alphalens.txt`` or ``requirements-peers.txt`` (a minute, once). Standard library and NumPy
only.
"""

import fcntl
import hashlib
import os
import shutil
import site
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
INSTALL_SECONDS = 600


class NoEnvironment(RuntimeError):
    """The environment cannot be had: says why."""


@dataclass(frozen=True)
class Environment:
    """``name`` is that of its requirements, runner, variable and directory; ``modules`` are what must be importable.

    With ``on_ours`` the packages of the environment that makes it serve in it, too, below those it has of its own: only
    what is missing there is installed.
    """

    name: str
    modules: tuple[str, ...]
    on_ours: bool = False

    @property
    def requirements(self) -> Path:
        return ROOT / f"requirements-{self.name}.txt"

    @property
    def runner(self) -> str:
        return f"benchmarks.{self.name}_runner"

    def python(self) -> Path:
        """The Python that can import the modules; makes the environment if there is none. NoEnvironment: why not."""
        if named := os.environ.get(f"{self.name.upper()}_PYTHON"):
            self._check(Path(named))
            return Path(named)
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        digest = hashlib.sha256(self.requirements.read_bytes()).hexdigest()[:12]
        var = Path(os.environ.get("QUANTSITE_VAR") or ROOT / "var").expanduser()
        place = var / f"{self.name}-{version}-{digest}"
        var.mkdir(parents=True, exist_ok=True)
        with (var / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes at once make one environment
            if not (place / ".complete").exists():
                self._build(place)
        return place / "bin" / "python"

    def ask(self, **arrays: Any) -> dict[str, np.ndarray]:
        """What the runner makes of ``arrays``; its first lines say what it takes and what comes back."""
        python = self.python().absolute()
        with tempfile.TemporaryDirectory() as folder:
            asked, found = Path(folder) / "asked.npz", Path(folder) / "found.npz"
            np.savez(asked, **arrays)
            command: list[str | Path] = [python, "-m", self.runner, asked, found]
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if told.returncode:
                raise RuntimeError(f"{self.runner} failed: {told.stderr[-2000:]}")
            with np.load(found) as answer:
                return dict(answer)

    def _build(self, place: Path) -> None:
        print(f"Making {place.name} with {', '.join(self.modules)} ...", file=sys.stderr, flush=True)
        shutil.rmtree(place, ignore_errors=True)
        python = place / "bin" / "python"
        try:
            shared_pip = self.on_ours and find_spec("pip") is not None
            venv.create(place, with_pip=not shared_pip, symlinks=True)
            if self.on_ours:
                self._put_on_ours(place)
            options = ["--quiet", "--no-compile", "--disable-pip-version-check", "--retries", "1", "--timeout", "15"]
            command: list[str | Path] = [python, "-m", "pip", "install", *options, "-r", self.requirements]
            told = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoEnvironment(f"no environment for {', '.join(self.modules)}: {error}") from error
        if told.returncode:
            lines = [line for line in told.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
            raise NoEnvironment(f"{', '.join(self.modules)} could not be installed: {lines[-1]}")
        self._check(python)
        (place / ".complete").touch()

    def _put_on_ours(self, place: Path) -> None:
        """Site directories of a virtual environment come first, paths of a .pth file after them."""
        (own,) = place.glob("lib/python*/site-packages")
        (own / "ours.pth").write_text("\n".join(site.getsitepackages()) + "\n")

    def _check(self, python: Path) -> None:
        try:
            command: list[str | Path] = [python, "-W", "ignore", "-c", f"import {', '.join(self.modules)}"]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise NoEnvironment(f"{python}: {error}") from error
        if told.returncode:
            reason = (told.stderr.splitlines() or [""])[-1]
            raise NoEnvironment(f"{python} cannot import {', '.join(self.modules)}: {reason}")


ALPHALENS = Environment("alphalens", ("alphalens",), on_ours=True)
PEERS = Environment("peers", ("bt", "vectorbt", "backtrader"))
