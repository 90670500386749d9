"""Forms below each other, as rows of a table that a person adds to and takes from.

The page posts ``rows``, how many there are, and ``row-0-asset`` and so on. ``add`` asks for one more, ``remove`` for
one less; then nothing is checked, the rows come back.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from market.pages.asked import number_asked
from market.pages.forms import errors_of
from portfolio.services.errors import PortfolioError

MOST = 600
NUMBER = {"inputmode": "decimal", "class": "short"}  # attributes of a narrow field
Row = dict[str, str]


class RowForm(forms.Form):
    """One row. Its fields are named for screen readers by their label and the row's number. ``fresh``: one that was
    just added.
    """

    fresh: ClassVar[Row] = {}

    def __init__(self, row: Row, number: int) -> None:
        prefix = f"row-{number}"
        super().__init__({f"{prefix}-{name}": text for name, text in row.items()}, prefix=prefix)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label} {number + 1}"

    def refuse(self, name: str, reason: str) -> None:
        """Tell what is wrong with a field; what is still empty is missing."""
        is_blank = name in self.fields and not self.data.get(self.add_prefix(name))
        code = "required" if is_blank else "invalid"
        self.add_error(name if name in self.fields else None, forms.ValidationError(reason, code=code))


def rows_asked(data: QueryDict, form: type[RowForm]) -> list[Row]:
    """The rows as they were written; those added and taken out are."""
    number = min(number_asked(data.get("rows", "")) or 0, MOST)
    rows = [
        {name: data.get(f"row-{at}-{name}", "").strip() for name in form.base_fields}
        for at in range(number)
    ]  # fmt: skip
    taken = number_asked(data.get("remove", ""))
    if taken is not None and taken < len(rows):
        del rows[taken]
    return [*rows, form.fresh] if "add" in data and len(rows) < MOST else rows


def is_changing(data: QueryDict) -> bool:
    """Whether rows are added or taken out, and nothing else asked for."""
    return "add" in data or "remove" in data


def rows_shown(rows: Sequence[Row], form: type[RowForm]) -> list[RowForm]:
    return [form(row, at) for at, row in enumerate(rows)]


def rows_refuse(forms_shown: Sequence[RowForm], places: Sequence[int], error: PortfolioError) -> str:
    """Put what a service refused (rows count from 1) beside its fields; ``places``: where each of its rows stands. What
    is left to say of the whole.
    """
    for problem in error.problems:
        forms_shown[places[problem.row - 1]].refuse(problem.field, problem.reason)
    return "" if error.problems else str(error).partition(": ")[2] or str(error)


def rows_errors(forms_shown: Sequence[RowForm], whole: str = "") -> dict[str, Any]:
    """For ``pages/form_errors.html``."""
    told = [errors_of(form) for form in forms_shown]
    fields = [field for one in told for field in one["fields"]]
    return {"whole": [*([whole] if whole else []), *(text for one in told for text in one["whole"])], "fields": fields}
