"""Addresses that tables of portfolios lead to."""

from django.urls import NoReverseMatch, reverse

from market.models import Instrument


def instrument_address(instrument: Instrument | None) -> str | None:
    """The page of a stock or fund; None without one."""
    if instrument is None:
        return None
    try:
        return reverse("market:instrument", args=[instrument.region, instrument.ticker])
    except NoReverseMatch:
        return None
