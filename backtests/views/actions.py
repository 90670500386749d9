"""What may be done to a backtest: cancelled, run again, deleted, made a portfolio. POST, then back with a word."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from backtests import services
from backtests.models import BacktestSession, Status
from backtests.services import BacktestBusy, BacktestError
from backtests.services.config_files import config_text
from backtests.views.access import ADD_SESSION, DELETE_SESSION, needs, session_of
from market.pages.views import OwnPage


class Command(View):
    """A POST of somebody who is logged in, about one row; GET goes to the row's page."""

    page = "backtests:session"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return redirect(self.page, kwargs["pk"])  # which asks for a login
        return super().dispatch(request, *args, **kwargs)


class Cancel(Command):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        needs(request, ADD_SESSION)
        session = session_of(request, pk, "change")
        if services.backtest_cancel(session_id=pk):
            messages.success(request, _("Cancelled."))
        else:
            messages.warning(request, _("It is %s: there is nothing to cancel.") % session.status)
        return redirect(self.page, pk)


class Rerun(Command):
    """The same configuration over the data of now."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        needs(request, ADD_SESSION)
        session_of(request, pk)
        try:
            made = services.backtest_rerun(session_id=pk, owner=request.user)
        except BacktestError as error:
            messages.error(request, str(error))
            return redirect(self.page, pk)
        return redirect(self.page, made.pk)


class Question(OwnPage):
    """A question in the dialog, as a page where there is no script; POST is the answer."""

    question = ""

    def get_template_names(self) -> list[str]:
        return ["backtests/pages/question_only.html" if self.request.htmx else "backtests/pages/question.html"]


class Delete(Question):
    """Asks first."""

    title = gettext_lazy("Delete this backtest?")
    kind, permission = "backtest", DELETE_SESSION
    back, of_one = "backtests:sessions", "backtests:session"

    def row(self) -> Any:
        return session_of(self.request, self.kwargs["pk"], "delete")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        needs(self.request, self.permission)
        text = _("%s and all its results go for good.") % self.row()
        return super().get_context_data(text=text, action=_("Delete"), danger=True, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        needs(request, self.permission)
        told = str(self.row())
        try:
            self.delete_row(pk)
        except BacktestBusy as error:
            messages.warning(request, str(error))
            return redirect(self.of_one, pk)
        except BacktestError as error:  # somebody else did it a moment ago
            messages.warning(request, str(error))
            return redirect(self.back)
        messages.success(request, _("Deleted: %s") % told)
        return redirect(self.back)

    def delete_row(self, pk: int) -> None:
        services.backtest_delete(session_id=pk)


class PortfolioName(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the portfolio"), max_length=100, required=False)


class AsPortfolio(Question):
    """Its capital, trades, splits and dividends as transactions of a portfolio of one's own."""

    title = gettext_lazy("Make it a portfolio of yours")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = finished_of(self.request, self.kwargs["pk"])
        text = _("The capital, every trade, split and dividend become transactions: cash and holdings are the same.")
        form = kwargs.pop("form", None) or PortfolioName(initial={"name": str(session)[:100]})
        return super().get_context_data(text=text, form=form, action=_("Make the portfolio"), **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = PortfolioName(request.POST)
        finished_of(request, pk)
        if form.is_valid():
            try:
                made = services.backtest_to_portfolio(session_id=pk, owner=request.user, **form.cleaned_data)
            except BacktestError as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, _("Made the portfolio %s.") % made.name)
                return redirect("portfolio:portfolio", made.pk)
        return render(request, "backtests/pages/question.html", self.get_context_data(form=form))


def finished_of(request: HttpRequest, pk: int) -> BacktestSession:
    """Http404 for one without a result, too."""
    session = session_of(request, pk)
    if session.status != Status.COMPLETED:
        raise Http404
    return session


class ConfigFile(OwnPage):
    """The configuration as YAML."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = session_of(request, kwargs["pk"])
        given = {"Content-Disposition": f'attachment; filename="backtest-{session.pk}.yaml"'}
        return HttpResponse(config_text(session.config), content_type="application/yaml", headers=given)
