"""What may be done to a sweep: cancelled, taken up again, deleted; a variant backtested."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from backtests import services
from backtests.models import BacktestSweep
from backtests.services import BacktestError
from backtests.views.access import ADD_SWEEP, DELETE_SWEEP, needs, sweep_of
from backtests.views.actions import Command, Delete


class OfSweep(Command):
    page = "backtests:sweep"


class SweepCancel(OfSweep):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        needs(request, ADD_SWEEP)
        sweep = sweep_of(request, pk, "change")
        if services.sweep_cancel(sweep_id=pk):
            messages.success(request, _("Cancelled: what is computed stays."))
        else:
            messages.warning(request, _("It is %s: there is nothing to cancel.") % sweep.status)
        return redirect(self.page, pk)


class SweepResume(OfSweep):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        needs(request, ADD_SWEEP)
        sweep_of(request, pk, "change")
        try:
            services.sweep_enqueue(sweep_id=pk)
        except BacktestError as error:
            messages.error(request, str(error))
        return redirect(self.page, pk)


class SweepDelete(Delete):
    title = gettext_lazy("Delete this sweep?")
    permission = DELETE_SWEEP
    back, of_one = "backtests:sweeps", "backtests:sweep"

    def row(self) -> BacktestSweep:
        return sweep_of(self.request, self.kwargs["pk"], "delete")

    def delete_row(self, pk: int) -> None:
        services.sweep_delete(sweep_id=pk)


class VariantRun(OfSweep):
    """One variant as a whole backtest."""

    def post(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        needs(request, ADD_SWEEP)
        sweep_of(request, pk)
        try:
            made = services.variant_enqueue(sweep_id=pk, number=number, owner=request.user)
        except BacktestError as error:
            messages.error(request, str(error))
            there = reverse(self.page, args=[pk])
        else:
            there = reverse("backtests:session", args=[made.pk])
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
