"""The period that a page is of: one of a few names, or own dates."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django import forms
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from market.calc.months import months_before

NAMES = (("1m", _("1M")), ("3m", _("3M")), ("ytd", _("YTD")), ("1y", _("1Y")), ("3y", _("3Y")), ("all", _("All")))
MONTHS = {"1m": 1, "3m": 3, "1y": 12, "3y": 36}
DAY = dt.timedelta(days=1)


class PeriodForm(forms.Form):
    """Own dates."""

    start = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if asked.get("start") and asked.get("end") and asked["start"] > asked["end"]:
            self.add_error("start", _("It is after the end."))
        return asked


@dataclass(frozen=True)
class Period:
    """``start`` and ``end``: None for the beginning and the newest session."""

    name: str
    start: dt.date | None
    end: dt.date | None
    form: PeriodForm

    @property
    def dates(self) -> dict[str, dt.date]:
        """``start`` and ``end``, those there are."""
        known = {"start": self.start, "end": self.end}
        return {name: day for name, day in known.items() if day is not None}

    @property
    def query(self) -> str:
        """For addresses of parts of the page."""
        return urlencode(self.dates)

    @property
    def named(self) -> list[dict[str, Any]]:
        """What may be chosen, with which is."""
        return [{"name": name, "label": label, "here": name == self.name} for name, label in NAMES]


def period_of(request: HttpRequest, last: dt.date | None) -> Period:
    """``?period=``, or ``?start=&end=``; all of it where neither can be read. ``last``: the newest valued session."""
    asked = request.GET.get("period", "")
    given = {name: request.GET[name] for name in ("start", "end") if request.GET.get(name)}
    form = PeriodForm(given or None)
    if given and form.is_valid():
        return Period("own", form.cleaned_data["start"], form.cleaned_data["end"], form)
    if asked == "ytd" and last:
        return Period(asked, last.replace(month=1, day=1), None, form)
    if asked in MONTHS and last:
        mark = months_before(np.datetime64(last).astype(np.int64), MONTHS[asked]).astype("datetime64[D]").item()
        return Period(asked, mark + DAY, None, form)
    return Period("all", None, None, form)
