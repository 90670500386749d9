"""How a backtest is computed: NumPy in, NumPy out; one idea per file. No Django, SQL, files or clocks.

Everywhere: T sessions, N instruments; money, prices and quantities as floats, percentages as percent (5 means 5 %);
prices are raw and NaN means that there is no bar; a session is a row of ``Prices``, an instrument a column. Whatever is
done to several names is done in the order of their tickers (or of their rank), never of their columns. Definitions:
FORMULAS.md sections 5 and 9, and docs/backtests.md.
"""
