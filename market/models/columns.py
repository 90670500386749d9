"""Column types Django does not have."""

from typing import Any

from django.db import models


class RealField(models.FloatField):
    """Single precision (4 bytes, 7 digits): for scores and percentiles, of which there are billions."""

    def db_type(self, connection: Any) -> str:
        return "real"


class NumericField(models.DecimalField):
    """PostgreSQL's unbounded ``numeric``: keeps every digit and trailing zero of a source, exactly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"max_digits": None, "decimal_places": None}))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: kwargs[key] for key in kwargs if key not in ("max_digits", "decimal_places")}

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def check(self, **kwargs: Any) -> list[Any]:
        """The checks of every field, without those of a fixed number of digits."""
        return models.Field.check(self, **kwargs)
