"""What pages of funds are asked with: days, checked before a service sees them."""

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


def day_field(label: Any) -> forms.DateField:
    """A day that may be left open."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Asking(forms.Form):
    """A form of the page's address; not asked at all, it shows the days that were found (``show``)."""

    def __init__(self, query: QueryDict, **kwargs: Any) -> None:
        asked = any(name in query for name in self.base_fields)
        super().__init__(query if asked else None, **kwargs)

    def show(self, **days: dt.date) -> None:
        """What the form's fields stand for where nobody said it."""
        self.initial.update(days)


class AsOf(Asking):
    """A day, or today."""

    as_of = day_field(_("As of"))

    @property
    def day(self) -> dt.date | None:
        return self.cleaned_data.get("as_of") if self.is_valid() else None


class Span(Asking):
    """From one day to another; either may be open."""

    start = day_field(_("From"))
    end = day_field(_("To"))

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        start, end = asked.get("start"), asked.get("end")
        if start and end and start >= end:
            self.add_error("start", _("Must be before the other day."))
        return asked

    @property
    def days(self) -> tuple[dt.date | None, dt.date | None]:
        asked = self.cleaned_data if self.is_valid() else {}
        return asked.get("start"), asked.get("end")
