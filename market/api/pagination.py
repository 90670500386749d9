"""Pages by key, never by counting: the cost of page 1,000 is that of page 1.

The order is the queryset's own (``order_by`` of its named methods), whose last field makes it unique. The cursor
holds the values of those fields in the last row shown; the next page is what comes after it in that order.
"""

import base64
import binascii
import json
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Cast
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from market.models.columns import RealField

PAGE_SIZE = 100
MAX_PAGE_SIZE = 10_000
LARGEST_INTEGER = 2**63 - 1
LARGEST_FLOAT = 1.7e308


class KeysetPagination(BasePagination):
    """``{"next": address or null, "results": [...]}``."""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        self.address = request.build_absolute_uri()
        self.order = [str(name) for name in queryset.query.order_by or queryset.model._meta.ordering]
        size = self._page_size(request)
        cursor = request.query_params.get("cursor")
        if cursor:
            queryset = queryset.filter(self._after(queryset, cursor))
        rows = list(queryset[: size + 1])
        self.last = rows[size - 1] if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        following = self.last and replace_query_param(self.address, "cursor", self._cursor(self.last))
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri", "nullable": True, "description": "The next page; null: the last."}
        return {"type": "object", "required": ["next", "results"], "properties": {"next": address, "results": schema}}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
        return [
            {"name": "page_size", "in": "query", "schema": size, "description": "Rows of a page."},
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "From `next`."},
        ]

    def _page_size(self, request: Request) -> int:
        asked = request.query_params.get("page_size", str(PAGE_SIZE))
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MAX_PAGE_SIZE):
            raise ValidationError({"page_size": [f"{asked!r}: must be a whole number from 1 to {MAX_PAGE_SIZE:,}"]})
        return int(asked)

    def _cursor(self, row: Model) -> str:
        values = [getattr(row, name.lstrip("-")) for name in self.order]
        return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode()

    def _after(self, queryset: QuerySet, cursor: str) -> Q:
        """Rows beyond the cursor; the first field is bounded once more by itself, for the index."""
        values = self._decode(cursor)
        beyond = Q()
        for name, value in reversed(list(zip(self.order, values, strict=True))):
            beyond = _step(queryset, name, value, beyond)
        name, value = self.order[0], values[0]
        if value is None:
            return beyond
        return beyond & Q((f"{name.lstrip('-')}__{_direction(name)}e", _typed(queryset, name, value)))

    def _decode(self, cursor: str) -> list[Any]:
        try:
            values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise _not_a_cursor() from error
        if not isinstance(values, list) or len(values) != len(self.order):
            raise _not_a_cursor()
        return values


def _not_a_cursor() -> ValidationError:
    return ValidationError({"cursor": ["not a cursor of this list: take it from `next`"]})


def _step(queryset: QuerySet, name: str, value: Any, beyond: Q) -> Q:
    """Rows beyond ``value`` in this field, or equal in it and ``beyond`` in the later ones. Null sorts last."""
    plain = name.lstrip("-")
    if value is None:
        _typed(queryset, name, value)
        return Q((f"{plain}__isnull", True)) & beyond
    typed = _typed(queryset, name, value)
    further = Q((f"{plain}__{_direction(name)}", typed))
    return further | (Q((plain, typed)) & beyond) if beyond else further


def _direction(name: str) -> str:
    return "lt" if name.startswith("-") else "gt"


def _typed(queryset: QuerySet, name: str, value: Any) -> Any:
    """The cursor's JSON value as the field's type; single precision is compared as such."""
    plain = name.lstrip("-")
    annotated = queryset.query.annotations.get(plain)
    field = annotated.output_field if annotated is not None else queryset.model._meta.get_field(plain)
    field = getattr(field, "target_field", field)
    if not _can_be(field, value):
        raise _not_a_cursor()
    try:
        value = field.to_python(value)
    except DjangoValidationError as error:
        raise _not_a_cursor() from error
    return Cast(value, field) if isinstance(field, RealField) else value


def _can_be(field: models.Field, value: Any) -> bool:
    """Whether a row of the database can have ``value`` there: anything else would be an error of the database."""
    if value is None:
        return field.null
    if isinstance(value, bool):
        return isinstance(field, models.BooleanField)
    if isinstance(value, int) and isinstance(field, models.IntegerField):
        return abs(value) <= LARGEST_INTEGER
    if isinstance(value, int | float) and isinstance(field, models.FloatField):
        return abs(value) <= LARGEST_FLOAT and (not isinstance(field, RealField) or _fits_single(value))
    if isinstance(value, str) and isinstance(field, models.CharField | models.DateField):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return False


def _fits_single(value: float) -> bool:
    with np.errstate(all="ignore"):
        single = np.float32(value)
    return bool(np.isfinite(single) and (single != 0 or value == 0))
