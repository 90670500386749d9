"""What may be asked of scores and runs, checked."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from factors.calc.normalise import METHODS
from factors.engine import NEUTRALISATIONS
from factors.models import FactorRun
from factors.registry import UnknownFactor
from factors.services.catalogue import factor_names_check, factors_resolved
from market.api.filters import DayField, KnownFields, NamesField, PeriodParams, QueryParams, RegionField, refuse_future

ORDERINGS = [sign + name for name in ("score", "value", "percentile") for sign in ("", "-")]


class FactorNamesField(NamesField):
    """Names of factors that have, or may have, scores; a wrong one is told with what is close to it."""

    def to_internal_value(self, data: list[Any]) -> list[str]:
        names = super().to_internal_value(data)
        try:
            self.check_names(names)
        except UnknownFactor as error:
            raise ValidationError(str(error)) from error
        return names

    def check_names(self, names: list[str]) -> None:
        factor_names_check(names)


class ComputedNamesField(FactorNamesField):
    """Names of factors that can be computed now."""

    def check_names(self, names: list[str]) -> None:
        factors_resolved(names)


class DayOrHistoryParams(PeriodParams):
    """Scores of a session, or of one ticker over time."""

    date = DayField(required=False, help_text="A session, or `latest`: the newest with scores.")
    ticker = serializers.CharField(required=False, help_text="With it, `date` may be left out: the whole history.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        period = [name for name in ("from", "to") if name in asked]
        if "date" not in asked and "ticker" not in asked:
            raise ValidationError({"date": ["needed unless a ticker is given: YYYY-MM-DD or latest"]})
        if period and "ticker" not in asked:
            raise ValidationError({period[0]: ["only with a ticker (the history of one instrument)"]})
        if period and "date" in asked:
            raise ValidationError({period[0]: ["either date, or from and to"]})
        return super().validate(asked)


class ScoreParams(DayOrHistoryParams):
    region = RegionField()
    factor = FactorNamesField(required=False, help_text="One or more factors; without it, all.")
    ordering = serializers.ChoiceField(
        ORDERINGS, required=False, help_text="`-` for descending; rows without a score come last."
    )


class RunParams(QueryParams):
    region = RegionField(required=False)
    state = serializers.ChoiceField(FactorRun.State.choices, required=False)
    date = serializers.DateField(required=False, error_messages={"invalid": "not a date: write it as YYYY-MM-DD"})


class RunRequest(KnownFields):
    """The body of a POST: what to compute."""

    region = RegionField()
    date = DayField(help_text="A session, or `latest`: the newest with prices.")
    factors = ComputedNamesField(required=False, default=list, help_text="Without it, all.")
    normalisation = serializers.ChoiceField(list(METHODS), default="zscore")
    neutralise = serializers.ListField(
        child=serializers.ChoiceField(list(NEUTRALISATIONS)), required=False, default=list
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        refuse_future("date", asked["date"], asked["region"])
        return super().validate(asked)
