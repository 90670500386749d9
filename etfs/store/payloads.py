"""The raw layer: every answer, compressed, under its SHA-256."""

import datetime as dt
import hashlib
import zlib

from etfs.models import Payload


def payload_keep(
    *, source: str, kind: str, region: str, name: str, content: bytes, ticker: str = "", date: dt.date | None = None
) -> Payload:
    """Keep the bytes; the same ones of the same source and name are kept once."""
    digest = hashlib.sha256(content).hexdigest()
    known = Payload.objects.without_content().filter(
        source=source, kind=kind, ticker=ticker, name=name[:255], sha256=digest
    )
    return known.first() or Payload.objects.create(
        source=source, kind=kind, region=region, name=name[:255], ticker=ticker, date=date, sha256=digest,
        size=len(content), packed=zlib.compress(content),
    )  # fmt: skip
