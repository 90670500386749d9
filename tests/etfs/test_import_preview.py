"""Importing files with a preview: what it says is what happens, and it leaves nothing behind."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from etfs.models import ETF, CollectItem, CollectRun, ETFHolding, HoldingLine, Payload, Snapshot
from etfs.services import EtfError, files_import, uploads
from etfs.services.previews import PreviewItem, files_preview
from tests.etfs.builder import composition, fund, stock

pytestmark = pytest.mark.django_db
PAGE = "admin:etfs_import_files"
HEADER = "fund,as_of_date,ticker,name,kind,weight,shares,market_value,listing\n"
GOOD = HEADER + "AAA,2024-06-28,AAPL,Apple,STOCK,60.50,1,2,US\nAAA,2024-06-28,MSFT,Microsoft,STOCK,39.50,1,2,US\n"


@pytest.fixture(autouse=True)
def empty_cache(settings, tmp_path: Path) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "preview"}}
    cache.clear()


def counts() -> list[int]:
    kinds = (ETF, Snapshot, ETFHolding, HoldingLine, Payload, CollectRun, CollectItem)
    return [kind.objects.count() for kind in kinds]


def written(folder: Path, text: str, name: str = "holdings.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def preview(path: Path, **asked) -> PreviewItem:
    [item] = files_preview(**{"region": "US", "source": "csv", "files": [path]} | asked)
    return item


# --- the service ----------------------------------------------------------------------------------------------------


def test_a_new_fund(tmp_path: Path) -> None:
    stock("US", "AAPL")
    before = counts()
    item = preview(written(tmp_path, GOOD))
    assert (item.verdict, item.ticker, str(item.as_of_date), item.is_new_fund) == ("new", "AAA", "2024-06-28", True)
    assert (item.rows, str(item.weight_sum), item.resolved_percent) == (2, "100.00", 60.5)
    assert [(line["ticker"], line["instrument"]) for line in item.lines] == [("AAPL", "US:AAPL"), ("MSFT", "")]
    assert counts() == before


def test_what_is_held_is_replaced(tmp_path: Path) -> None:
    held = composition(fund("US", "AAA", name="Fund of all"), "2024-06-28", {"AAPL": 100})
    item = preview(written(tmp_path, GOOD))
    assert (item.verdict, item.name, item.is_new_fund) == ("replaces", "Fund of all", False)
    assert item.replaces == "csv, 1 lines, good"
    held.refresh_from_db()
    assert held.line_count == 1


def test_the_same_bytes_again(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    files_import(region="US", source="csv", files=[path])
    assert preview(path).verdict == "unchanged"
    assert preview(path, force=True).verdict == "replaces"


def test_what_is_doubted_and_what_is_refused(tmp_path: Path) -> None:
    half = GOOD.replace("60.50", "10.00")
    item = preview(written(tmp_path, half))
    assert (item.verdict, "add up to 49.50 %" in item.message) == ("flagged", True)
    composition(fund("US", "AAA"), "2024-06-28", {"AAPL": 100})
    item = preview(written(tmp_path, half))
    assert (item.verdict, "what is held of that day is good" in item.message) == ("refused", True)
    assert (len(item.lines), str(item.weight_sum)) == (2, "49.50")


def test_rows_that_cannot_be_read(tmp_path: Path) -> None:
    item = preview(written(tmp_path, GOOD.replace("39.50", "x")))
    assert (item.verdict, len(item.bad_rows), len(item.lines)) == ("refused", 1, 1)


def test_a_file_of_another_layout(tmp_path: Path) -> None:
    item = preview(written(tmp_path, "a,b\n1,2\n"))
    assert (item.verdict, item.is_composition, "missing column" in item.message or "header" in item.message) == (
        "failed", False, True,
    )  # fmt: skip


@pytest.mark.parametrize("ticker", ["IVV 2023.CSV", "A_B"])
def test_no_fund_is_made_of_what_is_no_ticker(tmp_path: Path, ticker: str) -> None:
    path = written(tmp_path, GOOD.replace("AAA", ticker))
    run = files_import(region="US", source="csv", files=[path])
    assert (run.state, ETF.objects.count()) == ("FAILED", 0)
    assert "is not a ticker" in run.items.get().message


@pytest.mark.parametrize("ticker", ["BRK.B", "BF-B", "BRK/A", "M&M", "0000D0", "A+"])
def test_tickers_as_exchanges_write_them(tmp_path: Path, ticker: str) -> None:
    assert preview(written(tmp_path, GOOD.replace("AAA", ticker))).verdict == "new"


def test_the_second_of_two_files_replaces_the_first(tmp_path: Path) -> None:
    files = [written(tmp_path, GOOD, "a.csv"), written(tmp_path, GOOD.replace("Apple", "Apple Inc"), "b.csv")]
    first, second = files_preview(region="US", source="csv", files=files)
    assert (first.verdict, second.verdict) == ("new", "replaces")
    assert second.replaces == "a.csv, earlier among these files"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"region": "XX"}, "region: "),
        ({"source": "nobody"}, "source: "),
        ({"source": "krx_pdf"}, "region: source krx_pdf is for KR"),
        ({"kind": "wrong"}, "kind: no kind 'wrong'; use one of holdings"),
        ({"files": []}, "file: none given"),
        ({"ticker": "ivv 2023.csv"}, "ticker: 'IVV 2023.CSV' is not a ticker .letters, digits and"),
        ({"ticker": "A_B"}, "ticker: 'A_B' is not a ticker"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, asked: dict, told: str) -> None:
    with pytest.raises(EtfError, match=told):
        files_preview(**{"region": "US", "source": "csv", "files": [tmp_path / "a.csv"]} | asked)


def test_a_preview_of_real_files_says_what_the_import_does(shared_data: Path) -> None:
    days = ("2021-10-08", "2021-10-11", "2021-10-12")
    files = [shared_data / f"holdings/ark_raw/{name}/{day}.csv" for name in ("ARKK", "ARKX") for day in days]
    mixed = shared_data / "holdings/ark_raw/CTRU/2022-05-23.csv"  # two days in one file
    said = files_preview(region="US", source="ark", files=[*files, mixed])
    assert counts() == [0] * 7
    items: list[CollectItem] = []
    files_import(region="US", source="ark", files=[*files, mixed], on_item=items.append)
    assert [(one.ticker, one.as_of_date, one.outcome, one.message) for one in said] == [
        (item.ticker, item.as_of_date, item.outcome, item.message) for item in items
    ]
    assert [one.verdict for one in said] == ["new"] * 6 + ["flagged", "new"]
    for one in said:
        held = Snapshot.objects.get(etf__instrument__ticker=one.ticker, as_of_date=one.as_of_date)
        assert (held.weight_sum, held.line_count) == (one.weight_sum, one.rows)


def test_a_korean_deposit_file(shared_data: Path) -> None:
    stock("KR", "005930", name="삼성전자")
    path = shared_data / "krx/MDCSTAT05001_KR7152100004_20210402.csv"
    item = preview(path, region="KR", source="krx_pdf")
    assert (item.ticker, str(item.as_of_date), item.verdict, item.rows) == ("152100", "2021-04-02", "new", 201)
    assert (item.lines[0]["name"], item.lines[0]["instrument"]) == ("삼성전자", "KR:005930")
    assert item.resolved_percent == pytest.approx(31.74, abs=0.5)
    assert len(item.lines) == 10


def test_a_list_of_funds(shared_data: Path) -> None:
    item = preview(shared_data / "krx/MDCSTAT04601.csv", region="KR", source="krx_etf", kind="funds")
    assert (item.verdict, item.is_composition, item.rows) == ("stored", False, 1066)
    assert item.message == "1,066 funds: 1,066 new, 0 changed"
    assert counts() == [0] * 7


def test_a_file_that_says_also_what_the_fund_is(shared_data: Path) -> None:
    facts, held = files_preview(region="US", source="spdr", files=[shared_data / "holdings/spy_2025-02-07.xlsx"])
    assert (facts.verdict, facts.is_composition) == ("stored", False)
    assert (held.verdict, held.ticker, held.rows, str(held.as_of_date)) == ("new", "SPY", 505, "2025-02-07")
    assert held.lines[0]["ticker"] == "AAPL"


# --- the page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def someone() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def upload(client: Client, *files: tuple[str, str], **asked: str):
    given = [SimpleUploadedFile(name, text.encode()) for name, text in files]
    return client.post(reverse(PAGE), {"region": "US", "source": "csv", "files": given} | asked)


def test_upload_preview_confirm(someone: Client) -> None:
    answer = upload(someone, ("a.csv", GOOD), ("a.csv", GOOD.replace("AAA", "BBB")))
    assert answer.status_code == 302
    page = someone.get(answer.url)
    assert [item.verdict for item in page.context["items"]] == ["new", "new"]
    assert "Nothing is stored yet" in page.content.decode()
    assert "60.50" in page.content.decode()
    assert counts() == [0] * 7
    token = page.context["token"]
    done = someone.post(reverse(PAGE), {"confirmed": token})
    run = CollectRun.objects.get()
    assert done.url == reverse("admin:etfs_collectrun_change", args=[run.pk])
    assert (run.state, run.stored) == ("DONE", 2)
    again = someone.post(reverse(PAGE), {"confirmed": token}, follow=True)
    assert "upload it again" in again.content.decode()
    assert CollectRun.objects.count() == 1


def test_what_is_uploaded_is_for_its_owner_alone(someone: Client) -> None:
    answer = upload(someone, ("a.csv", GOOD))
    someone.force_login(User.objects.create_superuser("other", "other@example.com", "a long secret"))
    assert someone.get(answer.url).url == reverse(PAGE)
    token = answer.url.partition("upload=")[2]
    someone.post(reverse(PAGE), {"confirmed": token})
    assert not CollectRun.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"region": "XX"}, "region"), ({"source": "kis"}, "source"), ({"date": "x"}, "date"), ({"files": []}, "files")],
)
def test_what_is_wrong_is_told_at_its_field(someone: Client, asked: dict, field: str) -> None:
    answer = upload(someone, ("a.csv", GOOD), **asked)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        ({"source": "krx_pdf"}, "region", "source krx_pdf is for KR"),
        ({"ticker": "ivv 2023.csv"}, "ticker", "is not a ticker"),
        ({"kind": "stats", "source": "ark"}, "source", "ark"),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_field(someone: Client, asked: dict, field: str, told: str) -> None:
    errors = upload(someone, ("a.csv", GOOD), **asked).context["form"].errors
    assert told in str(errors[field])
    assert counts() == [0] * 7


def test_files_are_not_chosen_again_when_something_else_is_wrong(someone: Client) -> None:
    form = upload(someone, ("a.csv", GOOD), date="x").context["form"]
    assert "Already here: a.csv" in form["files"].help_text
    token = form["kept"].value()
    asked = {"region": "US", "source": "csv", "kept": token}
    assert "date" in someone.post(reverse(PAGE), asked | {"date": "y"}).context["form"].errors
    page = someone.get(someone.post(reverse(PAGE), asked).url)
    assert [item.ticker for item in page.context["items"]] == ["AAA"]
    others = upload(someone, ("b.csv", GOOD.replace("AAA", "BBB")), kept=token)
    assert [item.ticker for item in someone.get(others.url).context["items"]] == ["BBB"]
    assert "files" in someone.post(reverse(PAGE), asked).context["form"].errors  # the others took their place


def test_something_else_is_asked_of_the_same_files(someone: Client) -> None:
    token = upload(someone, ("a.csv", GOOD), force="on").url.partition("upload=")[2]
    form = someone.get(reverse(PAGE), {"kept": token}).context["form"]
    assert (form["source"].value(), form["force"].value(), form["kept"].value()) == ("csv", True, token)
    again = someone.post(reverse(PAGE), {"region": "US", "source": "csv", "kept": token})
    assert someone.get(again.url).context["upload"].force is False
    someone.force_login(User.objects.create_superuser("other", "other@example.com", "a long secret"))
    theirs = someone.post(reverse(PAGE), {"region": "US", "source": "csv", "kept": token})
    assert "files" in theirs.context["form"].errors


class TextInputs(HTMLParser):
    """Of each element on the way down to the file input: the names of the text inputs in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[list[str]] = []
        self.above: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input" and said.get("type") == "text":
            for inside in self.open:
                inside.append(said.get("name") or "")
        if tag == "input" and said.get("type") == "file":
            self.above = self.open[::-1]
        if tag == "div":
            self.open.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self.open.pop()


