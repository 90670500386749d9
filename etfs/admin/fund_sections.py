"""The tables on a fund's page: what it holds, its compositions, how it went, what was found wrong."""

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from etfs.admin.base import Section, list_link, row_link, shown
from etfs.models import ETF, ETFDailyStat, HoldingFinding, Snapshot
from etfs.services.factsheets import newest_or_none
from etfs.services.summaries import assets_day
from market.regions import region_get

LINES, DAYS, FINDINGS, COMPOSITIONS = 50, 20, 20, 20


def fund_sections(fund: ETF) -> tuple[Section, ...]:
    return _holdings(fund), _compositions(fund), _days(fund), _findings(fund)


def fund_glance(fund: ETF) -> list[tuple[str, Any]]:
    """What a fund is at a glance, above its form: a label and a text each."""
    held = Snapshot.objects.latest_of(fund.pk, region_get(fund.region).today())
    day = assets_day(fund=fund)
    assets, fee, premium = fund.total_assets, fund.expense_ratio, fund.premium_discount
    money = "-" if assets is None else f"{_whole(assets)} {fund.instrument.currency}{f', {day}' if day else ''}"
    newest = row_link("snapshot", held.pk, f"{held.as_of_date}, {held.state.lower()}") if held else "none"
    return [
        ("ticker", fund.instrument.ticker), ("region", fund.get_region_display()),
        ("category", fund.get_category_display()), ("assets", money),
        ("fee", "-" if fee is None else f"{_whole(fee)} % a year"), ("newest composition", newest),
        ("premium", "-" if premium is None else f"{shown(premium, signed=True)} %"),
    ]  # fmt: skip


def _holdings(fund: ETF) -> Section:
    """The newest composition served: the first lines by rank."""
    found = newest_or_none(fund=fund, limit=LINES)
    if found is None:
        return Section("Holdings", (), (), empty="No composition is known.")
    held = found.snapshot
    rows = [
        (
            line["rank"], _named(line), shown(line["weight"]), shown(line["weight_change"], signed=True),
            _whole(line["market_value"]), _whole(line["shares"]),
        )
        for line in found.lines
    ]  # fmt: skip
    all_of_it = list_link("etfholding", f"All {held.line_count:,} lines", fund=fund.instrument, date=held.as_of_date)
    headings = ("rank", "line", "weight %", "change", f"value {held.currency}", "shares")
    note = f"on {held.as_of_date}, from {held.source}, {shown(held.weight_sum)} %"
    return Section("Holdings", headings, rows, right=(0, 2, 3, 4, 5), text=(1,), link=all_of_it, note=note)


def _named(line: dict[str, Any]) -> SafeString:
    """Symbol and name in one cell: on a phone weight, change and value have room beside it."""
    return format_html("{} {}", row_link("holdingline", line["line_id"], _symbol(line)), line["name"])


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
        "Compositions", headings, rows, right=(4, 5), long=6, link=list_link("snapshot", "All", fund=fund.instrument)
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
        "Findings", ("day", "code", "severity", "message"), rows, long=3, link=link, empty="Nothing was found wrong."
    )
