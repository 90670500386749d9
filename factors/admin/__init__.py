"""Data operations of factors, one module per kind of row; each registers its pages."""

from factors.admin import catalogue, formulas, runs, scores

__all__ = ["catalogue", "formulas", "runs", "scores"]
