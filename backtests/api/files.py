"""A finished backtest as files: its report, and its orders and weights for other programs."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from backtests import services
from backtests.api.refusals import Conflict
from backtests.api.results import finished_or_404
from backtests.api.sessions import OfBacktests
from backtests.models import BacktestSession


class FileView(OfBacktests):
    """One file; refusals are JSON."""

    renderer_classes = (JSONRenderer,)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        renderer = JSONRenderer()
        return renderer, renderer.media_type

    def finished(self, pk: int) -> BacktestSession:
        return finished_or_404(pk)


class Report(FileView):
    """The report: one HTML page that needs nothing else."""

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        return HttpResponse(services.backtest_report(session=self.finished(pk)))


class Orders(FileView):
    """Every fill, simulated again and equal to what is stored; 409 when data or code have changed since."""

    make = staticmethod(services.orders_csv)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        session = self.finished(pk)
        try:
            text = type(self).make(session=session)
        except services.BacktestError as error:
            raise Conflict(str(error)) from error
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        name = request.path.rpartition("/")[2]
        response["Content-Disposition"] = f'attachment; filename="backtest-{pk}-{name}"'
        return response


class Weights(Orders):
    """The weights after each session with trades; 409 when data or code have changed since."""

    make = staticmethod(services.weights_csv)
