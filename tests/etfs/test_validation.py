"""Checks of stored compositions: what is found, what is held back, and what people say about it."""

import datetime as dt
import json
import threading
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, connections

from etfs import tasks
from etfs.models import CollectItem, CollectRun, ETFHolding, HoldingFinding, Severity, Snapshot, SnapshotState
from etfs.services import validation
from etfs.services.errors import EtfError, NotFound
from etfs.services.validation import holdings_validate, snapshot_quarantine, snapshot_release
from etfs.sources.base import Ask, Composition, EtfSource, Kind, LineKind, Parsed, Raw, SourceProblem
from etfs.sources.registry import register, registry_reset
from etfs.store.payloads import payload_keep
from tests.etfs.builder import composition, fund, line, stock

DAY = dt.date(2024, 6, 28)  # a Friday
BEFORE = dt.date(2024, 6, 27)
TEN = {f"00000{n}": 10 for n in range(10)}


def codes(of, day=DAY) -> dict[str, str]:
    return dict(HoldingFinding.objects.filter(etf=of, as_of_date=day).values_list("code", "severity"))


def test_a_sound_composition_has_no_finding(db) -> None:
    held = fund("KR", "069500")
    composition(held, BEFORE, TEN)
    composition(held, DAY, TEN)
    run = holdings_validate(as_of=DAY)
    assert (run.funds, run.compositions, run.findings, run.quarantined, run.clean) == (1, 2, [], [], True)
    assert not Snapshot.objects.filter(validated_at=None).exists()


def test_a_doubtful_sum_is_flagged_and_never_quarantined(db) -> None:
    held = fund("KR", "069500")
    composition(held, DAY, {"005930": 60, "000660": 38})
    run = holdings_validate(as_of=DAY)
    assert codes(held) == {"weight_sum": "ERROR"}
    assert run.findings[0]["message"] == "the weights add up to 98 %, not to 100 within 0.5"
    assert (Snapshot.objects.get().state, Snapshot.objects.get().is_served) == (SnapshotState.FLAGGED, True)
    assert run.quarantined == []


@pytest.mark.parametrize("facts", [{"is_inverse": True}, {"leverage_ratio": 2}, {"is_synthetic": True}])
def test_a_fund_that_turns_out_to_be_special_is_flagged_no_more(db, facts) -> None:
    held = fund("KR", "122630")
    composition(held, DAY, {"005930": 130, "000660": 70})
    assert Snapshot.objects.get().state == SnapshotState.FLAGGED
    type(held).objects.update(**facts)
    assert holdings_validate(as_of=DAY).findings == []
    now = Snapshot.objects.get()
    assert (now.state, now.is_served) == (SnapshotState.GOOD, True)
    assert now.message.startswith("flagged before: the weights add up to 200 %")


def test_half_a_file_is_quarantined_and_the_day_before_is_served(db) -> None:
    held = fund("KR", "069500")
    composition(held, BEFORE, TEN)
    composition(held, DAY, {"000001": 10, "000002": 10, "000003": 10})
    numbers = list(ETFHolding.objects.order_by("id").values_list("weight", "rank", "line"))
    run = holdings_validate(as_of=DAY)
    cut = Snapshot.objects.get(as_of_date=DAY)
    assert (cut.state, cut.is_served) == (SnapshotState.QUARANTINED, False)
    assert cut.message == "3 lines where the composition before had 10"
    assert run.quarantined == [{"symbol": "KR:069500", "as_of_date": DAY, "message": cut.message}]
    assert codes(held)["half_the_lines"] == "ERROR"
    assert Snapshot.objects.latest_of(held.pk, DAY).as_of_date == BEFORE
    assert list(ETFHolding.objects.order_by("id").values_list("weight", "rank", "line")) == numbers


