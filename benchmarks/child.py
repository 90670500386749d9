"""Run a command and print its wall seconds, peak memory and exit code as JSON: ``child.py OUTPUT COMMAND...``.

A small process of its own, because a process that is forked from a large one begins with the large one's peak.
Its output goes to the file OUTPUT. Standard library only.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    output, *command = sys.argv[1:]
    with Path(output).open("wb") as file:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    found = {"seconds": elapsed, "cpu_seconds": usage.ru_utime + usage.ru_stime}
    found |= {"peak_mb": usage.ru_maxrss * unit / 1e6, "exit_code": os.waitstatus_to_exitcode(status)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
