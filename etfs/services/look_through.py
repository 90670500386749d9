"""What a portfolio of funds and stocks really holds: by security, sector, country and currency."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.calc.countries import country_name
from etfs.calc.exposure import exposure_by
from etfs.calc.look_through import DEPTH, DIRECT, UNRESOLVED, Compositions, LookThrough, look_through
from etfs.calc.sectors import sector_name
from etfs.models import ETF
from etfs.services.errors import EtfError
from etfs.services.given import amounts_check
from etfs.services.keys import keys_described, keys_of
from etfs.services.lookup import day_or_today
from etfs.store.reads import latest_weights, snapshot_days
from market.models import Instrument

_NO_COMPANY = {"ETF": "ETF", "UNKNOWN": ""}  # others: their word, capitalised
LABELS = ("sector", "country", "currency")
MOST_POSITIONS = 1_000


@dataclass(frozen=True)
class LookThroughView:
    """``rows``: exposure by security in percent of the portfolio, largest first, with the funds it comes through;
    ``by``: label -> exposure by sector, country, currency; ``covered_percent`` + ``uncovered_percent`` = 100, the
    latter by reason in ``uncovered``; ``as_of_dates``: the compositions used.
    """

    rows: list[dict[str, Any]]
    by: dict[str, list[dict[str, Any]]]
    covered_percent: float
    uncovered_percent: float
    uncovered: dict[str, float]
    as_of_dates: dict[str, dt.date]


def look_through_get(*, positions: Sequence[tuple[Instrument, float]], as_of: dt.date | None = None) -> LookThroughView:
    """Look through ``positions`` (instrument, amount: money or weights of one currency) to the stocks, as of a day.

    Funds inside funds are opened to depth 3; cash, bonds and derivatives are exposure of their own; what cannot be
    looked through is told by reason. EtfError for no position, an amount that is no number, or a total that is not
    above 0.
    """
    if not 0 < len(positions) <= MOST_POSITIONS:
        raise EtfError(f"positions: 1 to {MOST_POSITIONS:,} of them")
    amounts = np.array([amount for _, amount in positions], dtype=float)
    amounts_check("positions", amounts)
    on = day_or_today(as_of)
    inside, days = _compositions([one.pk for one, _ in positions], on)
    found = look_through(np.array([one.pk for one, _ in positions], dtype=np.int64), amounts, inside)
    leaf, percent = found.by_leaf()
    what = keys_described(leaf.tolist())
    by = {label: _exposure(label, leaf, percent, what) for label in LABELS}
    return LookThroughView(
        _rows(found, leaf, percent, what, _symbols(found.via)), by, found.covered_percent, found.uncovered_percent,
        {reason: share for reason, share in found.uncovered.items() if share}, days,
    )  # fmt: skip


def exposures_get(*, fund: ETF, as_of: dt.date | None = None) -> LookThroughView:
    """Exposure of one fund by sector, country and currency: a portfolio of that fund alone."""
    return look_through_get(positions=[(fund.instrument, 1.0)], as_of=as_of)


def _compositions(ids: Sequence[int], on: dt.date) -> tuple[Compositions, dict[str, dt.date]]:
    """The compositions of all funds among ``ids`` and of those found inside them, level by level; one level more than
    is opened, so that a fund too deep is told from one without a composition."""
    parts, funds, days = [], set(), {}
    wanted = set(ETF.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for level in range(DEPTH + 1):
        funds |= wanted
        rows = latest_weights(on, sorted(wanted))
        parts.append(rows)
        for row in snapshot_days(sorted(wanted), on).values() if level < DEPTH else ():
            days[f"{row['region']}:{row['ticker']}"] = row["as_of_date"]
        inside = ETF.objects.filter(pk__in=np.unique(rows["instrument_id"]).tolist()).values_list("pk", flat=True)
        wanted = set(inside) - funds
        if not wanted:
            break
    rows = np.concatenate(parts)
    unresolved = rows["is_security"].astype(bool) & (rows["instrument_id"] == 0)
    item = np.where(unresolved, UNRESOLVED, keys_of(rows))
    known = np.array(sorted(funds | wanted), dtype=np.int64)
    return Compositions.of(rows["etf_id"].astype(np.int64), item, rows["weight"], known), days


def _symbols(via: np.ndarray) -> dict[int, str]:
    ids = [int(one) for one in np.unique(via) if one != DIRECT]
    found = ETF.objects.filter(pk__in=ids).select_related("instrument")
    return {fund.pk: str(fund.instrument) for fund in found} | {int(DIRECT): "direct"}


def _rows(
    found: LookThrough, leaf: np.ndarray, percent: np.ndarray, what: dict[int, dict[str, Any]], symbols: dict[int, str]
) -> list[dict[str, Any]]:
    through: dict[int, dict[str, float]] = {}
    for one, via, share in zip(found.leaf.tolist(), found.via.tolist(), found.percent.tolist(), strict=True):
        through.setdefault(one, {})[symbols[via]] = share
    order = np.argsort(-percent, kind="stable")
    names = ("kind", "region", "ticker", "name", "identifier", "instrument_id")
    return [
        {name: what[int(leaf[i])][name] for name in names}
        | {"percent": float(percent[i]), "through": through[int(leaf[i])]}
        for i in order.tolist()
    ]


def _exposure(
    label: str, leaf: np.ndarray, percent: np.ndarray, what: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    words = [what[one][label] or "" for one in leaf.tolist()]
    if label == "country":  # the source's word for it; else the country of the listing
        words = [
            country_name(word or what[one]["region"] or "") for word, one in zip(words, leaf.tolist(), strict=True)
        ]
    if label == "sector":  # what is no company has none
        words = [
            sector_name(word) if kind in ("STOCK", "PREFERRED") else _NO_COMPANY.get(kind, kind.capitalize())
            for word, kind in zip(words, (what[one]["kind"] for one in leaf.tolist()), strict=True)
        ]
    found = exposure_by(np.array(words, dtype=str), percent)
    return [{label: str(name), "percent": float(share)} for name, share in zip(found.label, found.percent, strict=True)]
