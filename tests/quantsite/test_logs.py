"""The log: every line knows its request or job, and none a secret."""

import io
import json
import logging
import logging.config
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import ResolverMatch
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.tasks import async_task

from quantsite import middleware
from quantsite.logs import JsonLines, LineFormatter, logging_of
from quantsite.redaction import Redactor, secrets_of
from quantsite.tracing import TraceFilter, job_now

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the JSON log holds by now."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(TraceFilter())
    handler.setFormatter(JsonLines(["word-by-word-secret"]))
    root, told = logging.getLogger(), [logging.getLogger(name) for name in ("quantsite.access", "quantsite.jobs")]
    root.addHandler(handler)
    before = [logger.level for logger in told]
    for logger in told:
        logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    for logger, level in zip(told, before, strict=True):
        logger.setLevel(level)


def test_one_line_a_request_with_its_id_and_user(client: Client, db, lines: Lines) -> None:
    user = User.objects.create_user("ann")
    client.force_login(user)
    answer = client.get("/api/factors/?format=json")
    (line,) = lines()
    assert answer.headers["X-Request-ID"] == line["request_id"]
    assert re.fullmatch("[0-9a-f]{32}", line["request_id"])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/factors/?format=json", 200)
    assert (line["level"], line["logger"], line["user_id"]) == ("INFO", "quantsite.access", user.pk)
    assert line["ms"] > 0
    Client().get("/api/health/")
    assert "user_id" not in lines()[-1]


def test_a_wrong_token_and_a_wrong_password_are_in_no_line(client: Client, db, lines: Lines) -> None:
    client.get("/api/portfolios/", headers={"Authorization": "Token 0a1b2c3d4e5f60718293"})
    client.post("/admin/login/", {"username": "ann", "password": "Rz31-secret"})
    assert len(lines()) >= 2
    assert not any(secret in json.dumps(lines()) for secret in ("0a1b2c3d4e5f60718293", "Rz31-secret"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [("req-0123.abc_X", True), ("short", False), ("x" * 65, False), ("a b c d e f", False), ("abcdefgh\nX: 1", False)],
)
def test_an_id_of_a_proxy_is_kept_where_it_is_sane(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/nowhere", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


def test_secrets_of_an_address_are_hidden_and_no_line_is_broken(client: Client, lines: Lines) -> None:
    client.get("/no%0Asuch/?api_key=Kx81&access_token=Ty92&next=/a/&page=2&password=Pz73")
    access = next(line for line in lines() if line["logger"] == "quantsite.access")
    assert access["path"] == "/no%0Asuch/?api_key=***&access_token=***&next=/a/&page=2&password=***"
    assert not any(secret in json.dumps(lines()) for secret in ("Kx81", "Ty92", "Pz73"))


def test_secrets_in_a_path_are_hidden(rf) -> None:
    request = rf.get("/reset/MQ/c5x-0f%20aa/?next=/")
    request.resolver_match = ResolverMatch(work, (), {"uidb64": "MQ", "token": "c5x-0f aa"})
    assert middleware.path_shown(request) == "/reset/MQ/***/?next=/"


def test_what_django_tells_of_a_bad_answer_has_its_request(client: Client, lines: Lines) -> None:
    answer = client.get("/nowhere")
    told = next(line for line in lines() if line["logger"] == "django.request")
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert "request" not in told


def test_a_view_that_fails_is_told_with_its_id(client: Client, monkeypatch, lines: Lines) -> None:
    def broken(request: object) -> None:
        raise RuntimeError("cannot reach postgres://ann:Pw12345@db/x")

    monkeypatch.setattr("quantsite.health.health", lambda: broken(None))
    client.raise_request_exception = False
    answer = client.get("/api/health/")
    assert answer.status_code == 500
    failure = next(line for line in lines() if line["level"] == "ERROR")
    assert failure["request_id"] == answer.headers["X-Request-ID"]
    assert "RuntimeError: cannot reach postgres://ann:***@db/x" in failure["exc_info"]
    assert "Pw12345" not in json.dumps(lines())


def work() -> str:
    """A job of the tests."""
    logging.getLogger("tests").warning("at work")
    return "done"


def test_a_job_knows_who_queued_it(client: Client, db, monkeypatch, lines: Lines) -> None:
    def queue(request: object, status: int, seconds: float) -> None:
        async_task("tests.quantsite.test_logs.work")

    monkeypatch.setattr(middleware, "told", queue)  # within the request
    answer = client.get("/nowhere")
    task = OrmQ.objects.get().task
    assert task["request_id"] == answer.headers["X-Request-ID"]
    pre_execute.send("test", func=work, task=task)
    work()
    post_execute_in_worker.send("test", func=work, task=task | {"success": True})
    begins, at_work, done = (line for line in lines() if line["logger"] in ("quantsite.jobs", "tests"))
    for line in (begins, at_work, done):
        assert line["job_id"] == task["id"]
        assert line["task"] == "tests.quantsite.test_logs.work"
        assert line["request_id"] == answer.headers["X-Request-ID"]
    assert begins["message"] == "job begins"
    assert done["success"] is True
    assert job_now.get() is None


def test_a_job_that_fails_says_why_without_the_secret(lines: Lines) -> None:
    task = {"id": "1", "func": work}
    pre_execute.send("test", func=work, task=task)
    post_execute_in_worker.send("test", func=work, task=task | {"success": False, "result": "token=Qq33 refused"})
    failed = lines()[-1]
    assert (failed["level"], failed["success"]) == ("ERROR", False)
    assert failed["message"].endswith("token=*** refused")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("{'Authorization': 'Token 12345'}", "{'Authorization': '***'}"),
        ("sent Bearer 0123456789abcdef0123", "sent Bearer ***"),
        ("password=hunter2, user=ann", "password=***, user=ann"),
        ('{"client_secret": "s3", "page": 2}', '{"client_secret": "***", "page": 2}'),
        ("https://x.org/q?apiKey=K1&day=2", "https://x.org/q?apiKey=***&day=2"),
        ("KIS_APP_KEY=abc KIS_APP_SECRET=def", "KIS_APP_KEY=*** KIS_APP_SECRET=***"),
        ("DATABASE_URL=postgres://me:p%40ss@db:5432/q", "DATABASE_URL=postgres://me:***@db:5432/q"),
        ("the word-by-word-secret here", "the *** here"),
        ("Cookie: sessionid=abc; csrftoken=def", "Cookie: ***"),
        ("the turnover is 5 % at https://x.org:8000/a", "the turnover is 5 % at https://x.org:8000/a"),
    ],
)
def test_redaction(text: str, shown: str) -> None:
    assert Redactor(["word-by-word-secret"])(text) == shown


