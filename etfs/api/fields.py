"""Values as this API takes and shows them."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from etfs.models import Category
from factors.services.given import number_given
from market.api.filters import NamesField

LONGEST_SYMBOL = 40
MOST_SYMBOLS = 500
LARGEST_AMOUNT = 1e30


class NumberField(serializers.FloatField):
    """A JSON number; null for what is not known, no number, or too large for one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"allow_null": True} | kwargs))

    def to_representation(self, value: Any) -> float | None:
        number = float(value)
        return number if math.isfinite(number) else None


class DigitsField(serializers.CharField):
    """A number as text, with every digit of its source."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"allow_null": True} | kwargs))

    def to_representation(self, value: Decimal) -> str | None:
        return f"{value:f}" if value.is_finite() else None


class SymbolOf(serializers.CharField):
    """``REGION:TICKER`` of a row; of what is none of our instruments the ticker, else the identifier, else null."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        super().__init__(**({"source": "*", "allow_null": True} | kwargs))
        self.prefix = prefix

    def to_representation(self, row: Mapping[str, Any]) -> str | None:
        region, ticker = row.get(f"{self.prefix}region"), row[f"{self.prefix}ticker"]
        if region and ticker:
            return f"{region}:{ticker}"
        return ticker or row.get("identifier") or None


class AmountField(serializers.FloatField):
    """A number somebody asks with: no NaN, no infinity, none beyond 1e30 (with which nothing can be calculated)."""

    default_error_messages = {"out_of_range": "must be a number between -1e30 and 1e30"}

    def to_internal_value(self, data: Any) -> float:
        number = number_given(data) if not isinstance(data, str) else super().to_internal_value(data)
        if number is None or not abs(number) <= LARGEST_AMOUNT:
            self.fail("out_of_range")
        return number


class SymbolField(serializers.CharField):
    """A fund or a stock, by the words people use."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"help_text": "Ticker, or REGION:TICKER where several regions list it.", "max_length": LONGEST_SYMBOL}
        super().__init__(**(told | kwargs))


class SymbolsField(NamesField):
    """Several of them, 1 to 500."""

    def to_internal_value(self, data: list[Any]) -> list[str]:
        found = super().to_internal_value(data)
        if not 0 < len(found) <= MOST_SYMBOLS:
            raise ValidationError(f"{len(found):,} given: write symbols, at most {MOST_SYMBOLS}, separated by commas")
        symbol = SymbolField()
        return [symbol.run_validation(one) for one in found]


class CategoryField(serializers.ChoiceField):
    """A category, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Category.choices, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data).upper())
