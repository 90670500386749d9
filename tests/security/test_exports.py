"""No export hands a formula to a spreadsheet."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from openpyxl import load_workbook

from factors.models import FactorFormula
from market.models import Instrument, LoadRun, RejectedRow
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transactions_add
from tests.backtests.stored import bare

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("market", "factors", "etfs", "portfolio", "backtests", "quantsite")
EVIL = '=HYPERLINK("https://evil.example";"click")'
OTHERS = ("@SUM(1)", "+1+cmd", "-2+3+cmd", "\tx", "\rx")
MADE_SAFE = re.compile(r"cell_safe|table_safe|lines\(|SafeCSV|export_response")
# What writes rows that nobody opens in a spreadsheet: answers of libraries kept as they came, rows on their way in.
NOT_EXPORTS = {"etfs/sources/libraries.py", "market/resources.py"}


def test_whatever_writes_a_table_makes_its_cells_safe():
    writes = re.compile(r"csv\.(Dict)?[wW]riter\(|to_csv\(|write_csv\b|Workbook\(|\(CSV\)|base_formats import .*XLSX")
    found = {
        str(path.relative_to(ROOT)): path.read_text()
        for room in ROOMS for path in (ROOT / room).rglob("*.py") if writes.search(path.read_text())
    }  # fmt: skip
    assert len(found) > 5
    assert {name for name, text in found.items() if not MADE_SAFE.search(text)} == NOT_EXPORTS


@pytest.fixture
def boss(db: None) -> Client:
    Instrument.objects.create(region="KR", ticker="000001", name=EVIL, currency="KRW")
    for number, text in enumerate(OTHERS):
        Instrument.objects.create(region="KR", ticker=f"00001{number}", name=f"{text} {number}", currency="KRW")
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def cells(answer) -> list[str]:
    assert answer.status_code == 200, answer.content[:500]
    text = answer.getvalue().decode() if answer.streaming else answer.content.decode()
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def assert_harmless(found: list[str]) -> None:
    assert any("HYPERLINK" in cell for cell in found)
    assert [cell for cell in found if cell[:1] in "=+-@\t\r" and cell and not re.fullmatch(r"[+-]?[\d.e]+", cell)] == []


def test_lists_of_the_api(boss):
    assert_harmless(cells(boss.get("/api/instruments/?region=KR&format=csv")))


def test_exports_of_the_admin(boss):
    FactorFormula.objects.create(name="trend", formula="mean(close, 20)", description=EVIL)
    for address in ("/admin/market/instrument/export/", "/admin/factors/factorformula/export/"):
        form = boss.get(address).content.decode()
        assert re.findall(r"<option[^>]*>\s*([a-z]+)\s*</option>", form) == ["csv", "json"]  # no XLSX, ODS or HTML
        fields = dict.fromkeys(re.findall(r'name="(\w*resource_\w+|\w+resource\w*_\w+)"', form), "on")
        assert_harmless(cells(boss.post(address, {"format": "0", "resource": "0", **fields})))


def test_tables_of_pages(boss):
    assert_harmless(cells(boss.get("/instruments/?table=instruments&export=csv")))
    answer = boss.get("/instruments/?table=instruments&export=xlsx")
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    rows = [cell for row in sheet.iter_rows() for cell in row]
    assert any("HYPERLINK" in str(cell.value) for cell in rows)
    assert [cell.value for cell in rows if cell.data_type == "f"] == []
    assert_harmless([str(cell.value or "") for cell in rows])


def test_rejected_rows(boss):
    run = LoadRun.objects.create(kind="PRICES", region="KR", source="csv")
    raw = {EVIL: "@x", "close": EVIL}
    RejectedRow.objects.create(load_run=run, row_number=1, reason="bad", message=EVIL, raw=raw)
    assert_harmless(cells(boss.get(f"/api/load-runs/{run.pk}/rejected/")))


def test_transactions_and_what_an_import_refuses(boss):
    book = portfolio_create(owner=User.objects.get(), name="book", base_currency="KRW")
    transactions_add(portfolio=book, rows=[{"kind": "DEPOSIT", "date": "2024-06-28", "amount": "1000", "note": EVIL}])
    assert_harmless(cells(boss.get(f"/api/portfolios/{book.pk}/transactions/?format=csv")))
    asked = {
        "text": f'kind,date,asset,amount,note\nDEPOSIT,never,,5,"{EVIL.replace(chr(34), chr(34) * 2)}"\n',
        "skip_errors": True,
    }
    told = boss.post(f"/api/portfolios/{book.pk}/import/", asked, content_type="application/json").json()
    assert "refused_csv" in told, told
    assert_harmless([cell for row in csv.reader(io.StringIO(told["refused_csv"])) for cell in row])


def test_orders_of_a_backtest(boss):
    session = bare(status="COMPLETED", name=EVIL)
    session.trades.create(
        number=1, ticker="000001", name=EVIL, side="BUY", signal_date="2024-06-27", trade_date="2024-06-28",
        quantity=1, price=1.0, execution_price=1.0, commission=0.0, tax=0.0, cash_flow=-1.0, average_price=1.0,
        amount=1.0, reason="SIGNAL",
    )  # fmt: skip
    assert_harmless(cells(boss.get(f"/api/backtests/{session.pk}/trades/?format=csv")))
