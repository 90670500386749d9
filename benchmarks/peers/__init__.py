"""How other backtesters do one and the same task. Run by an environment of their own (benchmarks/environments.py)."""
