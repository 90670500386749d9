"""How far the factors of a region reach: who has a score on a session, and why the others have none."""

import datetime as dt
from dataclasses import dataclass

from factors.base import Reason
from factors.models import FactorRun

OUTSIDE = Reason.NOT_IN_UNIVERSE.code
NOT_REASONS = ("scored", "valued", OUTSIDE)


@dataclass(frozen=True)
class Standing:
    """One factor on one session. ``reasons``: instruments of the universe without a score, by code, most first;
    ``outside``: those known besides, which are not in it.
    """

    universe: int
    valued: int
    scored: int
    reasons: dict[str, int]
    outside: int

    @property
    def coverage(self) -> float | None:
        """Percent of the universe that have a score."""
        return self.share(self.scored)

    @property
    def unscored(self) -> int:
        """Instruments of the universe without a score."""
        return sum(self.reasons.values())

    def share(self, count: int) -> float | None:
        """``count`` instruments in percent of the universe; None without a universe."""
        return 100.0 * count / self.universe if self.universe else None


def session_with_scores(*, region: str, date: dt.date | None = None) -> dt.date | None:
    """The newest session of ``region`` with scores, on ``date`` or before it; None where there is none."""
    runs = FactorRun.objects.done().filter(region=region, score_count__gt=0)
    found = runs.filter(date__lte=date) if date else runs
    return found.order_by("-date").values_list("date", flat=True).first()


def standings_read(*, region: str, date: dt.date) -> dict[str, Standing]:
    """Every factor computed for that session, by name, each as its last run left it."""
    runs = FactorRun.objects.done().filter(region=region, date=date).order_by("id")
    return {
        name: _standing(universe, counts)
        for universe, by_factor in runs.values_list("universe_size", "counts")
        for name, counts in by_factor.items()
    }


def _standing(universe: int, counts: dict[str, int]) -> Standing:
    lost = {code: number for code, number in counts.items() if code not in NOT_REASONS and number}
    most_first = dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0])))
    return Standing(universe, counts.get("valued", 0), counts.get("scored", 0), most_first, counts.get(OUTSIDE, 0))
