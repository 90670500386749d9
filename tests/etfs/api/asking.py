"""Asking the API in tests."""

import csv
import io
from typing import Any

from django.test import Client


def ask(client: Client, address: str) -> Any:
    """The JSON of an address below ``/api/``, which must answer."""
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def ask_csv(client: Client, address: str) -> list[dict[str, str]]:
    """The rows of its CSV."""
    answer = client.get(f"/api/{address}{'&' if '?' in address else '?'}format=csv")
    assert answer.status_code == 200, answer.getvalue()
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def pages(client: Client, address: str) -> list[list[dict[str, Any]]]:
    """The rows of all pages, one list each."""
    found, following = [], f"/api/{address}"
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.content
        found.append(answer.json()["results"])
        following = answer.json()["next"]
    return found
