"""What is computed of portfolios and backtests: NumPy in, NumPy out; one idea per file. No Django, SQL or files."""
