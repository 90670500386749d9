"""Files of transactions and positions: what is read, what is known again, what is refused, what is written."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.models import Transaction
from portfolio.services.errors import PortfolioError
from portfolio.services.importing import import_preview, transactions_import
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transaction_add, transaction_update, transactions_delete
from tests.factors.market_tables import add_instrument

pytestmark = pytest.mark.django_db
FILE = """date,kind,asset,quantity,price,amount,fee,tax,currency,note
2024-03-01,DEPOSIT,,,,"10,000",,,USD,start
2024-03-04,BUY,US:AAA,10,50,,1.5,,,
2024-03-04,BUY,US:AAA,10,50,,1.5,,,
2024-03-05,BUY,005930,3,"71,000",,,,KRW,
2024-06-03,SELL,AAA,5,60,300,1,0.5,USD,
2024-06-14,DIVIDEND,US0000000017,,,7.50,,1.13,,
"""


def preview(book, text=FILE, **how):
    return import_preview(portfolio=book, content=text if isinstance(text, bytes) else text.encode(), **how)


def load(book, text=FILE, **how):
    return transactions_import(portfolio=book, content=text if isinstance(text, bytes) else text.encode(), **how)


def told(error):
    return [tuple(one) for one in error.value.problems]


def test_a_preview_writes_nothing_and_tells_all(book):
    plan = preview(book)
    assert [row.state for row in plan.rows] == ["ok"] * 6
    assert plan.counts == {"ok": 6, "duplicate": 0, "error": 0}
    assert plan.shares == {"US:AAA": 15.0, "KR:005930": 3.0}
    # 10,000 - 2 x 501.50 + 300 - 1.50 + 7.50 - 1.13; 3 x 71,000
    assert plan.cash == pytest.approx({"USD": 9301.87, "KRW": -213_000})
    bought = next(one for one in plan.totals() if (one["kind"], one["currency"]) == ("BUY", "USD"))
    assert bought == {"kind": "BUY", "currency": "USD", "count": 2, "amount": 1000, "fee": 3, "tax": 0}
    assert not Transaction.objects.exists()


def test_an_import_writes_what_was_shown(book):
    done = load(book, name="export.csv")
    assert done.added == 6
    first = Transaction.objects.in_order().first()
    assert (first.kind, first.amount, first.note, first.source) == ("DEPOSIT", 10_000, "start", "export.csv")
    assert Transaction.objects.filter(kind="BUY", currency="KRW").get().price == 71_000
    assert Transaction.objects.get(kind="DIVIDEND").instrument.ticker == "AAA"


def test_the_same_file_again_brings_nothing(book):
    load(book)
    assert preview(book).counts == {"ok": 0, "duplicate": 6, "error": 0}
    assert load(book).added == 0
    assert Transaction.objects.count() == 6


def test_two_equal_trades_are_two_and_an_overlap_is_known(book):
    load(book, "\n".join(FILE.splitlines()[:3]))  # one of the two buys
    assert preview(book).counts == {"ok": 4, "duplicate": 2, "error": 0}
    assert load(book).added == 4
    assert Transaction.objects.filter(kind="BUY", instrument__ticker="AAA").count() == 2
    assert load(book).added == 0


def test_rows_entered_by_hand_are_known(book):
    bought = {"date": "2024-03-04", "kind": "BUY", "asset": "US:AAA", "quantity": 10, "price": "50.0", "fee": "1.50"}
    transaction_add(portfolio=book, amount=500, **bought)
    states = [row.state for row in preview(book).rows]
    assert states == ["ok", "duplicate", "ok", "ok", "ok", "ok"]
    assert load(book).added == 5
    assert load(book).added == 0


def test_an_imported_row_that_was_changed_is_known(book):
    load(book)
    sold = Transaction.objects.get(kind="SELL")
    transaction_update(entry=sold, price=61, amount=305, date="2024-06-05")
    assert load(book).added == 0
    transactions_delete(portfolio=book, ids=[sold.pk])
    assert load(book).added == 1  # who takes a row out and imports again gets it back


def test_one_of_two_equal_rows_taken_out_comes_back_under_a_key_of_its_own(book):
    load(book)
    first = Transaction.objects.filter(kind="BUY", instrument__ticker="AAA").order_by("import_key").first()
    transactions_delete(portfolio=book, ids=[first.pk])
    assert load(book).added == 1
    keys = set(Transaction.objects.exclude(import_key="").values_list("import_key", flat=True))
    assert len(keys) == 6


def test_keys_are_of_one_portfolio(book, other):
    load(book)
    assert load(portfolio_create(owner=other, name="core", base_currency="USD")).added == 6


WRONG = """date,kind,asset,quantity,price
2024-03-04,BUY,US:AAA,10,50
2024-03-05,BUY,US:ZZZ,10,50
2024-03-06,SELL,US:AAA,4,55
2024-03-07,SELL,US:AAA,7,55
2024-13-07,GIFT,US:AAA,x,1e400
2024-03-08,SELL,US:AAA,-6,NaN
"""


def test_all_or_nothing_names_every_row(book):
    with pytest.raises(PortfolioError) as refused:
        load(book, WRONG)
    assert told(refused) == [
        (2, "asset", "unknown asset 'US:ZZZ'"),
        (4, "quantity", "sells 7 of US:AAA on 2024-03-07, but only 6 are held"),
        (5, "date", "'2024-13-07' is not a date: write it as YYYY-MM-DD"),
        (5, "kind", f"unknown kind 'GIFT': use one of {', '.join(Transaction.Kind.values)}"),
        (5, "quantity", "'x' is not a number"),
        (5, "price", "1e400 is beyond 1e+18"),
        (6, "price", "'NaN' is not a number"),
    ]  # fmt: skip
    assert str(refused.value).startswith("file: 4 of 6 rows cannot be booked, nothing was: row 2, asset: unknown")
    assert not Transaction.objects.exists()


def test_good_rows_load_and_the_others_come_back_to_be_mended(book):
    done = load(book, WRONG, skip_errors=True)
    assert (done.added, done.plan.counts) == (2, {"ok": 2, "duplicate": 0, "error": 4})
    rows = list(csv.DictReader(io.StringIO(done.plan.refused_csv())))
    assert [row["row_number"] for row in rows] == ["2", "4", "5", "6"]
    assert rows[0]["column"] == "asset"
    assert rows[0]["asset"] == "US:ZZZ"
    mended = done.plan.refused_csv().replace("US:ZZZ", "US:DUP").replace(",7,55", ",6,55")
    again = load(book, mended, skip_errors=True)
    assert again.added == 2
    assert again.plan.columns[:4] == ["row_number", "column", "reason", "message"]
    assert again.plan.refused_csv().splitlines()[0].count("row_number") == 1
    assert preview(book).shares["US:DUP"] == 10


def test_a_file_that_breaks_what_is_in_the_books(book):
    transaction_add(portfolio=book, date="2024-01-02", kind="BUY", asset="US:AAA", quantity=10, price=5)
    sold = transaction_add(portfolio=book, date="2024-05-02", kind="SELL", asset="US:AAA", quantity=10, price=5)
    text = "date,kind,asset,quantity,price\n2024-02-01,SELL,US:AAA,1,5\n2024-02-01,BUY,US:DUP,1,5\n"
    with pytest.raises(PortfolioError) as refused:
        load(book, text)
    assert [one[:2] for one in told(refused)] == [(1, "quantity")]
    assert f"(transaction #{sold.pk} of the books)" in told(refused)[0][2]
    assert load(book, text, skip_errors=True).added == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_brokers_names_of_columns_and_encodings(book, encoding):
    text = "거래일자;구분;종목코드;수량;단가;수수료;적요\n2024/03/04;매수;005930;10;71,000;1,065;정규장\n"
    load(book, text.encode(encoding))
    entry = Transaction.objects.get()
    assert (entry.kind, entry.quantity, entry.price, entry.fee) == ("BUY", 10, 71_000, 1065)
    assert (entry.note, entry.currency, entry.date) == ("정규장", "KRW", dt.date(2024, 3, 4))


def test_english_names_in_any_case_and_a_market_beside_the_ticker(book):
    load(book, "Trade Date\tAction\tSymbol\tMarket\tQty\tPrice\tCommission\n20240304\tBought\tdup\tUS\t2\t3.5\t0.1\n")
    entry = Transaction.objects.get()
    assert (str(entry.instrument), entry.quantity, entry.fee) == ("US:DUP", 2, Decimal("0.1"))


POSITIONS = """Asset,Quantity,Average Price,Currency,Date
US:AAA,12.5,48.20,USD,2024-01-02
KR:005930,30,"68,000",,
CASH,"1,250.40",,USD,
cash,500000,,KRW,
"""


def test_opening_positions_are_transfers_and_deposits(book):
    how = {"kind": "positions", "date": dt.date(2024, 1, 3)}
    plan = preview(book, POSITIONS, **how)
    assert plan.shares == {"US:AAA": 12.5, "KR:005930": 30.0}
    assert plan.cash == pytest.approx({"USD": 1250.40, "KRW": 500_000})
    load(book, POSITIONS, **how)
    rows = Transaction.objects.in_order().values_list("kind", "date", "quantity", "price", "amount", "currency")
    assert list(rows) == [
        ("TRANSFER", dt.date(2024, 1, 2), Decimal("12.5"), Decimal("48.20"), None, "USD"),
        ("TRANSFER", dt.date(2024, 1, 3), 30, 68_000, None, "KRW"),
        ("DEPOSIT", dt.date(2024, 1, 3), None, None, Decimal("1250.40"), "USD"),
        ("DEPOSIT", dt.date(2024, 1, 3), None, None, 500_000, "KRW"),
    ]
    assert load(book, POSITIONS, **how).added == 0


def test_positions_that_cannot_be(book):
    text = "asset,quantity,cost\nUS:AAA,-2,10\nUS:DUP,5,\nCASH,0,\nUS:AAA,,3\n"
    with pytest.raises(PortfolioError) as refused:
        load(book, text, kind="positions", date=dt.date(2024, 1, 3))
    assert told(refused) == [
        (1, "quantity", "transfers out 2 of US:AAA on 2024-01-03, but none came in before"),
        (2, "price", "the cost per share that is carried over is missing"),
        (3, "amount", "must be above 0, not 0"),
        (4, "quantity", "must be above 0 (in) or below (out), not nan"),
    ]
    with pytest.raises(PortfolioError) as refused:
        load(book, "asset,quantity,cost\nUS:AAA,2,10\n", kind="positions")
    assert told(refused) == [(1, "date", "is missing")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file: file: the file is empty"),
        (b" \n\n ", "file: file: the file is empty"),
        (b"date,kind,asset\n", "file: file: a header but no rows below it"),
        (b"PK\x03\x04abc\n", "file: file: this is an Excel or ZIP file"),
        (b"\x00\x01\x02\n\x03", "file: file: not a text file (it holds zero bytes)"),
        (b"a,\xff\xfe\n1,2\n", "file: file: line 1 (byte 2) is neither UTF-8 nor CP949 text"),
        (b"foo,bar\n1,2\n", "file: file: missing column date or trade date"),
        (b"date,kind\n2024-01-02,BUY\n", "file: file: missing column asset or symbol"),
        (b"date,date,kind,asset\n1,2,3,4\n", "file: file: the header has 'date'"),
        (b"date,kind,asset\n" + b"x" * 19_000_000, "file: line 2 has 19,000,000 bytes; at most 10,000 are read"),
        (b"x" * 21_000_000, "file: 21 MB; at most 20 MB are read at once"),
        (b"date,kind,asset\n" * 50_010, "file: 50,011 lines; at most 50,000 rows are read at once"),
    ],
)  # fmt: skip
def test_files_that_are_none(book, content, reason):
    with pytest.raises(PortfolioError) as refused:
        load(book, content)
    assert str(refused.value).startswith(reason)


def test_rows_of_another_width_and_odd_notes(book):
    text = (
        "date,kind,amount,asset,note\n2024-03-01,DEPOSIT,5,,a\u202eb\n2024-03-01,DEPOSIT\n2024-03-01,DEPOSIT,5,,=1+1\n"
    )
    plan = preview(book, text)
    assert [(row.number, row.state) for row in plan.rows] == [(1, "error"), (2, "error"), (3, "ok")]
    assert plan.problems[1].reason == "2 fields where the header has 5"


def test_the_examples_of_the_manual(book):
    add_instrument("AAPL", "US")
    text = Path("docs/portfolios.md").read_text(encoding="utf-8")
    example, positions = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    assert load(book, example).added == 5
    assert load(book, positions, kind="positions").added == 2


def test_the_number_of_queries_does_not_grow_with_the_rows(book):
    """10,000 rows take some seconds: docs/portfolios.md."""

    def queries(rows):
        lines = ["date,kind,asset,quantity,price"]
        lines += [f"2020-{n % 12 + 1:02d}-03,BUY,{('US:AAA', 'US:DUP')[n % 2]},{rows + n},2.5" for n in range(rows)]
        with CaptureQueriesContext(connection) as asked:
            assert load(book, "\n".join(lines)).added == rows
        return len(asked)

    assert queries(10) == queries(700)
