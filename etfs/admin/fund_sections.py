"""The tables on a fund's page: what it holds, its compositions, how it went, what was found wrong."""

from decimal import Decimal
from typing import Any

from etfs.admin.base import Section, list_link, row_link, shown
from etfs.models import ETF, ETFDailyStat, HoldingFinding, Snapshot
from etfs.services.factsheets import newest_or_none

LINES, DAYS, FINDINGS, COMPOSITIONS = 50, 20, 20, 20


def fund_sections(fund: ETF) -> tuple[Section, ...]:
    return _holdings(fund), _compositions(fund), _days(fund), _findings(fund)


def _holdings(fund: ETF) -> Section:
    """The newest composition served: the first lines by rank."""
    found = newest_or_none(fund=fund, limit=LINES)
    if found is None:
        return Section("Holdings", (), (), empty="No composition is known.")
    held = found.snapshot
    rows = [
        (
            line["rank"], row_link("holdingline", line["line_id"], _symbol(line)), line["name"] or "-",
            shown(line["weight"]), shown(line["weight_change"]), _whole(line["shares"]), _whole(line["market_value"]),
        )
        for line in found.lines
    ]  # fmt: skip
    all_of_it = list_link("etfholding", f"All {held.line_count:,} lines", fund=fund.instrument, date=held.as_of_date)
    headings = ("rank", "line", "name", "weight %", "change", "shares", f"value {held.currency}")
    note = f"on {held.as_of_date}, from {held.source}, {shown(held.weight_sum)} %"
    return Section("Holdings", headings, rows, right=(0, 3, 4, 5, 6), link=all_of_it, note=note)


def _symbol(line: dict[str, Any]) -> str:
    """``KR:005930`` for an instrument of ours, else what the source calls it."""
    ticker = line["ticker"] or line["identifier"] or "-"
    return f"{line['region']}:{ticker}" if line["region"] else ticker


def _whole(value: Decimal | None) -> str:
    """Without the noughts a source writes behind whole numbers."""
    return shown(None if value is None else float(value))


def _compositions(fund: ETF) -> Section:
    newest = Snapshot.objects.filter(etf=fund).order_by("-as_of_date")[:COMPOSITIONS]
    rows = [
        (
            row_link("snapshot", row.pk, row.as_of_date), row.source, row.get_state_display().partition(":")[0],
            "yes" if row.is_served else "no", f"{row.line_count:,}", shown(row.weight_sum), row.message or "-",
        )
        for row in newest
    ]  # fmt: skip
    headings = ("day", "source", "state", "served", "lines", "weights %", "message")
    return Section(
        "Compositions", headings, rows, right=(4, 5), link=list_link("snapshot", "All", fund=fund.instrument)
    )


def _days(fund: ETF) -> Section:
    names = ("nav", "close", "total_assets", "shares_outstanding", "volume", "distribution", "net_flow")
    rows = [
        (str(day.date), *(shown(getattr(day, name)) for name in names))
        for day in ETFDailyStat.objects.of(fund.pk)[:DAYS]
    ]
    headings = ("day", "NAV", "close", "assets", "shares", "volume", "distribution", "net flow")
    link = list_link("etfdailystat", "All", fund=fund.instrument)
    return Section("Daily figures", headings, rows, right=tuple(range(1, 8)), link=link)


def _findings(fund: ETF) -> Section:
    newest = HoldingFinding.objects.filter(etf=fund).order_by("-as_of_date", "code")[:FINDINGS]
    rows = [
        (str(row.as_of_date or "-"), row_link("holdingfinding", row.pk, row.code), row.severity, row.message)
        for row in newest
    ]
    link = list_link("holdingfinding", "All", fund=fund.instrument)
    return Section(
        "Findings", ("day", "code", "severity", "message"), rows, link=link, empty="Nothing was found wrong."
    )
