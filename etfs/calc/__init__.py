"""What is computed of ETFs: NumPy in, NumPy out; one idea per file. No Django, SQL, files or clocks.

Everywhere: weights in percent of the fund (12.5 means 12.5 %), NaN is "not known", funds and stocks are numbers from 0
where an argument says index [..] and any integers where it says key or id. Definitions: FORMULAS.md sections 6 and 9.
"""