def test_the_name_of_a_file_goes_into_no_field(someone: Client) -> None:
    """unfold's script writes it into the first text input of what is three elements above the file input."""
    form = someone.get(reverse(PAGE)).context["form"]
    read = TextInputs()
    read.feed(f"<div><div>{form['files']}</div>{form['ticker']}</div>")
    assert read.above[:3] == [[], [], [""]]
    assert "ticker" in read.above[4]


@pytest.mark.parametrize(("name", "told"), [("a.exe", "is none of"), ("a.csv", "at most")])
def test_types_and_sizes_are_bounded(someone: Client, monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 100)
    answer = upload(someone, (name, GOOD))
    assert told in str(answer.context["form"].errors["files"])


def test_a_file_of_nothing(someone: Client) -> None:
    assert "empty" in str(upload(someone, ("a.csv", "")).context["form"].errors["files"])


def test_importing_needs_the_permission(someone: Client) -> None:
    staff = User.objects.create_user("staff", password="a long secret", is_staff=True)
    someone.force_login(staff)
    assert someone.get(reverse(PAGE)).status_code == 403
    assert upload(someone, ("a.csv", GOOD)).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="add_snapshot"))
    assert someone.get(reverse(PAGE)).status_code == 200


def test_strangers_are_sent_to_the_login(db) -> None:
    assert Client().get(reverse(PAGE)).url.startswith(reverse("admin:login"))


def test_what_a_file_says_is_no_markup(someone: Client) -> None:
    answer = upload(someone, ("<b>a.csv", GOOD.replace("Apple", "<script>alert(1)</script>")))
    page = someone.get(answer.url).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
