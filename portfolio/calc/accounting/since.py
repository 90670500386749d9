"""The later part of a run."""

from dataclasses import fields, replace

import numpy as np

from portfolio.calc.accounting.days import Days


def days_since(days: Days, day: np.datetime64) -> Days:
    """The sessions from ``day`` on, opened by what there was on the session before."""
    first = int(np.searchsorted(days.dates, day))
    if not first:
        return days
    rows = {one.name: getattr(days, one.name)[first:] for one in fields(days) if not one.name.startswith("opening_")}
    return replace(
        days, **rows, opening_holdings=days.holdings[first - 1], opening_cash_value=days.cash_value[first - 1]
    )
