"""The rows that positions leave behind."""

import numpy as np

_MONEY = [
    (f"{name}{currency}", np.float64)
    for name in ("average_cost", "fifo_cost", "realised_average", "realised_fifo")
    for currency in ("", "_base")
]
# One row per transaction that touches shares: ``change`` of the quantity, the quantity and its cost after it, and the
# gain that it realised, by average cost and by lots; in the asset's currency and (``_base``) in the base currency.
ENTRY = np.dtype([
    ("id", np.int64), ("date", "M8[D]"), ("asset", np.int64), ("kind", np.int8), ("change", np.float64),
    ("quantity", np.float64), *_MONEY,
])  # fmt: skip
# One row per lot, or part of a lot, that a sale or transfer out (``id``) closed; ``opened_id`` opened it. ``quantity``
# in shares of the day it was closed. A transfer out carries its cost away: proceeds = cost.
CLOSING = np.dtype([
    ("id", np.int64), ("opened_id", np.int64), ("asset", np.int64), ("kind", np.int8), ("opened", "M8[D]"),
    ("closed", "M8[D]"), ("quantity", np.float64), ("cost", np.float64), ("cost_base", np.float64),
    ("proceeds", np.float64), ("proceeds_base", np.float64), ("gain", np.float64), ("gain_base", np.float64),
])  # fmt: skip
