"""Analyses through the command, the API and the admin, and the tear sheet they show."""

import errno
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django_q.models import OrmQ

from factors import services
from factors.models import FactorAnalysis
from factors.tearsheet.charts import quantile_colour, rolling_mean
from quantsite.accounts.tokens import token_create
from tests.factors.analysis.scored import scored_market
from tests.factors.market_tables import random_market

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market():
    return scored_market()


@pytest.fixture
def done(market) -> FactorAnalysis:
    created = services.analysis_create(region="KR", factor_names=["roe", "beta", "roa"])
    return services.analysis_execute(analysis_id=created.pk)


def analyze(*arguments: str) -> tuple[str, str, int]:
    """(stdout, stderr, exit code)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("analyze_factors", "--region", "KR", *arguments, stdout=out, stderr=err)
    except SystemExit as leave:
        return out.getvalue(), err.getvalue(), leave.code
    return out.getvalue(), err.getvalue(), 0


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_prints_a_table_and_writes_both_files(market, tmp_path: Path):
    html, as_json = tmp_path / "report.html", tmp_path / "report.json"
    out, err, code = analyze("--factor", "roe", "--factor", "beta", "--html", str(html), "--json", str(as_json))
    assert (code, err.strip()) == (0, f"tear sheet: {html}")
    for text in ("roe", "rank IC", "t for overlap", "quantile 5, %", "monotonicity", "rank correlations"):
        assert text in out
    assert "missing_field 1.2" in out
    assert "44 sessions, 14 instruments (1 stopped trading)" in out
    found = json.loads(as_json.read_text())
    assert found["result"]["factors"]["roe"]["information"][0]["horizon"] == 1
    assert html.read_text().startswith("<!doctype html>")


def test_the_command_prints_json(market):
    out, _, code = analyze("--factor", "roe", "--horizon", "2", "--quantiles", "3", "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["state"], found["options"]["horizons"], found["options"]["quantiles"]) == ("DONE", [2], 3)


def test_exit_codes(market, tmp_path: Path, subtests):
    for arguments, code, told in [
        (("--factor", "roee"), 2, "did you mean roe"),
        (("--factor", "roe", "--from", "2001-01-02"), 2, "from: 2001-01-02 is before the first factor scores"),
        (("--factor", "roe", "--html", str(tmp_path / "none" / "x.html")), 2, "no such folder"),
        (("--factor", "roe", "--html", str(tmp_path)), 2, f"cannot write {tmp_path}: Is a directory"),
        (("--factor", "roe", "--json", str(tmp_path / ("x" * 300))), 2, "File name too long"),
        (("--factor", "roa"), 2, "roa: no scores in this period"),
        (("--factor", "roe", "--factor", "roa"), 3, "roa: no scores in this period"),
    ]:
        with subtests.test(told):
            _, err, left = analyze(*arguments)
            assert (left, told in err) == (code, True), err


def test_a_file_that_cannot_be_written_is_told_before_the_work(market, tmp_path: Path):
    kept = tmp_path / "kept.json"
    kept.write_text("{}")
    analyze("--factor", "roe", "--json", str(kept), "--html", str(tmp_path))
    assert not FactorAnalysis.objects.exists()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("kept.json", "{}")]


def test_a_file_that_cannot_be_written_after_all(market, tmp_path: Path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    _, err, left = analyze("--factor", "roe", "--html", str(tmp_path / "x.html"))
    assert (left, err) == (1, f"cannot write {tmp_path / 'x.html'}: No space left on device\n")


@pytest.mark.parametrize("count", [1, 9])
def test_too_few_instruments_are_told(count):
    random_market(count, bars=30)
    services.factors_compute(regions=["KR"], date=None, factor_names=["momentum_1m"])
    _, err, left = analyze("--factor", "momentum_1m")
    assert left == 2
    assert "momentum_1m: fewer than 10 instruments have a value, so there are no scores" in err
    assert "compute_factors" not in err


# --- the tear sheet -----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What of a page would be fetched from elsewhere, its ids, its figures and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.scripts: dict[str, str] = {}
        self.words: list[str] = []
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.open = given.get("id") or tag
        self.ids += [given["id"]] if given.get("id") else []
        if tag in ("script", "link", "img", "iframe") and (given.get("src") or given.get("href")):
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open == "figures":
            self.scripts["figures"] = self.scripts.get("figures", "") + data
        elif self.open not in ("script", "style"):
            self.words.append(data)


def test_the_tear_sheet_needs_nothing_else(done):
    page = Page(services.analysis_tear_sheet(analysis=done))
    text = " ".join(" ".join(page.words).split())
    assert page.fetched == []
    figures = json.loads(page.scripts["figures"])
    assert len(figures) == 1 + 2 * 9  # correlations, and nine charts of each factor
    for name, figure in figures.items():
        assert name in page.ids
        go.Figure(data=figure["data"], layout=figure["layout"])  # Plotly refuses what it does not know
    for words in (
        "roa is not here: no scores in this period",
        "How to read this",
        "14 stocks with a score, 1 of which",
    ):
        assert words in text, words
    assert "prefers-color-scheme: dark" in services.analysis_tear_sheet(analysis=done)


def test_a_tear_sheet_without_daily_returns_or_counts(market):
    """Without the horizon of one session there are no curves, without counted runs no chart of coverage."""
    created = services.analysis_create(region="KR", factor_names=["roe"], horizons=[5])
    analysis = services.analysis_execute(analysis_id=created.pk)
    covered = analysis.result["factors"]["roe"]["coverage"]
    covered |= {"by_month": [], "universe": None, "drops": {}, "sessions_without_quantiles": 3}
    page = Page(services.analysis_tear_sheet(analysis=analysis))
    assert len(json.loads(page.scripts["figures"])) == 6
    assert "3 of them without quantiles (tied scores)" in " ".join(page.words)


def test_a_name_is_text_not_markup(done):
    done.factor_names = ["<script>alert(1)</script>"]
    done.result["factors"] = {"<script>alert(1)</script>": done.result["factors"]["roe"]}
    assert "<script>alert(1)" not in services.analysis_tear_sheet(analysis=done)


def test_rolling_means_and_colours():
    assert rolling_mean([1.0, None, 3.0, 5.0, None, None, None], 4) == [None, None, 2.0, 3.0, 4.0, 4.0, None]
    assert [quantile_colour(k, 3) for k in range(3)] == ["rgb(178,69,60)", "rgb(154,163,173)", "rgb(43,108,176)"]
    assert quantile_colour(0, 1) == "rgb(178,69,60)"


# --- the API ------------------------------------------------------------------------------------------------------


def writer() -> Client:
    user = User.objects.create_user("someone")
    user.user_permissions.add(Permission.objects.get(codename="add_factoranalysis"))
    return Client(headers={"Authorization": f"Token {token_create(user=user, name='test')[1]}"})


def ask(client: Client, **body):
    return client.post("/api/factor-analysis/", body, content_type="application/json")


def test_asking_and_reading(market):
    client = writer()
    answer = ask(client, region="kr", factors=["roe"], horizons=[1, 5], **{"from": "2024-04-17", "to": "2024-06-14"})
    assert answer.status_code == 202, answer.content
    queued = answer.json()
    assert (queued["state"], queued["start"], queued["options"]["horizons"]) == ("QUEUED", "2024-04-17", [1, 5])
    assert OrmQ.objects.count() == 1
    assert client.get(answer["Location"]).json()["result"] is None
    sheet = f"/api/factor-analysis/{queued['id']}/tear-sheet/"
    assert client.get(sheet).json()["detail"] == f"analysis #{queued['id']} has no result"
    services.analysis_execute(analysis_id=queued["id"])
    found = client.get(answer["Location"]).json()
    assert found["result"]["factors"]["roe"]["information"][1]["horizon"] == 5
    page = client.get(sheet, headers={"Accept": "text/html"})
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_lists_and_filters(done, django_assert_num_queries):
    client = Client()

    def ids(asked: str) -> list[int]:
        return [row["id"] for row in client.get(f"/api/factor-analysis/?{asked}").json()["results"]]

    assert ids("region=KR&state=PARTLY") == ids("factor=roe") == ids("factor=roe,beta") == [done.pk]
    assert ids("factor=pe_ratio") == ids("region=US") == ids("state=DONE") == []
    with django_assert_num_queries(1):
        (row,) = client.get("/api/factor-analysis/").json()["results"]
    assert "result" not in row
    assert client.get("/api/factor-analysis/?page=2").status_code == 400
    assert client.get("/api/factor-analysis/999/").status_code == 404


def test_messages_need_a_login(done):
    client = Client()
    addresses = ["/api/factor-analysis/", f"/api/factor-analysis/{done.pk}/"]
    assert all("message" not in client.get(address).content.decode() for address in addresses)
    client.force_login(User.objects.create_user("reader"))
    assert all("roa: no scores" in client.get(address).content.decode() for address in addresses)


def test_refusals_name_field_and_reason(market, subtests):
    client = writer()
    for body, field, reason in [
        ({"factors": ["roe"]}, "region", "required"),
        ({"region": "KR"}, "factors", "required"),
        ({"region": "KR", "factors": []}, "factors", "name at least one"),
        ({"region": "KR", "factors": ["roee"]}, "factors", "did you mean roe"),
        ({"region": "KR", "factors": ["roe"], "from": "2001-01-02"}, "from", "before the first factor scores"),
        ({"region": "KR", "factors": ["roe"], "to": "soon"}, "to", "YYYY-MM-DD"),
        ({"region": "KR", "factors": ["roe"], "quantiles": 50}, "quantiles", "not between 2 and 20"),
        ({"region": "KR", "factors": ["roe"], "horizons": [0]}, "horizons", "from 1 to 252"),
        ({"region": "US", "factors": ["roe"]}, "region", "has no prices"),
        ({"region": "KR", "factors": ["roe"], "factor": "roe"}, "factor", "unknown field"),
    ]:
        with subtests.test(field):
            answer = ask(client, **body)
            assert (answer.status_code, reason in str(answer.json().get(field))) == (400, True), answer.content
    assert not FactorAnalysis.objects.exists()
    assert not OrmQ.objects.exists()


def test_asking_needs_login_and_permission(market):
    client = Client()
    assert ask(client, region="KR", factors=["roe"]).status_code == 401
    client.force_login(User.objects.create_user("reader"))
    assert ask(client, region="KR", factors=["roe"]).status_code == 403


# --- the admin ----------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(market) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_the_admin_lists_and_shows(admin, done):
    listed = admin.get("/admin/factors/factoranalysis/").content.decode()
    sheet = f"/admin/factors/factoranalysis/{done.pk}/tear-sheet/"
    assert sheet in listed
    assert admin.get(sheet).content.decode().startswith("<!doctype html>")
    assert admin.get(f"/admin/factors/factoranalysis/{done.pk}/change/").status_code == 200
    assert admin.get("/admin/factors/factoranalysis/99999/tear-sheet/").status_code == 404
    queued = services.analysis_create(region="KR", factor_names=["roe"])
    assert admin.get(f"/admin/factors/factoranalysis/{queued.pk}/tear-sheet/").status_code == 404


def test_the_admin_queues(admin):
    body = {
        "region": "KR", "factor_names": ["roe", "beta"], "start": "", "end": "", "horizons": "1, 10", "quantiles": "4",
    }  # fmt: skip
    assert admin.get("/admin/factors/factoranalysis/add/").status_code == 200
    answer = admin.post("/admin/factors/factoranalysis/add/", body)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    (queued,) = FactorAnalysis.objects.all()
    assert (queued.state, queued.factor_names, queued.options["horizons"]) == ("QUEUED", ["roe", "beta"], [1, 10])
    assert OrmQ.objects.count() == 1


def test_the_admin_refuses_by_field(admin, subtests):
    good = {"region": "KR", "factor_names": ["roe"], "horizons": "1", "quantiles": "5"}
    for wrong, reason in [
        ({"start": "2001-01-02"}, "is before the first factor scores"),
        ({"horizons": "daily"}, "Numbers of sessions"),
        ({"quantiles": "99"}, "not between 2 and 20"),
        ({"region": "US"}, "has no prices"),
    ]:
        with subtests.test(reason):
            page = admin.post("/admin/factors/factoranalysis/add/", {**good, **wrong})
            assert (page.status_code, reason in page.content.decode()) == (200, True)
    assert not FactorAnalysis.objects.exists()
