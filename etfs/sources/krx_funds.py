"""``krx_etf``: data.krx.co.kr's ETF screens: 04601 what the funds are, 04301 all of them on a day, 04501 one by day."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from etfs.sources.base import GIVE_TICKER, Ask, DayStat, FileSource, FundFacts, Kind, Parsed, Raw, SourceProblem
from etfs.sources.compose import asked_day
from etfs.sources.krx_categories import category
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, Table, documented, read_table
from market.calendars import sessions_before
from market.sources.base import BadRow

MASTER = (
    Column("isin", ("ISU_CD",), "ISIN", needed=True),
    Column("ticker", ("ISU_SRT_CD",), "code, six characters", needed=True),
    Column("full_name", ("ISU_NM",), "Korean name in full"),
    Column("name", ("ISU_ABBRV",), "Korean name as used; (H) hedged, (합성) synthetic", needed=True),
    Column("name_en", ("ISU_ENG_NM",), "English name"),
    Column("listed_on", ("LIST_DD",), "first session", needed=True),
    Column("index", ("ETF_OBJ_IDX_NM",), "index followed"),
    Column("multiple", ("IDX_CALC_INST_NM2",), "일반 1, '2X 레버리지' 2, '1X 인버스' -1, '2X 인버스' -2", needed=True),
    Column("method", ("ETF_REPLICA_METHD_TP_CD",), "실물 physical or 합성 synthetic, 패시브 or 액티브", needed=True),
    Column("market", ("IDX_MKT_CLSS_NM",), "국내 home, 해외 abroad"),
    Column("asset", ("IDX_ASST_CLSS_NM",), "asset class", needed=True),
    Column("count", ("LIST_SHRS",), "listed shares"),
    Column("issuer", ("COM_ABBRV",), "manager"),
    Column("fee", ("ETF_TOT_FEE",), "percent a year"),
)
_DAY = (
    Column("close", ("TDD_CLSPRC",), "KRW; '-' without trading", needed=True),
    Column("nav", ("NAV", "LST_NAV"), "KRW per share", needed=True),
    Column("volume", ("ACC_TRDVOL",), "shares", needed=True),
    Column("value", ("ACC_TRDVAL",), "KRW", needed=True),
    Column("assets", ("INVSTASST_NETASST_TOTAMT",), "net assets, KRW", needed=True),
    Column("count", ("LIST_SHRS",), "shares outstanding of the session BEFORE", needed=True),
    Column("level", ("OBJ_STKPRC_IDX",), "level of the index followed"),
)
ALL_ON_A_DAY = (Column("ticker", ("ISU_SRT_CD",), "code, six characters", needed=True), *_DAY)
ONE_BY_DAY = (Column("day", ("TRD_DD",), "session", needed=True), *_DAY)
_MULTIPLE = re.compile(r"(\d+(?:\.\d+)?)X (레버리지|인버스)")
_HEDGED = re.compile(r"\((?:합성 ?)?H\)")
_FUND_IN_NAME = re.compile(r"(?<![0-9A-Z])KR7([0-9A-Z]{6})\d{3}(?![0-9A-Z])")
LONGEST_BREAK = 14  # days between two sessions in a row: the longest holidays take ten


@register
class KrxFunds(FileSource):
    name = "krx_etf"
    title = "data.krx.co.kr screens: 04601 ETF list, 04301 all ETFs on a day, 04501 one ETF by day with NAV"
    kinds = (Kind.FUNDS, Kind.STATS)
    regions = ("KR",)
    columns = documented((*MASTER, *ALL_ON_A_DAY, *ONE_BY_DAY))
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """The screens are told apart by their columns; when none fits, the word is about the one asked for."""
        screens = {MASTER: _funds, ONE_BY_DAY: _by_day, ALL_ON_A_DAY: _on_a_day}
        wanted = MASTER if ask.kind == Kind.FUNDS else ALL_ON_A_DAY
        for columns in (ALL_ON_A_DAY, ONE_BY_DAY, MASTER):
            try:
                table = read_table(raw, columns)
            except SourceProblem as problem:
                if columns is wanted:
                    told = problem
                continue
            return screens[columns](table, raw, ask)
        raise told


def _funds(table: Table, raw: Raw, ask: Ask) -> Parsed:
    pairs = [(row, _fund(row)) for row in table.rows]
    funds = tuple(fund for row, fund in pairs if not row.problems)
    return Parsed(funds=funds, bad_rows=_problems(table.rows))


def _fund(row: Row) -> FundFacts:
    name, method, multiple = row.text("name"), row.text("method"), _multiple(row)
    asset, index = row.text("asset"), row.text("index")
    for key in ("ticker", "name", "method", "asset"):
        row.need_text(key)
    facts = {
        "isin": row.code("isin"),
        "name": name,
        "name_local": row.text("full_name") or name,
        "name_en": row.text("name_en"),
        "category": category(
            asset=row.text("asset"), index=row.text("index"), name=name, multiple=multiple, method=method
        ),
        "subcategory": " ".join(filter(None, (row.text("market"), asset))),
        "tracking_index": index,
        "expense_ratio": row.optional("fee"),
        "listed_shares": row.optional("count"),
        "issuer": row.text("issuer"),
        "inception_date": row.day("listed_on"),
        "leverage_ratio": multiple,
        "is_inverse": multiple < 0,
        "is_synthetic": method.startswith("합성"),
        "foreign_index": row.text("market") == "해외",
        "currency_hedged": _HEDGED.search(name) is not None,
        "domicile": "KR",
        "currency": "KRW",
    }
    known = {key: value for key, value in facts.items() if value not in ("", None)}
    return FundFacts(row.code("ticker"), known, row.number)


def _multiple(row: Row) -> Decimal:
    text = row.text("multiple")
    found = _MULTIPLE.fullmatch(text)
    if text == "일반":
        return Decimal(1)
    if found is None:
        row.refuse("multiple", "unknown_multiple", f"{text[:40]!r} is neither 일반 nor like '2X 레버리지'")
        return Decimal(1)
    return -Decimal(found[1]) if found[2] == "인버스" else Decimal(found[1])


def _on_a_day(table: Table, raw: Raw, ask: Ask) -> Parsed:
    """Figures of the day, and the counts, which are those of the session before, under that session."""
    day = asked_day(raw, ask)
    stats = [(row, _stat(row, row.code("ticker"), day)) for row in table.rows]
    held = [(row, row.code("ticker"), row.optional("count")) for row in table.rows]
    traded = [stat for row, stat in stats if stat and not row.problems]
    if not any(row.problems for row, _ in stats) and not traded:
        raise SourceProblem(f"{raw.name}: no ETF has a price on {day}: not a session", "empty")
    session = session_before(day)
    counts = []
    if session:
        shares = [(row.number, ticker, count) for row, ticker, count in held if count and not row.problems]
        counts = [DayStat(ticker, session, shares_outstanding=count, row_number=n) for n, ticker, count in shares]
    return Parsed(stats=(*traded, *counts), bad_rows=_problems(table.rows))


def session_before(day: dt.date) -> dt.date | None:
    """The session whose share count KRX publishes on the session ``day``; None where the calendar begins later."""
    before = sessions_before("KR", day - dt.timedelta(days=1), 1)
    return before[-1].astype(dt.date) if len(before) else None


def one_by_day(raw: Raw, ask: Ask) -> Parsed:
    """Screen 04501, however it was had: figures by day, each with the share count that stands in the next session's
    row (None for the newest day). SourceProblem for another layout, and where no day has a price."""
    return _by_day(read_table(raw, ONE_BY_DAY), raw, ask)


def _by_day(table: Table, raw: Raw, ask: Ask) -> Parsed:
    """One fund, newest first. The count of a day stands in the row of the next session: the newest day has none yet."""
    named = _FUND_IN_NAME.search(raw.name)
    ticker = named[1] if named else ask.ticker
    if not ticker:
        raise SourceProblem(f"{raw.name}: the file has no code column and no ISIN in its name: {GIVE_TICKER}")
    dated = [(row.day("day"), row) for row in table.rows]
    counts = _counts(sorted(((day, row) for day, row in dated if day), key=lambda pair: (pair[0], pair[1].number)))
    stats = [(row, _stat(row, ticker, day, counts.get(day)) if day else None) for day, row in dated]
    found = tuple(stat for row, stat in stats if stat and not row.problems)
    if not found and not _problems(table.rows):
        raise SourceProblem(f"{raw.name}: no price on any day", "empty")
    return Parsed(stats=(*found, *_counts_before(found, dated, ticker)), bad_rows=_problems(table.rows))


def _counts_before(
    stats: Sequence[DayStat], dated: Sequence[tuple[dt.date | None, Row]], ticker: str
) -> Iterator[DayStat]:
    """Counts of sessions that have no row: of the one before the first row, and before the first one after a gap."""
    there = sorted({stat.date for stat in stats})
    before = dict(zip(there, [dt.date.min, *there], strict=False))
    for row, day in ((row, day) for day, row in dated if day in before):
        count, session = row.optional("count"), session_before(day)
        if session and count and before[day] < session:
            yield DayStat(ticker, session, shares_outstanding=count, row_number=row.number)


def _counts(days: Sequence[tuple[dt.date, Row]]) -> dict[dt.date, Decimal | None]:
    """Shares outstanding by day, from rows by day ascending."""
    together = [(day, after, row) for (day, _), (after, row) in pairwise(days) if (after - day).days <= LONGEST_BREAK]
    return {day: row.optional("count") for day, after, row in together if after > day}


def _stat(row: Row, ticker: str, day: dt.date, count: Decimal | None = None) -> DayStat | None:
    """None where nothing was traded and no NAV published. KRX writes 0 for what a day did not have."""
    figures = {key: row.optional(key) for key in ("close", "nav", "assets", "volume", "value", "level")}
    if not any(figures.values()):
        return None
    if not ticker:
        row.need_text("ticker")
    return DayStat(
        ticker,
        day,
        nav=figures["nav"] or None,
        total_assets=figures["assets"] or None,
        close=figures["close"] or None,
        volume=figures["volume"],
        trading_value=figures["value"],
        index_level=figures["level"] or None,
        shares_outstanding=count,
        row_number=row.number,
    )


def _problems(rows: Sequence[Row]) -> tuple[BadRow, ...]:
    return tuple(problem for row in rows for problem in row.problems)
