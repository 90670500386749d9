"""A real site for browsers: demo data in a folder of its own, web server and worker as processes, three people."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.shared_data import ROOT

SECONDS_TO_START = 60
PEOPLE = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
keys = {}
for name in ("analyst", "operator", "admin"):
    rights = {"is_staff": name == "admin", "is_superuser": name == "admin"}
    user = User.objects.create_user(name, f"{name}@example.org", "correct-horse-1", **rights)
    user.groups.set(Group.objects.filter(name=name))
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    keys[name] = session.session_key
print("KEYS", json.dumps(keys))
"""


@dataclass
class Site:
    """``sessions``: the session cookie of each person, so that only the journey about logging in has to log in."""

    url: str
    var: Path
    sessions: dict[str, str]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def manage(self, *arguments: str) -> str:
        """What a command says; CalledProcessError with its output where it fails."""
        return manage(self.var, *arguments)


def environment(var: Path) -> dict[str, str]:
    own = {
        "QUANTSITE_VAR": str(var),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "quantsite.settings",
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **own}


def manage(var: Path, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    ran = subprocess.run(
        command, cwd=ROOT, env=environment(var), capture_output=True, text=True, check=False, timeout=300
    )
    if ran.returncode != 0:
        raise AssertionError(
            f"{' '.join(arguments[:2])} ended with {ran.returncode}:\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
        )
    return ran.stdout


def prepare(var: Path) -> None:
    """Demo data and people, once for all processes that test; ``people.json`` says that it is done."""
    manage(var, "demo")
    told = manage(var, "shell", "-c", PEOPLE)
    keys = next(line.removeprefix("KEYS ") for line in told.splitlines() if line.startswith("KEYS "))
    (var / "people.json").write_text(keys, encoding="utf-8")


def start(var: Path, web_workers: int = 1) -> Site:
    """Web server and worker; returns when the site answers."""
    port = free_port()
    site = Site(f"http://127.0.0.1:{port}", var, json.loads((var / "people.json").read_text(encoding="utf-8")))
    around = environment(var) | {"QUANTSITE_WEB_WORKERS": str(web_workers)}
    web = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]  # the rest is in gunicorn.conf.py
    for command in (web, [sys.executable, "manage.py", "qcluster"]):
        with (var / f"{command[2]}-{port}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=around, stdout=log, stderr=log, start_new_session=True)
        site.processes.append(process)
    deadline = time.monotonic() + SECONDS_TO_START
    while not answers(site):
        assert time.monotonic() < deadline, "the site did not start"
        time.sleep(0.2)
    return site


def answers(site: Site) -> bool:
    try:
        with urllib.request.urlopen(f"{site.url}/api/health/", timeout=20) as answer:
            return answer.status == 200
    except OSError:
        return False


def users_counted(var: Path, change: int) -> int:
    """How many processes use the data now; the caller has the lock."""
    place = var / "users"
    count = (int(place.read_text(encoding="ascii")) if place.exists() else 0) + change
    place.write_text(str(count), encoding="ascii")
    return count


def stop(site: Site) -> None:
    for process in site.processes:
        process.terminate()
    for process in site.processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
