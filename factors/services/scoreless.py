"""Why a factor that was computed has no scores at all."""

import datetime as dt
from collections.abc import Mapping

from factors.base import Reason
from factors.calc.normalise import MINIMUM

SMALL = Reason.SMALL_CROSS_SECTION.name.lower()


def why_scoreless(counts: Mapping[dt.date, tuple[int, Mapping[str, int]]]) -> str:
    """The reason, from the ``counts_read`` of its sessions; empty where it was not computed, or nobody had a value."""
    if any(drops.get(SMALL) for _, drops in counts.values()):
        return f"fewer than {MINIMUM} instruments have a value, so there are no scores"
    return ""
