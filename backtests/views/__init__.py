"""Pages of backtests: list, builder, report with live progress, comparison, sweeps."""
