"""KRX publishes PER, PBR and dividend yield of every KOSPI stock beside what they come from: ours are the same."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from tests.factors.market_builder import cross, make_panel

DAY = pd.Timestamp("2021-01-04").date()


@pytest.fixture(scope="module")
def published(shared_data) -> pd.DataFrame:
    table = pd.read_csv(shared_data / "krx" / "MDCSTAT03501_STK_20210104.csv", dtype=str)
    figures = ["TDD_CLSPRC", "EPS", "PER", "BPS", "PBR", "DPS", "DVD_YLD"]
    return table[["ISU_SRT_CD", *figures]].replace({",": ""}, regex=True).replace("-", None)


@pytest.fixture(scope="module")
def panel(published):
    """One bar of each stock; the figures as a fiscal year that became known that day."""
    rows = []
    for i, row in enumerate(published.itertuples()):
        report = {"i": i, "end": "2019-12-31", "period": "FY", "on": str(DAY)}
        figures = {"eps_basic": row.EPS, "book_value_per_share": row.BPS, "dividends_per_share": row.DPS}
        rows.append(report | {name: float(figure) for name, figure in figures.items() if figure is not None})
    return make_panel(published["TDD_CLSPRC"].to_numpy(float)[None, :], reports=rows, as_of=DAY)


def to_cents(value: float) -> Decimal:
    """Rounded half up to two decimals. Twelve digits first: 0.125 may be stored as 0.12499999999999999."""
    return Decimal(f"{value:.12g}").quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("factor", "column", "count"),
    [("pe_ratio", "PER", 563), ("pb_ratio", "PBR", 773), ("dividend_yield", "DVD_YLD", 895)],
)
def test_every_published_ratio_is_reproduced(published, panel, factor, column, count):
    found = cross(panel, factor)
    given = published[column].notna().to_numpy()
    assert given.sum() == count
    wrong = [
        (code, value, ratio)
        for code, value, ratio in zip(
            published["ISU_SRT_CD"][given], found.value[given], published[column][given], strict=True
        )
        if to_cents(value) != Decimal(ratio)
    ]
    assert wrong == []


def test_stocks_without_a_published_ratio_have_none(published, panel):
    loss = published["PER"].isna().to_numpy()
    found = cross(panel, "pe_ratio")
    assert np.isnan(found.value[loss]).all()
    assert found.counts() == {"scored": 563, "valued": 563, "missing_field": 332}
