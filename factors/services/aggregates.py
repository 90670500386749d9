"""The monthly and daily aggregates of scores."""

import logging

from market.timescale import refresh

logger = logging.getLogger(__name__)


def aggregates_refresh() -> dict[str, float]:
    """Bring the aggregates up to the scores of now; seconds by name of those that were refreshed.

    None is on TimescaleDB Community: there the server's own policies refresh what changed, every hour. Elsewhere this
    reads all scores; readers are not held up.
    """
    seconds = refresh.aggregates_refresh()
    for name, taken in seconds.items():
        logger.info("%s refreshed in %.1f s", name, taken)
    return seconds
