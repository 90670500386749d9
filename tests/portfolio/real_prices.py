"""Real prices of 28 US ETFs, 1993 to 2026, as wide frames by date, and as bars of the database."""

from pathlib import Path

import numpy as np
import pandas as pd
from django.db import connection

from market.models import Instrument
from market.store.copying import Column, copy_rows


def etf_prices(shared_data: Path) -> dict[str, pd.DataFrame]:
    """``high``, ``low``, ``close``, ``volume``: a column per fund, NaN before its first day."""
    bars = pd.read_csv(shared_data / "prices" / "us_etf28_1993_2026.csv.gz", parse_dates=["date"])
    return {
        name: bars.pivot_table(index="date", columns="symbol", values=name)
        for name in ("high", "low", "close", "volume")
    }


def bars_copied(instrument: Instrument, closes: pd.Series) -> None:
    """Raw closes by date, none missing, as bars."""
    columns = {
        "instrument_id": Column("int4", np.full(len(closes), instrument.pk)),
        "date": Column("date", closes.index.to_numpy()), "close": Column("float8", closes.to_numpy()),
        "adjustment_factor": Column("float8", np.ones(len(closes))),
    }  # fmt: skip
    no = np.zeros(len(closes), dtype=bool)
    flags = ("factor_is_given", "close_is_adjusted", "no_trade", "suspect")
    with connection.cursor() as cursor:
        copy_rows(cursor, "market_pricebar", columns | {flag: Column("bool", no) for flag in flags})
