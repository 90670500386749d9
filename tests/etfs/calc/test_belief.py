"""What is said of a composition that is not believed."""

import datetime as dt

from etfs.calc.belief import composition_believed
from etfs.sources.base import Composition
from market.sources.base import BadRow

DAY = dt.date(2024, 6, 28)


def test_unreadable_lines_are_named_by_row_and_column_if_there_is_one():
    bad = (
        BadRow(10, "", "wrong_field_count", "7 fields where the header has 8"),
        BadRow(12, "weight", "x", "no number"),
    )
    found = Composition("F1", DAY, (), "KRW", bad_rows=bad)
    belief = composition_believed(found, today=DAY, is_plain=True, repeated=[])
    assert belief.refused == (
        "2 lines cannot be read, so the rest is not the whole fund: row 10: 7 fields where the header has 8;"
        " row 12, weight: no number"
    )
