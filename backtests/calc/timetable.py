"""Corporate actions by session."""

import numpy as np

from backtests.calc.prices import Events


class Timetable:
    """The events of one kind, sorted by session and ticker; several of one name stay as they came."""

    def __init__(self, events: Events, rank: np.ndarray, sessions: int) -> None:
        order = np.lexsort((rank[events.instrument], events.session))
        self.instrument, self.figure = events.instrument[order], events.figure[order]
        self.first = np.searchsorted(events.session[order], np.arange(sessions + 1)).tolist()

    def of_holdings(self, session: int, quantity: np.ndarray) -> list[tuple[int, float]]:
        """(instrument, figure) of the events of ``session`` on names of which ``quantity`` [N] is not 0."""
        begin, end = self.first[session], self.first[session + 1]
        if begin == end:
            return []
        names, figures = self.instrument[begin:end], self.figure[begin:end]
        held = quantity[names] > 0
        return list(zip(names[held].tolist(), figures[held].tolist(), strict=True))
