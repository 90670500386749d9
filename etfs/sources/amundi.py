"""``amundi``: the JSON answer about Amundi's products: what the fund is and what is in it."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from etfs.sources import cells
from etfs.sources.base import Ask, Composition, FileSource, FundFacts, Kind, Line, LineKind, Parsed, Raw, SourceProblem
from etfs.sources.grids import json_bounded, text_of
from etfs.sources.listings import split_bloomberg
from etfs.sources.registry import register
from etfs.sources.tables import Row

_FIELDS = {
    "date": "YYYY-MM-DD",
    "quantity": "shares",
    "bbg": "local code and Bloomberg exchange code",
    "name": "",
    "weight": "FRACTION of the fund",
    "currency": "trading currency of the holding",
    "type": "EQUITY_ORDINARY ...",
    "sector": "",
    "isin": "ISIN",
    "countryOfRisk": "country of risk",
}
_FUND_FIELDS = {
    "ISIN": "ISIN of the fund",
    "SHARE_MARKETING_NAME": "fund's name",
    "MNEMO": "fund's ticker",
    "FUND_DOMICILIATION_COUNTRY": "",
    "FUND_REPLICATION_METHODOLOGY": "Direct(Physical) or Indirect(Swap Based): then the basket is not the index",
    "TER": "percent a year",
    "FUND_AUM_IN_EURO": "EUR",
    "totalNumberOfInstruments": "how many lines the fund has",
}
_KINDS = (
    ("EQUITY", LineKind.STOCK), ("BOND", LineKind.BOND), ("FIXED_INCOME", LineKind.BOND), ("CASH", LineKind.CASH),
    ("FUTURE", LineKind.DERIVATIVE), ("SWAP", LineKind.DERIVATIVE), ("OPTION", LineKind.DERIVATIVE),
    ("FX_FORWARD", LineKind.DERIVATIVE), ("FORWARD", LineKind.DERIVATIVE), ("ETF", LineKind.ETF),
)  # fmt: skip


@register
class Amundi(FileSource):
    name = "amundi"
    title = "Amundi: product JSON with composition"
    kinds = (Kind.HOLDINGS, Kind.FUNDS)
    regions = ()
    columns = {**_FIELDS, **_FUND_FIELDS}
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """Facts only for products whose ticker is known: from MNEMO, or asked for where there is one product."""
        products = _products(raw)
        compositions: list[Composition] = []
        funds: list[FundFacts] = []
        for product in products:
            about = _dict(product, "characteristics", raw.name)
            ticker = _text(about.get("MNEMO")) or (ask.ticker if len(products) == 1 else "")
            compositions.extend(_compositions(product, about, ticker, raw.name))
            if ticker:
                funds.append(FundFacts(ticker, _facts(product, about, raw.name)))
        return Parsed(tuple(compositions), tuple(funds))


def _products(raw: Raw) -> list[Any]:
    """Figures are read as Decimal, so that they keep their digits."""
    text = json_bounded(text_of(raw), raw.name)
    try:
        found = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise SourceProblem(f"{raw.name}: not readable as JSON ({str(error)[:200]})") from error
    products = found.get("products") if isinstance(found, dict) else None
    if not isinstance(products, list):
        raise SourceProblem(f"{raw.name}: missing list 'products'")
    if not products:
        raise SourceProblem(f"{raw.name}: no product", "empty")
    return products


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _compositions(product: Any, about: dict[str, Any], ticker: str, file: str) -> Iterator[Composition]:
    """One by day; a line without a readable day makes all of them unbelievable."""
    held = _dict(product, "composition", file)
    items = held.get("compositionData")
    if not isinstance(items, list) or not items:
        raise SourceProblem(f"{file}: 'compositionData' has no line", "empty")
    read = [(row, row.day("date"), _line(row)) for row in _rows(items, file)]
    days = sorted({day for _, day, _ in read if day})
    if not days:
        raise SourceProblem(f"{file}: no line has a date: {read[0][0].problems[0].message}")
    total = _number(held, "totalNumberOfInstruments", file)
    for day in days:
        yield Composition(
            ticker,
            day,
            tuple(line for row, on, line in read if on == day and not row.problems),
            _text(_dict(product, "currencies", file).get("CURRENCY")),
            isin=_text(about.get("ISIN")),
            fund_name=_text(about.get("SHARE_MARKETING_NAME")),
            expected_lines=None if total is None else int(total),
            bad_rows=tuple(problem for row, on, _ in read if on in (day, None) for problem in row.problems),
        )


def _rows(items: list[Any], file: str) -> Iterator[Row]:
    names = {key: key for key in _FIELDS}
    for number, item in enumerate(items, 1):
        said = _dict(item, "compositionCharacteristics", file)
        cells_ = {key: _text(said.get(key)) for key in _FIELDS}
        row = Row(number, cells_, {key: value[:200] for key, value in cells_.items()}, names)
        row.need_text("name")
        yield row


def _line(row: Row) -> Line:
    weight = row.needed("weight")
    ticker, exchange, listing = split_bloomberg(row.code("bbg"))
    asset = row.text("type").upper()
    return Line(
        row.number,
        next((kind for start, kind in _KINDS if asset.startswith(start)), LineKind.UNKNOWN),
        ticker=ticker,
        identifier=row.code("isin"),
        name=row.text("name"),
        weight=None if weight is None else cells.times_hundred(weight),
        shares=row.optional("quantity"),
        currency=row.code("currency"),
        sector=row.text("sector"),
        country=row.text("countryOfRisk"),
        exchange=exchange,
        listing=listing,
    )


def _facts(product: Any, about: dict[str, Any], file: str) -> dict[str, Any]:
    """Assets are given in euro only: of a fund that trades in another currency they are left out."""
    currency = _text(_dict(product, "currencies", file).get("CURRENCY"))
    method = _text(about.get("FUND_REPLICATION_METHODOLOGY"))
    facts = {
        "isin": _text(about.get("ISIN")),
        "name": _text(about.get("SHARE_MARKETING_NAME")),
        "domicile": _text(about.get("FUND_DOMICILIATION_COUNTRY")),
        "expense_ratio": _number(about, "TER", file),
        "total_assets": _number(about, "FUND_AUM_IN_EURO", file) if currency == "EUR" else None,
        "is_synthetic": method.startswith("Indirect") if method else None,
        "currency": currency,
        "issuer": "Amundi",
    }
    return {key: value for key, value in facts.items() if value not in ("", None)}


def _dict(parent: Any, key: str, file: str) -> dict[str, Any]:
    found = parent.get(key) if isinstance(parent, dict) else None
    if not isinstance(found, dict):
        raise SourceProblem(f"{file}: missing object '{key}'")
    return found


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _number(parent: dict[str, Any], key: str, file: str) -> Decimal | None:
    try:
        return cells.number(_text(parent.get(key)))
    except ValueError as error:
        raise SourceProblem(f"{file}: {key}: {error}") from error
