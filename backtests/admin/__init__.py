"""The admin of backtests, one file per kind of page."""

from backtests.admin import results, sessions, sweeps

__all__ = ["results", "sessions", "sweeps"]
