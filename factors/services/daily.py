"""What is done for a region after its market has closed."""

import datetime as dt

from factors import store
from factors.models import FactorRun
from factors.services.combine import strategies_daily
from factors.services.runs import factor_run_create, factor_run_daily, factor_run_execute, session_resolve
from market.calendars import sessions
from market.models import PriceBar

CATCH_UP = 10  # sessions made up for at most: a longer gap is a backfill


def region_daily(*, region: str) -> int | None:
    """Compute the newest session, and those before it that were missed since the last one; then combine the active
    strategies. The number of scores, or None where they were there already (a holiday) or the region has no prices.

    A session that another process computes meanwhile is left to it.
    """
    try:
        missed = sum(_compute(region, day) for day in missed_sessions(region))
        count = factor_run_daily(region=region)
        return missed + (count or 0) if missed or count is not None else None
    except store.RunInProgress:
        return None  # a backfill has the session; what it leaves out is made up for tomorrow
    finally:
        strategies_daily(region=region)


def missed_sessions(region: str) -> list[dt.date]:
    """Sessions between the last one computed in full and the newest with bars, both left out."""
    whole = FactorRun.objects.done().filter(region=region, factor_names=[])
    last = whole.order_by("-date").values_list("date", flat=True).first()
    if last is None or PriceBar.objects.newest_date(region) is None:
        return []
    newest = session_resolve(region=region, date=None)
    return [day.item() for day in sessions(region, last, newest) if last < day.item() < newest][-CATCH_UP:]


def _compute(region: str, day: dt.date) -> int:
    return factor_run_execute(run_id=factor_run_create(region=region, date=day).pk).score_count
