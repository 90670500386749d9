"""How a figure was computed: its formula, inputs, steps and rows, to be read, or taken as a file."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from market.pages.exports import FORMATS, export_response
from portfolio.models import Portfolio
from portfolio.services.benchmarks import benchmark_report
from portfolio.services.drift_explaining import allocation_explain
from portfolio.services.explaining import performance_explain, summary_explain
from portfolio.services.exposure import factor_exposure, look_through_exposure
from portfolio.services.held_correlations import correlations_held
from portfolio.services.risk import risk_inputs, risk_row
from portfolio.services.risk_explain import risk_explain
from portfolio.services.risk_report import risk_contributions, var_backtest
from portfolio.services.shocks import shock_of
from portfolio.services.stress import stress_historical, stress_reverse, stress_shocks
from portfolio.views.base import OfPortfolio, Refused, reason_of

SHOWN = 60  # rows in the dialog; all of them are in the file
Day = dt.date | None
Trails = dict[str, Any]


def _risk(portfolio: Portfolio, as_of: Day) -> Trails:
    stored = risk_row(portfolio=portfolio, on=as_of)
    return risk_explain(inputs=risk_inputs(portfolio=portfolio, as_of=as_of), stored=stored)


def _benchmark(portfolio: Portfolio, as_of: Day) -> Trails:
    """Of the primary one, which comes first."""
    found = benchmark_report(portfolio=portfolio, explain=True)
    return dict(found[0]["explain"]) if found else {"figures": {}}


OF_A_DAY: dict[str, Callable[[Portfolio, Day], Trails]] = {
    "summary": lambda portfolio, day: summary_explain(portfolio=portfolio, as_of=day),
    "risk": _risk,
    "benchmark": _benchmark,
    "contributions": lambda portfolio, day: risk_contributions(portfolio=portfolio, as_of=day, explain=True)["explain"],
    "var": lambda portfolio, day: var_backtest(portfolio=portfolio, as_of=day, explain=True)["explain"],
    "factors": lambda portfolio, day: factor_exposure(portfolio=portfolio, as_of=day, explain=True)["explain"],
    "exposure": lambda portfolio, day: look_through_exposure(portfolio=portfolio, as_of=day, explain=True)["explain"],
    "allocation": lambda portfolio, day: allocation_explain(portfolio=portfolio, as_of=day),
}
OF_A_QUESTION: dict[str, Callable[[Portfolio, Trails], Trails]] = {
    "performance": lambda portfolio, asked: performance_explain(
        portfolio=portfolio, start=asked["start"], end=asked["end"]
    ),
    "correlations": lambda portfolio, asked: correlations_held(
        portfolio=portfolio, window=asked["window"], explain=True
    )["explain"],
    "stress": lambda portfolio, asked: stress_historical(
        portfolio=portfolio, windows=[asked["window"]], explain=True
    )["results"][0]["explain"],
    "shocks": lambda portfolio, asked: stress_shocks(
        portfolio=portfolio, shocks=[shock_of(text) for text in asked["shocks"].splitlines()], explain=True
    )["explain"],
    "reverse": lambda portfolio, asked: stress_reverse(
        portfolio=portfolio, loss=asked["loss"] or 0.0, sessions=asked["sessions"] or 1, explain=True
    )["explain"],
}  # fmt: skip


class TrailForm(forms.Form):
    """Which trail: of a day, of a period, or of what else was asked. ``shocks``: one a line."""

    of = forms.ChoiceField(choices=[(name, name) for name in (*OF_A_DAY, *OF_A_QUESTION)], required=False)
    date = forms.DateField(required=False)
    start = forms.DateField(required=False)
    end = forms.DateField(required=False)
    window = forms.CharField(required=False, max_length=40)
    shocks = forms.CharField(required=False, max_length=8000)
    loss = forms.FloatField(required=False)
    sessions = forms.IntegerField(required=False)


class Trail(OfPortfolio):
    """One figure's."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = TrailForm(request.GET)
        if not form.is_valid():
            raise Http404(form.errors.as_text())
        portfolio, name = self.portfolio, self.kwargs["figure"]
        context: dict[str, Any] = {"portfolio": portfolio, "name": name.replace("_", " "), "title": name}
        try:
            found = trails_of(portfolio, form.cleaned_data)
        except Refused as error:
            return render(request, "portfolio/trail.html", context | {"problem": reason_of(error)})
        trail = found["figures"].get(name)
        if trail is None:
            raise Http404(f"no trail of {name!r}")
        rows = trail["rows"] or found.get("sessions", [])
        head = list(dict.fromkeys(key for row in rows for key in row))
        if request.GET.get("export") in FORMATS:
            cells = ([row.get(key) for key in head] for row in rows)
            return export_response(request.GET["export"], name, head, cells)
        shown = [[row.get(key) for key in head] for row in rows[-SHOWN:]]
        context |= {"trail": trail, "head": head, "rows": shown, "left": len(rows) - len(shown)}
        return render(request, "portfolio/trail.html", context)


def trails_of(portfolio: Portfolio, asked: Trails) -> Trails:
    """All trails of one kind."""
    of = asked["of"] or "summary"
    return OF_A_QUESTION[of](portfolio, asked) if of in OF_A_QUESTION else OF_A_DAY[of](portfolio, asked["date"])
