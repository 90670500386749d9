"""The raw layer: bytes as they came, before anybody read them."""

import zlib
from typing import Self

from django.db import models

from market.regions import REGION_CHOICES


class PayloadQuerySet(models.QuerySet["Payload"]):
    def without_content(self) -> Self:
        return self.defer("packed")


class Payload(models.Model):
    """One answer of a source, compressed, with the SHA-256 of its bytes. The same bytes are kept once per source."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=32)
    kind = models.CharField(max_length=10, help_text="holdings, funds or stats.")
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    name = models.CharField(max_length=255, help_text="The file's name, or the address without keys.")
    ticker = models.CharField(max_length=32, blank=True, help_text="The fund that was asked for, if one was.")
    date = models.DateField(null=True, blank=True, help_text="The day that was asked for, if one was.")
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of the bytes as they came.")
    size = models.PositiveIntegerField(help_text="Bytes, before compression.")
    packed = models.BinaryField()
    fetched_at = models.DateTimeField(auto_now_add=True)

    objects = PayloadQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "ticker", "name", "sha256"], name="payload_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.name}"

    @property
    def content(self) -> bytes:
        """The bytes as they came."""
        return zlib.decompress(self.packed)
