"""From the bytes on the wire to the tables: what a real source's server does, and what becomes of the fund."""

import datetime as dt
import json
import threading
from collections.abc import Callable
from functools import partial

import pytest

from etfs.models import CollectItem, CollectRun, ETFHolding, Snapshot
from etfs.services import collect_create, collect_execute, fetching
from etfs.sources import http, limits
from etfs.sources.base import Ask, Raw
from etfs.sources.http import Client
from etfs.sources.registry import source_get
from factors.models import JobState
from tests.etfs.builder import composition, fund
from tests.etfs.network.cases import QUICK
from tests.etfs.network.conftest import KEYS
from tests.etfs.network.server import Act, Handler, Player, answer, drip, file, hang_up, late

pytestmark = pytest.mark.django_db
PATH = "/etf-global/v1/constituents?composite_ticker="
DAY = "2025-09-18"
BEFORE = dt.date(2025, 9, 17)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, player: Player) -> None:
    """Clients ask the local server, and do not wait long."""
    quick = QUICK | {"timeout": 0.5, "deadline": 1.0}
    monkeypatch.setattr(fetching, "Client", partial(Client, base_url=player.url, **quick))


def basket(ticker: str, weights: dict[str, float] | None = None, **more: object) -> bytes:
    rows = [
        {"composite_ticker": ticker, "effective_date": DAY, "constituent_ticker": name, "weight": weight, **more}
        for name, weight in (weights or {"CZR": 0.6, "APA": 0.4}).items()
    ]
    return json.dumps({"status": "OK", "results": rows}).encode()


def collect(*symbols: str, **asked: object) -> CollectRun:
    run = collect_create(**{"region": "US", "source": "polygon", "symbols": symbols, **asked})
    return collect_execute(run_id=run.pk)


def outcomes(run: CollectRun) -> dict[str, str]:
    return {item.ticker: item.error_type or item.outcome for item in run.items.all()}


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (late(), "timeout"),
        (drip(basket("SPY")), "timeout"),
        (hang_up, "connection"),
        (answer(b"no", 500), "http"),
        (answer(b"no", 404), "http"),
        (answer(b"no", 429), "rate_limit"),
        (answer(b"no", 401), "auth"),
        (answer(b'{"status": "NOT_AUTHORIZED"}'), "auth"),
        (answer(b""), "empty"),
        (answer(b'{"status": "OK", "results": []}'), "empty"),
        (answer(b"<html>soon</html>"), "schema"),
        (answer(b'{"status": "OK"}'), "schema"),
        (answer(b'{"status": "OK", "results": ' + b"[" * 100_000), "schema"),
        (answer(basket("SPX")), "refused"),
        (answer(basket("SPY", {"CZR": 4.5, "APA": -3.5})), "refused"),
        (answer(basket("SPY").replace(DAY.encode(), b"2999-01-01")), "refused"),
        (answer(basket("SPY").replace(b"0.6", b'"much"')), "refused"),
    ],
)  # fmt: skip
def test_a_fund_whose_server_misbehaves_keeps_what_it_has_and_the_others_come(player: Player, act: Act, error: str):
    composition(fund("US", "SPY"), BEFORE, {"CZR": 100}, source="polygon")
    player.plays(act, path=f"{PATH}SP")
    player.plays(answer(basket("QQQ")), path=f"{PATH}QQQ")
    run = collect("SPY", "QQQ")
    assert (run.state, run.stored, run.failed) == (JobState.PARTLY, 1, 1)
    assert outcomes(run) == {"SPY": error, "QQQ": CollectItem.Outcome.STORED}
    assert dict(Snapshot.objects.values_list("etf__instrument__ticker", "as_of_date")) == {
        "SPY": BEFORE, "QQQ": dt.date.fromisoformat(DAY)
    }  # fmt: skip
    assert not any(key in str([*run.items.values()]) for key in KEYS.values())


def test_weights_keep_their_digits_from_the_wire_to_the_table(player: Player):
    player.plays(answer(basket("SPY", {"CZR": 0.0000958005, "APA": 0.9999041995})))
    assert collect("SPY").state == JobState.DONE
    weights = dict(ETFHolding.objects.values_list("line__ticker", "weight"))
    assert {name: str(weight) for name, weight in weights.items()} == {"CZR": "0.00958005", "APA": "99.99041995"}


