"""Entry points of the background workers: plain values in, one service call."""

from quantsite.retention import data_prune


def prune_data() -> dict[str, int]:
    """Delete what is older than the settings keep it; by kind, how many rows."""
    return {one.kind: one.rows for one in data_prune() if one.days}
