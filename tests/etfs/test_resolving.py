"""Lines that find their instrument late: what was told of the fund by then is mended."""

import datetime as dt
from decimal import Decimal

import pytest

from etfs.models import ETFHolding, HoldingLine
from etfs.services import holders_get
from etfs.services.errors import EtfError
from etfs.services.resolving import line_resolve, lines_look_up
from etfs.sources.base import Line
from market.models import Instrument
from tests.etfs.builder import composition, fund, line, stock

pytestmark = pytest.mark.django_db
FIRST, SECOND = dt.date(2024, 6, 27), dt.date(2024, 6, 28)


def two_sources() -> None:
    """A fund whose source names AAA with its CUSIP on the first day and without it on the second; BBB on both."""
    of = fund("US", "FUND")
    with_cusip: list[Line] = [line("AAA", "60", 1, identifier="123456789"), line("BBB", "40", 2)]
    composition(of, FIRST, with_cusip, known=False)
    composition(of, SECOND, {"AAA": "55", "BBB": "45"}, known=False)


def changes() -> dict[str, Decimal | None]:
    rows = ETFHolding.objects.filter(as_of_date=SECOND).select_related("line")
    return {row.line.ticker: row.weight_change for row in rows}


def test_a_stock_under_two_identifiers_is_no_new_holding_once_it_is_known():
    two_sources()
    assert changes() == {"AAA": Decimal(55), "BBB": Decimal(5)}, "nobody knows yet that the two are one"
    stock("US", "AAA")
    assert lines_look_up() == 2
    assert changes() == {"AAA": Decimal(-5), "BBB": Decimal(5)}
    assert lines_look_up() == 0


def test_a_person_says_which_instrument_a_line_is():
    two_sources()
    known = stock("US", "OTHER")
    for row in HoldingLine.objects.filter(ticker="AAA"):
        line_resolve(line=row, instrument=known)
    assert changes()["AAA"] == Decimal(-5)
    line_resolve(line=HoldingLine.objects.get(ticker="AAA", identifier=""), instrument=None)
    assert HoldingLine.objects.filter(instrument=known).count() == 1
    assert changes()["AAA"] == Decimal(55), "they are two again"


def test_a_ticker_that_changes_while_the_identifier_stays_is_no_new_holding():
    of, isin = fund("US", "FUND"), "US8522341036"
    composition(of, FIRST, [line("SQ", "60", 1, identifier=isin), line("BBB", "40", 2)], known=False)
    composition(of, SECOND, [line("XYZ", "55", 1, identifier=isin), line("BBB", "45", 2)], known=False)
    assert changes() == {"XYZ": Decimal(-5), "BBB": Decimal(5)}


def test_two_lines_that_become_one_are_compared_together():
    of = fund("US", "FUND")
    two = [line("AAA", "40", 1), line("AAA", "20", 2, identifier="US0000000AB1"), line("BBB", "40", 3)]
    composition(of, FIRST, two)
    composition(of, SECOND, {"AAA": "55", "BBB": "45"})
    assert changes() == {"AAA": Decimal(-5), "BBB": Decimal(5)}
    [row] = holders_get(stock=Instrument.objects.get(ticker="AAA"))
    assert (row["weight"], row["weight_change"]) == (55, -5)


def test_nobody_holds_an_index():
    two_sources()
    index = Instrument.objects.create(region="US", ticker="SPX", currency="USD", asset_type="INDEX")
    with pytest.raises(EtfError, match="US:SPX is an index"):
        line_resolve(line=HoldingLine.objects.filter(ticker="AAA").first(), instrument=index)


def test_only_the_lines_asked_for_are_looked_up():
    two_sources()
    stock("US", "AAA")
    stock("US", "BBB")
    assert lines_look_up(line_ids=[HoldingLine.objects.get(ticker="BBB").pk]) == 1


def test_what_a_source_says_later_of_a_line_is_taken_over():
    of = fund("US", "FUND")
    composition(of, FIRST, [line("AAA", "100", 1)])
    composition(of, SECOND, [line("AAA", "100", 1, sector="Energy", country="Norway")])
    row = HoldingLine.objects.get(ticker="AAA")
    assert (row.sector, row.country) == ("Energy", "Norway")
    composition(of, SECOND, [line("AAA", "100", 1, sector="Banks")], force=True)
    row.refresh_from_db()
    assert row.sector == "Energy", "what is known is not overwritten"
