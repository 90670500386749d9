"""The builder: what it begins with, what is wrong beside the field, what it makes."""

import json

import pytest
from django.test import Client

from backtests.calc.prices import Prices
from backtests.models import BacktestSession, Status
from backtests.services import backtest_run, config_check
from backtests.services.config_files import config_text
from backtests.services.previewing import universe_preview
from factors.models import Strategy
from tests.backtests.services.tables import config, days
from tests.backtests.stored import bare

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
NEW = "/backtests/new/"


def form_of(client: Client, address: str) -> dict[str, str]:
    """What a browser would send of the form that it is shown."""
    context = client.get(address).context
    sent: dict[str, object] = {}
    for form in (context["form"], *(row for kind in context["rows"].values() for row in kind.forms)):
        for field in form:
            value = field.value()
            if value not in (None, "", False):
                sent[field.html_name] = value
    for kind, formset in context["rows"].items():
        sent |= {f"{kind}-TOTAL_FORMS": len(formset.forms), f"{kind}-INITIAL_FORMS": 0}
    return sent


def errors(client: Client, sent: dict) -> dict[str, str]:
    found = client.post(f"{NEW}check/", sent, **HTMX).context["errors"]
    return {place: text for place, text in found.items() if text}


@pytest.fixture
def sent(finished, ann) -> dict:
    return form_of(ann, f"{NEW}?like={finished.five}")


def test_of_an_earlier_one_comes_the_same(finished, ann, sent):
    stored = BacktestSession.objects.get(pk=finished.five)
    assert errors(ann, sent) == {}
    there = ann.post(NEW, sent).url
    assert there == f"/backtests/{stored.pk}/"  # served from the store: the same configuration
    ann.post(NEW, sent | {"again": "on"})
    made = BacktestSession.objects.order_by("-pk").first()
    assert (made.config, made.status, made.owner) == (stored.config, Status.PENDING, ann.user)


