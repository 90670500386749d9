"""What all tables with a row per date can be asked."""

import datetime as dt
from typing import Self, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class DatedQuerySet(models.QuerySet[Row]):
    def between(self, start: dt.date | None, end: dt.date | None) -> Self:
        """Both ends included; None leaves an end open."""
        bounds = {"date__gte": start, "date__lte": end}
        return self.filter(**{name: day for name, day in bounds.items() if day})
