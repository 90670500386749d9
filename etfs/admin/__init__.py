"""Data operations of ETFs, one module per kind of row; each registers its pages."""

from etfs.admin import findings, funds, holdings, lines, payloads, runs, snapshots, stats

__all__ = ["findings", "funds", "holdings", "lines", "payloads", "runs", "snapshots", "stats"]