def test_without_its_key_nothing_is_asked(player: Player, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("POLYGON_API_KEY")
    run = collect("SPY", "QQQ")
    assert (run.state, outcomes(run)) == (JobState.FAILED, {"SPY": "auth", "QQQ": "auth"})
    assert not player.asked
    assert "POLYGON_API_KEY" in run.items.first().message


MANY = [f"F{number}" for number in range(40)]


def test_after_five_refusals_of_the_key_in_a_row_the_others_are_not_tried(player: Player):
    player.plays(answer(b"no", 401))
    run = collect(*MANY)
    assert (run.state, run.failed, run.items.count()) == (JobState.FAILED, 5, 5)
    assert len(player.asked) < 20  # those that were asked ahead, not all of them
    assert run.message.startswith("ended after 5 refusals of the key in a row (polygon: ")
    assert run.message.endswith("no access with this key or none without one), 35 not tried: 5 failed")


def test_a_fund_that_comes_begins_the_count_of_refusals_anew(player: Player):
    player.plays(answer(b"no", 401))
    player.plays(answer(basket("F4")), path=f"{PATH}F4&")
    run = collect(*MANY[:9])
    assert (run.state, run.stored, run.failed) == (JobState.PARTLY, 1, 8)
    assert run.message == "1 stored, 8 failed"


def test_five_funds_that_are_all_there_are_were_all_tried(player: Player):
    player.plays(answer(b"no", 401))
    assert collect(*MANY[:5]).message == "5 failed"


def test_threads_ask_at_the_same_time_in_turns_of_one_rate(player: Player, monkeypatch: pytest.MonkeyPatch):
    together, turns = threading.Barrier(3, timeout=5), []

    def meet(handler: Handler) -> None:
        together.wait()
        answer(basket(handler.path.rpartition("ticker=")[2].partition("&")[0]))(handler)

    def turn(name: str, rate: float, longest: float = 0) -> None:
        turns.append((limits.limiter_of(name, rate), threading.get_ident()))

    monkeypatch.setattr(http, "turn_wait", turn)
    monkeypatch.setattr(source_get("polygon"), "fetch", patient(source_get("polygon").fetch), raising=False)
    player.plays(meet)
    assert collect("SPY", "QQQ", "DIA").stored == 3
    assert len({limiter for limiter, _ in turns}) == 1
    assert len({thread for _, thread in turns}) == 3


def patient(fetch: Callable[[Ask, Client], Raw]) -> Callable[[Ask, Client], Raw]:
    """As the source does it, with time for three at once."""

    def fetch_patiently(ask: Ask, client: Client) -> Raw:
        client.timeout = client.deadline = 5.0
        return fetch(ask, client)

    return fetch_patiently


def test_a_token_is_got_once_for_all_funds(player: Player):
    player.plays(answer(file("kis_components.json").replace(b"28.15", b"99.55")))
    player.plays(answer(file("kis_token.json")), path="/oauth2/")
    run = collect("069500", "102110", region="KR", source="kis")
    assert (run.state, run.stored) == (JobState.DONE, 2)
    assert [asked.path for asked in player.asked].count("/oauth2/tokenP") == 1


def test_funds_and_days_come_by_the_same_way(player: Player):
    player.plays(answer(file("polygon_ticker.json")), path="/v3/")
    player.plays(answer(file("polygon_bars.json")), path="/v2/")
    assert collect("SPY", kind="funds").stored == 1
    run = collect("SPY", kind="stats")
    assert (run.state, outcomes(run)) == (JobState.DONE, {"SPY": CollectItem.Outcome.STORED})


def test_the_same_bytes_again_change_nothing(player: Player):
    player.plays(answer(basket("SPY")))
    collect("SPY")
    run = collect("SPY")
    assert (run.state, run.message, outcomes(run)) == (JobState.DONE, "1 unchanged", {"SPY": "UNCHANGED"})
