"""What a finished backtest gave, over HTTP: figures and tables, as JSON or CSV."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.serializers import BaseSerializer

from backtests.api.permissions import WorkPermission
from backtests.api.refusals import Refusals
from backtests.api.result_serializers import (
    BacktestContributionsSerializer,
    BacktestDayOfSeriesSerializer,
    BacktestDiagnosisSerializer,
    BacktestPeriodsSerializer,
    BacktestSeriesSerializer,
    BacktestStatisticsSerializer,
)
from backtests.models import BacktestSession
from backtests.report.meaning import in_order, meanings, units
from backtests.services import BacktestError
from backtests.services.result import completed, series_of
from etfs.api.answers import RowsView
from market.models.owned import Reader


def finished_or_404(pk: int, user: Reader, *parts: str) -> BacktestSession:
    """A finished backtest that ``user`` may see, with ``parts`` of its statistics; NotFound without it or without its
    result.
    """
    columns = ("status", "error", "currency", "config", *(f"statistics__{part}" for part in parts))
    rows = BacktestSession.objects.visible_to(user).only(*columns)
    session = (rows.select_related("statistics") if parts else rows).filter(pk=pk).first()
    if session is None:
        raise NotFound(f"no backtest #{pk}")
    try:
        completed(session)
    except BacktestError as error:
        raise NotFound(str(error).removeprefix("status: ")) from error
    return session


class ResultView(Refusals, RowsView):
    """A part of a result, in one piece."""

    queryset = BacktestSession.objects.all()
    permission_classes = (WorkPermission,)

    def finished(self, *parts: str) -> BacktestSession:
        return finished_or_404(self.kwargs["pk"], self.request.user, *parts)


class Monthly(ResultView):
    """Every month: return, that of the benchmark, trades."""

    serializer_class = BacktestPeriodsSerializer
    part = "monthly"

    def answer(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        return {"results": getattr(self.finished(self.part).statistics, self.part)}


class Yearly(Monthly):
    """Every year: return, that of the benchmark, trades."""

    part = "yearly"


class Contribution(Monthly):
    """What each buy condition contributed."""

    serializer_class = BacktestContributionsSerializer
    part = "contribution"


class Diagnosis(ResultView):
    """What a professional would ask about these figures, the most severe first."""

    serializer_class = BacktestDiagnosisSerializer

    def answer(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        findings = self.finished("findings").statistics.findings
        return {"counts": Counter(one["severity"] for one in findings), "results": findings}


class Statistics(ResultView):
    """Every figure with unit and meaning, the deepest drawdowns, reasons of sales, distributions, best and worst."""

    serializer_class = BacktestStatisticsSerializer

    def answer(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        session = self.finished("figures", "details")
        found, unit, meaning = session.statistics, units(), meanings()
        rows = [
            {"name": name, "value": found.figures[name], "unit": unit.get(name, "currency"),
             "meaning": meaning.get(name, "")}
            for name in in_order(list(found.figures))
        ]  # fmt: skip
        shown = ("benchmark", "drawdowns", "reasons", "distributions", "instruments")
        return {"id": session.pk, "currency": session.currency, "results": rows} | {
            name: found.details[name] for name in shown
        }


class Series(ResultView):
    """The portfolio session by session, the session before the first at the beginning. CSV: a row per session."""

    serializer_class = BacktestSeriesSerializer

    def answer(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        return series_of(self.finished("details"))

    def table(self, answer: Mapping[str, Any]) -> tuple[Iterable[Any], BaseSerializer]:
        shown = BacktestDayOfSeriesSerializer()
        length = len(answer["dates"])
        columns = [answer["dates" if name == "date" else name] or [None] * length for name in shown.fields]
        return (dict(zip(shown.fields, row, strict=True)) for row in zip(*columns, strict=True)), shown
