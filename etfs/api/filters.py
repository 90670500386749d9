"""What may be asked about ETFs: query parameters, checked. Every refusal names the parameter and the reason."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from etfs.api.fields import SymbolField, SymbolsField
from etfs.services.lookup import day_or_today
from market.api.filters import PeriodParams, QueryParams, RegionField
from market.api.pagination import MAX_PAGE_SIZE, PAGE_SIZE

WRONG_DATE = {"invalid": "not a date: write it as YYYY-MM-DD"}
PAGES = ("page_size", "cursor")


class AsOfField(serializers.DateField):
    """A day that has begun somewhere."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"required": False, "help_text": "As it was known to be on this day; without it, today."}
        super().__init__(**(told | {"error_messages": WRONG_DATE} | kwargs))

    def to_internal_value(self, value: Any) -> Any:
        day = super().to_internal_value(value)
        if day > day_or_today(None):
            raise ValidationError(f"{day} is in the future")
        return day


class AnswerParams(QueryParams):
    """Parameters of an answer that comes in one piece."""

    def refuse_unknown(self, request: Request) -> None:
        for name in PAGES:
            if name in request.query_params and name not in self.fields:
                raise ValidationError({name: ["this answer comes in one piece, without pages"]})
        super().refuse_unknown(request)


class PagedParams(AnswerParams):
    """Parameters of an answer whose rows come in pages."""

    page_size = serializers.IntegerField(
        default=PAGE_SIZE, min_value=1, max_value=MAX_PAGE_SIZE, help_text="Rows of a page."
    )
    cursor = serializers.CharField(required=False, max_length=64, help_text="From `next`.")


class FundParams(AnswerParams):
    etf = SymbolField()


class FundDayParams(FundParams):
    as_of = AsOfField()


class FundsParams(AnswerParams):
    etfs = SymbolsField(help_text="Funds, separated by commas.")


class FundsDayParams(FundsParams):
    as_of = AsOfField()


class RegionDayParams(AnswerParams):
    region = RegionField(required=False, help_text="Where the funds are listed; without it, everywhere.")
    as_of = AsOfField()


class FundPeriodParams(PeriodParams, FundParams):
    """One fund over time."""


class FundPeriodListParams(PeriodParams):
    """One fund over time, for lists that are paged by key."""

    etf = SymbolField()
