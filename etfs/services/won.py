"""Amounts of several currencies beside each other, in won: the settings that say how, read in one place."""

from django.conf import settings

LARGE_KRW = 1e12  # where ``settings.ETF_LARGE_KRW`` names other regions only


def large_krw(region: str) -> float:
    """Assets in won from which a fund of the region is large: its own entry of ``settings.ETF_LARGE_KRW``, else that
    of ``*``, else LARGE_KRW."""
    large = settings.ETF_LARGE_KRW
    return float(large.get(region, large.get("*", LARGE_KRW)))


def krw_per(currency: str) -> float:
    """Won for one unit (``settings.ETF_KRW_PER``); NaN where nobody says: no comparison with it is true."""
    return float(settings.ETF_KRW_PER.get(currency, float("nan")))
