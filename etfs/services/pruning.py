"""Thinning out compositions as they grow old (FORMULAS.md sections 6 and 9; docs/etf-quality.md)."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from etfs.calc.retention import ALL_DAYS, kept
from etfs.models import ETF
from etfs.services.lookup import etf_get
from etfs.services.runs import region_get_or_error
from etfs.store.checking import funds_asked
from etfs.store.locks import fund_lock
from etfs.store.pruning import (
    BATCH,
    answers_delete,
    composition_days,
    compositions_delete,
    holdings_count,
    old_answers,
)
from factors.services.progress import Progress, silent
from market.regions import REGIONS, region_get

logger = logging.getLogger(__name__)


@dataclass
class Pruning:
    """What was deleted, or would be: compositions and lines by fund, and answers of sources."""

    dry_run: bool
    funds: list[dict[str, Any]] = field(default_factory=list)
    answers: int = 0

    @property
    def compositions(self) -> int:
        return sum(row["deleted"] for row in self.funds)

    @property
    def lines(self) -> int:
        return sum(row["lines"] for row in self.funds)


def holdings_prune(
    *, region: str = "", symbols: Sequence[str] = (), today: dt.date | None = None, dry_run: bool = False,
    progress: Progress = silent,
) -> Pruning:  # fmt: skip
    """Delete the compositions that retention does not keep, then the answers with holdings that nothing was made of.

    One transaction per fund, under its lock. The newest composition of a fund and the newest served one always stay,
    and ``weight_change`` stays as stored: against the composition there was before on that day. ``today``: None for
    each exchange's. EtfError for an unknown region, NotFound or Ambiguous for a symbol.
    """
    code = region_get_or_error(region).code if region else ""
    funds = funds_asked(code, [etf_get(symbol, code).pk for symbol in symbols])
    run, gone = Pruning(dry_run), []
    for number, fund in enumerate(funds, 1):
        row, ids = _fund_prune(fund, today or region_get(fund.region).today(), dry_run)
        run.funds.append(row)
        gone += ids
        progress(str(fund.instrument), number, len(funds))
    for place in [code] if code else list(REGIONS):
        named = [fund.instrument.ticker for fund in funds if fund.region == place] if symbols else []
        if named or not symbols:
            old = _answers_old(place, named, today or region_get(place).today(), gone)
            run.answers += len(old) if dry_run else _answers_delete(old)
    return run


def prune_if_wanted() -> Pruning | None:
    """What the workers do weekly: ``holdings_prune`` of everything, where ``QUANTSITE_ETF_PRUNE`` is on."""
    if not settings.ETF_PRUNE:
        logger.warning("old ETF compositions are not thinned out: QUANTSITE_ETF_PRUNE is off")
        return None
    return holdings_prune()


def _fund_prune(fund: ETF, today: dt.date, dry_run: bool) -> tuple[dict[str, Any], list[int]]:
    """(counts of the fund, the compositions that go)."""
    with transaction.atomic(), connection.cursor() as cursor:
        fund_lock(cursor, fund.pk)
        rows = composition_days(fund.pk)
        stays = stays_of([row[0] for row in rows], [row[1] for row in rows], today)
        old = [row for row, stay in zip(rows, stays, strict=True) if not stay]
        days = [row[0] for row in old]
        lines = holdings_count(fund.pk, days) if dry_run or not days else compositions_delete(cursor, fund.pk, days)
    counts = {"symbol": str(fund.instrument), "kept": len(rows) - len(old), "deleted": len(old), "lines": lines}
    return counts, [row[2] for row in old]


def stays_of(days: Sequence[dt.date], served: Sequence[bool], today: dt.date) -> np.ndarray:
    """Mask [n] of the compositions to keep: by the rule over all of them, and by the rule over the served ones alone.

    So a doubtful last composition of a month does not cost the month its last good one.
    """
    dates, good = np.array(days, dtype="datetime64[D]"), np.array(served, dtype=bool)
    stays = kept(dates, np.datetime64(today))
    stays[good] |= kept(dates[good], np.datetime64(today))
    return stays


def _answers_old(region: str, tickers: Sequence[str], today: dt.date, gone: Sequence[int]) -> list[int]:
    """``gone``: compositions that go; a dry run has left them where they are."""
    midnight = dt.datetime.combine(today, dt.time(), tzinfo=ZoneInfo(region_get(region).timezone))
    return old_answers(midnight - dt.timedelta(days=ALL_DAYS), region, tickers, gone)


def _answers_delete(old: Sequence[int]) -> int:
    deleted = 0
    for first in range(0, len(old), BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            deleted += answers_delete(cursor, old[first : first + BATCH])
    return deleted