@pytest.mark.parametrize(
    ("changed", "place", "told"),
    [
        ({"max_positions": "0"}, "max_positions", "whole number from 1"),
        ({"commission": "abc"}, "commission", "must be a number"),
        ({"start": ""}, "start", "from which day on"), ({"start": "2024-13-01"}, "start", "YYYY-MM-DD"),
        ({"start": "1999-01-04"}, "start", "before the data"), ({"end": "2001-01-01"}, "start", "after end"),
        ({"region": "XX"}, "region", "unknown region"), ({"benchmark": "NOPE"}, "benchmark", "not known"),
        ({"order_by": "nonsense"}, "order_by", "nonsense"), ({"order_by": "composite"}, "order_by", "strategy"),
        ({"sizing": "SCORE"}, "sizing", "strategy"), ({"strategy": "nope"}, "strategy", "unknown strategy"),
        ({"buy-0-value": ""}, "buy-0", "must be a number"), ({"buy-0-operator": "between"}, "buy-0", "[low, high]"),
        ({"sell-1-value": "-3"}, "sell-1", "above 0"), ({"sell-4-factor": ""}, "sell-4", "unknown"),
        ({"tickers": "T01, NOPE"}, "tickers", "NOPE"), ({"sectors": ["bank", "moon"]}, "sectors", "moon"),
        ({"lot_size": "1e400"}, "lot_size", "must be a number"), ({"name": "x" * 200}, "name", "120"),
        ({"member-TOTAL_FORMS": "1", "member-0-factor": "momentum_1m", "member-0-weight": "-1"}, "member", "weight"),
        ({"where-TOTAL_FORMS": "1", "where-0-factor": "pe_ratio", "where-0-field": "moon"}, "where", "moon"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(ann, sent, changed, place, told):
    found = errors(ann, sent | changed)
    assert told in found[place]
    page = ann.post(NEW, sent | changed)
    assert page.status_code == 200
    assert told in page.context["errors"][place]
    assert not BacktestSession.objects.filter(status=Status.PENDING).exists()


def test_several_at_once(ann, sent):
    found = errors(ann, sent | {"max_positions": "0", "tax": "-1", "slippage": "x"})
    assert set(found) == {"max_positions", "tax", "slippage"}


def test_blank_rows_are_passed_over(ann, sent):
    """The second row of the form is the first of the configuration."""
    sent |= {"buy-TOTAL_FORMS": "2", "buy-1-factor": "momentum_1m", "buy-1-operator": ">", "buy-1-value": "x"}
    del sent["buy-0-factor"], sent["buy-0-value"]
    assert set(errors(ann, sent)) == {"buy-1"}


def test_rows_come_and_go(ann, sent):
    more = ann.post(f"{NEW}form/", sent | {"do": "add-buy"}, **HTMX).context["rows"]["buy"]
    assert [row.given("factor") for row in more] == ["momentum_1m", ""]
    less = ann.post(f"{NEW}form/", sent | {"do": "remove-sell-1"}, **HTMX).context["rows"]["sell"]
    assert [row.given("type") for row in less] == ["STOP_LOSS", "HOLD_DAYS", "TRAILING_STOP", "FACTOR"]
    assert [row.given("value") for row in less] == ["8", "60", "9", "-8"]


@pytest.mark.parametrize("do", ["", "add-nothing", "remove-buy-x", "remove-buy-99", "x", "add"])
def test_strange_commands_change_nothing(ann, sent, do):
    rows = ann.post(f"{NEW}form/", sent | {"do": do}, **HTMX).context["rows"]
    assert len(rows["buy"].forms) == 1


def test_written_as_yaml_and_read_again(ann, sent):
    text = ann.post(f"{NEW}yaml/", sent, **HTMX).context["yaml_text"]
    read = ann.post(f"{NEW}form/", {"do": "read", "yaml": text}, **HTMX)
    assert read.context["form"]["max_positions"].value() == 5
    assert len(read.context["rows"]["sell"].forms) == 5
    file = ann.post(f"{NEW}yaml/", sent | {"file": "1"})
    assert file.content.decode() == text
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("text", "told"), [("a: [", "expected"), ("region: XX", "unknown region"), ("7", "names with")]
)
def test_bad_yaml_is_told_and_the_form_stays(ann, sent, text, told):
    answer = ann.post(f"{NEW}form/", sent | {"do": "read", "yaml": text}, **HTMX)
    assert told in answer.content.decode()
    assert answer.context["form"]["max_positions"].value() == "5"


def test_a_strategy_of_weights_goes_round(finished, ann):
    """What the form has no fields for comes back as it was."""
    written = {
        "factors": {"momentum_1m": 2.0, "volatility_60d": 1.0}, "combiner": "fixed_weight", "neutralise": ["size"],
    }  # fmt: skip
    asked = config(strategy=written, order_by="composite", universe={"sectors": ["bank"]}, buy_conditions=[])
    session = bare(owner=ann.user, config=config_check(config=asked).written)
    made = form_of(ann, f"{NEW}?like={session.pk}")
    ann.post(NEW, made)
    again = BacktestSession.objects.order_by("-pk").first()
    assert again.pk != session.pk
    assert again.config == session.config


def test_begins_with_conditions_of_the_screener(finished, ann):
    strategy = Strategy.objects.create(name="own", region="KR", owner=ann.user)
    conditions = [{"factor": "pe_ratio", "field": "value", "operator": "between", "value": [5, 12.5], "extra": 1}, 7]
    context = ann.get(NEW, {"strategy": strategy.pk, "conditions": json.dumps(conditions)}).context
    row = context["rows"]["buy"].forms[0]
    assert [row.given(name) for name in ("factor", "operator", "value", "high")] == ["pe_ratio", "between", "5", "12.5"]
    assert context["form"]["strategy"].value() == "own"


@pytest.mark.parametrize(
    ("query", "status"),
    [("?like=x", 404), ("?like=999999", 404), ("?strategy=999999", 404), ("?conditions={", 200),
     ("?conditions=[[[", 200), ("?sweep=1&variant=1", 404), ("?region=ZZ", 200)],
)  # fmt: skip
def test_strange_beginnings(ann, query, status):
    assert ann.get(f"{NEW}{query}").status_code == status


def test_preview_is_the_selection_of_that_session(finished, ann, sent):
    """The first rebalance of a run that begins on a session chooses from those whom the preview shows."""
    on = days()[-40]
    preview = universe_preview(config=config(), on=on)
    run = backtest_run(config=config(start=str(on), end=str(days()[-1]), benchmark="none"))
    first = run.statistics.details["selection"][0]
    assert first["date"] == str(on) == str(preview.on)
    assert (preview.universe, preview.candidates) == (first["universe"], first["candidates"])
    assert [(one["known"], one["met"]) for one in preview.conditions] == [
        (one["known"], one["met"]) for one in first["conditions"]
    ]
    bought = list(run.trades.filter(signal_date=on, side="BUY").values_list("ticker", flat=True))
    assert set(bought) == {one["ticker"] for one in preview.first[: len(bought)]}
    page = ann.post(f"{NEW}preview/", sent | {"on": str(on)}, **HTMX).content.decode()
    assert preview.first[0]["ticker"] in page


def test_first_to_be_bought_are_those_that_would_be(finished, monkeypatch):
    """As many as there are positions; none by a figure that nobody has; a name that did not trade makes way."""
    three = [one["ticker"] for one in universe_preview(config=config(max_positions=3)).first]
    assert len(three) == 3
    unknown = universe_preview(config=config(buy_conditions=[], order_by="earnings_momentum"))
    assert (unknown.candidates > 0, unknown.first) == (True, [])
    monkeypatch.setattr(Prices, "tradable", lambda prices, session: prices.tickers != three[0])
    again = universe_preview(config=config(max_positions=3))
    assert [one["ticker"] for one in again.first][:2] == three[1:]


@pytest.mark.parametrize(
    ("changed", "told"), [({"on": "x"}, "none"), ({"on": "1990-01-01"}, "before the data"), ({"tax": "x"}, "number")]
)
def test_preview_says_what_is_wrong(ann, sent, changed, told):
    assert told in ann.post(f"{NEW}preview/", sent | changed, **HTMX).content.decode()


@pytest.mark.parametrize("do", ["add-buy", f"remove-buy-{'9' * 5000}"])
def test_counts_of_rows_that_are_none(ann, sent, do):
    """More digits than Python reads as a number."""
    answer = ann.post(f"{NEW}form/", sent | {"buy-TOTAL_FORMS": "9" * 5000, "do": do}, **HTMX)
    assert (answer.status_code, len(answer.context["rows"]["buy"].forms)) == (200, do == "add-buy")


def test_what_stays_empty_says_what_counts_then(ann, finished):
    """The placeholders are the defaults of the check itself."""
    form = ann.get(NEW, {"region": "KR"}).context["form"]
    given = {name: value for name, value in config().items() if name in ("region", "start", "buy_conditions")}
    written = config_check(config=given).written
    for name in ("max_positions", "every", "cash_buffer", "risk_free", "delisting_return", "commission", "lot_size"):
        assert float(form.fields[name].widget.attrs["placeholder"]) == written[name]
    for name in ("rebalance", "fill", "mode", "sizing", "normalisation", "rebalance_on_start", "fractional"):
        assert form[name].value() == written[name]


def test_not_for_readers(reader, finished):
    for part in ("", "check/", "form/", "yaml/", "preview/"):
        assert reader.post(f"{NEW}{part}").status_code == 403
    assert Client().get(NEW).status_code == 302


def test_text_of_a_configuration(finished):
    assert "max_positions: 5" in config_text(BacktestSession.objects.get(pk=finished.five).config)


@pytest.mark.parametrize("part", ["check", "form", "yaml", "preview"])
def test_parts_answer_what_is_sent_alone(ann, part):
    assert ann.get(f"{NEW}{part}/").status_code == 405
