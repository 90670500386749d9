"""VNDIRECT finfo: daily prices of Vietnamese ETFs. Prices come in thousand dong, trading values in dong."""

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from etfs.sources.answers import bad_of, compact_day, json_of, member, rows_of, ticker_of
from etfs.sources.base import Ask, DayStat, Http, Kind, NetworkSource, Parsed, Raw, SourceProblem
from etfs.sources.registry import register
from etfs.sources.tables import Row

_PATH = "/v4/stock_prices"
_SPAN = dt.timedelta(days=30)  # when no day is asked for
_SIZE = 100  # rows of one answer, more than the trading days of the span
_THOUSAND = Decimal(1000)
_COLUMNS = {
    "code": "ticker",
    "date": "day",
    "close": "close, thousand VND, unadjusted",
    "nmVolume": "volume of order matching, shares",
    "nmValue": "value of order matching, VND",
}
_DEALS = {"ptVolume": "volume of put-through deals, shares", "ptValue": "value of put-through deals, VND"}


@register
class VndirectSource(NetworkSource):
    name: ClassVar[str] = "vndirect"
    title: ClassVar[str] = "VNDIRECT (finfo)"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.STATS,)
    regions: ClassVar[tuple[str, ...]] = ("VN",)
    columns = _COLUMNS | _DEALS
    checked: ClassVar[str] = "contract"
    base_url: ClassVar[str] = "https://finfo-api.vndirect.com.vn"
    hosts: ClassVar[tuple[str, ...]] = ("finfo-api.vndirect.com.vn",)
    rate_limit: ClassVar[float] = 2.0

    def fetch(self, ask: Ask, http: Http) -> Raw:
        ticker, last = ticker_of(ask).upper(), ask.date or ask.region.today()
        first = last if ask.date else last - _SPAN
        wanted = f"code:{ticker}~date:gte:{first}~date:lte:{last}"
        params = {"q": wanted, "sort": "date", "size": _SIZE, "page": 1}
        return Raw(http.get(f"{self.base_url}{_PATH}", params), f"{_PATH}?q={wanted}")

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        rows = rows_of(member(json_of(raw), "data", list, raw.name), tuple(_COLUMNS), raw.name)
        fund = ticker_of(ask).upper()
        others = {row.text("code").upper() for row in rows} - {fund}
        if others:
            raise SourceProblem(f"{raw.name}: rows of {', '.join(sorted(others)[:3])}, not only of {fund}", "refused")
        return Parsed(stats=tuple(_stat(row, fund, raw.name) for row in rows), bad_rows=bad_of(rows))


def _stat(row: Row, fund: str, where: str) -> DayStat:
    close, volume, value = row.needed("close"), row.needed("nmVolume"), row.needed("nmValue")
    # The units are nowhere documented: value / volume is the average price in dong, which must agree with the close.
    if close and volume and value and not Decimal("0.5") < value / (volume * close * _THOUSAND) < 2:
        raise SourceProblem(f"{where}: 'close' is not in thousand VND in row {row.number} (value / volume differs)")
    return DayStat(
        ticker=fund,
        date=compact_day(row.text("date"), where),
        close=close * _THOUSAND if close else None,
        volume=_sum(volume, row.optional("ptVolume")),
        trading_value=_sum(value, row.optional("ptValue")),
        row_number=row.number,
    )


def _sum(matched: Decimal | None, deals: Decimal | None) -> Decimal | None:
    return None if matched is None else matched + (deals or 0)
