"""What is uploaded: how large, of what kind, and what is inside what is packed."""

import gzip
import io
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_q.models import Schedule

from etfs.sources.base import Raw, SourceProblem
from etfs.sources.grids import MAX_UNPACKED, csv_grid, xlsx_grid
from market import adminbase
from portfolio.services import import_files
from portfolio.services.portfolios import portfolio_create
from quantsite.schedule_form import task_names

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_a_body_that_is_too_large_is_refused_unread(boss, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    for address, kind in (("/api/portfolios/", "application/json"), ("/accounts/", "multipart/form-data; boundary=x")):
        answer = boss.generic("POST", address, b"x" * 1_001, content_type=kind)
        assert (answer.status_code, b"at most 1,000 bytes" in answer.content) == (413, True)
    assert boss.post("/api/portfolios/", {"name": "x"}, content_type="application/json").status_code == 400
    assert boss.generic("POST", "/api/portfolios/", b"", CONTENT_LENGTH="many").status_code == 413


@pytest.mark.parametrize("model", ["instrument", "pricebarrow", "corporateaction", "fundamental", "fxrate"])
def test_imports_of_the_admin_take_csv_of_a_size(boss, monkeypatch, model):
    address = f"/admin/market/{model}/import/"
    wrong = SimpleUploadedFile("prices.exe", b"ticker\n1\n")
    assert "only .csv files are read here" in boss.post(address, {"import_file": wrong, "format": "0"}).content.decode()
    monkeypatch.setattr(adminbase, "MOST_BYTES", 5)
    large = SimpleUploadedFile("prices.csv", b"ticker\n1\n")
    assert "are read at once" in boss.post(address, {"import_file": large, "format": "0"}).content.decode()


def test_files_of_transactions_have_a_size(boss, monkeypatch):
    book = portfolio_create(owner=User.objects.get(), name="book", base_currency="KRW")
    monkeypatch.setattr("portfolio.api.importing.MOST_BYTES", 5)
    file = SimpleUploadedFile("book.csv", b"kind,date\n")
    answer = boss.post(f"/api/portfolios/{book.pk}/import/", {"file": file})
    assert (answer.status_code, "read at once" in answer.content.decode()) == (400, True)
    assert import_files.MOST_BYTES <= 20_000_000


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", b" " * (MAX_UNPACKED // 10))
    return packed.getvalue()


def test_bombs_are_not_unpacked():
    gzipped = gzip.compress(b"0" * (MAX_UNPACKED // 10))
    for read, name, content in ((xlsx_grid, "x.xlsx", zip_bomb()), (csv_grid, "x.csv.gz", gzipped)):
        assert len(content) < 1_000_000
        with pytest.raises(SourceProblem, match="times its size: refused"):
            read(Raw(content, name))


def test_only_our_tasks_are_scheduled(boss):
    """django-q calls whatever function a schedule names: one of os.system would run anything."""
    form = {
        "name": "evil", "func": "os.system", "args": "'id',", "schedule_type": "O", "repeats": "-1",
        "next_run_0": "2026-11-22", "next_run_1": "00:00:00", "hook": "os.system", "kwargs": "a=1",
    }  # fmt: skip
    address = "/admin/django_q/schedule/add/"
    assert "os.system is not one of the available choices" in boss.post(address, form).content.decode()
    assert (
        "Plain values"
        in boss.post(address, form | {"func": "factors.tasks.run_daily", "args": "__import__('os')"}).content.decode()
    )
    answer = boss.post(address, form | {"func": "factors.tasks.run_daily", "args": "'KR',"})
    assert answer.status_code == 302, answer.content
    assert len(task_names()) > 15
    made = Schedule.objects.get(name="evil")
    assert (made.func, made.args, made.hook, made.kwargs) == ("factors.tasks.run_daily", "'KR',", None, None)
