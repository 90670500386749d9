"""What is deployed: compose.yaml, Prometheus, Grafana, the worker's health, and a table of every variable."""

import json
import re
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml
from django.core.management import call_command
from django.utils import timezone
from django_q.status import Stat

from tests.shared_data import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
SECRETS = {"POSTGRES_PASSWORD", "QUANTSITE_SECRET_KEY", "QUANTSITE_METRICS_TOKEN", "GRAFANA_PASSWORD"}
VARIABLE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")


def test_secrets_have_no_default_and_everything_else_has_one() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for name, kind, value in VARIABLE.findall(text):
        assert (kind == ":?" and value != "") if name in SECRETS else kind == ":-", name
    assert {name for name, _, _ in VARIABLE.findall(text)} >= SECRETS
    assert not re.search(r"(?i)(password|secret|token)[\w-]*: *['\"]?[a-z0-9]{6,}", text)


def test_services_wait_for_what_they_need_and_are_watched() -> None:
    assert set(SERVICES) == {"db", "migrate", "web", "worker", "prometheus", "grafana"}
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert SERVICES[name]["restart"] == "unless-stopped"
    assert "/api/ready" in SERVICES["web"]["healthcheck"]["test"][-1]
    assert SERVICES["worker"]["healthcheck"]["test"][-2:] == ["worker_status", "--here"]
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_who_may_come_in_and_how_mail_goes_out_can_be_set() -> None:
    """The image holds no .env: what compose.yaml does not hand on is not heard."""
    handed = {f"QUANTSITE_{name}" for name in ("PUBLIC_READ", "SIGNUP", "EMAIL_URL", "EMAIL_FROM")}
    for name in ("web", "worker"):
        assert handed <= SERVICES[name]["environment"].keys(), name
    assert handed <= variables()


def test_every_mounted_file_and_volume_is_there() -> None:
    for service in SERVICES.values():
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], source
        for secret in service.get("secrets", ()):
            assert secret in COMPOSE["secrets"]


def test_prometheus_and_grafana_find_each_other() -> None:
    prometheus = yaml.safe_load((ROOT / "monitoring/prometheus.yaml").read_text(encoding="utf-8"))
    (job,) = prometheus["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["web:8000"]}]
    assert job["authorization"]["credentials_file"] == "/run/secrets/" + next(iter(COMPOSE["secrets"]))
    assert "web" in SERVICES["web"]["environment"]["QUANTSITE_ALLOWED_HOSTS"].split(",")
    (source,) = yaml.safe_load((ROOT / "monitoring/grafana/datasources.yaml").read_text(encoding="utf-8"))[
        "datasources"
    ]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    (folder,) = yaml.safe_load((ROOT / "monitoring/grafana/dashboards.yaml").read_text(encoding="utf-8"))["providers"]
    mounted = next(m for m in SERVICES["grafana"]["volumes"] if m.startswith("./quantsite/grafana:"))
    assert mounted.split(":")[1] == folder["options"]["path"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "quantsite/grafana" / home.rpartition("/")[2]).is_file()
    boards = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "quantsite/grafana").glob("*.json")]
    assert len({board["uid"] for board in boards}) == len(boards) == 2


def test_the_container_gets_nothing_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", "var", ".venv", "*.zip", "**/node_modules"} <= set(ignored)


def variables() -> set[str]:
    """Every variable that settings and gunicorn.conf.py read."""
    found = set()
    for path in ("quantsite/settings.py", "gunicorn.conf.py"):
        text = (ROOT / path).read_text(encoding="utf-8")
        found |= set(re.findall(r"\"((?:QUANTSITE_|DATABASE_)\w+)\"", text))
    return found


def test_every_variable_is_in_the_table_and_in_the_example() -> None:
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert variables() - set(re.findall(r"`(\w+)`", table)) == set()
    assert variables() - set(re.findall(r"^#(\w+)=", example, re.MULTILINE)) == set()


def test_every_command_of_the_handbook_exists() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"manage\.py (\w+)", text))
    for name in named:
        assert any(ROOT.glob(f"*/management/commands/{name}.py")) or name in {"migrate", "qcluster", "check", "dbshell"}
    assert {"backup", "restore", "setup_schedules", "prune_data", "worker_status"} <= named


@pytest.mark.parametrize(("host", "code"), [(socket.gethostname(), None), ("elsewhere", 1)])
def test_worker_status(monkeypatch, capsys: pytest.CaptureFixture[str], host: str, code: int | None) -> None:
    cluster = SimpleNamespace(host=host, pid=7, status="Idle", workers=(1, 2), tob=timezone.now())
    monkeypatch.setattr(Stat, "get_all", lambda: [cluster])
    call_command("worker_status")
    assert f"{host} 7: Idle, 2 processes" in capsys.readouterr().out
    if code is None:
        call_command("worker_status", "--here")
        return
    with pytest.raises(SystemExit) as left:
        call_command("worker_status", "--here")
    assert left.value.code == code
    assert "no worker is alive on" in capsys.readouterr().err


def test_gunicorn_takes_its_configuration(tmp_path) -> None:
    """What gunicorn itself says of gunicorn.conf.py: it loads the site once and exits."""
    environment = {"PATH": "/usr/bin:/bin", "QUANTSITE_VAR": str(tmp_path), "QUANTSITE_WEB_WORKERS": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--print-config", "--check-config"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = dict(re.findall(r"^(\w+) += (.*)$", done.stdout, re.MULTILINE))
    assert (told["workers"], told["preload_app"], told["wsgi_app"]) == ("3", "True", "quantsite.wsgi")
