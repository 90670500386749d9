"""Weights that a method proposes, beside those of now; nothing is stored before they are made the targets."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from market.pages.columns import PointsColumn, TextColumn
from market.pages.formats import number, points
from market.pages.forms import errors_of
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.charts.targets import frontier_chart, weights_chart
from portfolio.forms import refuse
from portfolio.services.errors import PortfolioError
from portfolio.services.optimisation import frontier, targets_apply, targets_propose, weights_held
from portfolio.views.base import OfPortfolio, Part, PortfolioPage, Refused, reason_of
from portfolio.views.links import symbol_address
from portfolio.views.wishing import LABELS, OptimiseForm

Row = dict[str, Any]


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
        context = {"portfolio": self.portfolio} | errors_of(OptimiseForm(request.POST))
        return render(request, "pages/form_errors.html", context)

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
        now, proposed, risk = weights_held(portfolio=self.portfolio), self.found["targets"], self.found["risk_shares"]
        return [
            {
                "asset": name, "current": now.get(name, 0.0), "proposed": proposed.get(name, 0.0),
                "change": proposed.get(name, 0.0) - now.get(name, 0.0), "risk": risk.get(name),
            }
            for name in dict.fromkeys([*proposed, *now])
        ]  # fmt: skip

    def figures(self) -> Row:
        if self.found is None:
            return {"form": self.form}
        series = [("current", gettext("Weight of now")), ("proposed", gettext("Proposed"))]
        return {
            "form": self.form, "found": self.found, "tiles": self._tiles(self.found),
            "label": LABELS[self.found["method"]],
            "chart": weights_chart(gettext("Weights of now and proposed"), self.rows_weights({}), series),
        }  # fmt: skip

    @staticmethod
    def _tiles(found: Row) -> list[Tile]:
        return [
            Tile(gettext("Expected return"), points(found["expected_return"], sign=True),
                 gettext("a year, estimated"), True),
            Tile(gettext("Volatility"), points(found["volatility"]), gettext("a year")),
            Tile(gettext("Sharpe"), number(found["sharpe_ratio"])),
            Tile(gettext("Turnover"), points(found["turnover"]), gettext("half of what changes")),
        ]  # fmt: skip


class Frontier(Part):
    """The efficient frontier under the same wish, with the proposal on it."""

    template_name = "portfolio/frontier.html"

    def figures(self) -> Row:
        form = OptimiseForm(self.request.GET)
        if not form.is_valid():
            return {"problem": gettext("The form above says what is wrong.")}
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
        messages.success(request, gettext("The proposed weights are the targets now."))
        return redirect("portfolio:allocation", portfolio.pk)


def _weights(names: list[str], weights: list[str]) -> dict[str, float]:
    try:
        found = {name: float(weight) for name, weight in zip(names, weights, strict=True)}
    except ValueError as error:
        raise PortfolioError(f"targets: {gettext('The weights cannot be read: propose them again.')}") from error
    if not found:
        raise PortfolioError(f"targets: {gettext('There are no weights: propose them first.')}")
    return found
