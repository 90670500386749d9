"""Write the lock files anew from the ranges in requirements*.txt: ``make lock``.

One file serves every supported Python: where versions must differ, lines carry markers. No index host and
no path is written, so the files are valid wherever pip finds its packages.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Exact versions for Python 3.11 and later, written by `make lock`. Do not edit.\n"
OPTIONS = ["--universal", "--python-version", "3.11", "--upgrade", "--quiet"]
OPTIONS += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
SOURCES = ("requirements.txt", "requirements-dev.txt")


def main() -> int:
    # uv only writes these files, so it is no part of what they list.
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    for source in SOURCES:
        lock = ROOT / source.replace(".txt", ".lock.txt")
        print(f"Resolving {source} ...", flush=True)
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, source, "--output-file", lock.name]
        subprocess.run(command, check=True, cwd=ROOT)
        lock.write_text(HEADER + lock.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
