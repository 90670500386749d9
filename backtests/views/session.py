"""The page of one backtest: how far it is, then what came out."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from backtests.models import BacktestCondition, BacktestEvent, BacktestHolding, BacktestSession, BacktestTrade, Status
from backtests.report import session_overview
from backtests.services.config_files import config_text
from backtests.services.liveness import job_settled, workers_missing
from backtests.services.result import backtest_overview
from backtests.views.access import ADD_SESSION, ADD_SWEEP, may, session_of
from backtests.views.chapters import chapters_of
from backtests.views.rows import (
    EventFilter,
    EventTable,
    HoldingTable,
    TradeFilter,
    TradeTable,
    selection_rows,
    selection_table,
)
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin

GOING, REPORT = "backtests/pages/going.html", "backtests/pages/session.html"
AT_ONCE = ("performance", "calendar")  # chapters that the page has from the start; others come when scrolled to
ROWS = "rows"


class SessionPage(TablesMixin, OwnPage):
    """Progress while it waits or runs, the reason where it failed, the report when it has ended."""

    filters = {"trades": TradeFilter, "events": EventFilter}

    @cached_property
    def session(self) -> BacktestSession:
        return job_settled(job=session_of(self.request, self.kwargs["pk"]))

    @property
    def is_finished(self) -> bool:
        return self.session.status == Status.COMPLETED

    @cached_property
    def tables(self) -> dict[str, type[HouseTable]]:  # type: ignore[override] # there are rows when it has ended
        if not self.is_finished:
            return {}
        buys = self.session.conditions.filter(kind=BacktestCondition.Kind.BUY).order_by("position")
        conditions = list(buys.values_list("text", flat=True))
        return {
            "trades": TradeTable, "holdings": HoldingTable, "events": EventTable,
            "selection": selection_table(conditions),
        }  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        part = request.GET.get("part", "")
        if not (request.htmx and part and self.is_finished):
            return super().get(request, *args, **kwargs)
        request.GET = request.GET.copy()
        del request.GET["part"]  # links of what is answered lead to the page
        if part == ROWS:
            return render(request, "backtests/pages/rows.html", {"tables": [self.table(name) for name in self.tables]})
        chapters = [one for one in self._report()["chapters"] if one.id == part]
        return render(request, "backtests/pages/chapters.html", {"chapters": chapters})

    def get_template_names(self) -> list[str]:
        return [REPORT if self.is_finished else GOING]

    def get_title(self) -> str:
        return self.session.label

    def rows_trades(self, asked: dict[str, Any]) -> QuerySet[BacktestTrade]:
        return self.session.trades.matching(**asked).select_related("instrument").defer("factors")

    def rows_holdings(self, asked: dict[str, Any]) -> QuerySet[BacktestHolding]:
        return self.session.holdings.select_related("instrument").defer("factors")

    def rows_events(self, asked: dict[str, Any]) -> QuerySet[BacktestEvent]:
        return self.session.events.filter(**asked).select_related("instrument")

    def rows_selection(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return selection_rows(self.session.statistics.details["selection"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self._report() if self.is_finished else going_context(self.session)
        return super(TablesMixin, self).get_context_data(  # the tables come when they are scrolled to
            session=self.session, config_text=config_text(self.session.config),
            may_add=self.request.user.has_perm(ADD_SESSION), may_sweep=self.request.user.has_perm(ADD_SWEEP),
            may_change=may(self.request, self.session, "change"),
            may_delete=may(self.request, self.session, "delete"), **found, **kwargs,
        )  # fmt: skip

    def _report(self) -> dict[str, Any]:
        page = session_overview(backtest_overview(session=self.session))
        return {"report": page, "chapters": chapters_of(page.sections), "at_once": AT_ONCE}


def going_context(job: BacktestSession) -> dict[str, Any]:
    """What the part of the page shows that is asked for again and again."""
    return {"job": job, "workers_missing": workers_missing(job=job)}


class SessionProgress(OwnPage):
    """The progress alone; the whole page is read again when it has ended."""

    template_name = "backtests/pages/progress.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = job_settled(job=session_of(request, kwargs["pk"]))
        if not session.is_going:
            return HttpResponseClientRefresh()
        return self.render_to_response({"may_change": may(request, session, "change"), **going_context(session)})
