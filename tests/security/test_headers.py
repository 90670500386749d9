"""What every kind of answer carries: which scripts may run, and the rest that browsers are asked for."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backtests import services
from tests.backtests.stored import bare

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def policy_of(answer) -> dict[str, list[str]]:
    """Directive: what it allows."""
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {words[0]: words[1:] for words in parts if words}


OWN = ["/", "/accounts/login/", "/accounts/", "/instruments/", "/no/such/page", "/api/strategies/", "/api/docs/",
       "/api/health", "/api/nothing", "/metrics", "/accounts/signup/", "/api/instruments/?format=csv"]  # fmt: skip


@pytest.mark.parametrize("address", OWN)
def test_pages_and_answers_of_our_own_run_files_of_the_site_only(boss, address):
    policy = policy_of(boss.get(address, headers={"Accept": "text/html"}))
    assert policy["script-src"] == ["'self'"]
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert policy["base-uri"] == ["'self'"]


@pytest.mark.parametrize("address", ["/admin/", "/admin/market/instrument/", "/admin/auth/user/add/", "/admin/login/"])
def test_the_admin_may_evaluate_and_still_runs_nothing_inline(boss, address):
    assert sorted(policy_of(boss.get(address))["script-src"]) == ["'self'", "'unsafe-eval'"]


@pytest.mark.parametrize("place", ["api/backtests", "admin/backtests/backtestsession"])
def test_reports_are_in_a_sandbox_and_run_three_known_scripts(boss, monkeypatch, place):
    monkeypatch.setattr(services, "backtest_report", lambda session: "<p>told</p>")
    policy = policy_of(boss.get(f"/{place}/{bare(status='COMPLETED').pk}/report/"))
    assert policy["sandbox"] == ["allow-scripts", "allow-downloads", "allow-modals"]  # not allow-same-origin
    assert policy["default-src"] == ["'none'"]
    assert len(policy["script-src"]) == 3
    assert all(one.startswith("'sha256-") for one in policy["script-src"])


@pytest.mark.parametrize("address", [*OWN, "/admin/", "/accounts/password/"])
def test_the_other_headers(boss, address):
    answer = boss.get(address)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize(
    "address", ["/", "/accounts/login/", "/admin/", "/accounts/", "/api/docs/", "/api/strategies/"]
)
def test_no_page_of_ours_has_a_script_or_a_handler_in_its_text(boss, address):
    """What the policy would refuse is not there to begin with; data that scripts read are no scripts."""
    text = boss.get(address, headers={"Accept": "text/html"}).content.decode().lower()
    scripts = [part.split(">")[0] for part in text.split("<script")[1:]]
    assert [one for one in scripts if "src=" not in one and "application/json" not in one] == []
    assert [word for word in (" onclick=", " onload=", " onchange=", " onsubmit=", "javascript:") if word in text] == []


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/", "/admin/auth/user/add/", "/api/factor-runs/"])
def test_a_form_of_another_site_is_refused(address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert client.post(address, {}).status_code == 403