def test_the_largest_holdings_of_another_source_are_no_answer_cut_off(db) -> None:
    held = fund("KR", "069500")
    composition(held, BEFORE, TEN)
    composition(held, DAY, {"000001": 10, "000002": 10, "000003": 10}, source="yfinance")
    holdings_validate(as_of=DAY)
    assert codes(held)["half_the_lines"] == "WARNING"
    short = Snapshot.objects.get(as_of_date=DAY)
    assert (short.state, short.is_served) == (SnapshotState.FLAGGED, False)


def test_a_fund_that_became_another_is_only_told(db) -> None:
    held = fund("KR", "069500")
    composition(held, BEFORE, TEN)
    composition(held, DAY, {"000001": 50, "000002": 50})
    holdings_validate(as_of=DAY)
    assert codes(held) == {"half_the_lines": "WARNING", "turnover": "WARNING", "weight_jump": "WARNING"}
    assert Snapshot.objects.get(as_of_date=DAY).state == SnapshotState.GOOD


def test_lines_twice_hold_back_from_five_percent_on_even_where_no_instrument_is_known(db) -> None:
    little, much = fund("US", "LITTLE", leverage_ratio=2), fund("US", "MUCH", leverage_ratio=2)
    same = {"shares": 5, "market_value": 50}
    composition(little, DAY, [line("A", 96), line("B", 2, **same), line("B", 2, **same)], known=False)
    composition(much, DAY, [line("A", 90), line("B", 5, **same), line("B", 5, **same)], known=False)
    holdings_validate(as_of=DAY)
    assert codes(little) == {"duplicate_line": "WARNING"}
    assert codes(much) == {"duplicate_line": "ERROR"}
    states = dict(Snapshot.objects.values_list("etf__instrument__ticker", "state"))
    assert states == {"LITTLE": SnapshotState.FLAGGED, "MUCH": SnapshotState.QUARANTINED}
    evidence = HoldingFinding.objects.get(etf=much).evidence
    assert evidence == {"lines": 1, "percent": 5.0, "named": ["B"], "quarantines": True}


def test_lines_are_resolved_before_they_are_judged(db) -> None:
    held = fund("US", "VTI")
    composition(held, DAY, {"AAPL": 60, "MSFT": 40}, known=False)
    assert holdings_validate(as_of=DAY).resolved == 0
    assert codes(held) == {"unresolved": "WARNING"}
    stock("US", "AAPL")
    stock("US", "MSFT")
    assert holdings_validate(as_of=DAY).resolved == 2
    assert codes(held) == {}


def test_other_figures_of_the_lines(db) -> None:
    held = fund("KR", "069500")
    lines = [line("005930", 70, market_value=60), line("000660", 40, market_value=40), line("000270", -10)]
    composition(held, DAY, lines, expected_lines=4)
    holdings_validate(as_of=DAY)
    assert codes(held) == {"line_count": "ERROR", "negative_weight": "WARNING"}
    lines = [line("005930", 60, market_value=70), line("000660", 40, market_value=30)]
    composition(held, DAY, lines, force=True)
    holdings_validate(as_of=DAY)
    assert codes(held) == {"weight_value": "WARNING"}


def test_only_the_newest_served_composition_is_stale(db) -> None:
    held = fund("KR", "069500")
    composition(held, DAY, TEN)
    assert holdings_validate(as_of=dt.date(2024, 7, 5)).findings == []  # five sessions
    run = holdings_validate(as_of=dt.date(2024, 7, 8))
    assert [row["message"] for row in run.findings] == ["6 sessions old, more than 5"]
    composition(held, dt.date(2024, 7, 8), TEN)
    assert holdings_validate(as_of=dt.date(2024, 7, 8)).findings == []
    assert not HoldingFinding.objects.exists()


