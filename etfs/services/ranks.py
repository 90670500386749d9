"""Which source is trusted more: ``settings.ETF_SOURCE_RANKS``, the first most."""

from django.conf import settings


def source_rank(source: str) -> int:
    """Place in the list, 0 the most trusted; what is not named there comes last."""
    ranks = settings.ETF_SOURCE_RANKS
    return ranks.index(source) if source in ranks else len(ranks)


def ranked_before(source: str) -> list[str]:
    """The sources that are trusted more than ``source``."""
    return list(settings.ETF_SOURCE_RANKS[: source_rank(source)])
