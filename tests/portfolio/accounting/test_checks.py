"""Transactions that cannot be, told by row, field and reason."""

import numpy as np
import pytest

from portfolio.calc.accounting import Kind, Row, TransactionErrors, Transactions, problems_of
from tests.portfolio.accounting.books import market, sessions, value

DAY = "2024-01-02"
BUY = Row(Kind.BUY, DAY, 0, 10, 5)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (BUY._replace(quantity=-10), "quantity: must be above 0, not -10"),
        (BUY._replace(quantity=0), "quantity: must be above 0, not 0"),
        (BUY._replace(quantity=None), "quantity: must be above 0, not nan"),
        (BUY._replace(quantity=float("inf")), "quantity: must be a finite number, not inf"),
        (BUY._replace(price=-5), "price: must not be negative, found -5"),
        (BUY._replace(price=None), "price: is missing, and so is the amount"),
        (BUY._replace(amount=60), "amount: 60 is not quantity x price"),
        (BUY._replace(amount=-50, price=None), "amount: must not be negative, found -50"),
        (BUY._replace(fee=-1), "fee: must not be negative, found -1"),
        (BUY._replace(kind=Kind.SELL, tax=-1), "tax: must not be negative, found -1"),
        (BUY._replace(asset=2), "asset: unknown asset 2"),
        (BUY._replace(asset=-2), "asset: unknown asset -2"),
        (BUY._replace(asset=-1), "asset: is missing"),
        (BUY._replace(currency=1), "currency: unknown currency 1"),
        (BUY._replace(kind=9), "kind: unknown kind 9"),
        (BUY._replace(date="NaT"), "date: is missing"),
        (Row(Kind.SPLIT, DAY, 0, 0), "quantity: the split ratio must be above 0, not 0"),
        (Row(Kind.SPLIT, DAY, 0, -2), "quantity: the split ratio must be above 0, not -2"),
        (Row(Kind.SPLIT, DAY, -1, 2), "asset: is missing"),
        (Row(Kind.TRANSFER, DAY, 0, 0), "quantity: must be above 0 (in) or below (out), not 0"),
        (Row(Kind.TRANSFER, DAY, 0, 5), "price: the cost per share that is carried over is missing"),
        (Row(Kind.TRANSFER, DAY, amount=5), "amount: 5 has no counterpart on that day"),
        (Row(Kind.DEPOSIT, DAY, amount=-5), "amount: must be above 0, not -5"),
        (Row(Kind.WITHDRAWAL, DAY), "amount: must be above 0, not nan"),
        (Row(Kind.DEPOSIT, DAY, 0, amount=5), "asset: is about cash alone; found asset 0"),
        (Row(Kind.DIVIDEND, DAY, 0, amount=0), "amount: must be above 0, not 0"),
        (Row(Kind.FEE, DAY, amount=0), "amount: must be a number other than 0, not 0"),
    ],
)
def test_what_is_wrong_by_itself(row, told):
    good = Row(Kind.DEPOSIT, DAY, amount=1)
    found = problems_of(Transactions.of([good, row, good]), assets=2, currencies=1)
    assert [str(one)[: len("row 1, " + told)] for one in found] == ["row 1, " + told]


def test_what_is_right():
    rows = [
        Row(Kind.DEPOSIT, DAY, amount=1), BUY, BUY._replace(amount=50.2), BUY._replace(price=None, amount=50),
        BUY._replace(price=0), Row(Kind.FEE, DAY, amount=-3), Row(Kind.TAX, DAY, 0, amount=3),
        Row(Kind.DIVIDEND, DAY, amount=3), Row(Kind.TRANSFER, DAY, 0, -5), Row(Kind.TRANSFER, DAY, 0, 5, amount=9),
        Row(Kind.TRANSFER, DAY, amount=5), Row(Kind.TRANSFER, DAY, amount=-6, currency=1),
    ]  # fmt: skip
    assert problems_of(Transactions.of(rows), assets=2, currencies=2) == []


def test_money_is_not_exchanged_for_money_of_its_own_currency():
    rows = [Row(Kind.TRANSFER, DAY, amount=5_000), Row(Kind.TRANSFER, DAY, amount=-0.01)]
    assert [one.row for one in problems_of(Transactions.of(rows), assets=0, currencies=2)] == [0, 1]
    rows.append(Row(Kind.TRANSFER, DAY, amount=-4_000, currency=1))
    assert [one.row for one in problems_of(Transactions.of(rows), assets=0, currencies=2)] == [1]
    assert problems_of(Transactions.of([]), assets=0, currencies=1) == []


def test_cash_must_leave_and_arrive_on_the_same_day():
    rows = [Row(Kind.TRANSFER, DAY, amount=5), Row(Kind.TRANSFER, "2024-01-03", amount=-5)]
    assert [one.row for one in problems_of(Transactions.of(rows), assets=0, currencies=1)] == [0, 1]


def refused(rows):
    with pytest.raises(TransactionErrors) as error:
        value(rows, market({"ACME": [5] * 5, "BERG": [5] * 5}, sessions(5)))
    return error.value


def test_all_that_is_wrong_is_told_at_once():
    problems = refused([BUY._replace(quantity=-1), BUY, BUY._replace(fee=-1, asset=7)]).problems
    assert [(one.row, one.field) for one in problems] == [(0, "quantity"), (2, "asset"), (2, "fee")]


def test_an_oversell_names_the_row_as_it_was_put_in():
    sale = Row(Kind.SELL, "2024-01-03", 0, 11, 5)
    error = refused([Row(Kind.DEPOSIT, "2024-01-04", amount=9), sale, BUY])
    assert str(error) == "row 1, quantity: sells 11 of ACME on 2024-01-03, but only 10 are held"


def test_a_sale_before_a_buy():
    error = refused([BUY._replace(date="2024-01-03"), Row(Kind.SELL, DAY, 0, 1, 5)])
    assert str(error) == "row 1, quantity: sells 1 of ACME on 2024-01-02, but none came in before"


def test_a_transfer_of_what_is_not_there():
    assert "transfers out 3 of BERG on 2024-01-02" in str(refused([BUY, Row(Kind.TRANSFER, DAY, 1, -3)]))


def test_every_oversell_is_told_and_the_message_stays_short():
    error = refused([BUY, *[Row(Kind.SELL, DAY, 1, 1, 5)] * 8])
    assert len(error.problems) == 8
    assert str(error).endswith("; and 3 more")


def test_columns_of_other_lengths():
    good = Transactions.of([BUY, BUY])
    columns = {name: getattr(good, name) for name in Row._fields}
    with pytest.raises(ValueError, match="price: one per transaction is needed"):
        Transactions(**columns | {"price": np.ones(3)})
