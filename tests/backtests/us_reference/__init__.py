"""The US backtest of real data once more: from the raw files to the trades in plain Python, slow and obvious.

It imports nothing of ``market``, ``factors`` or ``backtests`` but the dataclasses that the plain simulator reads.
"""

from tests.backtests.us_reference.run import Condition, Outcome, reference_run

__all__ = ["Condition", "Outcome", "reference_run"]
