"""ETF CHECK (Koscom, etfcheck.co.kr): creation baskets of Korean ETFs.

The site's own pages sign their requests with a key that changes; without that signature it may answer 403. The
signature is the site's way of saying who may use its interface, so it is not imitated here: a 403 is reported as
``auth``.
"""

from typing import ClassVar

from etfs.sources.answers import bad_of, compact_day, json_of, member, rows_of, ticker_of
from etfs.sources.base import (
    Ask,
    Composition,
    Http,
    Kind,
    Line,
    LineKind,
    NetworkSource,
    Parsed,
    Raw,
    SourceProblem,
)
from etfs.sources.registry import register
from etfs.sources.tables import Row

_PATH = "/user/etp/getEtfPdfRankListWeight"
_LIMIT = 1000  # lines of one answer
_COLUMNS = {
    "F12506": "day, YYYYMMDD",
    "F16013_PDF": "short code of the constituent; blank outside Korea",
    "NAME": "name",
    "WEIGHT": "weight, percent",
}
_MORE = {"F16012_PDF": "ISIN of the constituent", "F16499": "shares in one creation unit"}


@register
class EtfcheckSource(NetworkSource):
    name: ClassVar[str] = "etfcheck"
    title: ClassVar[str] = "ETF CHECK (Koscom)"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS,)
    regions: ClassVar[tuple[str, ...]] = ("KR",)
    columns = _COLUMNS | _MORE
    checked: ClassVar[str] = "contract"
    base_url: ClassVar[str] = "https://www.etfcheck.co.kr"
    hosts: ClassVar[tuple[str, ...]] = ("www.etfcheck.co.kr",)
    rate_limit: ClassVar[float] = 1.0

    def fetch(self, ask: Ask, http: Http) -> Raw:
        ticker = ticker_of(ask)
        params = {"code": ticker, "start": 0, "limit": _LIMIT}
        headers = {"Accept": "application/json"}
        return Raw(http.get(f"{self.base_url}{_PATH}", params, headers), f"{_PATH}?code={ticker}")

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        answer = json_of(raw)
        if not member(answer, "success", bool, raw.name):
            raise SourceProblem(f"{raw.name}: refused ({str(answer.get('message', ''))[:80]})", "http")
        rows = rows_of(member(answer, "results", list, raw.name), tuple(_COLUMNS), raw.name)
        if len(rows) >= _LIMIT:
            raise SourceProblem(f"{raw.name}: {len(rows)} lines, which is as many as one answer may have", "refused")
        days = {compact_day(row.text("F12506"), raw.name) for row in rows}
        if len(days) > 1:
            raise SourceProblem(f"{raw.name}: lines of {len(days)} days in one basket", "refused")
        lines = tuple(_line(row) for row in rows)
        found = Composition(ticker_of(ask), days.pop(), lines, "KRW", bad_rows=bad_of(rows), per_unit=True)
        return Parsed(compositions=(found,))


def _line(row: Row) -> Line:
    row.need_text("F16013_PDF", "NAME")
    return Line(
        row_number=row.number,
        kind=LineKind.UNKNOWN,
        ticker=row.code("F16013_PDF"),
        identifier=row.text("F16012_PDF"),
        name=row.text("NAME"),
        weight=row.optional("WEIGHT"),
        shares=row.optional("F16499"),
    )
