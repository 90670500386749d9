"""Given an answer as published, then exactly these figures."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D

import pytest

from etfs.sources.base import Ask, DayStat, Kind, Line, LineKind, Raw, SourceProblem
from market.regions import region_get
from tests.etfs.network.cases import CASES, case_of, collected, fetched, source_of, today
from tests.etfs.network.conftest import KEYS
from tests.etfs.network.server import Player, answer, file


def test_schwab(player: Player) -> None:
    case = case_of("schwab", Kind.HOLDINGS)
    (found,) = collected(case, player, answer(case.body)).compositions
    assert (found.fund, found.as_of_date, found.currency) == ("QQQ", dt.date(2026, 3, 27), "USD")
    assert found.expected_lines == 102  # so that three lines are seen to be a part
    apple, berkshire, cash = found.lines
    assert apple == Line(
        1,
        LineKind.UNKNOWN,
        "AAPL",
        name="Apple Inc",
        weight=D("8.8514"),
        shares=D(44952000),
        market_value=D(8914000000),
    )
    assert (berkshire.ticker, berkshire.name) == ("BRK/B", "Berkshire Hathaway Inc & Co")
    assert (berkshire.shares, berkshire.market_value) == (None, D("1250.50"))
    assert (cash.ticker, cash.name, cash.weight) == ("", "US Dollar", D("-0.02"))


def test_schwab_page_that_hides_how_many_lines_there_are(player: Player) -> None:
    case = case_of("schwab", Kind.HOLDINGS)
    row = case.body[
        case.body.index(b"<tr><td class") : case.body.index(b"</tr>", case.body.index(b"<tr><td class")) + 5
    ]
    body = case.body.replace(row, row * 20).replace(b"matches", b"")
    with pytest.raises(SourceProblem, match="of how many lines"):
        collected(case, player, answer(body))


def test_kis_components(player: Player) -> None:
    case = case_of("kis", Kind.HOLDINGS)
    (found,) = collected(case, player, answer(case.body)).compositions
    assert (found.fund, found.as_of_date, found.expected_lines) == ("069500", today("KR"), 3)
    assert found.per_unit  # values of one creation unit, 50,000 shares
    samsung, lettered, cash = found.lines
    assert samsung == Line(1, LineKind.UNKNOWN, "005930", name="삼성전자", weight=D("28.15"), market_value=D(610500000))
    assert lettered.ticker == "0004Y0"
    assert (cash.kind, cash.ticker, cash.weight) == (LineKind.CASH, "", D("0.40"))


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (dt.date(2021, 1, 8), dt.date(2021, 1, 7)),
        (dt.date(2021, 1, 9), dt.date(2021, 1, 7)),  # a Saturday: the answer is Friday's
        (dt.date(2021, 2, 15), dt.date(2021, 2, 10)),  # after Seollal
    ],
)
def test_kis_price_with_assets_and_shares_of_the_session_before(day: dt.date, before: dt.date) -> None:
    """Net assets are the NAV of the evening before times the listed shares: neither is of today yet."""
    case = case_of("kis", Kind.STATS)
    now, told = source_of(case).parse(Raw(case.body, "saved.json"), replace(case.ask, date=day)).stats
    assert now == DayStat("069500", day, nav=D("36120.50"), close=D(36090), volume=D(4123456), row_number=1)
    assert told == DayStat(
        "069500", before, total_assets=D(6137200000000), shares_outstanding=D(170000000), row_number=1
    )
    assert abs(told.total_assets / (D("36101.25") * told.shares_outstanding) - 1) < D("1e-5")


def test_kis_price_of_the_present(player: Player) -> None:
    case = case_of("kis", Kind.STATS)
    now, told = collected(case, player, answer(case.body)).stats
    assert now.date == today("KR") > told.date


def test_kis_net_assets_in_another_unit(player: Player) -> None:
    case = case_of("kis", Kind.STATS)
    with pytest.raises(SourceProblem, match="etf_ntas_ttam"):
        collected(case, player, answer(case.body.replace(b'"61372"', b'"6137200000000"')))


def test_kis_asks_for_a_token_once_and_again_when_it_expired(player: Player) -> None:
    case = case_of("kis", Kind.HOLDINGS)
    fetched(case, player, answer(case.body))
    fetched(case, player, answer(case.body))
    assert [asked.path.split("?")[0] for asked in player.asked].count("/oauth2/tokenP") == 1
    shown = player.asked[-1].headers
    assert (shown["authorization"], shown["tr_id"]) == ("Bearer made-up-token", "FHKST121600C0")
    expired = b'{"rt_cd":"1","msg_cd":"EGW00123","msg1":"expired"}'
    with pytest.raises(SourceProblem):
        fetched(case, player, answer(expired, 500))
    fetched(case, player, answer(case.body))
    assert [asked.path.split("?")[0] for asked in player.asked].count("/oauth2/tokenP") == 2


@pytest.mark.parametrize(("code", "kind"), [("EGW00201", "rate_limit"), ("EGW00123", "auth"), ("OPSQ1002", "http")])
def test_kis_refusal_with_status_200(player: Player, code: str, kind: str) -> None:
    case = case_of("kis", Kind.HOLDINGS)
    body = f'{{"rt_cd": "1", "msg_cd": "{code}", "msg1": "no"}}'.encode()
    with pytest.raises(SourceProblem, match=code) as caught:
        collected(case, player, answer(body))
    assert caught.value.error_type == kind


@pytest.mark.parametrize("days", [30, -1])
def test_kis_knows_only_the_present(player: Player, days: int) -> None:
    case = case_of("kis", Kind.HOLDINGS)
    ask = replace(case.ask, date=today("KR") - dt.timedelta(days=days))
    with pytest.raises(SourceProblem, match="only the present"):
        fetched(case, player, answer(case.body), ask=ask)


def test_polygon_constituents_of_the_newest_day_only(player: Player) -> None:
    case = case_of("polygon", Kind.HOLDINGS)
    (found,) = collected(case, player, answer(case.body)).compositions
    assert (found.fund, found.as_of_date, found.currency) == ("SPY", dt.date(2025, 9, 18), "USD")
    caesars, cash = found.lines
    assert caesars == Line(
        1, LineKind.STOCK, "CZR", "US12769G1004", "CAESARS ENTERTAINMENT INC COMMON STOCK", weight=D("0.00958005"),
        shares=D(2398054), market_value=D("63308625.6"), currency="USD", country="US", listing="US",
    )  # fmt: skip
    assert (cash.ticker, cash.name, str(cash.weight)) == ("", "US DOLLAR", "0.002")


def test_polygon_follows_pages_and_only_to_its_own_hosts(player: Player) -> None:
    case = case_of("polygon", Kind.HOLDINGS)
    row = b'{"composite_ticker": "SPY", "effective_date": "2025-09-18", "constituent_ticker": "%s", "weight": 0.25}'
    page = b'{"status": "OK", "results": [%s]%s}'
    link = b', "next_url": "https://%s/etf-global/v1/constituents?cursor=2"'
    first = answer(page % (row % b"A", link % b"api.massive.com"))
    raw = fetched(case, player, first, answer(page % (row % b"B", b"")))
    (found,) = source_of(case).parse(raw, case.ask).compositions
    assert [(line.row_number, line.ticker) for line in found.lines] == [(1, "A"), (2, "B")]
    assert player.asked[-1].path == "/etf-global/v1/constituents?cursor=2"
    with pytest.raises(SourceProblem, match="not an address of polygon"):
        fetched(case, player, answer(page % (row % b"A", link % b"example.org")))


def test_polygon_lines_of_another_fund(player: Player) -> None:
    case = case_of("polygon", Kind.HOLDINGS)
    with pytest.raises(SourceProblem, match="not only of SPY") as caught:
        collected(
            case,
            player,
            answer(case.body.replace(b'"SPY", "constituent_name": "US', b'"IVV", "constituent_name": "US')),
        )
    assert caught.value.error_type == "refused"


def test_polygon_bars_by_the_day_in_new_york(player: Player) -> None:
    case = case_of("polygon", Kind.STATS)
    summer, winter = collected(case, player, answer(case.body)).stats
    assert (summer.date, summer.close, summer.volume) == (dt.date(2025, 9, 19), D("663.7"), D(67245125))
    assert (winter.date, winter.volume) == (dt.date(2025, 11, 10), D("69452811.5"))


@pytest.mark.parametrize("results", [b"", b', "results": []'])
def test_polygon_without_a_bar(player: Player, results: bytes) -> None:
    body = b'{"status": "OK", "resultsCount": 0%s}' % results
    with pytest.raises(SourceProblem) as caught:
        collected(case_of("polygon", Kind.STATS), player, answer(body))
    assert caught.value.error_type == "empty"


def test_polygon_facts_and_no_fund(player: Player) -> None:
    case = case_of("polygon", Kind.FUNDS)
    (found,) = collected(case, player, answer(case.body)).funds
    assert found.ticker == "SPY"
    assert dict(found.facts) == {"name": "SPDR S&P 500 ETF Trust", "exchange": "ARCX", "listed_shares": D(991580000)}
    with pytest.raises(SourceProblem, match="not an ETF"):
        collected(case, player, answer(case.body.replace(b'"ETF"', b'"CS"')))


def test_jpx_basket(player: Player) -> None:
    case = case_of("jpx", Kind.HOLDINGS)
    (found,) = collected(case, player, answer(case.body)).compositions
    assert (found.fund, found.fund_name, found.as_of_date) == ("1306", "TOPIX ETF", dt.date(2026, 2, 27))
    assert not found.per_unit  # of all its 8.1 billion shares
    nissui, toyota, foreign, future, forward, dollars, cash = found.lines
    assert nissui == Line(
        1, LineKind.UNKNOWN, "1332", "JP3718800000", "NISSUI CORPORATION", shares=D("7647000.0"),
        market_value=D("11520205500"), currency="JPY", exchange="TSE", listing="JP",
    )  # fmt: skip
    assert toyota.market_value == D(7500000000)
    assert (foreign.ticker, foreign.listing, foreign.market_value) == ("SLB", "", None)  # no rate, no guess
    assert [line.kind for line in (future, forward)] == [LineKind.DERIVATIVE] * 2
    assert (dollars.kind, dollars.ticker, dollars.market_value) == (LineKind.CASH, "", None)
    assert (cash.row_number, cash.kind, cash.market_value) == (7, LineKind.CASH, D("496973797639.0"))


def test_jpx_asks_the_next_agent(player: Player) -> None:
    case = case_of("jpx", Kind.HOLDINGS)
    raw = fetched(case, player, answer(file("jpx_notice.html")), answer(b"no", 404), answer(case.body))
    assert raw.name == "api.ebs.ihsmarkit.com/inav/getfile?filename=1306.csv"
    assert [asked.path for asked in player.asked] == [
        "/pcf-download/1306.csv",
        "/downloads/etfservices/tse-pcf/single/1306.csv",
        "/inav/getfile?filename=1306.csv",
    ]


def test_jpx_other_kinds_and_another_fund(player: Player) -> None:
    case, source = case_of("jpx", Kind.HOLDINGS), source_of(case_of("jpx", Kind.HOLDINGS))
    raw = fetched(case, player, answer(case.body))
    (stat,) = source.parse(raw, replace(case.ask, kind=Kind.STATS)).stats
    assert (stat.ticker, stat.date, stat.shares_outstanding) == ("1306", dt.date(2026, 2, 27), D(8133974978))
    (fund,) = source.parse(raw, replace(case.ask, kind=Kind.FUNDS)).funds
    assert dict(fund.facts) == {"name": "TOPIX ETF", "listed_shares": D(8133974978)}
    with pytest.raises(SourceProblem, match="not of 1321"):
        source.parse(raw, replace(case.ask, ticker="1321"))


def test_vndirect_in_dong(player: Player) -> None:
    case = case_of("vndirect", Kind.STATS)
    last, before = collected(case, player, answer(case.body)).stats
    assert (last.ticker, last.date, last.close) == ("E1VFVN30", dt.date(2025, 11, 13), D(33710))
    assert (last.volume, last.trading_value) == (D(1334500), D(44911000000))
    assert (before.close, before.volume, before.trading_value) == (D(33500), D(1000000), D(33450000000))


def test_vndirect_prices_in_another_unit_and_no_row(player: Player) -> None:
    case = case_of("vndirect", Kind.STATS)
    with pytest.raises(SourceProblem, match="'close' is not in thousand VND in row 1"):
        collected(case, player, answer(case.body.replace(b"33.71", b"33710")))
    with pytest.raises(SourceProblem) as caught:
        collected(case, player, answer(b'{"data": [], "totalElements": 0}'))
    assert caught.value.error_type == "empty"


def test_etfcheck_basket(player: Player) -> None:
    case = case_of("etfcheck", Kind.HOLDINGS)
    (found,) = collected(case, player, answer(case.body)).compositions
    assert (found.fund, found.as_of_date, found.expected_lines) == ("069500", dt.date(2026, 7, 31), None)
    samsung, cash = found.lines
    assert samsung == Line(
        1, LineKind.UNKNOWN, "005930", "KR7005930003", "삼성전자", weight=D("28.1534"), shares=D(8140)
    )
    assert (cash.ticker, cash.identifier, cash.weight, cash.shares) == ("", "KRD010010001", D("0.65"), None)


def test_etfcheck_refusal_two_days_and_unreadable_weight(player: Player) -> None:
    case = case_of("etfcheck", Kind.HOLDINGS)
    with pytest.raises(SourceProblem, match="invalid client"):
        collected(case, player, answer(b'{"success": false, "message": "invalid client"}'))
    with pytest.raises(SourceProblem, match="2 days"):
        collected(case, player, answer(case.body.replace(b"20260731", b"20260730", 1)))
    (found,) = collected(case, player, answer(case.body.replace(b"28.1534", b'"28,15"'))).compositions
    assert [(bad.row_number, bad.column) for bad in found.bad_rows] == [(1, "WEIGHT")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_names_without_keys_and_without_a_key(case, player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = fetched(case, player, answer(case.body))
    assert not any(key in raw.name for key in KEYS.values())
    assert not any(key in asked.path for key in KEYS.values() for asked in player.asked)
    for setting in source_of(case).key_settings:
        monkeypatch.delenv(setting)
        with pytest.raises(SourceProblem, match=setting) as caught:
            fetched(case, player, answer(case.body))
        assert caught.value.error_type == "auth"
        monkeypatch.setenv(setting, KEYS[setting])


@pytest.mark.parametrize("ticker", ["", "../admin", "SPY?x=1", "A" * 21, "삼성"])
def test_tickers_that_are_none_go_into_no_address(player: Player, ticker: str) -> None:
    case = case_of("schwab", Kind.HOLDINGS)
    with pytest.raises(SourceProblem) as caught:
        fetched(case, player, answer(case.body), ask=replace(case.ask, ticker=ticker))
    assert caught.value.error_type == "refused"
    assert not player.asked


def test_bytes_without_a_noted_day_take_the_day_asked_for() -> None:
    case = case_of("kis", Kind.HOLDINGS)
    ask = Ask(Kind.HOLDINGS, region_get("KR"), "069500", dt.date(2026, 1, 5))
    (found,) = source_of(case).parse(Raw(case.body, "saved.json"), ask).compositions
    assert found.as_of_date == dt.date(2026, 1, 5)
    with pytest.raises(SourceProblem, match="the answer has no date"):
        source_of(case).parse(Raw(case.body, "saved.json"), case.ask)
