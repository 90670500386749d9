"""Sections of reports on pages."""

from collections.abc import Sequence

from backtests.report.page import Section


def chapters_of(sections: Sequence[Section]) -> list[Section]:
    """Those that show something, each chart with an id of its own on the page."""
    shown = [one for one in sections if one.shown or one.notes]
    for section in shown:
        for place, part in enumerate(section.shown):
            if isinstance(part, dict):
                part["id"] = f"{section.id}-chart-{place}"
    return shown
