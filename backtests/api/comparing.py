"""Several backtests side by side, over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from backtests import services
from backtests.api.files import FileView
from backtests.api.filters import CompareParams
from backtests.api.permissions import WorkPermission
from backtests.api.refusals import Refusals
from backtests.api.result_serializers import BacktestComparisonSerializer
from backtests.models import BacktestSession
from etfs.api.answers import AnswerView
from market.models.owned import Reader
from market.pages.reports import report_response


def sessions_or_404(ids: list[int], user: Reader) -> list[BacktestSession]:
    """In the order asked for; NotFound for one that ``user`` may not see."""
    found = BacktestSession.objects.visible_to(user).select_related("statistics").in_bulk(ids)
    for number in ids:
        if number not in found:
            raise NotFound(f"no backtest #{number}")
    return [found[number] for number in ids]


class Compare(Refusals, AnswerView):
    """2 to 8 finished backtests: figures with the best of each, settings that differ, series rebased to 100."""

    queryset = BacktestSession.objects.all()
    permission_classes = (WorkPermission,)
    serializer_class = BacktestComparisonSerializer
    params = CompareParams

    def answer(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        return services.backtests_compare(sessions=sessions_or_404(asked["ids"], self.request.user))


class CompareReport(FileView):
    """The same as one HTML page that needs nothing else."""

    params = CompareParams

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        asked = self.params.read(request)
        return report_response(services.backtests_comparison(sessions=sessions_or_404(asked["ids"], self.request.user)))
