"""Bring ``.venv`` up to a lock file: ``python scripts/bootstrap.py requirements.lock.txt``.

Uses the standard library only. Does nothing, and needs no network, when the environment already holds the
lock file's packages. An environment whose installation was interrupted is built anew, because pip takes a
half-unpacked package for a complete one.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
PIN = re.compile(r"^[A-Za-z0-9][\w.-]*(\[\S+\])?==", re.MULTILINE)
NETWORK_HINT = "pip could not install the packages (its messages are above). The first installation needs a network."


def main(lock_name: str) -> int:
    lock = ROOT / lock_name
    if not is_healthy():
        make_venv()
    elif is_installed(lock):
        return 0
    return install(lock)


def is_healthy() -> bool:
    """Whether the environment runs, was completed, and has the Python that was asked for."""
    if not VENV_PYTHON.exists() or UNFINISHED.exists():
        return False
    version = run_quietly([VENV_PYTHON, "-c", "import pip, sys; print(sys.version_info[:2])"])
    if version is None:
        return False
    return not os.environ.get("PYTHON") or version == str(tuple(sys.version_info[:2]))


def run_quietly(command: list[str | Path]) -> str | None:
    """The command's output, or None if it failed."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return result.stdout.strip() if result.returncode == 0 else None


def make_venv() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Making .venv with Python {version} ...", flush=True)
    if VENV.is_symlink():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    UNFINISHED.touch()
    venv.create(VENV, with_pip=True, symlinks=True)


def stamp_of(lock: Path) -> Path:
    """A file that exists once exactly this lock file was installed."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    return VENV / f".installed-{lock.name}-{digest}"


def is_installed(lock: Path) -> bool:
    if stamp_of(lock).exists():
        return True
    # The lock file for development holds everything of the one for running.
    return lock.name == "requirements.lock.txt" and stamp_of(ROOT / "requirements-dev.lock.txt").exists()


def install(lock: Path) -> int:
    count = len(PIN.findall(lock.read_text()))
    print(f"Installing {count} packages from {lock.name}; the first time takes a minute or two.", flush=True)
    UNFINISHED.touch()
    started = time.monotonic()
    if pip_install(lock, count) != 0:
        print(NETWORK_HINT, file=sys.stderr)
        return 1
    for old in VENV.glob(f".installed-{lock.name}-*"):
        old.unlink()
    stamp_of(lock).touch()
    UNFINISHED.unlink()
    print(f"  installed in {time.monotonic() - started:.0f} s", flush=True)
    return 0


def pip_install(lock: Path, count: int) -> int:
    """Run pip, showing one short line for every package instead of its many."""
    # The lock file is complete, so pip need not look for dependencies.
    command = [VENV_PYTHON, "-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "-r", lock]
    seen = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as pip:
        for line in pip.stdout or ():
            words = line.split()
            if words[:1] in (["Collecting"], ["Processing"], ["Requirement"]):
                seen += 1
                name = words[3] if words[0] == "Requirement" else words[1]
                show(f"  [{seen}/{count}] {Path(name).name}")
            elif words[:2] == ["Installing", "collected"]:
                show("  unpacking them, up to a minute ...", last=True)
    return pip.returncode


def show(text: str, last: bool = False) -> None:
    """Progress: one line that changes on a terminal, plain lines elsewhere."""
    if sys.stdout.isatty():
        end = "\n" if last else ""
        print(f"\r\033[K{text}", end=end, flush=True)
    else:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
