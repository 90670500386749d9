"""Korea Investment & Securities, Open API: the present constituents and price of Korean ETFs.

The answers have no date: they are of the moment, so the day is the one asked for (``answers.present_name``).
"""

import datetime as dt
import hashlib
import threading
import time
from decimal import Decimal
from typing import Any, ClassVar

from etfs.sources.answers import bad_of, json_of, key_of, member, present_day, present_name, rows_of, ticker_of
from etfs.sources.base import (
    Ask,
    Composition,
    DayStat,
    Http,
    Kind,
    Line,
    LineKind,
    NetworkSource,
    Parsed,
    Raw,
    SourceProblem,
)
from etfs.sources.krx_funds import session_before
from etfs.sources.registry import register
from etfs.sources.tables import Row
from market.calendars import sessions_before

_PATH = "/uapi/etfetn/v1/quotations/"
_UNIT = Decimal(100_000_000)  # KRW: net assets are published in hundred millions
_CASH = "010010"  # won on deposit among the constituents
_DIGITS = 6  # of a number of constituents
_EARLY = 600.0  # seconds before its end at which a token is replaced
_tokens: dict[str, tuple[str, float]] = {}  # digest of the key -> token, end of its life (time.monotonic)
_lock = threading.Lock()
_LINES = {
    "stck_shrn_iscd": "short code of the constituent",
    "hts_kor_isnm": "name",
    "etf_cnfg_issu_rlim": "weight, percent",
    "etf_vltn_amt": "value in one creation unit, KRW",
}
_STAT = {
    "stck_prpr": "price now, KRW",
    "acml_vol": "volume, shares",
    "nav": "NAV, KRW",
    "lstn_stcn": "listed shares: those outstanding on the session BEFORE",
    "etf_ntas_ttam": "net assets of the session BEFORE, hundred million KRW",
}


@register
class KisSource(NetworkSource):
    name: ClassVar[str] = "kis"
    title: ClassVar[str] = "Korea Investment & Securities Open API"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.STATS)
    regions: ClassVar[tuple[str, ...]] = ("KR",)
    columns = _LINES | _STAT
    checked: ClassVar[str] = "contract"
    base_url: ClassVar[str] = "https://openapi.koreainvestment.com:9443"
    hosts: ClassVar[tuple[str, ...]] = ("openapi.koreainvestment.com:9443",)
    rate_limit: ClassVar[float] = 20.0
    key_settings: ClassVar[tuple[str, ...]] = ("KIS_APP_KEY", "KIS_APP_SECRET")

    def fetch(self, ask: Ask, http: Http) -> Raw:
        """Constituents (FHKST121600C0) or the price (FHPST02400000) of one fund, now."""
        ticker = ticker_of(ask)
        params = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": ticker}
        page, tr_id = "inquire-price", "FHPST02400000"
        if ask.kind == Kind.HOLDINGS:
            page, tr_id = "inquire-component-stock-price", "FHKST121600C0"
            params["FID_COND_SCR_DIV_CODE"] = "11216"
        name = present_name(f"{page}?FID_INPUT_ISCD={ticker}", ask)
        key, secret = key_of("KIS_APP_KEY"), key_of("KIS_APP_SECRET")
        headers = {"appkey": key, "appsecret": secret, "tr_id": tr_id, "custtype": "P"}
        headers["authorization"] = f"Bearer {self._token(http, key, secret)}"
        try:
            return Raw(http.get(f"{self.base_url}{_PATH}{page}", params, headers), name)
        except SourceProblem as problem:
            if problem.error_type in ("auth", "http"):  # an expired token is answered with 500
                _forget(key)
            raise

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        answer = json_of(raw)
        _check(answer, raw.name)
        if ask.kind == Kind.HOLDINGS:
            return Parsed(compositions=(_composition(answer, raw, ask),))
        rows = rows_of([member(answer, "output", dict, raw.name)], tuple(_STAT), raw.name)
        return Parsed(stats=_stats(rows[0], raw, ask), bad_rows=bad_of(rows))

    def _token(self, http: Http, key: str, secret: str) -> str:
        """The access token: valid for a day, and issued once a minute at most, so all threads share it."""
        digest = hashlib.sha256(key.encode()).hexdigest()
        with _lock:
            token, end = _tokens.get(digest, ("", 0.0))
            if time.monotonic() < end:
                return token
            asked = {"grant_type": "client_credentials", "appkey": key, "appsecret": secret}
            raw = Raw(http.post(f"{self.base_url}/oauth2/tokenP", asked), "tokenP")
            answer = json_of(raw)
            if isinstance(answer, dict) and "error_code" in answer:
                raise SourceProblem(f"kis: no token ({str(answer['error_code'])[:20]})", "auth")
            token, life = member(answer, "access_token", str, "tokenP"), member(answer, "expires_in", int, "tokenP")
            _tokens[digest] = (token, time.monotonic() + life - _EARLY)
            return token


