"""What may be asked of backtests, checked."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from backtests.calc.ledger import Ending, Reason
from backtests.models import BacktestEvent, BacktestTrade, Status
from backtests.models.sessions import FIGURES
from etfs.api.filters import AnswerParams
from market.api.filters import PeriodParams, QueryParams, RegionField
from market.api.pagination import LARGEST_INTEGER

ORDERINGS = [f"{sign}{name}" for name in ("created", "start", "end", *FIGURES) for sign in ("", "-")]


class SessionParams(PeriodParams):
    """``from`` and ``to``: the days on which they were asked for."""

    region = RegionField(required=False)
    status = serializers.ChoiceField(Status.choices, required=False)
    strategy = serializers.CharField(required=False, help_text="Its name.")
    name = serializers.CharField(required=False, help_text="A part of the name.")
    owner = serializers.CharField(required=False, help_text="Who asked for it: the user's name.")
    ordering = serializers.ChoiceField(
        ORDERINGS, default="-created", help_text="`-` for descending; backtests without the figure come last."
    )


class CreateParams(QueryParams):
    again = serializers.BooleanField(default=False, help_text="Compute it even if an equal one is stored.")


class TradeParams(PeriodParams):
    """``from`` and ``to``: of the fill."""

    ticker = serializers.CharField(required=False)
    side = serializers.ChoiceField(BacktestTrade.Side.choices, required=False)
    reason = serializers.ChoiceField([reason.name for reason in Reason], required=False)


class HoldingParams(QueryParams):
    ticker = serializers.CharField(required=False)


class EventParams(PeriodParams):
    ticker = serializers.CharField(required=False)
    kind = serializers.ChoiceField(BacktestEvent.Kind.choices, required=False)
    reason = serializers.ChoiceField(
        [ending.name for ending in Ending], required=False, help_text="Why an order came to nothing."
    )


class IdsField(serializers.CharField):
    """Numbers of backtests, separated by commas."""

    def to_internal_value(self, data: Any) -> list[int]:
        words = [word.strip() for word in super().to_internal_value(data).split(",")]
        if not all(word.isascii() and word.isdigit() and len(word) < len(str(LARGEST_INTEGER)) for word in words):
            raise ValidationError("numbers of backtests with commas between them, such as 3,5,8")
        found = [int(word) for word in words]
        if len(set(found)) < len(found):
            raise ValidationError("a backtest is named more than once")
        return found

    def to_representation(self, value: list[int]) -> str:
        return ",".join(map(str, value))


class CompareParams(AnswerParams):
    ids = IdsField(help_text="2 to 8 finished backtests, separated by commas.")
