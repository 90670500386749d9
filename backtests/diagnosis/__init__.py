"""What a person should know before believing a backtest: findings with severity and evidence, by independent checks.

NumPy in, findings out. One check per file in ``checks/``; importing the package registers them.
docs/backtest-diagnosis.md lists them all.
"""

from backtests.diagnosis import checks
from backtests.diagnosis.base import Evidence, Finding, SectorUse, Severity
from backtests.diagnosis.registry import Check, all_checks, check, check_named, diagnose, unregister_check

__all__ = [
    "Check", "Evidence", "Finding", "SectorUse", "Severity", "all_checks", "check", "check_named", "checks", "diagnose",
    "unregister_check",
]  # fmt: skip
