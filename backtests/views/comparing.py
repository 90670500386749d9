"""Several backtests side by side."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backtests.models import BacktestSession
from backtests.report import comparison_page
from backtests.services import BacktestError
from backtests.services.compare import compared_results
from backtests.views.chapters import chapters_of
from market.pages.asked import number_asked
from market.pages.views import OwnPage


class Compare(OwnPage):
    """``ids``: 2 to 8 finished backtests, as one text with commas or one after the other."""

    title = gettext_lazy("Backtests side by side")
    template_name = "backtests/pages/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        try:
            sessions = sessions_asked(self.request)
            page = comparison_page(compared_results(sessions))
        except BacktestError as error:
            return context | {"refused": str(error).partition(": ")[2] or str(error)}
        return context | {"sessions": sessions, "report": page, "chapters": chapters_of(page.sections)}


def sessions_asked(request: HttpRequest) -> list[BacktestSession]:
    """In the order asked for; BacktestError for what is no number, and for one that the user may not see."""
    words = [word.strip() for text in request.GET.getlist("ids") for word in text.split(",") if word.strip()]
    asked = {word: number_asked(word) for word in words}
    for word, number in asked.items():
        if number is None:
            raise BacktestError(_("ids: %s is no number of a backtest") % word[:40])
    numbers = list(dict.fromkeys(asked.values()))
    visible = BacktestSession.objects.visible_to(request.user).select_related("statistics")
    found = visible.in_bulk(numbers)
    for number in numbers:
        if number not in found:
            raise BacktestError(_("ids: there is no backtest #%s") % number)
    return [found[number] for number in numbers]
