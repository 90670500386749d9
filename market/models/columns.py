"""Column types Django does not have."""

from typing import Any

from django.db import models


class RealField(models.FloatField):
    """Single precision (4 bytes, 7 digits): for scores and percentiles, of which there are billions."""

    def db_type(self, connection: Any) -> str:
        return "real"
