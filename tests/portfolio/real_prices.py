"""Real prices of 28 US ETFs, 1993 to 2026, as wide frames by date."""

from pathlib import Path

import pandas as pd


def etf_prices(shared_data: Path) -> dict[str, pd.DataFrame]:
    """``high``, ``low``, ``close``, ``volume``: a column per fund, NaN before its first day."""
    bars = pd.read_csv(shared_data / "prices" / "us_etf28_1993_2026.csv.gz", parse_dates=["date"])
    return {
        name: bars.pivot_table(index="date", columns="symbol", values=name)
        for name in ("high", "low", "close", "volume")
    }
