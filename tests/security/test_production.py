"""The settings behind HTTPS, in a process of their own; what is pinned; what is written down."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.database import database_url

ROOT = Path(__file__).resolve().parents[2]
SHOWN = """
import json
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING")
client = Client(raise_request_exception=False)
plain, safe = client.get("/accounts/login/"), client.get("/accounts/login/", secure=True)
print(json.dumps({
    "redirect": plain.headers.get("Location"), "hsts": safe.headers.get("Strict-Transport-Security"),
    "cookies": {name: [cookie["secure"], cookie["samesite"]] for name, cookie in safe.cookies.items()},
    "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
    "health": client.get("/api/health").status_code, "metrics": client.get("/metrics").status_code,
}))
"""


def in_production(code: str) -> subprocess.CompletedProcess[str]:
    given = {
        "QUANTSITE_HTTPS": "1", "QUANTSITE_ALLOWED_HOSTS": "testserver", "QUANTSITE_VAR": str(settings.VAR_DIR),
        "DATABASE_URL": database_url(),
    }  # fmt: skip
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--verbosity", "0", "-c", code]
    return subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.django_db
def test_behind_https_django_has_nothing_to_say_about_the_deployment_and_answers_are_as_it_wants():
    ran = in_production(SHOWN)
    assert ran.returncode == 0, ran.stderr
    *checked, shown = ran.stdout.splitlines()
    assert checked == ["System check identified no issues (0 silenced)."]
    told = json.loads(shown)
    assert told["redirect"] == "https://testserver/accounts/login/"
    assert told["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert told["cookies"] == {"csrftoken": [True, "Lax"]}
    assert told["session"] == [True, True, "Lax"]
    assert (told["health"], told["metrics"]) == (200, 200)  # asked from inside, without the proxy


@pytest.mark.parametrize("name", ["requirements.lock.txt", "requirements-dev.lock.txt"])
def test_every_dependency_is_pinned_to_one_version(name):
    lines = [line.strip() for line in (ROOT / name).read_text().splitlines()]
    named = [line for line in lines if line and not line.startswith(("#", "--hash", "-r"))]
    assert len(named) > 50
    assert [
        line for line in named if not re.match(r"^[A-Za-z0-9._\[\]-]+==[^\s*,<>=]+( *;.*| *\\| +#.*)?$", line)
    ] == []


def test_no_secret_has_a_default_and_debug_is_off():
    assert settings.DEBUG is False
    assert len(settings.SECRET_KEY) >= 50
    example = (ROOT / ".env.example").read_text()
    assert [line for line in example.splitlines() if re.match(r"^[A-Z]", line)] == []  # all commented: nothing is set


def test_the_secret_key_is_its_owners_alone():
    file = settings.VAR_DIR / "secret_key"
    assert not file.exists() or file.stat().st_mode & 0o077 == 0
