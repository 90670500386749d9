"""What cannot be accounted for, told so that a person can mend it."""

from collections.abc import Sequence
from typing import NamedTuple

TOLD = 5  # problems in a message; all of them are in ``problems``


class Problem(NamedTuple):
    """``row`` counts from 0 as the arrays do; ``field`` is the name of the column."""

    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.reason}"


class AccountingError(ValueError):
    """Something that was put in cannot be."""


class TransactionErrors(AccountingError):
    """Transactions that cannot have happened: ``problems`` in the order of the rows, at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        more = f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
        super().__init__("; ".join(str(one) for one in self.problems[:TOLD]) + more)


class MissingRate(AccountingError):
    """There is money in a currency that cannot be told in the base currency."""

    def __init__(self, pair: str, date: object) -> None:
        self.pair, self.date = pair, date
        super().__init__(f"no exchange rate {pair} for {date}")


class MissingPrice(AccountingError):
    """Something is held that never had a price."""

    def __init__(self, asset: str, date: object) -> None:
        self.asset, self.date = asset, date
        super().__init__(f"no price of {asset} on or before {date}")
