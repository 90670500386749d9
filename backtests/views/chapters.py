"""Sections of reports on pages."""

from collections.abc import Sequence

from backtests.report.page import Section
from market.pages.charts import numbered


def chapters_of(sections: Sequence[Section]) -> list[Section]:
    """Those that show something, their charts named."""
    shown = [one for one in sections if one.shown or one.notes]
    charts = [part for one in shown for part in one.shown if isinstance(part, dict)]
    numbered(charts)
    return shown
