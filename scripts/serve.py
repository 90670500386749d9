"""The whole site in one terminal: ``.venv/bin/python scripts/serve.py 8000``.

Migrates the database, then runs the web server and the background worker until Ctrl-C, or until one of
them ends; the other is then stopped too. The database goes on running: `make db-stop`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SECONDS_TO_STOP = 15
HIGHEST_PORT = 65535


def main(arguments: list[str]) -> int:
    port = arguments[0] if arguments else "8000"
    if not port.isdigit() or not 0 < int(port) <= HIGHEST_PORT:
        print(f"Not a port: {port}", file=sys.stderr)
        return 2
    if is_taken(int(port)):
        print(f"Port {port} is taken by another program. Choose one: make serve PORT=8001", file=sys.stderr)
        return 1
    manage = [sys.executable, str(ROOT / "manage.py")]
    print("Bringing the database up to date ...", flush=True)
    if subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, check=False).returncode != 0:
        return 1
    web = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}"]  # the rest is in gunicorn.conf.py
    print(
        f"quantsite is on http://{HOST}:{port}/ (admin: /admin/, API: /api/docs/). Ctrl-C stops it.",
        flush=True,
    )
    subprocess.run([*manage, "setup_link", "--quiet", "--site", f"http://{HOST}:{port}"], cwd=ROOT, check=False)
    return run_together([web, [*manage, "qcluster"]])


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        # As web servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def run_together(commands: list[list[str]]) -> int:
    """Run the programs until one ends or we are told to stop; 0 if told, else the exit code of the one."""
    # Explicitly also for Ctrl-C: a shell that starts us in the background has it ignored.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        # Sessions of their own: Ctrl-C in the terminal reaches only us, and we stop them in order.
        for command in commands:
            processes.append(subprocess.Popen(command, cwd=ROOT, start_new_session=True, env=environment()))
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
        code = next(process.returncode for process in processes if process.returncode is not None)
        print(f"A part of the site ended by itself (exit code {code}).", file=sys.stderr)
        return code or 1
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        stop_all(processes)


def environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "quantsite.settings"}


def stop_all(processes: list["subprocess.Popen[bytes]"]) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
