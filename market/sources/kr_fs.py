"""``kr_fs``: quarterly separate statements of one Korean company per CSV file, without filing dates."""

import datetime as dt
import math
from pathlib import Path

import pyarrow as pa

from market.calc.parsing import numbers, texts
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.files import pick, read_table
from market.sources.registry import register
from market.sources.reports import reports_table

_FIELDS = {
    "revenue": ("매출액",),
    "operating_income": ("영업이익", "영업이익(손실)"),
    "net_income": ("당기순이익", "당기순이익(손실)"),
    "total_assets": ("자산총계",),
    "total_equity": ("자본총계",),
    "current_liabilities": ("유동부채",),
}
_QUARTER_ENDS = {"Q1": (3, 31), "Q2": (6, 30), "Q3": (9, 30), "Q4": (12, 31)}


@register
class KoreanStatements(Source):
    name = "kr_fs"
    title = "Quarterly statements of one Korean company (file name = code)"
    kinds = ("fundamentals",)
    region = "KR"
    columns = {
        "fundamentals": {
            "연도": "year",
            "분기": "Q1-Q4; a Q4 in the first row is the whole year",
            **{" or ".join(names): f"{field}, KRW, separate statement" for field, names in _FIELDS.items()},
        }
    }

    def fetch(self, request: FetchRequest) -> Frame:
        path = request.path or Path()
        raw, rows, bad = read_table(path)
        table = pick(raw, {"year": ("연도",), "quarter": ("분기",)}, required=("year", "quarter"), name=path.name)
        values = {field: _first_given(raw, names) for field, names in _FIELDS.items()}
        periods = list(
            zip(texts(table.column("year")).to_pylist(), texts(table.column("quarter")).to_pylist(), strict=True)
        )
        reports = []
        for i, (year, quarter) in enumerate(periods):
            # Nothing precedes the first row, so a Q4 there could not be reduced to its quarter.
            period = "FY" if i == 0 and quarter == "Q4" else "Q"
            figures = {field: None if math.isnan(found[i]) else found[i] for field, found in values.items()}
            reports.append({"period_end": _period_end(year, quarter, path.name, i), "period": period, **figures})
        ticker = request.ticker or path.name.split(".")[0]
        about = {"ticker": ticker, "consolidated": False, "currency": "KRW"}
        return Frame(reports_table({**about, **report} for report in reports), raw, rows, bad)


def _first_given(raw: pa.Table, names: tuple[str, ...]) -> list[float]:
    """Row by row the first of the columns that has a number."""
    found = [math.nan] * raw.num_rows
    for name in names:
        if name in raw.column_names:
            values = numbers(raw.column(name))[0].tolist()
            found = [new if math.isnan(old) else old for old, new in zip(found, values, strict=True)]
    return found


def _period_end(year: str, quarter: str, name: str, row: int) -> dt.date:
    if quarter not in _QUARTER_ENDS or not year.isdigit():
        raise FileProblem(f"{name}: row {row + 1}: {year!r} {quarter!r} is not a year and a quarter Q1-Q4")
    return dt.date(int(year), *_QUARTER_ENDS[quarter])
