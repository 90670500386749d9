"""``krx_pdf``: what one creation unit of a Korean ETF consists of (portfolio deposit file, screen MDCSTAT05001)."""

import re

from etfs.sources.base import Ask, Composition, FileSource, Kind, Line, LineKind, Parsed, Raw
from etfs.sources.compose import asked_day, good
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table

COLUMNS = (
    Column("code", ("COMPST_ISU_CD",), "code of six characters, ISIN abroad; KRD..., CASH... for cash", needed=True),
    Column("isin", ("COMPST_ISU_CD2",), "ISIN"),
    Column("market", ("MKT_ID",), "STK KOSPI, KSQ KOSDAQ, KNX KONEX; blank for cash"),
    Column("group", ("SECUGRP_ID",), "ST share, EF ETF, EN ETN, FU future, OP option ..."),
    Column("name", ("COMPST_ISU_NM",), "", needed=True),
    Column("shares", ("COMPST_ISU_CU1_SHRS",), "shares or contracts in one creation unit", needed=True),
    Column("value", ("COMPST_AMT",), "KRW in one creation unit, at the close", needed=True),
    Column("weight", ("COMPST_RTO",), "percent: COMPST_AMT to its sum", needed=True),
)
_MARKETS = {"STK": "KOSPI", "KSQ": "KOSDAQ", "KNX": "KONEX"}
_KINDS = {
    "ST": LineKind.STOCK, "FS": LineKind.STOCK, "DR": LineKind.STOCK, "RT": LineKind.STOCK, "EF": LineKind.ETF,
    "FE": LineKind.ETF, "EN": LineKind.OTHER, "BC": LineKind.BOND, "FU": LineKind.DERIVATIVE, "OP": LineKind.DERIVATIVE,
}  # fmt: skip
_CASH_CODE = re.compile(r"KRD\d{9}|CASH\d*")
_CASH_NAMES = {"원화예금", "설정현금액", "원화현금", "현금", "외화예금"}
_KOREAN = re.compile(r"[0-9][0-9A-Z]{5}")
_ISIN = re.compile(r"[A-Z]{2}[0-9A-Z]{9}\d")
_FUND_IN_NAME = re.compile(r"(?<![0-9A-Z])KR7([0-9A-Z]{6})\d{3}(?![0-9A-Z])")


@register
class KrxDeposit(FileSource):
    name = "krx_pdf"
    title = "data.krx.co.kr screen 05001: portfolio deposit file of one ETF"
    kinds = (Kind.HOLDINGS,)
    regions = ("KR",)
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """The screen names neither its fund nor its day: they come from the file's name or from ``ask``."""
        table = read_table(raw, COLUMNS)
        named = _FUND_IN_NAME.search(raw.name)
        lines, bad = good((row, _line(row)) for row in table.rows)
        found = Composition(
            named[1] if named else ask.ticker,
            asked_day(raw, ask),
            lines,
            "KRW",
            isin=named[0] if named else "",
            bad_rows=bad,
            per_unit=True,
        )
        return Parsed((found,))


def _line(row: Row) -> Line:
    """Amounts may be negative (deposits owed). '-' is a figure KRX does not give, but a line without any is bad."""
    code, isin, name = row.code("code"), row.code("isin"), row.text("name")
    market, figures = row.text("market"), [row.optional(key) for key in ("shares", "value", "weight")]
    row.need_text("name")
    row.need_text("code", "isin")
    if not row.problems and all(figure is None for figure in figures):
        row.refuse("weight", "missing_value", "neither shares nor amount nor weight")
    if market and market not in _MARKETS:
        row.refuse("market", "unknown_market", f"{market[:20]!r} is none of {', '.join(_MARKETS)}")
    cash = _CASH_CODE.fullmatch(code) is not None or name in _CASH_NAMES
    korean = not cash and _KOREAN.fullmatch(code) is not None
    return Line(
        row.number,
        LineKind.CASH if cash else _KINDS.get(row.text("group"), LineKind.UNKNOWN),
        ticker=code if korean else "",
        identifier=next((one for one in (isin, code) if _ISIN.fullmatch(one)), code if not korean else ""),
        name=name,
        shares=figures[0],
        market_value=figures[1],
        weight=figures[2],
        currency="KRW" if cash or market else "",
        exchange=_MARKETS.get(market, ""),
        listing="KR" if market in _MARKETS else "",
    )