def test_a_second_run_looks_at_the_newest_alone_and_touches_no_row(db) -> None:
    held = fund("KR", "069500")
    for day in (dt.date(2024, 6, 26), BEFORE):
        composition(held, day, TEN)
    composition(held, DAY, {"000001": 50, "000002": 50})
    assert holdings_validate(as_of=DAY).compositions == 3
    first = list(HoldingFinding.objects.order_by("code").values())
    assert holdings_validate(as_of=DAY).compositions == 1
    assert list(HoldingFinding.objects.order_by("code").values()) == first
    composition(held, dt.date(2024, 6, 26), dict.fromkeys(TEN, Decimal("10.0")), force=True)
    assert holdings_validate(as_of=DAY).compositions == 3  # the one stored anew, the one after it, the newest


class Other(EtfSource):
    """Another source, whose answers are ``ticker weight`` lines."""

    name = "other"
    title = "Another source"
    kinds = (Kind.HOLDINGS,)
    regions = ()
    checked = "contract"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        pairs = [row.split() for row in raw.content.decode().splitlines()]
        if not pairs:
            raise SourceProblem("nothing in it", "empty")
        lines = tuple(line(ticker, weight, number) for number, (ticker, weight) in enumerate(pairs, 1))
        return Parsed(compositions=(Composition("", ask.date, lines, "KRW"),))


@pytest.fixture
def beside(db):
    """A fund of two stocks, and what another source says of it."""
    held = fund("KR", "069500")
    composition(held, DAY, {"005930": 60, "000660": 40})

    def say(text: str) -> None:
        payload = payload_keep(
            source="other", kind="holdings", region="KR", name="other", content=text.encode(), ticker="069500", date=DAY
        )
        run = CollectRun.objects.create(source="other", kind="holdings", region="KR")
        CollectItem.objects.create(run=run, payload=payload, ticker="069500", as_of_date=DAY, outcome="KEPT")
        holdings_validate(as_of=DAY)

    with registry_reset():
        register(Other)
        yield held, say


@pytest.mark.parametrize(
    ("text", "expected", "state"),
    [
        ("005930 60.05\n000660 39.95", {}, "GOOD"),
        ("005930 61\n000660 39", {"cross_check": "WARNING"}, "GOOD"),
        ("005930 75\n000660 25", {"cross_check": "ERROR"}, "QUARANTINED"),
        ("005930 60", {}, "GOOD"),  # the largest holdings alone
        ("005930 60\nXXXX 40", {"cross_check": "WARNING"}, "GOOD"),  # XXXX may be 000660 by another name
        ("", {"cross_check_unread": "NOTE"}, "GOOD"),
    ],
)
def test_two_sources_are_compared(beside, text, expected, state) -> None:
    held, say = beside
    say(text)
    assert codes(held) == expected
    assert Snapshot.objects.get().state == state


def test_the_newest_answer_of_a_source_counts(beside) -> None:
    held, say = beside
    say("005930 61\n000660 39")
    assert HoldingFinding.objects.get().message == (
        "other says otherwise: 1.00 % of the fund apart, largest difference 1 points, 0 names only here, 0 only there"
    )
    say("005930 60\n000660 40")
    assert codes(held) == {}


def test_released_it_is_served_and_not_quarantined_again_for_the_same(db) -> None:
    held = fund("KR", "069500")
    composition(held, BEFORE, TEN)
    cut = composition(held, DAY, {"000001": 10, "000002": 10, "000003": 10})
    holdings_validate(as_of=DAY)
    released = snapshot_release(snapshot_id=cut.pk, by="kim")
    assert (released.state, released.accepted["by"]) == (SnapshotState.FLAGGED, "kim")
    assert "released from quarantine by kim" in released.message
    holdings_validate(as_of=DAY)
    cut.refresh_from_db()
    assert cut.state == SnapshotState.FLAGGED
    assert codes(held)["half_the_lines"] == Severity.NOTE
    with pytest.raises(EtfError, match="not in quarantine"):
        snapshot_release(snapshot_id=cut.pk)
    # Other bytes are another composition: what was accepted of the former is not accepted of these.
    other = payload_keep(source="csv", kind="holdings", region="KR", name="new", content=b"new")
    composition(held, DAY, {"000001": 10, "000002": 10}, payload=other, force=True)
    holdings_validate(as_of=DAY)
    cut.refresh_from_db()
    assert cut.state == SnapshotState.QUARANTINED


