"""Who may ask, how many queries it takes, and what the schema says of it."""

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client

from tests.etfs.api.test_refusals import ALL

POSITIONS = {"positions": [{"symbol": "VTI", "amount": 1}]}


def test_reading_is_open_or_needs_a_login(client: Client, market, settings) -> None:
    settings.PUBLIC_READ = False
    addresses = [f"/api/{address}?{query}" for address, query in ALL.items()]
    assert {client.get(address).status_code for address in addresses} == {401}
    assert client.get("/api/health").status_code == 200
    client.force_login(User.objects.create_user("reader"))
    assert {client.get(address).status_code for address in addresses} == {200}


def test_looking_through_is_reading(client: Client, market, settings) -> None:
    def asked() -> int:
        return client.post("/api/etf-look-through/", POSITIONS, content_type="application/json").status_code

    assert asked() == 200
    settings.PUBLIC_READ = False
    assert asked() == 401
    client.force_login(User.objects.create_user("reader"))  # without any permission
    assert asked() == 200
    assert client.get("/api/etf-look-through/").status_code == 405


def test_those_who_are_logged_in_cannot_write_either(client: Client, market) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    asked = [f"/api/{address}?{query}" for address, query in ALL.items()]
    assert {client.post(address).status_code for address in asked} == {405}


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("etfs", 1), ("etfs?region=KR&search=k", 1),
        ("etfs/069500", 7),  # fund, composition, lines, closes, splits, flows, the day of the assets
        ("etfs/VTI", 7),  # no closes: bars
        ("etfs/VTI/holdings", 3),  # fund, composition, lines
        ("etf-compositions/?etf=VTI", 3),
        ("etf-holders/?stock=005930", 3),  # stock, its lines, funds
        ("etf-weights/?etf=VTI&stock=AAPL", 4),
        ("etf-list/", 1), ("etf-list/?format=csv", 1),
        ("etf-daily-stats/?etf=069500", 2), ("etf-snapshots/?etf=069500", 2), ("etf-findings/", 1),
        ("etf-high-weights/", 1),
        ("etf-overlap/?etfs=VTI,069500", 2),  # funds, days; a COPY of the lines is not counted
        ("etf-flows/?from=2024-06-27&to=2024-06-28", 1), ("etf-sources/", 0),
    ],
)  # fmt: skip
def test_queries(client: Client, market, django_assert_num_queries, address: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        answer = client.get(f"/api/{address}")
        assert answer.status_code == 200
        assert answer.getvalue() if answer.streaming else answer.content


def test_the_schema_knows_every_address(client: Client, db) -> None:
    schema = yaml.safe_load(client.get("/api/schema/").content)
    paths = schema["paths"]
    documented = {"etfs/VTI": "etfs/{symbol}", "etfs/VTI/holdings": "etfs/{symbol}/holdings"}
    assert {f"/api/{documented.get(address, address)}" for address in ALL} <= set(paths)
    assert not {"/api/etfs/", "/api/etfs/{symbol}/", "/api/health"} & set(paths)
    asked = {one["name"] for one in paths["/api/etf-holders/"]["get"]["parameters"]}
    assert asked == {"stock", "as_of", "region", "max_age", "min_weight", "page_size", "cursor", "format"}
    listed = paths["/api/etfs"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert listed == {"type": "array", "items": {"type": "string"}}
    held = paths["/api/etfs/{symbol}/holdings"]["get"]["responses"]["200"]
    shown = {"type": "array", "items": {"$ref": "#/components/schemas/TraderHolding"}}
    assert held["content"]["application/json"]["schema"] == shown
    assert "X-As-Of" in held["headers"]
    assert paths["/api/etf-look-through/"]["post"]["requestBody"]["required"]
