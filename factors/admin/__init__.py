"""Data operations of factors, one module per kind of row; each registers its pages."""

from factors.admin import analyses, catalogue, composites, formulas, history, runs, scores, strategies

__all__ = ["analyses", "catalogue", "composites", "formulas", "history", "runs", "scores", "strategies"]
