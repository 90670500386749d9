"""Which region and session a page is about."""

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factors.models import FactorRun
from factors.services.standings import session_with_scores
from market.pages.forms import worded
from market.regions import REGION_CHOICES

FIRST_REGION = REGION_CHOICES[0][0]


class ScopeForm(forms.Form):
    """Asked for in the address of the page."""

    region = forms.ChoiceField(label=_("Region"), required=False, choices=worded(REGION_CHOICES))
    session = forms.DateField(
        label=_("Session, or the last before"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@dataclass(frozen=True)
class Scope:
    """``date`` None: the region has no scores (yet, on that day)."""

    form: forms.Form
    region: str
    date: dt.date | None

    @property
    def query(self) -> str:
        """To be carried along in links within the scope."""
        return f"region={self.region}&session={self.date or ''}"


def scope_of(request: HttpRequest) -> Scope:
    """What the address asks for; where it asks for nothing or nonsense, the region and session of the newest scores."""
    data = {"region": request.GET.get("region") or region_newest(), "session": request.GET.get("session", "")}
    form = ScopeForm(data)
    form.is_valid()
    region = form.cleaned_data.get("region") or region_newest()
    date = session_with_scores(region=region, date=form.cleaned_data.get("session"))
    data["session"] = data["session"] or (str(date) if date else "")
    return Scope(form, region, date)


def factor_address(name: str, region: str) -> str:
    """Where a factor's page is, for this region."""
    return f"{reverse('factors:factor', args=[name])}?region={region}"


def region_newest() -> str:
    """The region with the newest scores; the first of all where none has any."""
    newest = FactorRun.objects.newest_by_region()
    return max(newest, key=lambda region: newest[region], default=FIRST_REGION)
