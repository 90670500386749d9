"""The work of one combine run: chunks of sessions, what is fitted when, and what the run's row keeps of it."""

import datetime as dt
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from factors.calc.composite import ranked
from factors.combiners import Fitted, as_date
from factors.models import CombineRun
from factors.services.combine_checks import refuse_normalisations, refuse_scoreless, sectors_note
from factors.services.combining import Stretch, history_read, sample_dates, session_composite, stretch_read
from factors.services.progress import Progress
from factors.services.strategies import Definition
from factors.services.universes import StrategyError, members_of
from factors.store import Composites
from market.calendars import FIRST_DAY, sessions

CELLS = 40_000_000  # scores held at a time: 160 MB
LONGEST = 126  # sessions


class Combination:
    """A run at work. Reads what the combiner learns from once; ``combine`` does one chunk and notes weights, model
    cards and warnings in the run's row (not saved).
    """

    def __init__(self, definition: Definition, run: CombineRun) -> None:
        self.definition, self.run = definition, run
        self.members = members_of(region=definition.region, universe=definition.universe)
        self.combiner = definition.build()
        calendar = sessions(definition.region, FIRST_DAY, run.end).astype("datetime64[D]")
        self.calendar = calendar.astype(np.int32)
        first = run.done_through + dt.timedelta(days=1) if run.done_through else run.start
        self.dates: list[dt.date] = calendar[calendar >= np.datetime64(first)].tolist()
        if not self.dates and not run.done_through:
            raise StrategyError(f"date: there is no session from {run.start} to {run.end}")
        self.fitted: dict[int, Fitted] = {}
        if self.dates:
            refuse_scoreless(definition, run.start, run.end)
            if self.combiner.learns_from_samples:
                sampled = sample_dates(definition, self.combiner, self.dates[0], run.end)
                refuse_normalisations(definition.region, [*sampled, *self.dates])
            self.history = history_read(definition, self.combiner, self.members, self.dates[0], run.end)
        notes = (definition.note(), sectors_note(definition, run.start, self.combiner.learns_from_samples))
        run.warnings += [note for note in notes if note and note not in run.warnings]

    def chunks(self) -> list[list[dt.date]]:
        """Sessions still to do, so many at a time that their scores fit in memory."""
        cells = len(self.definition.factors) * len(self.members.ids)
        size = int(np.clip(CELLS // max(cells, 1), 1, LONGEST))
        return [self.dates[i : i + size] for i in range(0, len(self.dates), size)]

    def combine(self, chunk: Sequence[dt.date], progress: Progress) -> Composites:
        """Composite scores of a chunk of sessions."""
        clock = time.perf_counter()
        stretch = stretch_read(self.definition, self.members, chunk[0], chunk[-1])
        clock = self._lap("read", clock)
        done = self.dates.index(chunk[0])
        fit_days = [self.combiner.fit_day(int(day), self.calendar) for day in stretch.days]
        self._fit(sorted(set(fit_days)), progress, done)
        clock = self._lap("fit", clock)
        shape = (len(stretch.days), len(self.members.ids))
        score, rank = np.full(shape, np.nan), np.zeros(shape, dtype=np.int32)
        for row, fit_day in enumerate(fit_days):
            fitted = self.fitted[fit_day]
            score[row] = session_composite(self.definition, self.members, stretch, row, fitted)
            rank[row] = ranked(score[row], self.members.tickers)
            self._note_weights(str(as_date(stretch.days[row])), fitted)
        self._note_warnings(stretch, score)
        self._lap("combine", clock)
        progress(f"{chunk[-1]}", done + len(chunk), len(self.dates))
        return Composites(stretch.days, self.members.ids, score, rank)

    def _fit(self, days: Sequence[int], progress: Progress, done: int) -> None:
        """Fit what is needed and not there; what an earlier chunk left and this one does not need goes."""
        self.fitted = {day: self.fitted[day] for day in days if day in self.fitted}
        missing = [day for day in days if day not in self.fitted]
        learns = self.combiner.learns_from_samples
        # Matrices of factors are small: several threads in one product would mostly wait for each other.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(side_by_side() if learns else 1) as pool:
            found = pool.map(lambda day: self.combiner.fit(self.history, day), missing)
            for day, fitted in zip(missing, found, strict=True):
                self.fitted[day] = fitted
                card = fitted.card()
                if card:
                    progress(f"trained as of {as_date(day)}", done, len(self.dates))
                    if all(one["as_of"] != card["as_of"] for one in self.run.model_cards):
                        self.run.model_cards.append(card)

    def _note_weights(self, date: str, fitted: Fitted) -> None:
        """One entry per change: from, to, number of sessions, and the record."""
        record, entries = fitted.record(), self.run.weights
        last: dict[str, Any] = entries[-1] if entries else {}
        if {key: value for key, value in last.items() if key not in ("from", "to", "sessions")} == record:
            last["to"], last["sessions"] = date, last["sessions"] + 1
        else:
            entries.append({"from": date, "to": date, "sessions": 1, **record})

    def _note_warnings(self, stretch: Stretch, score: np.ndarray) -> None:
        run = self.run
        unscored = stretch.days[~np.isfinite(score).any(axis=1)]
        if len(unscored):
            no_size = stretch.size is not None and not np.isfinite(stretch.size).any()
            why = "no M (market_cap) to neutralise by" if no_size else "nobody in the universe has enough factors"
            run.warnings.append(f"no scores on {len(unscored)} sessions from {as_date(unscored[0])} on: {why}")
        kept = [text for text in run.warnings if not text.startswith(("equal weight", "leakage?"))]
        run.warnings = kept + fallback_warnings(run.weights) + leakage_warnings(run.model_cards)

    def _lap(self, stage: str, since: float) -> float:
        now = time.perf_counter()
        self.run.timings[stage] = self.run.timings.get(stage, 0.0) + now - since
        return now


def side_by_side() -> int:
    """Trainings that run at a time: one per core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def fallback_warnings(weights: Sequence[dict[str, Any]]) -> list[str]:
    """How many sessions had equal weight in place of what was asked for, and the newest reason."""
    fallen = [entry for entry in weights if "fallback" in entry]
    if not fallen:
        return []
    count, total = (sum(entry["sessions"] for entry in some) for some in (fallen, weights))
    last = fallen[-1]
    return [f"equal weight on {count} of {total} sessions, the last {last['to']}: {last['fallback']}"]


def leakage_warnings(cards: Sequence[dict[str, Any]]) -> list[str]:
    """That models are too good to be true."""
    suspicious = [card for card in cards if "warning" in card]
    if not suspicious:
        return []
    best = max(suspicious, key=lambda card: card["out_of_sample_ic"])
    return [
        f"leakage? {len(suspicious)} of {len(cards)} models have an out-of-sample rank IC above 0.10, the highest"
        f" {best['out_of_sample_ic']:.3f} as of {best['as_of']}: check that no factor knows the future"
    ]