def test_a_person_quarantines_and_releases(db) -> None:
    held = fund("KR", "069500")
    composition(held, BEFORE, TEN)
    wrong = composition(held, DAY, {**TEN, "000001": 11, "000002": 9})
    after = dt.date(2024, 7, 1)
    composition(held, after, {**TEN, "000001": 12, "000002": 8})

    def change() -> Decimal:
        return ETFHolding.objects.get(etf=held, as_of_date=after, line__ticker="000001").weight_change

    assert change() == 1
    held_back = snapshot_quarantine(snapshot_id=wrong.pk, why="the issuer withdrew it", by="kim")
    assert (held_back.state, held_back.is_served) == (SnapshotState.QUARANTINED, False)
    assert held_back.message == "the issuer withdrew it (kim)"
    assert change() == 2  # against the day before, since the one between is not served
    holdings_validate(as_of=after)
    wrong.refresh_from_db()
    assert wrong.state == SnapshotState.QUARANTINED  # only a person takes it out
    assert snapshot_release(snapshot_id=wrong.pk).state == SnapshotState.GOOD
    assert change() == 1
    with pytest.raises(EtfError, match="why"):
        snapshot_quarantine(snapshot_id=wrong.pk, why=" ")
    with pytest.raises(NotFound):
        snapshot_release(snapshot_id=wrong.pk + 99)


def test_only_the_funds_asked_for(db) -> None:
    kr, us = fund("KR", "069500"), fund("US", "VTI")
    for one in (kr, us):
        composition(one, DAY, {"AAA": 98})
    assert holdings_validate(region="us", as_of=DAY).funds == 1
    assert [codes(one) != {} for one in (kr, us)] == [False, True]
    assert holdings_validate(symbols=["KR:069500"], as_of=DAY).funds == 1
    with pytest.raises(NotFound):
        holdings_validate(symbols=["NONE"])
    with pytest.raises(EtfError, match="region"):
        holdings_validate(region="XX")


def test_special_funds_and_unknown_kinds_get_no_other_check(db) -> None:
    held = fund("KR", "114800", is_inverse=True)
    composition(held, BEFORE, TEN)
    composition(held, DAY, [line("K200F", -98, kind=LineKind.DERIVATIVE), line("cash", 40)], expected_lines=9)
    holdings_validate(as_of=DAY)
    assert codes(held) == {}


def test_the_workers_check_everything(db) -> None:
    composition(fund("KR", "069500"), DAY, {"005930": 98})
    assert tasks.validate_all() == {"funds": 1, "findings": 2, "quarantined": 0}  # the sum, and it is old


def test_the_command(db, capsys) -> None:
    held = fund("KR", "069500")
    composition(held, dt.date.today() - dt.timedelta(days=1), TEN)  # noqa: DTZ011
    call_command("validate_holdings", "--json")
    assert json.loads(capsys.readouterr().out)["findings"] == []
    composition(fund("KR", "999999"), DAY, {"AAA": 98})
    with pytest.raises(SystemExit) as left:
        call_command("validate_holdings", "--symbols", "KR:999999,069500")
    assert left.value.code == 3
    out = capsys.readouterr().out
    assert "weight_sum" in out
    assert "2 funds" in out
    with pytest.raises(SystemExit) as left:
        call_command("validate_holdings", "--region", "XX")
    assert left.value.code == 2


