"""The windows of correlations."""

MONTHS = {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "3y": 36}  # calendar months
ROLLING = {"20d": 20, "60d": 60}  # dates
WINDOWS = (*MONTHS, *ROLLING)