def test_a_long_line_is_read_in_no_time() -> None:
    text = "a-" * 50_000 + "x://" * 1_000 + "tokens" * 10_000
    began = time.process_time()
    assert Redactor()(text) == text
    assert time.process_time() - began < 2


def test_both_formats_redact_messages_extras_and_tracebacks() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "secret=%s", ("Abc999",), None)
    record.api_key, record.rows = "Abc999", {"deep": ["word-by-word-secret", 3]}
    line = json.loads(JsonLines(["word-by-word-secret"]).format(record))
    assert (line["message"], line["api_key"], line["rows"]) == ("secret=***", "***", {"deep": ["***", 3]})
    assert LineFormatter().format(record).endswith(" ERROR x: secret=***")


def test_secrets_of_the_environment() -> None:
    found = secrets_of(
        {"POLYGON_API_KEY": "k1", "DATABASE_URL": "postgres://a:b1@h/d", "HOME": "/root", "X_TOKEN": "t"}
    )
    assert found == {"k1", "b1", "t"}
    secret = settings.LOGGING["formatters"]["house"]["secrets"]
    assert settings.SECRET_KEY in secret


def test_formats() -> None:
    for name in ("line", "json"):
        logging.config.DictConfigurator(logging_of(format_name=name, level="INFO"))
    with pytest.raises(ImproperlyConfigured, match="QUANTSITE_LOG_FORMAT must be one of line, json, not 'xml'"):
        logging_of(format_name="xml", level="INFO")
