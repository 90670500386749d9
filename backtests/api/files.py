"""A finished backtest as files: its report, and its orders and weights for other programs."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from backtests import services
from backtests.api.permissions import RunPermission
from backtests.api.refusals import Conflict
from backtests.api.results import finished_or_404
from backtests.api.sessions import OfBacktests
from backtests.models import BacktestSession
from market.pages.reports import report_response


class FileView(OfBacktests):
    """One file; refusals are JSON."""

    renderer_classes = (JSONRenderer,)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        renderer = JSONRenderer()
        return renderer, renderer.media_type

    def finished(self, pk: int) -> BacktestSession:
        return finished_or_404(pk, self.request.user)


class Report(FileView):
    """The report: one HTML page that needs nothing else."""

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        return report_response(services.backtest_report(session=self.finished(pk)))


class Orders(FileView):
    """Every fill as it is stored, for other programs."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        return _download(pk, "orders.csv", services.orders_csv(session=self.finished(pk)))


class Weights(FileView):
    """The weights after each session with trades, simulated again and equal to what is stored, so for those who may run
    backtests (permission `backtests.add_backtestsession`); 409 when data or code have changed since.
    """

    permission_classes = (RunPermission,)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        session = self.finished(pk)
        try:
            return _download(pk, "weights.csv", services.weights_csv(session=session))
        except services.BacktestError as error:
            raise Conflict(str(error)) from error


def _download(pk: int, name: str, text: str) -> HttpResponse:
    given = {"Content-Disposition": f'attachment; filename="backtest-{pk}-{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=given)
