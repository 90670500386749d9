"""Import and export in the admin. An import is an ordinary load: same checks, same LoadRun, same refused rows."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import tablib
from import_export import fields, resources
from import_export.results import Error, Result, RowResult

from market.models import CorporateAction, Fundamental, FxRate, Instrument, LoadRun, PriceBar, RejectedRow
from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.regions import REGIONS
from market.services.loads import LOADS

SHOWN_REJECTIONS = 200  # in the preview; all of them are kept with the load run


class LoadResource(resources.ModelResource):
    """Imports through the load service of ``kind``, one load per region, in the layout of the ``csv`` source.

    ``region`` None: the dataset has a column ``region``. ``options`` are passed to the service (``basis``, ...).
    """

    kind: ClassVar[str]

    def __init__(self, *, region: str | None = None, options: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.region, self.options = region, options or {}
        self.runs: list[LoadRun] = []

    def import_data(self, dataset: tablib.Dataset, dry_run: bool = False, **kwargs: Any) -> Result:
        """The outcome as django-import-export shows it: counts, and refused rows as skipped with their reason."""
        result = Result()
        result.diff_headers = ["row", "column", "reason", "message"]
        result.total_rows = len(dataset)
        for region, content in self._parts(dataset, result).items():
            self._load(region, content, dry_run, result)
        return result

    def _parts(self, dataset: tablib.Dataset, result: Result) -> dict[str, str]:
        """CSV text by region; what belongs to no region is told as an error of the whole file."""
        headers = [str(name).strip() for name in dataset.headers or []]
        if self.region is None and "region" not in headers:
            result.append_base_error(Error(ValueError("the file needs a column 'region' (KR, US, CN, HK, JP or VN)")))
            return {}
        groups: dict[str, list[list[str]]] = {}
        for row in dataset:
            cells = ["" if value is None else str(value) for value in row]
            code = self.region or cells[headers.index("region")].strip().upper()
            groups.setdefault(code, []).append(cells)
        unknown = sorted(groups.keys() - REGIONS.keys())
        if unknown:
            result.append_base_error(Error(ValueError(f"unknown region {', '.join(map(repr, unknown))}")))
            return {}
        return {code: _csv([headers, *rows]) for code, rows in groups.items()}

    def _load(self, region: str, content: str, dry_run: bool, result: Result) -> None:
        rejected: list[RejectedRow] = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"admin-import-{self.kind}-{region}.csv"
            path.write_text(content, encoding="utf-8")
            run = LOADS[self.kind](
                region=region, source="csv", file=path, dry_run=dry_run, on_rejected=rejected.extend, **self.options
            )
        self.runs.append(run)
        if run.state == LoadRun.State.FAILED and not run.rows_rejected:
            result.append_base_error(Error(ValueError(run.message)))
        result.totals[RowResult.IMPORT_TYPE_NEW] += run.rows_inserted
        result.totals[RowResult.IMPORT_TYPE_UPDATE] += run.rows_updated
        result.totals[RowResult.IMPORT_TYPE_SKIP] += run.rows_unchanged + run.rows_rejected
        for row in rejected[: max(SHOWN_REJECTIONS - len(result.rows), 0)]:
            result.append_row_result(_refused(row))


def _refused(rejected: RejectedRow) -> RowResult:
    row = RowResult()
    row.import_type = RowResult.IMPORT_TYPE_SKIP
    row.diff = [str(rejected.row_number), rejected.column, rejected.reason, rejected.message]
    row.row_values = rejected.raw
    return row


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


class InstrumentResource(LoadResource):
    kind = "instruments"

    class Meta:
        model = Instrument
        fields = (
            "region", "ticker", "name", "asset_type", "exchange", "currency", "sector", "isin", "company", "listed_on",
            "delisted_on",
        )  # fmt: skip
        export_order = fields


class _OfInstrument(LoadResource):
    region_code = fields.Field(attribute="instrument__region", column_name="region", readonly=True)
    ticker = fields.Field(attribute="instrument__ticker", column_name="ticker", readonly=True)


class PriceBarResource(_OfInstrument):
    kind = "prices"

    class Meta:
        model = PriceBar
        fields = (
            "region_code", "ticker", "date", "open", "high", "low", "close", "volume", "trading_value", "market_cap",
            "shares_outstanding", "adjustment_factor",
        )  # fmt: skip
        export_order = fields


class FundamentalResource(_OfInstrument):
    kind = "fundamentals"

    class Meta:
        model = Fundamental
        fields = (
            "region_code", "ticker", "period_end", "period", "available_on", "consolidated", "currency",
            *FUNDAMENTAL_FIELDS,
        )  # fmt: skip
        export_order = fields


class CorporateActionResource(_OfInstrument):
    kind = "actions"

    class Meta:
        model = CorporateAction
        fields = ("region_code", "ticker", "ex_date", "kind", "ratio", "amount")
        export_order = fields


class FxRateResource(LoadResource):
    kind = "fx"
    region_code = fields.Field(column_name="region", readonly=True)
    currency = fields.Field(attribute="base", column_name="currency", readonly=True)

    class Meta:
        model = FxRate
        fields = ("region_code", "currency", "date", "rate")
