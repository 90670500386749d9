"""The US backtest of real data once more: from the raw files to the trades in plain Python, slow and obvious.

It imports nothing of ``market`` and ``factors``; of ``backtests`` only the dataclasses that the plain simulator reads.
"""
