"""Splits and dividends that happened to what was held, and are not in the books."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from portfolio.services.corporate_actions import actions_book, actions_missing
from portfolio.services.errors import PortfolioError
from portfolio.views.base import PortfolioPage, reason_of


class Missing(PortfolioPage):
    """Each with what it would book; those that are chosen are booked."""

    template_name = "portfolio/actions.html"
    tab = "transactions"

    def figures(self) -> dict[str, Any]:
        return {"missing": actions_missing(portfolio=self.portfolio)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        portfolio = self.portfolio
        ids = [int(one) for one in request.POST.getlist("ids") if one.isascii() and one.isdecimal() and len(one) < 19]
        if not ids:
            messages.warning(request, gettext("Choose at least one first."))
            return redirect("portfolio:actions", portfolio.pk)
        try:
            made = actions_book(portfolio=portfolio, ids=ids)
        except PortfolioError as error:
            messages.error(request, reason_of(error))
        else:
            count = len(made)
            messages.success(
                request, ngettext("%(count)d transaction is booked.", "%(count)d transactions are booked.", count)
                % {"count": count},
            )  # fmt: skip
        return redirect("portfolio:actions", portfolio.pk)
