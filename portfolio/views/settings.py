"""Portfolios made, changed, deleted; their benchmarks, limits and alerts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import FormView

from factors.models import Strategy
from market.pages.forms import CheckedForm, choices, worded
from market.pages.views import OwnPage
from portfolio.forms import PortfolioForm, refuse
from portfolio.models import AlertLimit, Portfolio
from portfolio.services.access import portfolio_of
from portfolio.services.alerts import alert_limits_set, alert_see
from portfolio.services.benchmarks import Wanted, benchmarks_set
from portfolio.services.errors import PortfolioError
from portfolio.services.from_strategy import FILLS, WEIGHTINGS, portfolio_from_strategy
from portfolio.services.portfolios import SETTINGS, portfolio_create, portfolio_delete, portfolio_update
from portfolio.services.traits import instrument_of
from portfolio.views.base import OfPortfolio, PortfolioPage, reason_of

EMPTY, STRATEGY = "empty", "strategy"
ASKED_NEW = ("name", "base_currency", "description")


class NewForm(PortfolioForm):
    """Without anything in it."""

    class Meta(PortfolioForm.Meta):
        fields = ASKED_NEW


class FromStrategyForm(forms.Form):
    """The best names of a strategy, bought from a deposit."""

    name = forms.CharField(label=_("Name"), max_length=100)
    strategy = forms.ChoiceField(label=_("Strategy"))
    count = forms.IntegerField(label=_("How many names"), initial=20, min_value=1)
    capital = forms.FloatField(label=_("Capital"), initial=100_000, help_text=_("In the currency of its region."))
    date = forms.DateField(
        label=_("Date of the scores"), required=False, help_text=_("None: the newest that can be bought."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    weighting = forms.ChoiceField(label=_("Weights"), choices=worded((one, one) for one in WEIGHTINGS))
    fill = forms.ChoiceField(
        label=_("Bought at"), choices=worded((one, one.replace("_", " ")) for one in FILLS),
        help_text=_("Nobody who read the scores could have had the closes of the same day."),
    )  # fmt: skip
    lot = forms.FloatField(label=_("Lot"), initial=1.0)
    commission = forms.FloatField(label=_("Commission, %"), initial=0.0)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Strategy.objects.visible_to(user).order_by("name").values_list("name", flat=True)
        self.fields["strategy"].choices = choices([(name, name) for name in names], _("Choose one"))


class New(CheckedForm, OwnPage, FormView):
    """A new portfolio: empty, or of a strategy (``?from=strategy``)."""

    template_name = "portfolio/new.html"
    title = _("New portfolio")

    @property
    def beginning(self) -> str:
        return STRATEGY if self.request.GET.get("from") == STRATEGY else EMPTY

    def get_form(self, form_class: Any = None) -> forms.BaseForm:
        if self.beginning == STRATEGY:
            return FromStrategyForm(user=self.request.user, **self.get_form_kwargs())
        return type("FormOfUser", (NewForm,), {"user": self.request.user})(**self.get_form_kwargs())

    def form_valid(self, form: Any) -> HttpResponse:
        asked = {name: value for name, value in form.cleaned_data.items() if value is not None}
        make = portfolio_from_strategy if self.beginning == STRATEGY else portfolio_create
        try:
            made = make(owner=self.request.user, **asked)
        except PortfolioError as error:
            refuse(form, error)
            return self.form_invalid(form)
        messages.success(self.request, gettext("%(name)s is made.") % {"name": made.name})
        return redirect("portfolio:portfolio", made.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(beginning=self.beginning, **kwargs)


class Settings(CheckedForm, PortfolioPage, FormView):
    """Name, currency, costs; benchmarks; deleting it."""

    template_name = "portfolio/settings.html"
    tab = "settings"

    def get_form(self, form_class: Any = None) -> forms.BaseForm:
        instance = Portfolio.objects.select_related("owner").get(pk=self.portfolio.pk)  # the page shows what is stored
        return type("FormOfUser", (PortfolioForm,), {"user": self.request.user})(
            instance=instance, **self.get_form_kwargs()
        )

    def form_valid(self, form: Any) -> HttpResponse:
        changes = {name: form.cleaned_data[name] for name in SETTINGS if name in form.changed_data}
        try:
            portfolio_update(portfolio=self.portfolio, **changes)
        except PortfolioError as error:
            refuse(form, error)
            return self.form_invalid(form)
        messages.success(self.request, gettext("The settings are saved."))
        return redirect("portfolio:settings", self.portfolio.pk)

    def figures(self) -> dict[str, Any]:
        return {"benchmarks": self.portfolio.benchmarks.select_related("instrument")}


class Change(OfPortfolio, View):
    """A change that is asked for by a button: done, or refused with a message, and back to where one was."""

    http_method_names = ("post",)
    back = "portfolio:settings"

    def change(self, request: HttpRequest) -> str:
        """Do it; what is told then. May raise PortfolioError."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        portfolio = self.portfolio
        try:
            messages.success(request, self.change(request))
        except PortfolioError as error:
            messages.error(request, reason_of(error))
        return redirect(reverse(self.back, args=[portfolio.pk]))


