"""Weights that a method proposes, beside those of now; nothing is stored before they are made the targets."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as told
from django.utils.translation import gettext_lazy as _
from django.views import View

from market.pages.columns import PointsColumn, TextColumn
from market.pages.formats import number, points
from market.pages.forms import errors_of
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.calc.optimisation import View as Opinion
from portfolio.charts.targets import frontier_chart, weights_chart
from portfolio.forms import refuse
from portfolio.services.errors import PortfolioError
from portfolio.services.optimisation import CASH, METHOD_NAMES, frontier, targets_apply, targets_propose
from portfolio.services.standing import standing_of
from portfolio.services.traits import instruments_of
from portfolio.services.wishes import LONGEST, MOST_ASSETS, SHORTEST, Wish
from portfolio.views.base import OfPortfolio, Part, PortfolioPage, Refused, reason_of
from portfolio.views.links import symbol_address

Row = dict[str, Any]
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
            raise forms.ValidationError(told("At most %(most)s.") % {"most": MOST_ASSETS})
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
            told("%(line)s: write a name, the least and the greatest percent.") % {"line": line}
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
        raise forms.ValidationError(told("%(line)s: write one or two assets and percent a year.") % {"line": line})
    return Opinion(dict(zip(names, (1.0, -1.0), strict=False)), *figures)


class WeightTable(HouseTable):
    asset = TextColumn(verbose_name=_("Asset"), linkify=lambda record: symbol_address(record["asset"]))
    current = PointsColumn(verbose_name=_("Weight of now"))
    proposed = PointsColumn(verbose_name=_("Proposed"))
    change = PointsColumn(verbose_name=_("Change"), tone=True)
    risk = PointsColumn(verbose_name=_("Share of the risk"))

    title = _("Weights")
    file = "proposed-weights"
    per_page = 100

    class Meta(HouseTable.Meta):
        order_by = ("-proposed",)


class Optimise(TablesMixin, PortfolioPage):
    """The form, and below it what the method proposes."""

    template_name = "portfolio/optimise.html"
    tab = "optimise"
    tables = {"weights": WeightTable}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.form = OptimiseForm(request.GET) if "method" in request.GET else OptimiseForm()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form is checked while it is filled in; it is sent by GET."""
        return render(request, "pages/form_errors.html", errors_of(OptimiseForm(request.POST)))

    @cached_property
    def found(self) -> Row | None:
        """What the method proposes; None where nothing is asked, or is wrong: then the form says why."""
        asked = self.form
        if not (asked.is_bound and asked.is_valid()):
            return None
        try:
            return targets_propose(
                portfolio=self.portfolio, method=asked.cleaned_data["method"], wish=asked.wish, **asked.options
            )
        except PortfolioError as error:
            refuse(asked, error)
        except Refused as error:
            asked.add_error(None, reason_of(error))
        return None

    def rows_weights(self, asked: Row) -> list[Row]:
        if self.found is None:
            return []
        now, proposed, risk = self._now(), self.found["targets"], self.found["risk_shares"]
        return [
            {
                "asset": name, "current": now.get(name, 0.0), "proposed": proposed.get(name, 0.0),
                "change": proposed.get(name, 0.0) - now.get(name, 0.0), "risk": risk.get(name),
            }
            for name in dict.fromkeys([*proposed, *now])
        ]  # fmt: skip

    def _now(self) -> dict[str, float]:
        """Percent held now, cash among it; nothing where there is no value yet."""
        if not self.portfolio.valued_to:
            return {}
        standing = standing_of(portfolio=self.portfolio)
        if not standing.value > 0:
            return {}
        cash = {CASH: 100.0 * standing.cash_value / standing.value}
        return {str(one.instrument): one.weight or 0.0 for one in standing.held} | cash

    def figures(self) -> Row:
        if self.found is None:
            return {"form": self.form}
        series = [("current", told("Weight of now")), ("proposed", told("Proposed"))]
        return {
            "form": self.form, "found": self.found, "tiles": self._tiles(self.found),
            "label": LABELS[self.found["method"]],
            "chart": weights_chart(told("Weights of now and proposed"), self.rows_weights({}), series),
        }  # fmt: skip

    @staticmethod
    def _tiles(found: Row) -> list[Tile]:
        return [
            Tile(told("Expected return"), points(found["expected_return"], sign=True), told("a year, estimated"), True),
            Tile(told("Volatility"), points(found["volatility"]), told("a year")),
            Tile(told("Sharpe"), number(found["sharpe_ratio"])),
            Tile(told("Turnover"), points(found["turnover"]), told("half of what changes")),
        ]  # fmt: skip


class Frontier(Part):
    """The efficient frontier under the same wish, with the proposal on it."""

    template_name = "portfolio/frontier.html"

    def figures(self) -> Row:
        form = OptimiseForm(self.request.GET)
        if not form.is_valid():
            return {"problem": told("The form above says what is wrong.")}
        own, name = self.portfolio, form.cleaned_data["method"]
        proposed = targets_propose(portfolio=own, method=name, wish=form.wish, **form.options)
        mark = (str(LABELS[name]), proposed["volatility"], proposed["expected_return"])
        return {"chart": frontier_chart(frontier(portfolio=own, wish=form.wish), [mark])}


class UseAsTargets(OfPortfolio, View):
    """Make proposed weights the targets."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        portfolio = self.portfolio
        names, weights = request.POST.getlist("asset"), request.POST.getlist("weight")
        try:
            targets_apply(portfolio=portfolio, targets=_weights(names, weights))
        except PortfolioError as error:
            messages.error(request, reason_of(error))
            return redirect("portfolio:optimise", portfolio.pk)
        messages.success(request, told("The proposed weights are the targets now."))
        return redirect("portfolio:allocation", portfolio.pk)


def _weights(names: list[str], weights: list[str]) -> dict[str, float]:
    try:
        found = {name: float(weight) for name, weight in zip(names, weights, strict=True)}
    except ValueError as error:
        raise PortfolioError(f"targets: {told('The weights cannot be read: propose them again.')}") from error
    if not found:
        raise PortfolioError(f"targets: {told('There are no weights: propose them first.')}")
    return found
