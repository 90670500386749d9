"""What no honest client would ask: every address answers it with the parameter and the reason, never with 500."""

import base64
import json
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from tests.etfs.api import funds
from tests.etfs.api.asking import ask

pytestmark = pytest.mark.django_db

LISTED = {
    "etf-list/": "", "etf-daily-stats/": "etf=069500", "etf-snapshots/": "etf=069500", "etf-findings/": "",
}  # fmt: skip
PAGED = {
    "etf-holders/": "stock=005930", "etf-weights/": "etf=069500&stock=005930", "etf-changes/": "etf=069500",
    "etf-high-weights/": "", "etf-flows/": "",
}  # fmt: skip
WHOLE = {
    "etfs": "", "etfs/VTI": "", "etfs/VTI/holdings": "", "etf-compositions/": "etf=VTI",
    "etf-overlap/": "etfs=VTI,069500", "etf-overlap/pair/": "left=VTI&right=069500",
    "etf-concentration/": "stocks=005930,AAPL", "etf-costs/": "etfs=VTI,069500",
    "etf-liquidity/": "etf=VTI&amount=1000", "etf-exposure/": "etf=VTI", "etf-tilts/": "etf=VTI", "etf-sources/": "",
}  # fmt: skip
ALL = LISTED | PAGED | WHOLE


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """All funds, written once for the whole module, in which nobody else writes; they go with it."""
    with django_db_blocker.unblock(), transaction.atomic():
        funds.korea(), funds.america(), funds.twins()
        yield
        transaction.set_rollback(True)


def refused(client: Client, address: str) -> dict:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 400, (answer.status_code, answer.content)
    return answer.json()


