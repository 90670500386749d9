"""What somebody wishes of proposed weights, as a form: limits and views are lines of text."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portfolio.calc.optimisation import View as Opinion
from portfolio.services.errors import PortfolioError
from portfolio.services.optimisation import METHOD_NAMES
from portfolio.services.traits import instruments_of
from portfolio.services.wishes import LONGEST, MOST_ASSETS, SHORTEST, Wish
from portfolio.views.base import reason_of

LABELS = {
    "mean_variance": _("Mean-variance"), "minimum_variance": _("Minimum variance"),
    "maximum_sharpe": _("Maximum Sharpe"), "risk_parity": _("Risk parity"),
    "hierarchical_risk_parity": _("Hierarchical risk parity"), "black_litterman": _("Black-Litterman"),
    "equal_weight": _("Equal weight"),
}  # fmt: skip
LINES = {"rows": 3, "autocomplete": "off"}
PERCENT = {"min_value": 0, "max_value": 100, "required": False}
SURE = 0.5


class OptimiseForm(forms.Form):
    """A method and what the weights should be like. What is blank is as ``Wish`` has it."""

    method = forms.ChoiceField(label=_("Method"), choices=[(name, LABELS[name]) for name in METHOD_NAMES])
    minimum = forms.FloatField(label=_("Least weight of an asset, %"), **PERCENT)
    maximum = forms.FloatField(label=_("Greatest weight of an asset, %"), **PERCENT)
    budget = forms.FloatField(label=_("Invested, %"), help_text=_("The rest is cash; blank: 100."), **PERCENT)
    turnover = forms.FloatField(
        label=_("Turnover at most, %"), help_text=_("Half of what may change; blank: any."), **PERCENT
    )
    lookback = forms.IntegerField(
        label=_("Returns estimated from"), required=False, min_value=SHORTEST, max_value=LONGEST,
        help_text=_("Blank: 756, about three years."),
    )  # fmt: skip
    risk_aversion = forms.FloatField(
        label=_("Risk aversion"), required=False, min_value=0, help_text=_("Of mean-variance: this, or the next.")
    )
    target_return = forms.FloatField(label=_("Return wanted, % a year"), required=False)
    assets = forms.CharField(
        label=_("Assets"), required=False, help_text=_("One a line or separated by commas; blank: held and wanted."),
        widget=forms.Textarea(attrs=LINES | {"placeholder": "US:SPY, US:TLT"}),
    )  # fmt: skip
    bounds = forms.CharField(
        label=_("Limits of assets"), required=False, help_text=_("One a line: US:SPY 5 30, least and greatest %."),
        widget=forms.Textarea(attrs=LINES),
    )  # fmt: skip
    sectors = forms.CharField(
        label=_("Limits of sectors"), required=False, help_text=_("One a line: Energy 0 20."),
        widget=forms.Textarea(attrs=LINES),
    )  # fmt: skip
    views = forms.CharField(
        label=_("Views"), required=False, widget=forms.Textarea(attrs=LINES),
        help_text=_("One a line: US:SPY 8, percent a year; US:SPY US:TLT 3: the first earns more; how sure: @ 0.7."),
    )  # fmt: skip

    def clean_assets(self) -> list[Any] | None:
        symbols = self.cleaned_data["assets"].replace(",", "\n").split()
        if len(symbols) > MOST_ASSETS:
            raise forms.ValidationError(gettext("At most %(most)s.") % {"most": MOST_ASSETS})
        return _told_by(lambda: instruments_of(symbols, "assets")) if symbols else None

    def clean_bounds(self) -> dict[str, tuple[float, float]]:
        return dict(_limit(line) for line in _lines(self.cleaned_data["bounds"]))

    def clean_sectors(self) -> dict[str, tuple[float, float]]:
        return dict(_limit(line) for line in _lines(self.cleaned_data["sectors"]))

    def clean_views(self) -> list[Opinion]:
        return [_opinion(line) for line in _lines(self.cleaned_data["views"])]

    @property
    def wish(self) -> Wish:
        asked = self.cleaned_data
        bounds, plain = asked["bounds"], ("minimum", "maximum", "budget", "turnover", "lookback", "assets")
        return Wish(
            minima={name: low for name, (low, _high) in bounds.items()},
            maxima={name: high for name, (_low, high) in bounds.items()}, sectors=asked["sectors"],
            views=asked["views"], **{name: asked[name] for name in plain if asked[name] is not None},
        )  # fmt: skip

    @property
    def options(self) -> dict[str, float]:
        """Those of mean-variance."""
        return {name: self.cleaned_data[name] for name in ("risk_aversion", "target_return")}


def _told_by(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except PortfolioError as error:
        raise forms.ValidationError(reason_of(error)) from error


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _limit(line: str) -> tuple[str, tuple[float, float]]:
    """``Energy 0 20``: a name, which may have spaces in it, the least and the greatest."""
    *name, low, high = ["", "", *line.rsplit(maxsplit=2)]
    try:
        limits = float(low), float(high)
    except ValueError:
        limits = None
    if limits is None or not any(name):
        raise forms.ValidationError(
            gettext("%(line)s: write a name, the least and the greatest percent.") % {"line": line}
        )
    return " ".join(name).strip(), limits


def _opinion(line: str) -> Opinion:
    """``US:SPY US:TLT 3 @ 0.7``."""
    said, _at, sure = line.partition("@")
    *names, earned = said.split() or [""]
    try:
        figures = float(earned), float(sure) if sure.strip() else SURE
    except ValueError:
        figures = None
    if figures is None or len(names) not in (1, 2):
        raise forms.ValidationError(gettext("%(line)s: write one or two assets and percent a year.") % {"line": line})
    return Opinion(dict(zip(names, (1.0, -1.0), strict=False)), *figures)
