"""Limits of a portfolio, and the word when one is passed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from portfolio.models import Alert, AlertLimit, Portfolio
from portfolio.services.errors import PortfolioError, PortfolioNotFound

Kind = AlertLimit.Kind


def alert_limits_set(*, portfolio: Portfolio, limits: Mapping[str, Mapping[str, Any]]) -> list[AlertLimit]:
    """Replace the limits: by kind ``limit`` (percent) and ``by_email``. A limit that stays as it is keeps what it knows
    of being passed. PortfolioError for an unknown kind, or a limit outside 0 to 100.
    """
    unknown = sorted(set(limits) - set(Kind.values))
    if unknown:
        raise PortfolioError(f"kind: {unknown[0]!r} is none of {', '.join(Kind.values)}")
    for kind, wanted in limits.items():
        if not 0.0 <= wanted["limit"] <= 100.0:
            raise PortfolioError(f"limit: {kind} has {wanted['limit']}; it must be from 0 to 100")
    with transaction.atomic():
        rows = AlertLimit.objects.filter(portfolio=portfolio)
        rows.exclude(kind__in=list(limits)).delete()
        for kind, wanted in limits.items():
            row, _ = rows.select_for_update().get_or_create(
                portfolio=portfolio, kind=kind, defaults={"limit": wanted["limit"]}
            )
            if row.limit != wanted["limit"]:
                row.limit, row.above_since = wanted["limit"], None
            row.by_email = bool(wanted.get("by_email"))
            row.save()
    return list(AlertLimit.objects.filter(portfolio=portfolio))


def alerts_check(*, portfolio: Portfolio, on: dt.date, figures: Mapping[str, float | None]) -> list[Alert]:
    """Compare ``figures`` (by kind, percent; None: not known, which changes nothing) with the limits; the alerts of
    limits passed now that were kept before.
    """
    raised = []
    for limit in AlertLimit.objects.filter(portfolio=portfolio):
        found = figures.get(limit.kind)
        if found is None:
            continue
        above = found > limit.limit
        if above and limit.above_since is None:
            raised.append(_raised(limit, on, found))
        if above != (limit.above_since is not None):
            limit.above_since = on if above else None
            limit.save(update_fields=["above_since"])
    return raised


def _raised(limit: AlertLimit, on: dt.date, found: float) -> Alert:
    message = f"{limit.portfolio}: {limit.get_kind_display().lower()} is {found:.2f} %, above {limit.limit:g} %"
    alert, is_new = Alert.objects.update_or_create(
        portfolio=limit.portfolio, kind=limit.kind, date=on,
        defaults={"figure": found, "limit": limit.limit, "message": message[:300]},
    )  # fmt: skip
    address = limit.portfolio.owner.email
    if is_new and limit.by_email and address:
        subject = f"quantsite: {message}".splitlines()[0]
        transaction.on_commit(lambda: _send(subject, f"{message}\nSession: {on}\n", address), robust=True)
    return alert


def _send(subject: str, text: str, address: str) -> None:
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])


def alert_see(*, portfolio: Portfolio, alert_id: int) -> Alert:
    """Somebody has seen it. PortfolioNotFound for an alert that is not this portfolio's."""
    alert = Alert.objects.filter(portfolio=portfolio, pk=alert_id).first()
    if alert is None:
        raise PortfolioNotFound(f"no alert #{alert_id} of this portfolio")
    if alert.seen_at is None:
        alert.seen_at = timezone.now()
        alert.save(update_fields=["seen_at"])
    return alert
