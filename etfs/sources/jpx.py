"""Tokyo Stock Exchange: the portfolio composition file (PCF) that every ETF publishes each morning through its agent.

There is no list of which agent serves which fund, so they are asked one after the other. Weights are not published:
they follow from shares and prices where every line has a value in yen (lines listed in Tokyo and cash do).
"""

import re
from decimal import Decimal
from typing import ClassVar

from etfs.sources.answers import bad_of, compact_day, csv_rows, text_of, ticker_of
from etfs.sources.base import (
    Ask,
    Composition,
    DayStat,
    FundFacts,
    Http,
    Kind,
    Line,
    LineKind,
    NetworkSource,
    Parsed,
    Raw,
    SourceProblem,
)
from etfs.sources.http import StatusProblem
from etfs.sources.registry import register
from etfs.sources.tables import Row

# ICE (most funds), Solactive (Global X), S&P Global (some of Daiwa and Norinchukin).
_AGENTS = (
    "https://inav.ice.com/pcf-download/{ticker}.csv",
    "https://www.solactive.com/downloads/etfservices/tse-pcf/single/{ticker}.csv",
    "https://api.ebs.ihsmarkit.com/inav/getfile?filename={ticker}.csv",
)
_TOKYO = ("TSE", "XTKS")
_FUTURES = ("OSE", "XOSE", "CME", "XCME", "SGX", "XSIM", "EUX", "XEUR")
_CASH_CODES = ("CASH", "MARGIN")
_BLOOMBERG = re.compile(r"(\S+) [A-Z]{2}")  # 'SLB US'
_HEAD = {
    "ETF Code": "code of the fund",
    "ETF Name": "name of the fund",
    "Fund Cash Component": "cash, JPY",
    "Shares Outstanding": "shares outstanding",
    "Fund Date": "day, YYYYMMDD",
}
_LINES = {
    "Code": "local code; CASH, MARGIN or FX FORWARD",
    "Name": "name",
    "ISIN": "ISIN",
    "Exchange": "exchange (TSE or a MIC)",
    "Currency": "currency of the price",
    "Shares Amount": "shares, contracts or an amount of cash",
    "Stock Price": "price in Currency; per 100 of face for bonds",
}


@register
class JpxSource(NetworkSource):
    name: ClassVar[str] = "jpx"
    title: ClassVar[str] = "Tokyo Stock Exchange PCF (ICE, Solactive, S&P Global)"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.FUNDS, Kind.STATS)
    regions: ClassVar[tuple[str, ...]] = ("JP",)
    columns = _HEAD | _LINES
    checked: ClassVar[str] = "contract"
    hosts: ClassVar[tuple[str, ...]] = ("inav.ice.com", "www.solactive.com", "api.ebs.ihsmarkit.com")
    rate_limit: ClassVar[float] = 1.0

    def fetch(self, ask: Ask, http: Http) -> Raw:
        """The present file of the first agent that has one. A notice in HTML (outside 7:50 to 23:55 in Tokyo, or for
        an unknown code) comes with status 200 and counts as none."""
        ticker = ticker_of(ask).upper()
        problems: list[SourceProblem] = []
        for agent in _AGENTS:
            url = agent.format(ticker=ticker)
            try:
                raw = Raw(http.get(url), url.removeprefix("https://"))
            except SourceProblem as problem:
                problems.append(problem)
                continue
            if not raw.content.lstrip().startswith(b"<"):
                return raw
            problems.append(SourceProblem(f"{raw.name}: a notice, no file", "empty"))
        said = "; ".join(str(problem) for problem in problems)
        # The fund's own agent is the one that fails in another way than "no such file".
        absent = [isinstance(problem, StatusProblem) and problem.status == 404 for problem in problems]
        found = [problem.error_type for problem, is_absent in zip(problems, absent, strict=True) if not is_absent]
        kinds = [kind for kind in found if kind != "empty"]
        raise SourceProblem(f"jpx: no composition file of {ticker}: {said}", kinds[0] if kinds else "empty")

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        head, below = _parts(text_of(raw), raw.name)
        fund, day = head.text("ETF Code"), compact_day(head.text("Fund Date"), raw.name)
        if ask.ticker and fund.upper() != ask.ticker.strip().upper():
            raise SourceProblem(f"{raw.name}: the file is of {fund[:20]}, not of {ask.ticker}", "refused")
        if ask.kind == Kind.FUNDS:
            facts = {"name": head.text("ETF Name"), "listed_shares": head.needed("Shares Outstanding")}
            return Parsed(funds=(FundFacts(fund, facts, row_number=1),), bad_rows=bad_of([head]))
        if ask.kind == Kind.STATS:
            stat = DayStat(fund, day, shares_outstanding=head.needed("Shares Outstanding"), row_number=1)
            return Parsed(stats=(stat,), bad_rows=bad_of([head]))
        rows = csv_rows(below, tuple(_LINES), raw.name)
        lines = [_line(row) for row in rows]
        if cash := head.needed("Fund Cash Component"):
            lines.append(_cash(cash, len(rows) + 1))
        name = head.text("ETF Name")
        bad = bad_of([head, *rows])
        return Parsed(compositions=(Composition(fund, day, tuple(lines), "JPY", fund_name=name, bad_rows=bad),))


def _parts(text: str, where: str) -> tuple[Row, str]:
    """The fund's own row, and the text of the table of lines, which begins with its header 'Code,Name,...'."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("Code,")]
    if not starts:
        raise SourceProblem(f"{where}: the column 'Code' is missing")
    rows = csv_rows("\n".join(lines[: starts[0]]), tuple(_HEAD), where)
    return rows[0], "\n".join(lines[starts[0] :])


def _line(row: Row) -> Line:
    code, exchange, currency = row.text("Code"), row.text("Exchange").upper(), row.text("Currency").upper()
    shares, price = row.needed("Shares Amount"), row.optional("Stock Price")
    kind, value = LineKind.UNKNOWN, None
    if code.upper() in _CASH_CODES:
        kind, value = LineKind.CASH, shares if currency == "JPY" else None
    elif code.upper().startswith(("FX FORWARD", "FX FWD")) or exchange in _FUTURES:
        kind = LineKind.DERIVATIVE
    elif exchange in _TOKYO and currency == "JPY" and shares is not None and price is not None:
        value = shares * price
    short = _BLOOMBERG.fullmatch(code)
    return Line(
        row_number=row.number,
        kind=kind,
        ticker="" if kind == LineKind.CASH else short[1] if short else code,
        identifier=row.text("ISIN"),
        name=row.text("Name"),
        shares=shares,
        market_value=value,
        currency=currency,
        exchange=exchange,
        listing="JP" if exchange in _TOKYO else "",
    )


def _cash(amount: Decimal, number: int) -> Line:
    """The fund's cash, which stands in the file's head: counted as the line after the last."""
    return Line(number, LineKind.CASH, name="Fund Cash Component", market_value=amount, currency="JPY")
