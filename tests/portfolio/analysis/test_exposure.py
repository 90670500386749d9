"""Exposure to factors by hand, and look-through of funds, one of which holds itself."""

import pytest

from etfs.sources.base import LineKind
from factors.models import Factor, FactorRun, FactorScore
from portfolio.services.errors import PortfolioError
from portfolio.services.exposure import factor_exposure, look_through_exposure
from portfolio.services.standing import standing_of
from tests.etfs.builder import composition, fund, line
from tests.portfolio.analysis.world import DAYS, LAST, bars, book, instrument, portfolio_of


def scored(region: str, day, rows) -> None:
    FactorRun.objects.create(region=region, date=day, state=FactorRun.State.DONE, score_count=len(rows))
    for of, name, score in rows:
        factor, _ = Factor.objects.get_or_create(
            name=name, defaults={"category": "value", "unit": "ratio", "direction": 1, "lookback": 1}
        )
        FactorScore.objects.create(date=day, instrument=of, factor=factor, value=1.0, score=score)


def test_factor_exposure_by_hand(world):
    scored("US", DAYS[100], [(world.aaa, "value", 9.0)])
    scored("US", DAYS[200], [(world.aaa, "value", 1.5), (world.bbb, "value", -0.5), (world.aaa, "size", 2.0)])
    scored("KR", DAYS[150], [(world.kkk, "value", 1.0), (world.kkk, "size", None)])
    found = factor_exposure(portfolio=world.portfolio)
    standing = standing_of(portfolio=world.portfolio)
    w = {one.instrument: one.weight for one in standing.held}
    assert found["dates"] == {"US": DAYS[200], "KR": DAYS[150]}
    size, value = found["results"]
    covered = w[world.aaa] + w[world.bbb] + w[world.kkk]
    expected = (1.5 * w[world.aaa] - 0.5 * w[world.bbb] + 1.0 * w[world.kkk]) / covered
    assert (value["factor"], value["exposure"]) == ("value", pytest.approx(expected))
    assert (value["covered"], value["uncovered"]) == (pytest.approx(covered), pytest.approx(100 - covered))
    assert sum(one["part"] for one in value["parts"]) == pytest.approx(expected)
    assert (size["exposure"], size["covered"]) == (pytest.approx(2.0), pytest.approx(w[world.aaa]))


def test_scores_of_the_future_are_not_known(world):
    scored("US", DAYS[200], [(world.aaa, "value", 1.5)])
    assert factor_exposure(portfolio=world.portfolio, as_of=DAYS[150])["results"] == []


def fund_with_bars(ticker: str):
    found = fund("US", ticker)
    bars(found.instrument, dict.fromkeys(DAYS, 50.0))
    return found


def test_funds_are_opened_even_if_they_hold_each_other(world):
    """OUTER holds AAA by half, INNER by 40 and cash by 10; INNER holds BBB by 60 and OUTER, which holds it, by 40."""
    outer, inner = fund_with_bars("OUTER"), fund_with_bars("INNER")
    composition(inner, DAYS[0], [line("BBB", 60, 1), line("OUTER", 40, 2, kind=LineKind.ETF)])
    composition(outer, DAYS[0], [line("AAA", 50, 1), line("INNER", 40, 2, kind=LineKind.ETF), line("cash", 10, 3)])
    holder = portfolio_of(world.owner, "holder")
    book(
        holder,
        ("DEPOSIT", LAST, None, None, 10_000),
        ("BUY", LAST, outer.instrument, 100, 50.0),
        ("BUY", LAST, instrument_without_composition(), 20, 50.0),
    )
    found = look_through_exposure(portfolio=holder)
    rows = {f"{row['region']}:{row['ticker']}" if row["region"] else row["ticker"]: row for row in found["results"]}
    # Half of the portfolio is OUTER: AAA 25, BBB 12, its cash 5, and 8 that are OUTER again. UNSEEN is 10, cash 40.
    assert rows["US:AAA"]["percent"] == pytest.approx(25)
    assert rows["US:BBB"]["percent"] == pytest.approx(12)
    assert rows["US:BBB"]["through"] == {"US:OUTER": pytest.approx(12)}
    assert rows["USD"]["percent"] == pytest.approx(40)
    assert found["uncovered"] == {"cycle": pytest.approx(8), "no_composition": pytest.approx(10)}
    assert (found["covered_percent"], found["uncovered_percent"]) == (pytest.approx(82), pytest.approx(18))
    assert found["by_sector"] == {
        "Cash": pytest.approx(45), "Information Technology": pytest.approx(25), "Energy": pytest.approx(12),
    }  # fmt: skip
    assert found["by_currency"]["USD"] == pytest.approx(77)
    assert sum(found["by_country"].values()) == pytest.approx(82)


def instrument_without_composition():
    """An ETF by its type that nothing was ever loaded of."""
    found = instrument("US:UNSEEN", "ETF")
    bars(found, dict.fromkeys(DAYS, 50.0))
    return found


def test_only_funds_of_which_nothing_is_known(world):
    holder = portfolio_of(world.owner, "unseen")
    book(holder, ("BUY", LAST, instrument_without_composition(), 20, 50.0), ("DEPOSIT", LAST, None, None, 1_000))
    found = look_through_exposure(portfolio=holder)
    assert (found["results"], found["uncovered"], found["covered_percent"]) == (
        [], {"no_composition": pytest.approx(100)}, 0.0,
    )  # fmt: skip


def test_worth_nothing(world):
    gone = portfolio_of(world.owner, "gone")
    book(gone, ("DEPOSIT", DAYS[0], None, None, 100), ("WITHDRAWAL", DAYS[1], None, None, 100))
    for service in (factor_exposure, look_through_exposure):
        with pytest.raises(PortfolioError, match="is worth nothing"):
            service(portfolio=gone)


def test_queries_do_not_grow_with_what_is_held(world, django_assert_max_num_queries):
    many = portfolio_of(world.owner, "many")
    stocks = [instrument(f"US:N{number}") for number in range(30)]
    for one in stocks:
        bars(one, {LAST: 10.0})
    book(many, *(("BUY", LAST, one, 1, 10.0) for one in stocks), ("DEPOSIT", LAST, None, None, 1_000))
    with django_assert_max_num_queries(16):
        assert len(look_through_exposure(portfolio=many)["results"]) == 31
    with django_assert_max_num_queries(8):
        factor_exposure(portfolio=many)