def test_the_command_tells_quarantine_first_then_a_row_for_each_fund_and_finding(db, capsys) -> None:
    held = fund("KR", "069500")
    for day in (24, 25, 26):
        composition(held, dt.date(2024, 6, day), TEN | {"000009": 9 - day / 100})
    composition(held, BEFORE, TEN)
    composition(held, DAY, {"000001": 10, "000002": 10, "000003": 10})
    with pytest.raises(SystemExit):
        call_command("validate_holdings")
    out = capsys.readouterr().out
    assert out.startswith("1 composition put into quarantine, not served until released:\n  KR:069500 2024-06-28: 3")
    rows = [line.split()[:6] for line in out.splitlines() if "KR:069500" in line and "ERROR" in line]
    assert ["ERROR", "KR:069500", "weight_sum", "4", "2024-06-24", "2024-06-28"] in rows
    assert out.index("ERROR ") < out.index("WARNING ")
    assert "--all shows every finding" in out
    assert "1 fund, 5 compositions checked" in out
    HoldingFinding.objects.all().delete()
    Snapshot.objects.update(validated_at=None)
    with pytest.raises(SystemExit):
        call_command("validate_holdings", "--all")
    assert capsys.readouterr().out.count("weight_sum") == 5  # four days and the counts
    Snapshot.objects.update(validated_at=None)
    with pytest.raises(SystemExit):
        call_command("validate_holdings", "--json")
    told = json.loads(capsys.readouterr().out)
    assert len([row for row in told["findings"] if row["code"] == "weight_sum"]) == 4
    assert [row["days"] for row in told["grouped"] if row["code"] == "weight_sum"] == [4]
    assert {"severity": "ERROR", "code": "weight_sum", "findings": 4, "funds": 1} in told["counts"]


def test_what_many_compositions_ask_for_is_read_once_for_a_fund(db, django_assert_max_num_queries) -> None:
    held = fund("KR", "069500")
    for day in range(3, 23):
        composition(held, dt.date(2024, 6, day), {"005930": 98})
    with django_assert_max_num_queries(20 + 20):  # the lines of each, and what there is of the fund
        assert len(holdings_validate(as_of=dt.date(2024, 6, 22)).findings) == 20


@pytest.mark.django_db(transaction=True)
def test_two_validations_at_once_end_as_one() -> None:
    for number in range(8):
        held = fund("KR", f"06950{number}")
        composition(held, BEFORE, TEN)
        composition(held, DAY, {"000001": 10, "000002": 10, "000003": 10})
    errors, quarantined = [], []

    def validate() -> None:
        try:
            quarantined.extend(holdings_validate(as_of=DAY).quarantined)
        except Exception as error:  # noqa: BLE001 # told below
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=validate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(quarantined) == 8  # each by one of them
    assert Snapshot.objects.filter(state=SnapshotState.QUARANTINED).count() == 8
    assert HoldingFinding.objects.filter(code="half_the_lines").count() == 8


@pytest.mark.django_db(transaction=True)
def test_a_run_that_dies_leaves_whole_funds(monkeypatch) -> None:
    for number in range(3):
        held = fund("KR", f"06950{number}")
        composition(held, BEFORE, TEN)
        composition(held, DAY, {"000001": 10, "000002": 10, "000003": 10})
    done, write = [], validation.findings_replace

    def dies(etf_id, found, codes):
        write(etf_id, found, codes)
        done.append(etf_id)
        if len(done) == 3:  # the second fund: states and findings written, not yet that it was checked
            assert HoldingFinding.objects.filter(etf=etf_id).exists()
            assert Snapshot.objects.filter(etf=etf_id, state=SnapshotState.QUARANTINED).exists()
            raise KeyboardInterrupt

    monkeypatch.setattr(validation, "findings_replace", dies)
    with pytest.raises(KeyboardInterrupt):
        holdings_validate(as_of=DAY)
    assert connection.in_atomic_block is False
    assert set(HoldingFinding.objects.values_list("etf__instrument__ticker", flat=True)) == {"069500"}
    assert Snapshot.objects.filter(validated_at=None).count() == 4
    monkeypatch.undo()
    holdings_validate(as_of=DAY)
    assert Snapshot.objects.filter(state=SnapshotState.QUARANTINED).count() == 3
