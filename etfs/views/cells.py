"""Columns that tables of holdings share, and where their links lead."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.models import Kind
from market.pages.columns import MoneyColumn

FRESHNESS = {"fresh": "done", "ageing": "late", "stale": "failed", "none": "quiet"}  # of ``etfs.services.ages``
FRESHNESS_WORDS = {"fresh": _("fresh"), "ageing": _("ageing"), "stale": _("stale"), "none": _("none")}


def instrument_address(record: dict[str, Any]) -> str | None:
    """The page of the instrument that a line is; None where it is none of ours."""
    return reverse("market:instrument", args=[record["region"], record["ticker"]]) if record["instrument_id"] else None


def line_currency(record: dict[str, Any]) -> str:
    """Currency of the composition that a line stands in."""
    return str(record["value_currency"])


def value_column(label: Any, **kwargs: Any) -> MoneyColumn:
    """An amount in whole units of the composition's currency."""
    return MoneyColumn(verbose_name=label, currency=line_currency, digits=0, **kwargs)


def kind_word(value: str) -> str:
    """What a line is, in a word; a kind of instrument that lines do not have stays as it is."""
    return gettext(str(Kind(value).label).partition(":")[0]) if value in Kind.values else value.capitalize()


def factor_address(record: dict[str, Any]) -> str:
    """Where the factor's page is."""
    return reverse("factors:factor", args=[record["factor"]])
