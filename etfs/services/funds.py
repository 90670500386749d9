"""Funds: found or created when a source names them, and what sources say of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from etfs.models import ETF, Category
from etfs.sources.base import GIVE_TICKER, FundFacts
from market.models import Instrument
from market.regions import Region
from market.texts import is_storable

INSTRUMENT_FACTS = ("name", "exchange", "isin", "currency")
ETF_FACTS = (
    "name_local", "name_en", "exchange", "category", "subcategory", "tracking_index", "total_assets", "expense_ratio",
    "listed_shares", "issuer", "inception_date", "domicile", "leverage_ratio", "is_inverse", "is_synthetic",
    "currency_hedged", "foreign_index",
)  # fmt: skip
_LENGTHS = {"name": 200, "name_local": 200, "name_en": 200, "exchange": 32, "subcategory": 64, "tracking_index": 200}
_LENGTHS |= {"issuer": 100, "domicile": 64}
# What these must look like; the others are any text.
_WORDS = dict.fromkeys(_LENGTHS, "(?s:.*)")
_WORDS |= {"isin": "[A-Z0-9]{12}", "currency": "[A-Z]{3}", "category": "|".join(Category.values)}
_TICKER = re.compile(r"[A-Za-z0-9./&^=+-]{1,32}")
TICKER_RULE = "letters, digits and . - / & ^ = +, at most 32"


def is_ticker(word: str) -> bool:
    """Whether an exchange could have given it to a fund; ``IVV 2023.CSV`` is the name of a file."""
    return bool(_TICKER.fullmatch(word))


class FundError(ValueError):
    """A fund that cannot be found or made; says which and why."""


def fund_get_or_create(*, region: Region, ticker: str, isin: str = "", name: str = "") -> tuple[ETF, bool]:
    """The fund of a ticker (or an ISIN), created with its instrument where nobody knows it; (fund, created).

    FundError where neither is given, the ticker is none, or it belongs to something that is no ETF.
    """
    instrument = _instrument(region, ticker, isin)
    if instrument is None:
        if not ticker:
            raise FundError(
                f"no fund with the ISIN {isin}: {GIVE_TICKER}" if isin else f"which fund is it? {GIVE_TICKER}"
            )
        if not is_ticker(ticker):
            raise FundError(f"{ticker[:40]!r} is not a ticker ({TICKER_RULE})")
        facts = {
            "name": name[:200],
            "isin": isin[:12],
            "currency": region.currency,
            "asset_type": Instrument.AssetType.ETF,
        }
        instrument, _ = Instrument.objects.get_or_create(region=region.code, ticker=ticker, defaults=facts)
    if instrument.asset_type != Instrument.AssetType.ETF:
        raise FundError(
            f"{instrument} is in the list of instruments as {instrument.get_asset_type_display()}, not as ETF"
        )
    return ETF.objects.get_or_create(
        instrument=instrument, defaults={"region": region.code, "exchange": instrument.exchange}
    )


def _instrument(region: Region, ticker: str, isin: str) -> Instrument | None:
    if ticker:
        return Instrument.objects.at(region.code, ticker)
    return Instrument.objects.filter(isin=isin, asset_type=Instrument.AssetType.ETF).first() if isin else None


def funds_upsert(*, region: Region, source: str, funds: Iterable[FundFacts]) -> tuple[int, int]:
    """Create or update funds by ticker; (created, changed). What a source leaves empty stays as it is.

    One transaction: all of them or none. FundError as for ``fund_get_or_create``.
    """
    created = changed = 0
    wanted = list(funds)
    with transaction.atomic():
        known = _known(region, [found.ticker for found in wanted])
        for found in wanted:
            _refuse_unfit(found)
            fund, is_new = (known[found.ticker], False) if found.ticker in known else fund_get_or_create(
                region=region, ticker=found.ticker, isin=str(found.facts.get("isin") or ""),
                name=str(found.facts.get("name") or ""),
            )  # fmt: skip
            known[fund.instrument.ticker] = fund
            news = _take_over(fund, found.facts, ETF_FACTS)
            _take_over(fund.instrument, found.facts, INSTRUMENT_FACTS)
            if news:
                fund.source = source
                fund.save(update_fields=[*news, "source", "updated_at"])
            created += is_new
            changed += bool(news) and not is_new
    return created, changed


def _refuse_unfit(found: FundFacts) -> None:
    """FundError for what no column holds: cut or taken as it is, it would be another word."""
    where = f"row {found.row_number}, {found.ticker[:32]!r}"
    if not isinstance(found.ticker, str) or not is_ticker(found.ticker):
        raise FundError(f"{where}: ticker {found.ticker[:40]!r} is none ({TICKER_RULE})")
    for name, value in found.facts.items():
        if name in _WORDS and value not in (None, ""):
            if not isinstance(value, str) or not is_storable(value):
                raise FundError(f"{where}: {name} is no text")
            if not re.fullmatch(_WORDS[name], value):
                raise FundError(f"{where}: {name} {value[:40]!r} is none")


def _known(region: Region, tickers: Iterable[str]) -> dict[str, ETF]:
    """Ticker -> the fund of a region, of those there are, by one query."""
    asked = {ticker for ticker in tickers if ticker and is_storable(ticker)}
    found = ETF.objects.filter(instrument__region=region.code, instrument__ticker__in=asked)
    are_funds = found.filter(instrument__asset_type=Instrument.AssetType.ETF).select_related("instrument")
    return {fund.instrument.ticker: fund for fund in are_funds}


def _take_over(row: ETF | Instrument, facts: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Set what is said and differs; the names of it. Instruments are saved."""
    said = {name: facts[name] for name in names if facts.get(name) not in (None, "")}
    for name, value in said.items():
        said[name] = value[: _LENGTHS[name]] if name in _LENGTHS else value
    different = {name: value for name, value in said.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    if different and isinstance(row, Instrument):
        row.save(update_fields=[*different, "updated_at"])
    return list(different)
