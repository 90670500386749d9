"""schemathesis against our own OpenAPI document: whatever it makes up, nothing fails, and every answer is one that the
document names.

A few examples of each address here; many with ``make fuzz`` (docs/security.md). All that is asked for is taken back.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import booleans
from schemathesis.core.result import Ok

from tests.security.world import people, things

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
# What every address may answer: of whoever asks, not of what is asked.
ALWAYS = {400, 401, 403, 404, 405, 406, 415, 429}
HOME = "http://testserver"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Client, dict[str, Any]]]:
    """Somebody who may do everything, on a site with one of each thing; at the end nothing of it was."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        for scope in rates:
            patch.setitem(rates, scope, None)
        cache.clear()
        clients = people()
        yield clients["admin"], things()
        transaction.set_rollback(True)


def asked(client: Client, case: Any) -> Any:
    """The answer to what was made up, through the test client: no socket, and one transaction."""
    made = requests.Request(**case.as_transport_kwargs(base_url=HOME)).prepare()
    body = made.body.encode() if isinstance(made.body, str) else made.body or b""
    with transaction.atomic():
        answer = client.generic(
            made.method, made.path_url, body, content_type=made.headers.get("Content-Type", ""),
            headers={name: text for name, text in made.headers.items() if not name.startswith("Content-")},
        )  # fmt: skip
        transaction.set_rollback(True)
    return answer


def aimed(case: Any, known: dict[str, Any]) -> None:
    """At something that is there."""
    values = known[""] | known.get(case.path.split("/")[2], {})
    real = {name: values["pk" if name == "id" else name] for name in case.path_parameters or {}}
    case.path_parameters.update(real)


def operations() -> list[Any]:
    document = SchemaGenerator().get_schema(request=None, public=True)
    found = schemathesis.openapi.from_dict(document).get_all_operations()
    return [one.ok() for one in found if isinstance(one, Ok)]


@pytest.mark.parametrize("operation", operations(), ids=lambda one: f"{one.method.upper()} {one.path}")
def test_nothing_made_up_makes_it_fail(site, operation):
    client, known = site
    documented = {int(code) for code in operation.definition.raw["responses"] if code.isdecimal()} | ALWAYS

    @hypothesis_settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @seed(SEED)
    @given(case=operation.as_strategy(), real=booleans())
    def each(case: Any, real: bool) -> None:
        if real and case.path_parameters:
            aimed(case, known)
        answer = asked(client, case)
        told = f"{case.as_curl_command()}\n{answer.status_code}"
        assert answer.status_code < 500 or answer.status_code == 503, told  # where the document says that it may
        assert answer.status_code in documented, told

    each()
