"""Sectors that were not known then."""

from backtests.diagnosis.base import Evidence, Finding, SectorUse, Severity
from backtests.diagnosis.registry import check

TOLD = {SectorUse.UNIVERSE: "filter the universe", SectorUse.NEUTRALISE: "neutralise the scores"}


@check("sectors_of_today", Severity.NOTE, Severity.WARNING)
def sectors_of_today(evidence: Evidence) -> Finding | None:
    """Sectors have no history: a name stands in the one of today on every past session, which nobody knew then.

    WARNING where they choose the universe: who moved into a growing sector is in it before it moved. Within
    neutralisation they shift scores alone.
    """
    uses = [use for use in SectorUse if use in evidence.sector_uses]
    if not uses:
        return None
    return Finding(
        "sectors_of_today", Severity.WARNING if SectorUse.UNIVERSE in uses else Severity.NOTE,
        "Sectors are those of today",
        f"The sectors that {' and '.join(TOLD[use] for use in uses)} are those of today: a name that has moved since "
        "counts where it is now.",
        {"uses": [str(use) for use in uses]},
    )  # fmt: skip
