"""The list of jobs and one of them: whose they are, what renews itself, what can be done."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission, User

from factors.models import FactorBackfill, FactorRun

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 6, 28)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def operator(client):
    user = User.objects.create_user("olga")
    names = [f"{action}_{model}" for action in ("view", "add", "change") for model in ("factorrun", "factorbackfill")]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


def backfill(**columns):
    period = {"region": "KR", "start": dt.date(2024, 6, 1), "end": dt.date(2024, 6, 10)}
    return FactorBackfill.objects.create(**period | columns)


def listed(answer):
    return [row.record.key for row in answer.context["tables"]["jobs"].paginated_rows]


def test_jobs_by_kind_and_state(operator):
    failed = FactorRun.objects.create(region="KR", date=DAY, state="FAILED", message="no bars")
    running = backfill(state="RUNNING", done_through=dt.date(2024, 6, 5))
    whole = operator.get("/jobs/")
    assert set(listed(whole)) == {f"factor_run/{failed.pk}", f"factor_backfill/{running.pk}"}
    page = whole.content.decode()
    assert "no bars" in page
    assert 'value="50.0"' in page  # five of ten days
    assert f'action="/jobs/factor_run/{failed.pk}/retry/"' in page
    assert f'action="/jobs/factor_backfill/{running.pk}/cancel/"' in page
    assert listed(operator.get("/jobs/", {"state": "FAILED"})) == [f"factor_run/{failed.pk}"]
    assert listed(operator.get("/jobs/", {"kind": "factor_backfill"})) == [f"factor_backfill/{running.pk}"]
    assert operator.get("/jobs/", {"kind": "nonsense", "state": "x"}).status_code == 200


def test_the_list_renews_itself_while_something_runs(operator):
    run = FactorRun.objects.create(region="KR", date=DAY, state="RUNNING")
    asked = HTMX | {"HTTP_HX_TARGET": "table-jobs"}
    assert 'hx-trigger="every 2s"' in operator.get("/jobs/", **asked).content.decode()
    FactorRun.objects.filter(pk=run.pk).update(state="DONE")
    assert 'hx-trigger="every 2s"' not in operator.get("/jobs/", **asked).content.decode()


def test_a_job_shows_how_far_it_is(operator):
    row = backfill(state="RUNNING", done_through=dt.date(2024, 6, 5))
    address = f"/jobs/factor_backfill/{row.pk}/"
    page = operator.get(address).content.decode()
    assert "<h1>" in page
    assert "5 of 10 days" in page
    part = operator.get(address, **HTMX, HTTP_HX_TARGET="job-state").content.decode()
    assert "<h1>" not in part
    assert 'hx-trigger="every 1s"' in part
    FactorBackfill.objects.filter(pk=row.pk).update(state="DONE")
    assert "every 1s" not in operator.get(address, **HTMX, HTTP_HX_TARGET="job-state").content.decode()


def test_a_job_is_cancelled(operator):
    row = FactorRun.objects.create(region="KR", date=DAY)
    answer = operator.post(f"/jobs/factor_run/{row.pk}/cancel/", follow=True)
    assert "Cancelled." in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "CANCELLED"
    again = operator.post(f"/jobs/factor_run/{row.pk}/cancel/", follow=True)
    assert "nothing that could be cancelled" in again.content.decode()


def test_a_job_is_taken_up_again(operator):
    row = FactorRun.objects.create(region="KR", date=DAY, state="FAILED", message="no bars")
    answer = operator.post(f"/jobs/factor_run/{row.pk}/retry/")
    assert answer.url == f"/jobs/factor_run/{row.pk}/"
    row.refresh_from_db()
    assert (row.state, row.message) == ("QUEUED", "")


def test_jobs_of_others_are_not_there(client):
    row = FactorRun.objects.create(region="KR", date=DAY, state="FAILED")
    client.force_login(User.objects.create_user("ann"))
    assert listed(client.get("/jobs/")) == []
    assert client.get(f"/jobs/factor_run/{row.pk}/").status_code == 404
    assert client.post(f"/jobs/factor_run/{row.pk}/retry/").status_code == 404


@pytest.mark.parametrize(("address", "status"), [("/jobs/none/1/", 404), ("/jobs/factor_run/x/", 404)])
def test_no_such_job(operator, address, status):
    assert operator.get(address).status_code == status
    assert operator.post(f"{address}paint/").status_code == 404


def test_who_may_only_look_changes_nothing(client):
    row = FactorRun.objects.create(region="KR", date=DAY)
    user = User.objects.create_user("vic")
    user.user_permissions.add(Permission.objects.get(codename="view_factorrun"))
    client.force_login(user)
    assert "/cancel/" not in client.get("/jobs/").content.decode()
    assert client.post(f"/jobs/factor_run/{row.pk}/cancel/").status_code == 403


def test_jobs_need_a_login(client):
    assert client.get("/jobs/").status_code == 302


def test_queries_do_not_grow_with_rows(operator, django_assert_max_num_queries):
    FactorRun.objects.bulk_create(FactorRun(region="KR", date=DAY, state="DONE") for _ in range(30))
    operator.get("/jobs/")
    with django_assert_max_num_queries(22):
        operator.get("/jobs/")
