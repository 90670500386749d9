"""``dart``: accounts of Korean companies from opendart.fss.or.kr (fnlttSinglAcnt, -MultiAcnt, -SinglAcntAll)."""

import datetime as dt
import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from market.calc.parsing import date_of
from market.calc.ytd import YearToDate, quarters_from_ytd
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.dart_accounts import ACCOUNTS, CASH_FLOW, plain_name
from market.sources.files import read_bytes, to_utf8
from market.sources.registry import register
from market.sources.reports import reports_table

# Report code -> (period, last month of it in a calendar year).
_REPORTS = {"11013": ("Q", 3), "11012": ("Q", 6), "11014": ("Q", 9), "11011": ("FY", 12)}
_DATES = re.compile(r"\d{4}\.\d{2}\.\d{2}")
_MONTH_DAYS = {3: 31, 6: 30, 9: 30, 12: 31}


@dataclass
class _Report:
    """One statement set: a company, report, scope (consolidated or separate) and receipt."""

    code: str
    stock: str
    consolidated: bool
    receipt: str
    year: str
    end: dt.date | None = None
    values: dict[str, float] = field(default_factory=dict)
    rank: dict[str, int] = field(default_factory=dict)
    to_date: dict[str, float] = field(default_factory=dict)

    @property
    def filed(self) -> dt.date | None:
        return date_of(self.receipt[:8])

    @property
    def period_end(self) -> dt.date:
        month = _REPORTS[self.code][1]
        return self.end or dt.date(int(self.year), month, _MONTH_DAYS[month])


@register
class Dart(Source):
    name = "dart"
    title = "DART accounts (fnlttSinglAcnt, fnlttMultiAcnt)"
    kinds = ("fundamentals",)
    region = "KR"
    columns = {
        "fundamentals": {
            "stock_code": "ticker",
            "reprt_code": "11013 Q1, 11012 half year (its second quarter), 11014 Q3, 11011 fiscal year",
            "fs_div": "CFS consolidated, OFS separate; both are kept",
            "account_nm": "name of the account, in any of its variants",
            "thstrm_dt": "period; the last date in it is the period end (else bsns_year, calendar)",
            "thstrm_amount": "KRW, three months for quarters; cash flows: year to date",
            "thstrm_add_amount": "KRW, year to date; used where thstrm_amount is missing",
            "rcept_no": "its first eight digits are the filing date; missing: estimated",
        }
    }

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        reports: dict[tuple[Any, ...], _Report] = {}
        for line in _read(path):
            _add(reports, line, request.ticker, path.name)
        if not reports:
            raise FileProblem(f"{path.name}: no account of a known report (reprt_code) in the list")
        _quarters(list(reports.values()))
        ordered = sorted(
            reports.values(), key=lambda report: (report.stock, report.period_end, not report.consolidated)
        )
        return Frame.of(reports_table(_row(report) for report in ordered))


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(to_utf8(read_bytes(path), path.name))
    except json.JSONDecodeError as error:
        raise FileProblem(f"{path.name}: not a JSON file ({error})") from error
    if not isinstance(content, dict) or content.get("status", "000") != "000":
        message = content.get("message", "") if isinstance(content, dict) else "a list, not an object"
        raise FileProblem(f"{path.name}: not a good DART answer: {message}")
    lines = content.get("list", [])
    if not lines or not all("account_nm" in line and "thstrm_amount" in line for line in lines):
        raise FileProblem(f"{path.name}: not a DART list of accounts (account_nm, thstrm_amount are missing)")
    return list(lines)


def _add(reports: dict[tuple[Any, ...], _Report], line: dict[str, Any], ticker: str, name: str) -> None:
    code, stock = line.get("reprt_code", ""), (line.get("stock_code") or ticker).strip()
    if code not in _REPORTS:
        return
    if not stock:
        raise FileProblem(f"{name}: the answer names no stock_code: give --ticker")
    scope, receipt, year = line.get("fs_div", "CFS") != "OFS", line.get("rcept_no", ""), line.get("bsns_year", "")
    key = (stock, code, year, scope, receipt)
    report = reports.setdefault(key, _Report(code, stock, scope, receipt, year))
    ends = _DATES.findall(line.get("thstrm_dt") or "")
    report.end = report.end or (date_of(ends[-1]) if ends else None)
    account = plain_name(line["account_nm"])
    for figure, (statements, names) in ACCOUNTS.items():
        if line.get("sj_div") in statements and account in names:
            _take(report, figure, names.index(account), line)


def _take(report: _Report, figure: str, rank: int, line: dict[str, Any]) -> None:
    """Keep the amount unless a better-named account gave it already."""
    if rank >= report.rank.get(figure, len(ACCOUNTS[figure][1])):
        return
    amount, to_date = _amount(line["thstrm_amount"]), _amount(line.get("thstrm_add_amount"))
    quarterly = report.code in ("11012", "11014")
    if quarterly and ACCOUNTS[figure][0] == CASH_FLOW:
        amount, to_date = None, amount if to_date is None else to_date
    if amount is None and to_date is None:
        return
    report.rank[figure] = rank
    report.values.pop(figure, None)
    report.to_date.pop(figure, None)
    if amount is not None:
        report.values[figure] = amount
    if to_date is not None:
        report.to_date[figure] = to_date


def _amount(text: Any) -> float | None:
    plain = str(text or "").replace(",", "").strip()
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def _quarters(reports: list[_Report]) -> None:
    """Single quarters out of figures the reports state for the year to date only."""
    groups: dict[tuple[str, bool, str, str], list[_Report]] = defaultdict(list)
    for report in reports:
        if report.code != "11011":
            for figure in report.values | report.to_date:
                groups[report.stock, report.consolidated, report.year, figure].append(report)
    for (*_, figure), members in groups.items():
        dated = [
            YearToDate(figure, one.period_end, one.filed or one.period_end, one.code == "11013", _so_far(one, figure))
            for one in members
        ]
        for report, value in zip(members, quarters_from_ytd(dated), strict=True):
            if not math.isnan(value):
                report.values.setdefault(figure, value)


def _so_far(report: _Report, figure: str) -> float:
    """Year to date; a first quarter is its own."""
    own = report.values.get(figure) if report.code == "11013" else None
    return report.to_date.get(figure, float("nan") if own is None else own)


def _row(report: _Report) -> dict[str, Any]:
    return {
        "ticker": report.stock,
        "period_end": report.period_end,
        "period": _REPORTS[report.code][0],
        "available_on": report.filed,
        "consolidated": report.consolidated,
        "currency": "KRW",
        **report.values,
    }
