"""The tear sheet of an analysis: one HTML file that needs nothing else."""

from factors.tearsheet.page import tear_sheet

__all__ = ["tear_sheet"]
