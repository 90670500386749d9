"""Factor returns of real stocks against those Kenneth French publishes: the same premia, measured by others."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from factors import services
from factors.models import FactorReturn
from market.services.loads import prices_load

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = dt.date(2016, 2, 1), dt.date(2019, 12, 31)


def french(path: Path, column: str) -> pd.Series:
    """A column of one of the library's files, percent, by its YYYYMM or YYYYMMDD; what follows the first section is
    left out."""
    rows: dict[str, float] = {}
    header: list[str] = []
    for line in path.read_text(encoding="latin-1").splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if not rows and column in cells:
            header = cells
        elif header and cells[0].isdigit() and len(cells) == len(header):
            rows[cells[0]] = float(cells[header.index(column)])
        elif rows:
            break
    return pd.Series(rows)


@pytest.fixture
def earned(shared_data: Path) -> pd.DataFrame:
    """Daily factor returns of 482 US stocks 2016 to 2019, by factor; fractions."""
    prices_load(source="csv", region="US", file=shared_data / "prices/us_sp500_482_2015_2020.csv.gz", basis="split")
    job = services.backfill_create(
        region="US", start=FIRST, end=LAST, factor_names=["price_momentum_12m", "volatility_60d"]
    )
    services.backfill_execute(backfill_id=job.pk)
    rows = FactorReturn.objects.filter(value__isnull=False).values_list("date", "factor__name", "value")
    return pd.DataFrame(rows, columns=["date", "factor", "value"]).pivot(index="date", columns="factor", values="value")


def test_momentum_and_low_volatility(earned: pd.DataFrame, shared_data: Path):
    """Winners less losers move with French's momentum factor; calm less wild stocks move against the market.

    Published: UMD of all US stocks, monthly; here the top and bottom deciles of 482 large ones, so far from 1.
    """
    assert len(earned) > 900
    days = pd.to_datetime(earned.index)
    momentum = (1.0 + earned["price_momentum_12m"]).groupby(days.strftime("%Y%m")).prod() - 1.0
    published = french(shared_data / "reference/F-F_Momentum_Factor.CSV", "Mom")
    both = pd.concat([momentum, published], axis=1, join="inner").dropna()
    found = np.corrcoef(both.T)[0, 1]
    assert len(both) >= 46
    assert found > 0.5, found

    market = french(shared_data / "reference/F-F_Research_Data_Factors_daily.CSV", "Mkt-RF")
    calm = earned["volatility_60d"].set_axis(days.strftime("%Y%m%d")).dropna()
    both = pd.concat([calm, market], axis=1, join="inner")
    against = np.corrcoef(both.T)[0, 1]
    assert len(both) > 900
    assert against < -0.4, against
    print(f"momentum with UMD: {found:.2f}; low volatility with the market: {against:.2f}")  # noqa: T201
