"""Does a factor work? Pure maths over arrays of sessions by instruments; one idea per file.

Everywhere: rows are sessions [T], columns instruments [N], NaN is "not known". Returns are fractions (0.01 is 1 %).
"""

from factors.calc.analysis.daily import Daily, Plan, daily_figures, joined
from factors.calc.analysis.summary import Summary, summarise

__all__ = ["Daily", "Plan", "Summary", "daily_figures", "joined", "summarise"]