@pytest.mark.parametrize("address", ALL)
def test_every_address_answers_and_refuses_unknown_parameters(client: Client, market, address: str) -> None:
    ask(client, f"{address}?{ALL[address]}")
    assert "unknown parameter" in refused(client, f"{address}?{ALL[address]}&regoin=KR")["regoin"][0]
    assert "unknown format" in refused(client, f"{address}?{ALL[address]}&format=xml")["format"][0]
    html = client.get(f"/api/{address}?{ALL[address]}", headers={"Accept": "text/html"})
    assert (html.status_code, html["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("address", LISTED | PAGED)
@pytest.mark.parametrize("size", ["0", "-1", "10001", "1" * 400, "9" * 5000, "ten", "1.5", "%00"])
def test_a_page_has_a_size(client: Client, market, address: str, size: str) -> None:
    assert "page_size" in refused(client, f"{address}?{ALL[address]}&page_size={size}")


@pytest.mark.parametrize("address", WHOLE)
def test_answers_in_one_piece_have_no_pages(client: Client, market, address: str) -> None:
    for name in ("page_size=5", "cursor=x"):
        told = refused(client, f"{address}?{ALL[address]}&{name}")
        assert "in one piece" in told[name.split("=")[0]][0]


@pytest.mark.parametrize("address", PAGED)
@pytest.mark.parametrize("place", [[0], [-1], [True], ["1"], [1.5], [10**30], [], [1, 2], {}, None, "x", float("nan")])
def test_a_made_up_cursor_is_refused(client: Client, market, address: str, place: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    assert "not a cursor" in refused(client, f"{address}?{ALL[address]}&cursor={cursor}")["cursor"][0]
    assert "cursor" in refused(client, f"{address}?{ALL[address]}&cursor=%C3%A4")
    beyond = base64.urlsafe_b64encode(b"[1000]").decode()
    assert ask(client, f"{address}?{ALL[address]}&cursor={beyond}")["results"] == []


WITH_SYMBOLS = [(address, name) for address, query in ALL.items() for name in
                [part.split("=")[0] for part in query.split("&") if part] if name != "amount"]  # fmt: skip


@pytest.mark.parametrize(("address", "name"), WITH_SYMBOLS)
@pytest.mark.parametrize(
    "asked",
    [
        ("a%00b", 400), ("x" * 41, 400), ("", 400), (",", None), ("NOPE", 404), ("KR:AAPL", 404), ("ZZ:VTI", 404),
        ("2800", 300), ("%ED%A0%80", 404), ("%F0%9D%92%B3", 404),
    ],
)  # fmt: skip
def test_symbols(client: Client, market, address: str, name: str, asked: tuple[str, int | None]) -> None:
    symbol, status = asked
    kept = [part for part in ALL[address].split("&") if not part.startswith(f"{name}=")]
    answer = client.get(f"/api/{address}?{'&'.join([*kept, f'{name}={symbol}'])}")
    assert answer.status_code in ((400, 404) if status is None else (status,)), answer.content
    told = answer.json()
    assert set(told) == ({"detail", "choices"} if answer.status_code == 300 else
                         {"detail"} if answer.status_code == 404 else {name})  # fmt: skip


@pytest.mark.parametrize(
    ("address", "name", "reason"),
    [
        ("etf-compositions/?etf=VTI&as_of=2999-01-01", "as_of", "in the future"),
        ("etf-compositions/?etf=VTI&as_of=9999-12-31", "as_of", "in the future"),
        ("etf-compositions/?etf=VTI&as_of=28.6.2024", "as_of", "YYYY-MM-DD"),
        ("etf-compositions/", "etf", "required"),
        ("etfs/VTI/holdings?as_of=2999-01-01", "as_of", "in the future"),
        ("etfs/VTI/holdings?as_of=2024-02-30", "as_of", "YYYY-MM-DD"),
        ("etfs?region=XX", "region", "unknown region 'XX'"),
        ("etfs?category=FUN", "category", "not a valid choice"),
        ("etfs?search=%00", "search", "Null characters"),
        ("etf-list/?ordering=name", "ordering", "not a valid choice"),
        ("etf-list/?region=EU", "region", "unknown region"),
        ("etf-daily-stats/?etf=VTI&from=2024-02-01&to=2024-01-01", "from", "is after to"),
        ("etf-findings/?severity=BAD", "severity", "not a valid choice"),
        ("etf-holders/?stock=005930&region=QQ", "region", "unknown region"),
        ("etf-holders/?stock=005930&min_weight=-1", "min_weight", "greater than or equal to 0"),
        ("etf-holders/?stock=005930&min_weight=NaN", "min_weight", "valid number"),
        ("etf-holders/?stock=005930&min_weight=1e400", "min_weight", "no more than"),
        ("etf-holders/?stock=005930&as_of=2999-01-01", "as_of", "in the future"),
        ("etf-weights/?etf=VTI", "stock", "required"),
        ("etf-weights/?etf=VTI&stock=AAPL&from=today", "from", "YYYY-MM-DD"),
        ("etf-changes/?etf=069500&held=perhaps", "held", "valid boolean"),
        ("etf-changes/?etf=069500&from=2024-06-28&to=2024-06-28", "from", "is not before to"),
        ("etf-high-weights/?threshold=0.5", "threshold", "greater than or equal to 1"),
        ("etf-high-weights/?threshold=Infinity", "threshold", "valid number"),
        ("etf-flows/?top=0", "top", "greater than or equal to 1"),
        ("etf-flows/?from=2024-06-28&to=2024-06-27", "from", "is after to"),
        ("etf-flows/?from=9999-12-31", "from", "is after to"),
        ("etf-overlap/?etfs=VTI", "etfs", "2 to 200 of them, not 1"),
        ("etf-overlap/?etfs=VTI,069500,us:vti", "etfs", "US:VTI named more than once"),
        ("etf-overlap/pair/?left=VTI&right=VTI", "etfs", "named more than once"),
        ("etf-concentration/?stocks=AAPL,AAPL", "stocks", "named more than once"),
        ("etf-concentration/?stocks=AAPL", "stocks", "2 to 500 of them, not 1"),
        ("etf-correlation/?etfs=VTI,069500&sessions=19", "sessions", "greater than or equal to 20"),
        ("etf-correlation/?etfs=VTI,VTI", "etfs", "named more than once"),
        ("etf-liquidity/?etf=VTI", "amount", "required"),
        ("etf-liquidity/?etf=VTI&amount=-5", "amount", "above 0"),
        ("etf-liquidity/?etf=VTI&amount=0", "amount", "above 0"),
        ("etf-liquidity/?etf=VTI&amount=nan", "amount", "valid number"),
        ("etf-liquidity/?etf=VTI&amount=inf", "amount", "valid number"),
        ("etf-liquidity/?etf=VTI&amount=1e400", "amount", "valid number"),
        (f"etf-liquidity/?etf=VTI&amount={10**400}", "amount", "valid number"),
        ("etf-liquidity/?etf=VTI&amount=5&participation=1.5", "participation", "at most 1"),
        ("etf-liquidity/?etf=VTI&amount=5&participation=0", "participation", "above 0"),
        ("etf-liquidity/?etf=VTI&amount=1e31", "amount", "between -1e30 and 1e30"),
        ("etf-costs/?etfs=VTI,VTI", "etfs", "US:VTI named more than once"),
        ("etf-costs/?etfs=VTI&amount=-1", "amount", "above 0"),
        ("etf-costs/?etfs=VTI&years=101", "years", "at most 100"),
        ("etf-costs/?etfs=VTI&years=nan", "years", "valid number"),
        ("etf-tilts/?etf=VTI&factor=reo", "factor", "did you mean roe"),
    ],
)  # fmt: skip
def test_refusals_name_parameter_and_reason(client: Client, market, address: str, name: str, reason: str) -> None:
    assert reason in refused(client, address)[name][0]


def test_too_many_funds(client: Client, market) -> None:
    many = ",".join(["VTI"] * 2_000)
    for address in ("etf-overlap/", "etf-correlation/", "etf-costs/"):
        assert "at most" in refused(client, f"{address}?etfs={many}")["etfs"][0]
    assert "at most" in refused(client, f"etf-concentration/?stocks={many}")["stocks"][0]


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01"])
@pytest.mark.parametrize(
    "address",
    ["etfs/VTI/holdings", "etf-compositions/", "etf-holders/", "etf-high-weights/", "etf-overlap/", "etf-overlap/pair/",
     "etf-concentration/", "etf-exposure/", "etf-tilts/"],
)  # fmt: skip
def test_long_ago_there_was_nothing(client: Client, market, address: str, day: str) -> None:
    assert client.get(f"/api/{address}?{ALL[address]}&as_of={day}").status_code in (200, 404)


def test_nothing_is_written_here(client: Client, market) -> None:
    for address in ALL:
        assert client.post(f"/api/{address}").status_code == 401
        assert client.delete(f"/api/{address}").status_code == 401


@pytest.mark.parametrize("address", ["nothing", "nothing/", "etfs/VTI/nothing", "etf-list/nothing/"])
def test_an_unknown_address_is_told_in_json(client: Client, db, address: str) -> None:
    answer = client.get(f"/api/{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"detail": f"no such address: /api/{address}"}
    assert client.get("/api/etf-list").status_code == 301  # the slash it lacks
    assert "html" in client.get("/nothing")["Content-Type"]
