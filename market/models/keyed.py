"""Rows of SQL views that give a table without an own id one text key, as the admin needs it."""

import re
from typing import ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

Row = TypeVar("Row", bound=models.Model)


class KeyedQuerySet(models.QuerySet[Row]):
    """Of a view whose column ``key`` joins ``key_fields`` by ``separator``."""

    key_fields: ClassVar[tuple[str, ...]]
    separator: ClassVar[str] = "_"

    def by_key(self, key: str) -> Row | None:
        """The row of a key, asked for by its parts, so through the table's own index; None for any other text."""
        parts = key.split(self.separator, len(self.key_fields) - 1)
        if len(parts) != len(self.key_fields) or not re.fullmatch(r"[\w-]+", key, re.ASCII):
            return None
        try:
            asked = {
                name: self._column(name).to_python(part) for name, part in zip(self.key_fields, parts, strict=True)
            }
        except ValidationError:
            return None
        row = self.filter(**asked).first()
        return row if row is not None and row.pk == key else None

    def _column(self, name: str) -> models.Field:
        field = self.model._meta.get_field(name)
        return field.target_field if isinstance(field, models.ForeignKey) else field
