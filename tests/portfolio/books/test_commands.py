"""Books from the command line."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from portfolio.models import Portfolio, PortfolioPerformanceHistory, Transaction

pytestmark = pytest.mark.django_db
GOOD = "date,kind,asset,quantity,price\n2024-03-04,BUY,US:AAA,10,50\n"
BAD = GOOD + "2024-03-05,SELL,US:AAA,11,50\n"


def run(*words):
    """(exit code, stdout, stderr)."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*map(str, words), stdout=out, stderr=err)
    except SystemExit as left:
        return left.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "mine.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_by_owner_and_name(book, file):
    code, out, _ = run("import_transactions", file(GOOD), "--portfolio", "anna/core")
    assert (code, out) == (0, "1 rows: 1 ok, 0 duplicate, 0 error; 1 booked\n")
    code, out, _ = run("import_transactions", file(GOOD), "--portfolio", book.pk, "--json")
    told = json.loads(out)
    assert (code, told["added"], told["counts"]["duplicate"]) == (0, 0, 1)


def test_a_preview_books_nothing(book, file):
    code, out, _ = run("import_transactions", file(GOOD), "--portfolio", book.pk, "--preview")
    assert code == 0
    assert "US:AAA" in out
    assert ["BUY", "USD", "1", "500.00", "0.00", "0.00"] in [
        line.replace("│", " ").split() for line in out.splitlines()
    ]
    assert not Transaction.objects.exists()


def test_wrong_rows(book, file, tmp_path):
    code, _, err = run("import_transactions", file(BAD), "--portfolio", book.pk)
    assert (code, err) == (1, "row 2, quantity: sells 11 of US:AAA on 2024-03-05, but only 10 are held\n")
    assert not Transaction.objects.exists()
    rejects = tmp_path / "rejects.csv"
    code, _, _ = run(
        "import_transactions", file(BAD), "--portfolio", book.pk, "--skip-errors", "--rejects-out", rejects
    )
    assert code == 3
    assert Transaction.objects.count() == 1
    assert rejects.read_text().splitlines()[1].startswith("2,quantity,")


def test_positions(book, file):
    path = file("asset,quantity,cost\nUS:AAA,3,10\n")
    assert run("import_transactions", path, "--portfolio", book.pk, "--positions")[0] == 1
    assert run("import_transactions", path, "--portfolio", book.pk, "--positions", "--date", "2024-01-02")[0] == 0
    assert Transaction.objects.get().kind == "TRANSFER"


def test_what_is_not_there(book, file, tmp_path):
    for word in ("999999", "anna/none", "other", "a\0/b", "9" * 30):
        code, _, err = run("import_transactions", file(GOOD), "--portfolio", word)
        assert (code, err[:10]) == (2, "portfolio:")
    assert run("import_transactions", tmp_path / "none.csv", "--portfolio", book.pk)[0] == 1
    assert run("import_transactions", file(""), "--portfolio", book.pk)[0] == 1


def test_making_and_listing(owner, book):
    code, out, _ = run("create_portfolio", "income", "--owner", "anna", "--currency", "krw", "--json")
    assert code == 0
    assert Portfolio.objects.get(pk=json.loads(out)["id"]).base_currency == "KRW"
    PortfolioPerformanceHistory.objects.create(portfolio=book, date="2024-03-04", value=100, cash=0, twr_index=1.25)
    PortfolioPerformanceHistory.objects.create(portfolio=book, date="2024-03-05", value=110, cash=0, twr_index=1.5)
    rows = json.loads(run("list_portfolios", "--json")[1])
    assert [(one["name"], one["value"], one["twr"]) for one in rows] == [("core", 110, 50), ("income", None, None)]
    assert "portfolios: 1 of 2" in run("list_portfolios", "--limit", 1)[1]


@pytest.mark.parametrize(
    "words",
    [
        ("--owner", "nobody", "--currency", "USD"), ("--owner", "anna"), ("--owner", "anna", "--currency", "US"),
        ("--owner", "anna", "--currency", "USD", "--strategy", "x"), ("--owner", "anna", "--strategy", "x"),
        ("--owner", "anna", "--strategy", "x", "--capital", "5"),
    ],
)  # fmt: skip
def test_wrong_words(owner, words):
    assert run("create_portfolio", "income", *words)[0] == 2
    assert not Portfolio.objects.exists()
    assert run("list_portfolios", "--owner", "nobody")[0] == 2
