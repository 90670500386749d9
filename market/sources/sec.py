"""``sec``: company facts JSON of the SEC. Every filing that states a period again is a version of that period."""

import datetime as dt
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from market.calc.ytd import YearToDate, quarters_from_ytd
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.files import read_bytes
from market.sources.registry import register
from market.sources.reports import reports_table
from market.sources.sec_concepts import BALANCES, FLOWS, PER_SHARE, total_debt

_QUARTER, _HALF, _NINE, _YEAR = (80, 100), (170, 195), (260, 290), (350, 380)  # days a figure covers
Row = dict[str, float]
Rows = dict[tuple[dt.date, str, dt.date], Row]  # (period end, period, filed)


class _Fact(NamedTuple):
    start: dt.date | None
    end: dt.date
    filed: dt.date
    value: float

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1 if self.start else 0


@register
class SecCompanyFacts(Source):
    name = "sec"
    title = "SEC company facts (data.sec.gov/api/xbrl/companyfacts)"
    kinds = ("fundamentals",)
    region = "US"
    keeps_repeats = False
    columns = {
        "fundamentals": {
            "facts.us-gaap.<concept>.units.<unit>[]": "start, end, val, filed: USD, shares or USD per share",
            **{" or ".join(names): field for field, names in (FLOWS | PER_SHARE | BALANCES).items()},
        }
    }

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        facts = _read(path)
        stem = path.name.split(".")[0]
        ticker = request.ticker or ("" if stem.upper().startswith("CIK") else stem)
        if not ticker:
            raise FileProblem(f"{path.name}: company facts do not name a ticker: give --ticker")
        rows = _rows(facts)
        if not rows:
            raise FileProblem(f"{path.name}: no figure of a quarter or fiscal year under facts.us-gaap")
        return Frame.of(reports_table(_report(ticker, key, row) for key, row in sorted(rows.items(), key=_published)))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_bytes(path))
        return dict(content["facts"]["us-gaap"])
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FileProblem(f"{path.name}: not a JSON file ({error})") from error
    except (KeyError, TypeError) as error:
        raise FileProblem(f"{path.name}: not company facts: facts.us-gaap is missing") from error


def _rows(facts: dict[str, Any]) -> Rows:
    rows: Rows = defaultdict(dict)
    for field, concepts in (FLOWS | PER_SHARE).items():
        found = _depreciation(facts, concepts) if field == "depreciation" else list(_facts(facts, concepts))
        for fact in found:
            if _within(fact, _QUARTER) or _within(fact, _YEAR):
                period = "Q" if _within(fact, _QUARTER) else "FY"
                rows[fact.end, period, fact.filed].setdefault(field, fact.value)
        if field in FLOWS:
            _add_quarters(rows, field, found)
    year_ends = {end for end, period, _ in rows if period == "FY"}
    for field, concepts in BALANCES.items():
        for fact in _facts(facts, concepts):
            period = "FY" if fact.end in year_ends else "Q"
            rows[fact.end, period, fact.filed].setdefault(field, fact.value)
    return rows


def _depreciation(facts: dict[str, Any], concepts: tuple[str, ...]) -> list[_Fact]:
    """Segment notes use the last concept for a part of the company, so it only counts in filings from before the
    company first used another one: what it reports later is not known then."""
    whole = list(_facts(facts, concepts[:-1]))
    first = min((fact.filed for fact in whole), default=dt.date.max)
    return whole + [fact for fact in _facts(facts, concepts[-1:]) if fact.filed < first]


def _facts(facts: dict[str, Any], concepts: tuple[str, ...]) -> Iterator[_Fact]:
    """Facts in order of preference of their concept, in USD, shares or USD per share."""
    for concept in concepts:
        for unit, found in facts.get(concept, {}).get("units", {}).items():
            if unit not in ("USD", "shares", "USD/shares"):
                continue
            for fact in found:
                start = dt.date.fromisoformat(fact["start"]) if "start" in fact else None
                end, filed = dt.date.fromisoformat(fact["end"]), dt.date.fromisoformat(fact["filed"])
                yield _Fact(start, end, filed, float(fact["val"]))


def _add_quarters(rows: Rows, field: str, found: list[_Fact]) -> None:
    """Second and third quarters out of year-to-date figures, where the filing does not state them."""
    spans = (_QUARTER, _HALF, _NINE)
    cumulative = [fact for fact in found if any(_within(fact, span) for span in spans)]
    reports = [YearToDate(fact.start, fact.end, fact.filed, _within(fact, _QUARTER), fact.value) for fact in cumulative]
    for fact, value in zip(cumulative, quarters_from_ytd(reports), strict=True):
        if not math.isnan(value) and not _within(fact, _QUARTER):
            rows[fact.end, "Q", fact.filed].setdefault(field, value)


def _within(fact: _Fact, span: tuple[int, int]) -> bool:
    return span[0] <= fact.days <= span[1]


def _published(item: tuple[tuple[dt.date, str, dt.date], Row]) -> tuple[dt.date, dt.date, str]:
    (end, period, filed), _ = item
    return filed, end, period


def _report(ticker: str, key: tuple[dt.date, str, dt.date], row: Row) -> dict[str, Any]:
    end, period, filed = key
    report: dict[str, Any] = {name: value for name, value in row.items() if not name.startswith(("debt_", "deprec"))}
    report["total_debt"] = total_debt(row)
    if "operating_income" in row and "depreciation" in row:
        report["ebitda"] = row["operating_income"] + row["depreciation"]
    return {"ticker": ticker, "period_end": end, "period": period, "available_on": filed, "currency": "USD", **report}