class SetBenchmarks(Change):
    """One added, taken out, or made the primary one."""

    def change(self, request: HttpRequest) -> str:
        rows = list(self.portfolio.benchmarks.select_related("instrument"))
        wanted = [Wanted(one.instrument, one.is_primary) for one in rows]
        if request.POST.get("add", "").strip():
            wanted.append(Wanted(instrument_of(request.POST["add"], "benchmark")))
        elif request.POST.get("remove"):
            wanted = [one for one in wanted if str(one.instrument) != request.POST["remove"]]
        elif request.POST.get("primary"):
            wanted = [Wanted(one.instrument, str(one.instrument) == request.POST["primary"]) for one in wanted]
        else:
            raise PortfolioError(f"benchmark: {gettext('Write a symbol first, as US:SPY.')}")
        benchmarks_set(portfolio=self.portfolio, benchmarks=wanted)
        return gettext("The benchmarks are saved.")


class SetLimits(Change):
    """The limits of alerts; those left empty are taken away."""

    back = "portfolio:risk"

    def change(self, request: HttpRequest) -> str:
        limits = {}
        for kind, label in AlertLimit.Kind.choices:
            text = request.POST.get(f"limit-{kind}", "").strip()
            if text:
                limits[kind] = {"limit": _percent(text, label), "by_email": f"mail-{kind}" in request.POST}
        alert_limits_set(portfolio=self.portfolio, limits=limits)
        return gettext("The limits are saved.")


def _percent(text: str, label: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise PortfolioError(f"limit: {text[:40]!r} is no number ({label})") from error


class SeenAlert(Change):
    """Somebody has seen an alert."""

    back = "portfolio:risk"

    def change(self, request: HttpRequest) -> str:
        alert_see(portfolio=self.portfolio, alert_id=self.kwargs["alert"])
        return gettext("The alert is marked as seen.")


class Delete(OfPortfolio):
    """Delete a portfolio: asked once more, then done."""

    template_name = "portfolio/delete.html"
    title = _("Delete a portfolio")

    @property
    def doomed(self) -> Portfolio:
        """The portfolio, where it may be deleted."""
        return portfolio_of(user=self.request.user, portfolio_id=self.kwargs["pk"], action="delete")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        doomed = self.doomed
        return super().get_context_data(count=doomed.transactions.count(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        doomed = self.doomed
        if request.POST.get("name", "").strip() != doomed.name:
            messages.error(request, gettext("The name is not that of the portfolio: nothing was deleted."))
            return redirect("portfolio:delete", doomed.pk)
        portfolio_delete(portfolio=doomed)
        messages.success(request, gettext("%(name)s is deleted.") % {"name": doomed.name})
        return redirect("portfolio:portfolios")
