"""Shocks as people write them, and what of a portfolio's assets they hit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from etfs.calc.sectors import sector_name
from factors.models import Factor
from market.models import Instrument
from market.regions import region_get
from portfolio.calc.common import common_track
from portfolio.calc.risk.figures import WINDOW
from portfolio.calc.statistics import Track, statistics_of
from portfolio.calc.stress import ASSET, CURRENCY, FACTOR, KINDS, SECTOR, Shock, Traits
from portfolio.services.errors import PortfolioError
from portfolio.services.exposure import newest_scores
from portfolio.services.risk import LOOKBACK
from portfolio.services.standing import Standing
from portfolio.services.traits import sector_of
from portfolio.store.prices import prices_read

MARKET = "market"  # the factor that is an index
CASH_SECTOR = "Cash"


def shock_of(text: str) -> Shock:
    """``sector:Technology=-20``; PortfolioError for other texts."""
    kind, found, rest = text.partition(":")
    name, given, size = rest.rpartition("=")
    if not (found and given and name and kind.upper() in KINDS):
        raise PortfolioError(f"shock: {text!r} must be written like sector:Technology=-20, asset:, factor:, currency:")
    try:
        return Shock(kind.upper(), name.strip(), float(size))
    except ValueError as error:
        raise PortfolioError(f"shock: {text!r}: {error}") from error


def shocks_read(standing: Standing, shocks: Sequence[Shock]) -> list[Shock]:
    """The same with names as the portfolio has them. PortfolioError for names that nothing has."""
    readers = {ASSET: _asset, SECTOR: _sector, FACTOR: _factor, CURRENCY: _currency}
    return [replace(one, name=readers[one.kind](standing, one.name.strip())) for one in shocks]


def _asset(standing: Standing, name: str) -> str:
    wanted = name.upper()
    found = [str(one.instrument) for one in standing.held if wanted in (str(one.instrument), one.instrument.ticker)]
    if len(found) != 1:
        raise PortfolioError(f"shocks: {name} is {'held in several regions' if found else 'not held'}")
    return found[0]


def _sector(standing: Standing, name: str) -> str:
    wanted = sector_name(name).lower()
    known = {sector.lower(): sector for one in standing.held if (sector := sector_of(one.instrument))}
    if wanted not in known:
        raise PortfolioError(f"shocks: no asset of the sector {name} is held; there are {_listed(known.values())}")
    return known[wanted]


def _factor(standing: Standing, name: str) -> str:
    if name.lower() == MARKET:
        return MARKET
    if not Factor.objects.filter(name=name).exists():
        raise PortfolioError(f"shocks: no factor {name!r} was ever computed; {MARKET} always works")
    return name


def _currency(standing: Standing, name: str) -> str:
    wanted = name.upper()
    if wanted == standing.portfolio.base_currency:
        raise PortfolioError(f"shocks: {wanted} is the portfolio's own currency; shock the others against it")
    known = {*(one.instrument.currency for one in standing.held), *standing.cash}
    if wanted not in known:
        raise PortfolioError(f"shocks: nothing is held in {name}; there are {_listed(known)}")
    return wanted


def _listed(names: object) -> str:
    return ", ".join(sorted(names)) or "none"  # type: ignore[call-overload] # any iterable of texts


def traits_of(standing: Standing, shocks: Sequence[Shock]) -> dict[str, Traits]:
    """Sector, currency and, of the factors asked for alone, exposures of what is held; foreign cash is a sector of its
    own that no factor moves. PortfolioError for a factor that nothing held has an exposure to.
    """
    factors = [one.name for one in shocks if one.kind == FACTOR]
    exposures = _exposures(standing, factors) if factors else {}
    _require_exposures(standing, factors, exposures)
    traits = {
        str(one.instrument): Traits(
            sector_of(one.instrument), one.instrument.currency, exposures.get(one.instrument.pk, {})
        )
        for one in standing.held
    }
    still = dict.fromkeys(factors, 0.0)
    return traits | {f"cash {one}": Traits(CASH_SECTOR, one, still) for one in standing.cash}


def _exposures(standing: Standing, factors: Sequence[str]) -> dict[int, dict[str, float]]:
    instruments = [one.instrument for one in standing.held]
    found: dict[int, dict[str, float]] = {one.pk: {} for one in instruments}
    if set(factors) - {MARKET}:
        names, scores, _ = newest_scores(instruments, standing.as_of)
        for one, row in zip(instruments, scores, strict=True):
            found[one.pk] = {
                name: float(score) for name, score in zip(names, row, strict=True)
                if name in factors and not np.isnan(score)
            }  # fmt: skip
    if MARKET in factors:
        for key, beta in index_betas(instruments, standing.as_of).items():
            found[key][MARKET] = beta
    return found


def _require_exposures(
    standing: Standing, factors: Sequence[str], exposures: Mapping[int, Mapping[str, float]]
) -> None:  # fmt: skip
    known = {factor for of_asset in exposures.values() for factor in of_asset}
    for factor in factors:
        if factor in known:
            continue
        if factor != MARKET:
            raise PortfolioError(f"shocks: nothing held has a score of {factor} up to {standing.as_of}")
        regions = {one.instrument.region for one in standing.held}
        indices = sorted(f"{region}:{name}" for region in regions if (name := region_get(region).index))
        raise PortfolioError(
            f"shocks: {MARKET} works through betas, and nothing held has one on {standing.as_of}: no bars in common"
            f" with the index of its region ({_listed(indices)}) are loaded"
        )


def index_betas(instruments: Sequence[Instrument], as_of: dt.date) -> dict[int, float]:
    """Beta of each to the index of its region over the last 252 sessions that both have, in their own currency; those
    without are left out. Two queries.
    """
    indices = {
        one.region: one.pk
        for one in Instrument.objects.filter(asset_type=Instrument.AssetType.INDEX)
        if one.ticker == region_get(one.region).index
    }
    pairs = {one.pk: indices[one.region] for one in instruments if one.region in indices}
    ids = sorted({*pairs, *pairs.values()})
    prices = prices_read(ids, as_of - LOOKBACK, as_of)
    column = {one: prices.adjusted[:, at] for at, one in enumerate(ids)}
    found = {}
    for one, index in pairs.items():
        known = np.flatnonzero(np.isfinite(column[one]) & np.isfinite(column[index]))[-WINDOW - 1 :]
        if len(known) < 2:
            continue
        track = common_track(Track(column[one][known], prices.dates[known], column[index][known]))
        beta = None if track is None else statistics_of(track, ["beta"])["beta"]
        if beta is not None:
            found[one] = beta
    return found
