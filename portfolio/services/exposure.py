"""What a portfolio is exposed to: factors by the scores of its stocks, and what its funds hold in the end."""

import datetime as dt
from collections import defaultdict
from typing import Any

import numpy as np

from etfs.calc.look_through import NO_COMPOSITION
from etfs.models import ETF
from etfs.services import LookThroughView, look_through_get
from etfs.services.look_through import LABELS
from factors.models import Factor, FactorRun, FactorScore
from market.models import Instrument
from portfolio.calc.risk import factor_exposures
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.exposure_explain import factors_explain, look_through_explain
from portfolio.services.standing import Standing, standing_of

CASH = "Cash"


def factor_exposure(*, portfolio: Portfolio, as_of: dt.date | None = None, explain: bool = False) -> dict[str, Any]:
    """Weighted mean of the newest factor scores (of each region, up to the day) of the stocks held: ``results`` a row
    per factor with exposure, covered and uncovered percent and what each asset adds; ``dates`` of the scores by
    region. Funds, cash and stocks without a score are uncovered. PortfolioError for a portfolio worth nothing.
    """
    standing = _worth_something(standing_of(portfolio=portfolio, as_of=as_of))
    names, scores, dates = newest_scores([one.instrument for one in standing.held], standing.as_of)
    weights = np.array([*(one.value for one in standing.held), standing.cash_value]) / standing.value
    table = np.vstack([scores, np.full((1, len(names)), np.nan)])
    found = factor_exposures(weights, table)
    held = [str(one.instrument) for one in standing.held]
    answer = {
        "date": standing.as_of,
        "dates": dates,
        "results": [
            {
                "factor": name, "exposure": float(found.exposure[at]), "covered": float(found.covered[at]),
                "uncovered": float(found.uncovered[at]),
                "parts": _parts(held, weights, table[:, at], found.parts[:, at]),
            }
            for at, name in enumerate(names)
        ],
    }  # fmt: skip
    return answer | ({"explain": factors_explain(answer)} if explain else {})


def newest_scores(instruments: list[Instrument], as_of: dt.date) -> tuple[list[str], np.ndarray, dict[str, dt.date]]:
    """Factors that any of ``instruments`` has a score of, scores float64 [k, F] (NaN without) of the newest session of
    each region up to a day, and those sessions. A query or two for each region.
    """
    by_region: dict[str, list[int]] = defaultdict(list)
    for one in instruments:
        by_region[one.region].append(one.pk)
    dates: dict[str, dt.date] = {}
    found: dict[tuple[int, int], float] = {}
    for region, ids in by_region.items():
        run = FactorRun.objects.filter(date__lte=as_of).latest_of(region)
        if run is None:
            continue
        dates[region] = run.date
        rows = FactorScore.objects.filter(date=run.date, instrument_id__in=ids, score__isnull=False)
        for key, factor, score in rows.values_list("instrument_id", "factor_id", "score"):
            found[key, factor] = float(score or 0.0)
    factors = {factor for _, factor in found}
    known = dict(Factor.objects.filter(pk__in=factors).order_by("name").values_list("pk", "name"))
    scores = [[found.get((one.pk, factor), np.nan) for factor in known] for one in instruments]
    return list(known.values()), np.array(scores, dtype=np.float64).reshape(len(instruments), len(known)), dates


def _parts(held: list[str], weights: np.ndarray, scores: np.ndarray, parts: np.ndarray) -> list[dict[str, Any]]:
    """The rows of the sum: weight x score / sum of the weights that have one."""
    return [
        {"asset": held[at], "weight": 100.0 * float(weights[at]), "score": float(scores[at]), "part": float(parts[at])}
        for at in np.flatnonzero(~np.isnan(scores)).tolist()
    ]


def look_through_exposure(
    *, portfolio: Portfolio, as_of: dt.date | None = None, explain: bool = False
) -> dict[str, Any]:  # fmt: skip
    """Exposure in percent of the portfolio by security, sector, country and currency, funds opened to depth 3 (one that
    holds itself is opened once); cash counts by currency. What cannot be seen is in ``uncovered``, by reason, a fund
    without any composition among it. PortfolioError for a portfolio worth nothing.
    """
    standing = _worth_something(standing_of(portfolio=portfolio, as_of=as_of))
    unknown = _unknown_funds(standing)
    positions = [(one.instrument, one.value) for one in standing.held if one.instrument.pk not in unknown]
    answer, seen = _empty(standing), sum(amount for _, amount in positions)
    if seen > 0:
        _add_seen(answer, seen / standing.value, look_through_get(positions=positions, as_of=standing.as_of))
    _add_cash(answer, standing)
    hidden = sum(one.value for one in standing.held if one.instrument.pk in unknown)
    if hidden:
        answer["uncovered"][NO_COMPOSITION] = (
            answer["uncovered"].get(NO_COMPOSITION, 0.0) + 100.0 * hidden / standing.value
        )
    answer["uncovered_percent"] = float(sum(answer["uncovered"].values()))
    for label in LABELS:
        answer[f"by_{label}"] = dict(sorted(answer[f"by_{label}"].items(), key=lambda one: -abs(one[1])))
    answer["results"].sort(key=lambda row: -abs(row["percent"]))
    return answer | ({"explain": look_through_explain(answer)} if explain else {})


def _worth_something(standing: Standing) -> Standing:
    if not standing.value > 0:
        raise PortfolioError(f"portfolio: is worth nothing on {standing.as_of}")
    return standing


def _unknown_funds(standing: Standing) -> set[int]:
    """Funds that are held but of which nothing was ever loaded: they would pass for stocks."""
    funds = {one.instrument.pk for one in standing.held if one.instrument.asset_type == Instrument.AssetType.ETF}
    return funds - set(ETF.objects.filter(pk__in=funds).values_list("pk", flat=True))


def _empty(standing: Standing) -> dict[str, Any]:
    empty: dict[str, Any] = {f"by_{label}": {} for label in LABELS}
    return empty | {
        "date": standing.as_of, "covered_percent": 0.0, "uncovered": {},
        "as_of_dates": {}, "results": [],
    }  # fmt: skip


def _add_seen(answer: dict[str, Any], scale: float, found: LookThroughView) -> None:
    """What was looked through, which is ``scale`` of the portfolio."""
    answer["covered_percent"] += scale * found.covered_percent
    answer["uncovered"] |= {reason: scale * share for reason, share in found.uncovered.items()}
    answer["as_of_dates"] = found.as_of_dates
    for label in LABELS:
        answer[f"by_{label}"] |= {row[label] or "unknown": scale * row["percent"] for row in found.by[label]}
    answer["results"] += [
        row | {
            "percent": scale * row["percent"],
            "through": {name: scale * share for name, share in row["through"].items()},
        }
        for row in found.rows
    ]  # fmt: skip


def _add_cash(answer: dict[str, Any], standing: Standing) -> None:
    """The portfolio's own cash: exposure of its currency, and of no country."""
    for currency, amount in standing.cash.items():
        share = 100.0 * amount * standing.rates[currency] / standing.value
        answer["covered_percent"] += share
        for label, word in (("sector", CASH), ("country", "unknown"), ("currency", currency)):
            by = answer[f"by_{label}"]
            by[word] = by.get(word, 0.0) + share
        answer["results"].append(
            {"kind": "CASH", "region": "", "ticker": currency, "name": CASH, "identifier": "", "instrument_id": None,
             "percent": share, "through": {"direct": share}}
        )  # fmt: skip
