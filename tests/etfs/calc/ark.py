"""ARK's files as snapshots, read with pandas for tests."""

from pathlib import Path

import pandas as pd

from etfs.calc.snapshot import Snapshot


def ark_days(data: Path, fund: str) -> list[str]:
    return sorted(file.stem for file in (data / "holdings" / "ark_raw" / fund).glob("*.csv"))


def ark_lines(data: Path, fund: str, day: str) -> pd.DataFrame:
    """ticker (CASH where blank), cusip, shares, value, weight."""
    table = pd.read_csv(data / "holdings" / "ark_raw" / fund / f"{day}.csv", dtype=str, keep_default_na=False)
    table = table[table["fund"] == fund]
    figures = table.iloc[:, 5:8].replace(r"[$,%]", "", regex=True).astype(float)
    return pd.DataFrame({
        "ticker": table["ticker"].str.strip().replace("", "CASH"), "cusip": table["cusip"],
        "shares": figures.iloc[:, 0], "value": figures.iloc[:, 1], "weight": figures.iloc[:, 2],
    })  # fmt: skip


def ark_snapshot(data: Path, fund: str, day: str) -> Snapshot:
    lines = ark_lines(data, fund, day)
    return Snapshot.of(lines["ticker"].to_numpy(dtype=str), lines["weight"], lines["shares"], lines["value"])
