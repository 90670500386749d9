"""What may be asked of the lists: query parameters, checked. Every refusal names the parameter and the reason."""

import datetime as dt
import difflib
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from market.currencies import is_code
from market.models import Instrument, LoadRun
from market.regions import REGION_CHOICES, region_get

LATEST = "latest"
NO_FIELD = "non_field_errors"
OF_EVERY_LIST = ("format", "cursor", "page_size")


class RegionField(serializers.ChoiceField):
    """A region's code, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=REGION_CHOICES, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return region_get(str(data)).code
        except ValueError as error:
            raise ValidationError(str(error)) from error


class DayField(serializers.DateField):
    """YYYY-MM-DD, or ``latest``."""

    default_error_messages = {"invalid": "not a date: write it as YYYY-MM-DD, or latest"}

    def to_internal_value(self, value: Any) -> dt.date | str:
        return LATEST if value == LATEST else super().to_internal_value(value)

    def to_representation(self, value: dt.date | str) -> str | None:
        return LATEST if value == LATEST else super().to_representation(value)


class NamesField(serializers.ListField):
    """Names, repeated (``a=x&a=y``) or separated by commas (``a=x,y``)."""

    child = serializers.CharField()

    def to_internal_value(self, data: list[Any]) -> list[str]:
        found = super().to_internal_value(data)
        return [name.strip() for text in found for name in text.split(",") if name.strip()]


class QueryParams(serializers.Serializer):
    """Query parameters of one list. A name it does not know is refused: a typing error must not widen the answer."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        params = cls(data=request.query_params)
        params.refuse_unknown(request)
        params.is_valid(raise_exception=True)
        return params.validated_data

    def refuse_unknown(self, request: Request) -> None:
        known = [*self.fields, *OF_EVERY_LIST]
        for name in request.query_params:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
                raise ValidationError({name: [f"unknown parameter{hint}"]})

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        for name in ("date", "as_of"):
            refuse_future(name, asked.get(name), asked.get("region"))
        start, end = asked.get("from"), asked.get("to")
        if start and end and start > end:
            raise ValidationError({"from": [f"{start} is after to ({end})"]})
        return asked


class PeriodParams(QueryParams):
    """``from`` and ``to``, both included (added by name: ``from`` is a word of Python's)."""

    def get_fields(self) -> dict[str, serializers.Field]:
        wrong = {"invalid": "not a date: write it as YYYY-MM-DD"}
        period = {
            "from": serializers.DateField(required=False, help_text="First day.", error_messages=wrong),
            "to": serializers.DateField(required=False, help_text="Last day.", error_messages=wrong),
        }
        return super().get_fields() | period


class KnownFields(serializers.Serializer):
    """The body of a POST, or each of a list of them, in which an unknown field is a mistake."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        asked: dict[str, Any] = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise ValidationError({unknown[0]: [f"unknown field; known are {', '.join(self.fields)}"]})
        return asked

    def refused(self, error: Exception) -> ValidationError:
        """What a service says of it: ``date: no session`` under ``date``, what names no field as non_field_errors."""
        field, found, reason = str(error).partition(": ")
        return ValidationError({field: [reason]} if found and field in self.fields else {NO_FIELD: [str(error)]})


def refuse_future(name: str, day: dt.date | str | None, region: str | None) -> None:
    """ValidationError when ``day`` has not begun at the region's exchange."""
    if region and isinstance(day, dt.date) and day > region_get(region).today():
        raise ValidationError({name: [f"{day} is in the future for {region}"]})


class InstrumentParams(QueryParams):
    search = serializers.CharField(required=False, help_text="Start of the ticker, or any part of the name.")
    region = RegionField(required=False)
    asset_type = serializers.ChoiceField(Instrument.AssetType.choices, required=False)
    sector = serializers.CharField(required=False, help_text="As written in the list, in any case.")


class PriceParams(PeriodParams):
    region = RegionField()
    ticker = serializers.CharField()


class FundamentalParams(QueryParams):
    VERSIONS = (("all", "every version known by then"), ("latest", "the newest version of each period"))

    region = RegionField()
    ticker = serializers.CharField()
    as_of = serializers.DateField(
        required=False,
        help_text="What was public on this day; without it, today.",
        error_messages={"invalid": "not a date: write it as YYYY-MM-DD"},
    )
    versions = serializers.ChoiceField(VERSIONS, default="all")


class CurrencyField(serializers.CharField):
    """A currency's code, in any case."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if not is_code(code):
            raise ValidationError(f"{code!r} is not a currency code: write three letters")
        return code


class FxParams(PeriodParams):
    base = CurrencyField(required=False, help_text="What one unit of is priced, as USD in USD/KRW.")
    quote = CurrencyField(required=False, help_text="What the rate is in, as KRW in USD/KRW.")


class LoadRunParams(QueryParams):
    region = RegionField(required=False)
    kind = serializers.ChoiceField(LoadRun.Kind.choices, required=False)
    state = serializers.ChoiceField(LoadRun.State.choices, required=False)