def _forget(key: str) -> None:
    with _lock:
        _tokens.pop(hashlib.sha256(key.encode()).hexdigest(), None)


def _check(answer: Any, where: str) -> None:
    """A refusal also comes with status 200, as rt_cd other than 0."""
    code = member(answer, "rt_cd", str, where)
    if code != "0":
        said = f"{str(answer.get('msg_cd', ''))[:20]} {str(answer.get('msg1', ''))[:80]}".strip()
        kind = {"EGW00201": "rate_limit", "EGW00121": "auth", "EGW00123": "auth"}.get(str(answer.get("msg_cd")), "http")
        raise SourceProblem(f"{where}: refused with rt_cd {code[:5]} ({said})", kind)


def _composition(answer: Any, raw: Raw, ask: Ask) -> Composition:
    """The basket of one creation unit. ``expected_lines`` is the fund's own number of constituents: the source shows a
    part of long lists."""
    head = member(answer, "output1", dict, raw.name)
    rows = rows_of(member(answer, "output2", list, raw.name), tuple(_LINES), raw.name)
    expected = str(head.get("etf_cnfg_issu_cnt", "")).strip()
    if not expected.isdecimal() or len(expected) > _DIGITS:
        raise SourceProblem(f"{raw.name}: the field 'etf_cnfg_issu_cnt' is missing or no number")
    return Composition(
        fund=ticker_of(ask),
        as_of_date=present_day(raw, ask),
        lines=tuple(_line(row) for row in rows),
        currency="KRW",
        expected_lines=int(expected) or None,
        bad_rows=bad_of(rows),
        per_unit=True,
    )


def _line(row: Row) -> Line:
    code = row.code("stck_shrn_iscd")
    return Line(
        row_number=row.number,
        kind=LineKind.CASH if code == _CASH else LineKind.UNKNOWN,
        ticker="" if code == _CASH else code,
        name=row.text("hts_kor_isnm"),
        weight=row.optional("etf_cnfg_issu_rlim"),
        market_value=row.optional("etf_vltn_amt"),
    )


def _stats(row: Row, raw: Raw, ask: Ask) -> tuple[DayStat, ...]:
    """Price, volume and NAV of the day; assets and shares under the session before, whose they are: in the broker's own
    sample answer ``etf_ntas_ttam`` is ``prdy_last_nav`` x ``lstn_stcn``, as with KRX's own figures."""
    nav, shares, assets = row.optional("nav"), row.optional("lstn_stcn"), row.optional("etf_ntas_ttam")
    price, volume = row.optional("stck_prpr"), row.optional("acml_vol")
    if not price:
        raise SourceProblem(f"{raw.name}: no price, as before the market opens or for an unknown code", "empty")
    assets = assets * _UNIT if assets else None
    if assets and nav and shares and not Decimal("0.5") < assets / (nav * shares) < 2:
        raise SourceProblem(
            f"{raw.name}: 'etf_ntas_ttam' is not net assets in hundred million KRW (NAV x shares differs)"
        )
    ticker, day = ticker_of(ask), present_day(raw, ask)
    now = DayStat(ticker, day, nav=nav or None, close=price, volume=volume, row_number=row.number)
    before = _session_before(day)
    if before is None or not (assets or shares):
        return (now,)
    told = DayStat(ticker, before, total_assets=assets, shares_outstanding=shares or None, row_number=row.number)
    return now, told


def _session_before(day: dt.date) -> dt.date | None:
    """The session before the newest one: on a Saturday the answer is still Friday's."""
    newest = sessions_before("KR", day, 1)
    return session_before(newest[-1].astype(dt.date)) if len(newest) else None
