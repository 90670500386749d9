"""Asking pages in tests."""

import csv
import io

from django.test import Client


def rows_of(client: Client, address: str, table: str, **asked: str) -> list[dict[str, str]]:
    """The rows of a table, as its CSV has them."""
    answer = client.get(address, {**asked, "export": "csv", "table": table})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def page(client: Client, address: str, **asked: str):
    """The answer of a page, which must be whole."""
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer
