"""The trail of a trade."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backtests.services.trails import trade_explained
from backtests.views.access import session_of
from backtests.views.columns import instrument_address, quantity_told
from market.pages.views import OwnPage

REASONS = {
    "ENTRY": gettext_lazy("It met all buy conditions on a rebalance session, and a slot was free."),
    "TARGET": gettext_lazy("Towards its target weight on a rebalance session."),
    "DROPPED": gettext_lazy("On a rebalance session it was no longer among those chosen."),
    "DELISTED": gettext_lazy("Its last session had passed: closed at its last close."),
}


class TradeTrail(OwnPage):
    """In the dialog, or as a page where there is no script."""

    def get_template_names(self) -> list[str]:
        return [f"backtests/pages/trade{'_trail' if self.request.htmx else ''}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = session_of(self.request, kwargs["pk"])
        found = trade_explained(session=session, number=kwargs["number"])
        if found is None:
            raise Http404
        trade = found["trade"]
        self.title = _("Trade %(number)s: %(side)s %(ticker)s") % {
            "number": trade.number, "side": trade.side, "ticker": trade.ticker,
        }  # fmt: skip
        there = trade.instrument and instrument_address(trade.instrument.region, trade.instrument.ticker)
        return super().get_context_data(
            session=session,
            quantity=quantity_told(trade.quantity),
            quantities=[(one, quantity_told(one.quantity)) for one in found["others"]],
            reason=REASONS.get(trade.reason, ""),
            instrument_url=there,
            **found,
            **kwargs,
        )
