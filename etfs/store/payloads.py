"""The raw layer: every answer, compressed, under its SHA-256."""

import datetime as dt
import hashlib
import zlib

from etfs.models import Payload
from market.texts import storable


def payload_keep(
    *, source: str, kind: str, region: str, name: str, content: bytes, ticker: str = "", date: dt.date | None = None
) -> Payload:
    """Keep the bytes; the same ones of the same source and name are kept once."""
    key = {
        "source": source, "kind": kind, "ticker": ticker, "name": storable(name)[:255],
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    known = Payload.objects.without_content()
    found = known.filter(**key).first()
    if found is None:
        made = Payload(**key, region=region, date=date, size=len(content), packed=zlib.compress(content))
        Payload.objects.bulk_create([made], ignore_conflicts=True)  # another run may be keeping the same bytes now
        found = known.get(**key)
    return found
