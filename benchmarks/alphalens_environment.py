"""alphalens-reloaded in an environment of its own: made on demand, called as a program, files in and out.

``ALPHALENS_PYTHON`` names the Python of an environment that has it; otherwise one is made under ``var/`` from
``requirements-alphalens.txt`` (half a minute, once). Standard library and NumPy only.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements-alphalens.txt"
RUNNER = Path(__file__).with_name("alphalens_runner.py")
INSTALL_SECONDS = 600


class NoAlphalens(RuntimeError):
    """The environment cannot be had: says why."""


def alphalens_python() -> Path:
    """The Python that can import alphalens; makes the environment if there is none. NoAlphalens says why not."""
    if named := os.environ.get("ALPHALENS_PYTHON"):
        _check(Path(named))
        return Path(named)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    var = Path(os.environ.get("QUANTSITE_VAR") or ROOT / "var").expanduser()
    place = var / f"alphalens-{version}-{digest}"
    var.mkdir(parents=True, exist_ok=True)
    with (var / "alphalens.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes at once make one environment
        if not (place / ".complete").exists():
            _build(place)
    return place / "bin" / "python"


def _build(place: Path) -> None:
    print(f"Making {place.name} with alphalens-reloaded ...", file=sys.stderr, flush=True)
    shutil.rmtree(place, ignore_errors=True)
    python = place / "bin" / "python"
    try:
        venv.create(place, with_pip=True, symlinks=True)
        options = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "15"]
        command = [python, "-m", "pip", "install", *options, "-r", REQUIREMENTS]
        told = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoAlphalens(f"no environment for alphalens-reloaded: {error}") from error
    if told.returncode:
        lines = [line for line in told.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        raise NoAlphalens(f"alphalens-reloaded could not be installed: {lines[-1]}")
    _check(python)
    (place / ".complete").touch()


def _check(python: Path) -> None:
    try:
        command = [python, "-W", "ignore", "-c", "import alphalens"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoAlphalens(f"{python}: {error}") from error
    if told.returncode:
        raise NoAlphalens(f"{python} cannot import alphalens: {(told.stderr.splitlines() or [''])[-1]}")


def alphalens_run(
    *, score: np.ndarray, close: np.ndarray, days: np.ndarray, horizons: tuple[int, ...], quantiles: int, window: int
) -> dict[str, np.ndarray]:
    """What alphalens makes of ``score`` [T, N] and ``close`` [R, N], whose rows are ``days`` [R] (the first T are those
    of the scores); see ``alphalens_runner.py`` for what comes back, its ``seconds`` among it.
    """
    python = alphalens_python()
    with tempfile.TemporaryDirectory() as folder:
        asked, found = Path(folder) / "asked.npz", Path(folder) / "found.npz"
        np.savez(asked, score=score, close=close, days=days, horizons=horizons, quantiles=quantiles, window=window)
        told = subprocess.run([python, RUNNER, asked, found], capture_output=True, text=True, check=False)
        if told.returncode:
            raise RuntimeError(f"alphalens failed: {told.stderr[-2000:]}")
        with np.load(found) as arrays:
            return dict(arrays)
