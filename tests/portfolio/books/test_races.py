"""Two at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from portfolio.models import Transaction
from portfolio.services.errors import PortfolioError
from portfolio.services.importing import transactions_import
from portfolio.services.transactions import transaction_add

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "date,kind,asset,quantity,price\n" + "".join(f"2024-03-{day:02d},BUY,US:AAA,1,{day}\n" for day in range(1, 29))


def at_once(work, count=2):
    """What each of ``count`` threads gives, begun together."""
    start = Barrier(count)

    def one(_):
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_imports_of_one_file_bring_it_once(book):
    added = at_once(lambda: transactions_import(portfolio=book, content=FILE.encode()).added)
    assert sorted(added) == [0, 28]
    assert Transaction.objects.count() == 28


def test_the_same_shares_are_sold_once(book):
    transaction_add(portfolio=book, date="2024-03-01", kind="BUY", asset="US:AAA", quantity=10, price=1)

    def sell():
        try:
            transaction_add(portfolio=book, date="2024-03-02", kind="SELL", asset="US:AAA", quantity=10, price=1)
        except PortfolioError as error:
            return str(error)
        return ""

    told = sorted(at_once(sell))
    assert told[0] == ""
    assert "only 0 are held" in told[1]
