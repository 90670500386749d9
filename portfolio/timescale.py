"""What TimescaleDB does for the figures of assets.

Migrations name these constants: give a changed one a new name and a new migration.
"""

from market.timescale.ddl import Arrangement, Hypertable
from portfolio.calc.windows import WINDOWS

# No instrument has the id 0.
ASSET_METRICS = Hypertable("asset_performance_metrics", filler={"instrument_id": "0", "bar_date": "'1970-01-01'"})
CORRELATIONS = Hypertable(
    "asset_correlations",
    filler={"instrument_a_id": "-1", "instrument_b_id": "0", "revision": "0", **{f"n_{one}": "0" for one in WINDOWS}},
)

ARRANGEMENTS: tuple[Arrangement, ...] = (ASSET_METRICS, CORRELATIONS)
