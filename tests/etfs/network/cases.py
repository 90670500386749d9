"""Every HTTP source with a good answer, and where a field of it would be renamed."""

import datetime as dt
from dataclasses import dataclass

from etfs.sources.base import Ask, Kind, NetworkSource, Parsed, Raw
from etfs.sources.http import Client
from etfs.sources.registry import source_get
from market.regions import region_get
from tests.etfs.network.server import Player, answer, file

QUICK = {"timeout": 2.0, "deadline": 10.0, "retries": 1, "backoff": 0.01, "rate_limit": 1000.0, "retry_after_cap": 0.05}


@dataclass(frozen=True)
class Case:
    source: str
    kind: Kind
    region: str
    ticker: str
    good: str
    renamed: str  # a field without which the answer is of another layout

    @property
    def id(self) -> str:
        return f"{self.source}-{self.kind}"

    @property
    def ask(self) -> Ask:
        return Ask(self.kind, region_get(self.region), self.ticker)

    @property
    def body(self) -> bytes:
        return file(self.good)


CASES = (
    Case("schwab", Kind.HOLDINGS, "US", "QQQ", "schwab_holdings.html", "tthHoldingsTbody"),
    Case("kis", Kind.HOLDINGS, "KR", "069500", "kis_components.json", "etf_cnfg_issu_rlim"),
    Case("kis", Kind.STATS, "KR", "069500", "kis_price.json", "etf_ntas_ttam"),
    Case("polygon", Kind.HOLDINGS, "US", "SPY", "polygon_constituents.json", "weight"),
    Case("polygon", Kind.FUNDS, "US", "SPY", "polygon_ticker.json", "results"),
    Case("polygon", Kind.STATS, "US", "SPY", "polygon_bars.json", '"c"'),
    Case("jpx", Kind.HOLDINGS, "JP", "1306", "jpx_1306.csv", "Shares Amount"),
    Case("vndirect", Kind.STATS, "VN", "E1VFVN30", "vndirect_prices.json", "nmValue"),
    Case("etfcheck", Kind.HOLDINGS, "KR", "069500", "etfcheck_basket.json", "WEIGHT"),
)


def source_of(case: Case) -> NetworkSource:
    source = source_get(case.source)
    assert isinstance(source, NetworkSource)
    return source


def fetched(case: Case, player: Player, *acts: object, ask: Ask | None = None, **more: object) -> Raw:
    """What the source fetches when the server plays ``acts`` (KIS gets its token first)."""
    player.plays(*acts)
    player.plays(answer(file("kis_token.json")), path="/oauth2/")
    source = source_of(case)
    return source.fetch(ask or case.ask, Client(source, base_url=player.url, **(QUICK | more)))


def collected(case: Case, player: Player, *acts: object, ask: Ask | None = None, **more: object) -> Parsed:
    return source_of(case).parse(fetched(case, player, *acts, ask=ask, **more), ask or case.ask)


def case_of(source: str, kind: Kind) -> Case:
    return next(case for case in CASES if (case.source, case.kind) == (source, kind))


def today(region: str) -> dt.date:
    return region_get(region).today()
