"""The list of funds: narrowed, with what is known of each at a glance."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from etfs.models import ETF, Snapshot
from etfs.models.funds import ETFQuerySet
from etfs.services.won import large_krw
from market.regions import REGIONS

KINDS = {
    "plain": Q(is_inverse=False, is_synthetic=False, leverage_ratio=1), "leveraged": Q(leverage_ratio__gt=1),
    "inverse": Q(is_inverse=True), "synthetic": Q(is_synthetic=True), "hedged": Q(currency_hedged=True),
}  # fmt: skip


def funds_listed(
    *, search: str = "", region: str = "", issuer: str = "", category: str = "", kind: str = "", large: bool = False,
    held: bool = False, flow_days: tuple[dt.date, dt.date],
) -> ETFQuerySet:  # fmt: skip
    """Funds that meet every condition given, with their instrument and ``newest_day``, ``newest_lines`` (of the newest
    composition served), ``flow`` (money that came in over ``flow_days``, in the trading currency), ``premium_day``, and
    ``with_assets``.

    ``kind``: one of KINDS. ``large``: assets of at least ``etfs.services.won.large_krw``. ``held``: with a composition.
    """
    newest = Snapshot.objects.newest_first(OuterRef("pk"))
    exact = {"region": region, "issuer": issuer, "category": category}
    found = ETF.objects.select_related("instrument").filter(**{name: value for name, value in exact.items() if value})
    found = (found.search(search) if search else found).filter(KINDS[kind] if kind else Q())
    found = with_assets(found).with_flow(*flow_days).with_premium_day().annotate(
        newest_day=Subquery(newest.values("as_of_date")[:1]), newest_lines=Subquery(newest.values("line_count")[:1])
    )  # fmt: skip
    found = found.filter(_large()) if large else found
    return found.filter(newest_day__isnull=False) if held else found


def with_assets(funds: ETFQuerySet) -> ETFQuerySet:
    """Funds with ``assets`` in the trading currency (those told of the fund, else what its newest composition served is
    worth), and ``assets_krw``."""
    newest = Snapshot.objects.newest_first(OuterRef("pk"))
    assets = Coalesce("total_assets", Subquery(_worth(newest)[:1]))
    return funds.annotate(assets=assets).with_krw(settings.ETF_KRW_PER)


def _worth(newest: QuerySet[Snapshot]) -> QuerySet[Any, Any]:
    """What a composition of the whole fund, in its trading currency, adds up to; None of another one."""
    whole = When(per_unit=False, market_value__gt=0, currency=OuterRef("instrument__currency"), then="market_value")
    return newest.annotate(worth=Case(whole, default=None)).values("worth")


def _large() -> Q:
    """Assets of at least what its region calls large."""
    condition = Q()
    for code in REGIONS:
        condition |= Q(region=code, assets_krw__gte=large_krw(code))
    return condition


def issuers_known() -> list[str]:
    """Issuers of funds, by name."""
    known = ETF.objects.exclude(issuer="").order_by("issuer").values_list("issuer", flat=True).distinct()
    return list(known)
