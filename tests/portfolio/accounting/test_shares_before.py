"""How many shares were held before a day."""

import numpy as np

from portfolio.calc.accounting import Kind, Row, Transactions, shares_before


def test_shares_before_a_day_by_hand():
    """10 and 2 more (12); two for one and 5 of the new sold (19); 3 in, 1 out (21), a dividend; all sold (0)."""
    rows = Transactions.of([
        Row(Kind.BUY, "2024-03-04", 0, 10.0, 50.0), Row(Kind.BUY, "2024-03-04", 0, 2.0, 50.0),
        Row(Kind.SELL, "2024-03-05", 0, 5.0, 25.0), Row(Kind.SPLIT, "2024-03-05", 0, 2.0),
        Row(Kind.TRANSFER, "2024-03-06", 0, 3.0, 20.0), Row(Kind.TRANSFER, "2024-03-06", 0, -1.0),
        Row(Kind.DIVIDEND, "2024-03-06", 0, 21.0, 1.0, 21.0), Row(Kind.BUY, "2024-03-06", 1, 7.0, 1.0),
        Row(Kind.SELL, "2024-03-07", 0, 21.0, 25.0),
    ])  # fmt: skip
    days = np.array(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08"], dtype="datetime64[D]")
    assert shares_before(rows, 0, days).tolist() == [0, 12, 19, 21, 0]
    assert shares_before(rows, 1, days).tolist() == [0, 0, 0, 7, 7]
    assert shares_before(rows, 2, days).tolist() == [0, 0, 0, 0, 0]
