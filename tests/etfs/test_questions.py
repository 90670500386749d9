"""Questions about funds, on small ones whose answers were worked out by hand."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from etfs.models import ETF, ETFDailyStat, ETFHolding, Snapshot
from etfs.services import (
    Ambiguous,
    EtfError,
    NotFound,
    changes_get,
    composition_get,
    concentration_get,
    correlation_get,
    costs_compare,
    etf_get,
    exposures_get,
    flows_get,
    heavy_get,
    holders_get,
    liquidity_get,
    look_through_get,
    overlap_matrix,
    overlap_pair,
    stock_get,
    tilts_get,
    weights_get,
)
from etfs.services.preference import preference_load
from etfs.sources.base import LineKind
from etfs.store.assets import assets_on
from factors.models import Factor, FactorRun, FactorScore
from factors.services import factor_run_create, factor_run_execute
from market.models import CorporateAction, Instrument, PriceBar
from tests.etfs.builder import composition, daily, fund, line, stock
from tests.factors.market_tables import add_bars, add_instrument, random_market, sessions

MAY, JUNE = dt.date(2024, 5, 31), dt.date(2024, 6, 28)
AFTER = dt.date(2024, 7, 1)


@pytest.fixture
def funds(db) -> tuple[ETF, ETF, ETF]:
    """F dropped A in June; G is older and still has it; H never had it."""
    held = fund("US", "F", assets=1e9), fund("US", "G", assets=2e9), fund("US", "H")
    composition(held[0], MAY, {"A": "60.25", "B": "39.75"})
    composition(held[0], JUNE, {"B": 80, "C": 20})
    composition(held[1], "2024-04-30", {"A": 10, "C": 90})
    composition(held[2], JUNE, {"C": 100})
    return held


def symbols(rows: list[dict]) -> list[tuple[str, str]]:
    return [(row["ticker"], str(row["as_of_date"])) for row in rows]


class TestHolders:
    def test_each_by_its_own_latest_composition(self, funds) -> None:
        a, c = stock_get("A"), stock_get("C")
        assert symbols(holders_get(stock=a)) == [("G", "2024-04-30")]
        assert symbols(holders_get(stock=c)) == [("H", "2024-06-28"), ("G", "2024-04-30"), ("F", "2024-06-28")]

    def test_as_of_the_past(self, funds) -> None:
        a = stock_get("A")
        assert symbols(holders_get(stock=a, as_of=dt.date(2024, 6, 27))) == [("F", "2024-05-31"), ("G", "2024-04-30")]
        assert symbols(holders_get(stock=a, as_of=dt.date(2024, 5, 30))) == [("G", "2024-04-30")]
        assert holders_get(stock=a, as_of=dt.date(2024, 4, 29)) == []

    def test_numbers(self, funds) -> None:
        [row, _] = holders_get(stock=stock_get("A"), as_of=MAY)
        assert (row["weight"], row["rank"], row["weight_change"], row["currency"]) == (Decimal("60.25"), 1, None, "USD")
        [row] = [row for row in holders_get(stock=stock_get("C")) if row["ticker"] == "F"]
        assert row["weight_change"] == 20  # from nothing

    def test_limits(self, funds) -> None:
        c = stock_get("C")
        assert [row["ticker"] for row in holders_get(stock=c, min_weight=Decimal(90))] == ["H", "G"]
        assert holders_get(stock=c, region="KR") == []
        assert holders_get(stock=stock("US", "NONE")) == []


class TestCompositions:
    @pytest.mark.parametrize(("as_of", "day"), [(None, JUNE), (JUNE, JUNE), (dt.date(2024, 6, 27), MAY), (MAY, MAY)])
    def test_of_any_day(self, funds, as_of, day) -> None:
        assert composition_get(fund=funds[0], as_of=as_of).snapshot.as_of_date == day

    def test_before_the_first(self, funds) -> None:
        with pytest.raises(NotFound, match="no composition of US:F up to 2024-05-30"):
            composition_get(fund=funds[0], as_of=dt.date(2024, 5, 30))

    def test_figures(self, funds) -> None:
        found = composition_get(fund=funds[0], limit=1)
        assert [row["ticker"] for row in found.lines] == ["B"]
        # 80^2 + 20^2 = 6800; 10,000 / 6800 lines of equal weight
        assert found.figures == {
            "hhi_percent": 6800,
            "effective_holdings": pytest.approx(1.470588),
            "top_10_percent": 100,
        }

    def test_weights_with_noughts(self, funds) -> None:
        rows = weights_get(fund=funds[0], stock=stock_get("A"))
        assert [(row["as_of_date"], row["weight"]) for row in rows] == [(MAY, Decimal("60.25")), (JUNE, 0)]
        rows = weights_get(fund=funds[0], stock=stock_get("C"), end=MAY)
        assert [(row["as_of_date"], row["weight"]) for row in rows] == [(MAY, 0)]
        assert [row["weight"] for row in weights_get(fund=funds[0], stock=stock("US", "NONE"))] == [0, 0]

    def test_a_weight_nobody_knows_is_not_nought(self, db) -> None:
        held = fund("US", "F")
        composition(held, JUNE, [line("A", None, shares=5), line("B", 100)])
        [row] = weights_get(fund=held, stock=stock_get("A"))
        assert (row["weight"], row["shares"]) == (None, 5)


class TestChanges:
    def lines(self, figures: dict[str, tuple[float, float]]) -> list:
        """Ticker -> (shares, price); weights are value to total."""
        total = sum(shares * price for shares, price in figures.values())
        return [
            line(ticker, round(100 * shares * price / total, 6), place, shares=shares, market_value=shares * price)
            for place, (ticker, (shares, price)) in enumerate(figures.items(), 1)
        ]  # fmt: skip

    def compare(self, before: dict, after: dict, *between: tuple[str, dict], **asked) -> dict[str, tuple]:
        held = fund("US", "F")
        composition(held, "2024-06-03", self.lines(before))
        for day, figures in between:
            composition(held, day, self.lines(figures))
        composition(held, "2024-06-28", self.lines(after))
        found = changes_get(fund=held, start=dt.date(2024, 6, 3), **asked)
        return {row["ticker"]: (row["status"], row["share_change"], row["split_ratio"]) for row in found.rows}

    def test_five_sorts(self, db) -> None:
        before = {"OUT": (10, 5), "MORE": (100, 5), "LESS": (100, 5), "SAME": (100, 5)}
        after = {"IN": (7, 5), "MORE": (130, 5), "LESS": (60, 5), "SAME": (100, 6)}
        found = self.compare(before, after, held=True)
        assert found == {
            "IN": ("ADDED", 7, 1), "OUT": ("DROPPED", -10, 1), "MORE": ("BOUGHT", 30, 1), "LESS": ("SOLD", -40, 1),
            "SAME": ("HELD", 0, 1),
        }  # fmt: skip

    def test_a_split_by_corporate_action(self, db) -> None:
        """7:4 is no usual ratio: only the exchange tells. 100 become 175, 180 are there: 5 bought."""
        action("A", "2024-06-10", 1.75)
        assert self.compare({"A": (100, 7), "B": (1, 300)}, {"A": (180, 4), "B": (1, 300)}) == {
            "A": ("BOUGHT", 5, 1.75)
        }

    def test_a_split_that_shows(self, db) -> None:
        found = self.compare({"A": (100, 90), "B": (1, 999)}, {"A": (290, 30), "B": (1, 999)})
        assert found == {"A": ("SOLD", -10, 3)}

    def test_two_splits_between_two_lists(self, db) -> None:
        action("A", "2024-06-10", 2), action("A", "2024-06-20", 5)
        assert self.compare({"A": (100, 100), "B": (1, 999)}, {"A": (1000, 10), "B": (1, 999)}) == {}

    def test_a_split_while_nothing_was_held(self, db) -> None:
        """Sold before the split, bought again after it: 100 old shares are 400 new ones."""
        action("A", "2024-06-14", 4)
        b = {"B": (1, 999)}
        between = [("2024-06-10", b), ("2024-06-18", b)]
        assert self.compare({"A": (100, 100), **b}, {"A": (500, 25), **b}, *between) == {"A": ("BOUGHT", 100, 4)}

    @pytest.mark.parametrize(("end", "sold"), [("2024-06-13", 0), ("2024-06-14", 0), ("2024-06-17", -400)])
    def test_a_list_that_shows_it_a_day_late(self, db, end, sold) -> None:
        """Ex-date the 13th; the list of that day is as of its start. Then half is sold on the 14th, too."""
        action("A", "2024-06-13", 10)
        held = fund("US", "F")
        b = {"B": (10, 999)}
        days = {"2024-06-12": (80, 100), "2024-06-13": (80, 99), "2024-06-14": (800, 10), "2024-06-17": (400, 10)}
        for day, a in days.items():
            composition(held, day, self.lines({"A": a, **b}))
        found = changes_get(fund=held, start=dt.date(2024, 6, 12), end=dt.date.fromisoformat(end))
        assert [row["share_change"] for row in found.rows] == ([sold] if sold else [])

    def test_without_counts_nothing_was_bought(self, funds) -> None:
        composition(funds[1], JUNE, {"A": 15, "C": 85})
        rows = changes_get(fund=funds[1]).rows
        assert [(row["ticker"], row["status"], row["weight_change"]) for row in rows] == [
            ("A", "WEIGHT_UP", 5), ("C", "WEIGHT_DOWN", -5),
        ]  # fmt: skip

    def test_there_is_nothing_to_compare(self, funds) -> None:
        with pytest.raises(NotFound, match="no composition of US:H up to 2024-06-27"):
            changes_get(fund=funds[2])
        with pytest.raises(NotFound, match="both have that of 2024-06-28"):
            changes_get(fund=funds[2], start=JUNE, end=AFTER)
        with pytest.raises(EtfError, match="from: 2024-07-01 is not before to"):
            changes_get(fund=funds[2], start=AFTER, end=JUNE)


def action(ticker: str, day: str, ratio: float) -> None:
    CorporateAction.objects.create(instrument=stock("US", ticker), ex_date=day, kind="SPLIT", ratio=ratio)


class TestHeavy:
    def test_money_in_lines(self, funds) -> None:
        daily(funds[0], JUNE, total_assets=1e9), daily(funds[1], JUNE, total_assets=2e9)
        rows = heavy_get(threshold=80)
        found = [(row["ticker"], row["line_ticker"], row["weight"], row["exposure"]) for row in rows]
        # H has no assets and no values: what is in it nobody knows
        assert found == [("H", "C", 100, None), ("G", "C", 90, Decimal("1.8e9")), ("F", "B", 80, Decimal("0.8e9"))]

    def test_assets_of_the_day(self, funds) -> None:
        daily(funds[0], "2024-05-30", total_assets=1000)
        daily(funds[0], "2024-06-27", total_assets=5000)
        exposure = {on: heavy_get(threshold=60, as_of=on)[-1]["exposure"] for on in (MAY, JUNE)}
        assert exposure == {MAY: Decimal("602.5"), JUNE: 4000}  # 60.25 % of 1000; 80 % of 5000
        [row] = [row for row in heavy_get(threshold=39, as_of=MAY) if row["line_ticker"] == "B"]
        assert row["exposure"] == Decimal("397.5")

    def test_assets_of_later_days_are_not_known_yet(self, funds) -> None:
        daily(funds[0], JUNE, total_assets=5000)
        [row] = [row for row in heavy_get(threshold=60, as_of=MAY) if row["ticker"] == "F"]
        assert row["exposure"] is None


class TestFlows:
    @pytest.fixture
    def flows(self, db) -> list[ETF]:
        """From 3 to 5 June. In won: theme +3 of 200 (1.5 %), index -14 of 1400 (1 %), bond 0."""
        theme, index = fund("KR", "T", category="THEME"), fund("US", "I", category="INDEX")
        bond = fund("KR", "B", category="BOND")
        for of, before, days in ((theme, 200, (5, -2, 0)), (index, 1, (-0.02, 0.01, 0)), (bond, 50, (0, 0, 0))):
            daily(of, "2024-05-31", total_assets=before, net_flow=1000)  # before the window
            for number, flow in enumerate(days):
                daily(of, f"2024-06-0{3 + number}", total_assets=before, net_flow=flow)
            daily(of, "2024-06-07", total_assets=1, net_flow=1000)  # after it
        return [theme, index, bond]

    def ask(self, **more):
        return flows_get(start=dt.date(2024, 6, 3), end=dt.date(2024, 6, 5), **more)

    def test_by_fund_and_category(self, flows, settings) -> None:
        settings.ETF_KRW_PER = {"KRW": 1.0, "USD": 1400.0}
        found = self.ask()
        assert [(row["ticker"], row["net_flow"], row["net_flow_krw"], row["percent"]) for row in found.funds] == [
            ("T", 3, 3, 1.5), ("B", 0, 0, 0), ("I", pytest.approx(-0.01), pytest.approx(-14), pytest.approx(-1)),
        ]  # fmt: skip
        assert {row["category"]: (row["net_flow_krw"], row["assets_before_krw"]) for row in found.categories} == {
            "THEME": (3, 200), "INDEX": (pytest.approx(-14), 1400), "BOND": (0, 50),
        }  # fmt: skip
        assert found.signal == "ROTATION"
        assert [row["ticker"] for row in found.top_inflow + found.top_outflow] == ["T", "I"]
        assert (found.top_categories_in, found.top_categories_out) == (["THEME"], ["INDEX"])

    def test_stable_where_nothing_leaves(self, flows, settings) -> None:
        settings.ETF_KRW_PER = {"KRW": 1.0, "USD": 1400.0}
        assert self.ask(region="KR").signal == "STABLE"
        ETFDailyStat.objects.filter(etf=flows[1]).update(total_assets=3)  # 14 of 4200 won: a third of a percent
        assert self.ask().signal == "STABLE"

    def test_a_currency_without_a_rate_stands_apart(self, flows, settings) -> None:
        settings.ETF_KRW_PER = {"KRW": 1.0}
        found = self.ask()
        assert (found.without, found.signal) == (1, "STABLE")
        [row] = [row for row in found.funds if row["ticker"] == "I"]
        assert (row["net_flow"], row["net_flow_krw"]) == (pytest.approx(-0.01), None)

    def test_one_category(self, flows, settings) -> None:
        settings.ETF_KRW_PER = {"KRW": 1.0, "USD": 1400.0}
        found = self.ask(category="THEME")
        assert [row["ticker"] for row in found.funds] == [row["ticker"] for row in found.top_inflow] == ["T"]
        assert (found.top_outflow, found.without) == ([], 0)
        assert (found.signal, len(found.categories)) == ("ROTATION", 3)  # money moves between all of them
        with pytest.raises(EtfError, match="category: unknown 'NONE'"):
            self.ask(category="NONE")
        with pytest.raises(EtfError, match="from: 2024-06-06 is after to"):
            flows_get(start=dt.date(2024, 6, 6), end=dt.date(2024, 6, 5))

    def test_assets_long_before_the_window_are_not_those_it_began_with(self, flows) -> None:
        ETFDailyStat.objects.filter(etf=flows[0], date="2024-05-31").update(date="2024-05-24")
        assert self.ask().funds[0]["assets_before"] == 200
        ETFDailyStat.objects.filter(etf=flows[0], date="2024-05-24").update(date="2024-05-23")
        [row] = [row for row in self.ask().funds if row["ticker"] == "T"]
        assert (row["net_flow"], row["assets_before"], row["percent"]) == (3, None, None)


class TestTogether:
    @pytest.fixture
    def two(self, db) -> tuple[ETF, ETF]:
        left, right = fund("US", "L"), fund("US", "R")
        twice = [line("A", 20), line("A", 15, identifier="1"), line("B", 40), line("C", 20), line("cash", 5)]
        composition(left, JUNE, twice)
        composition(right, JUNE, {"A": 50, "B": 10, "D": 30, "cash": 10})
        return left, right

    def test_overlap_by_hand(self, two) -> None:
        """A: 20 + 15 against 50, B: 40 against 10; cash is no stock."""
        found = overlap_pair(left=two[0], right=two[1])
        assert (found["overlap_percent"], found["common"]) == (45, 2)
        assert [(row["ticker"], row["left_weight"], row["right_weight"], row["shared"]) for row in found["names"]] == [
            ("A", 35, 50, 35), ("B", 40, 10, 10),
        ]  # fmt: skip

    def test_matrix(self, two) -> None:
        third = fund("US", "T")
        composition(third, MAY, {"E": 100})
        found = overlap_matrix(funds=[third, two[1], two[0]])
        assert found.percent == [[100, 0, 0], [0, 90, 45], [0, 45, 95]]
        assert found.common == [[1, 0, 0], [0, 3, 2], [0, 2, 3]]
        with pytest.raises(NotFound, match="no composition of US:L up to 2024-05-31"):
            overlap_matrix(funds=[third, two[0]], as_of=MAY)

    def test_concentration(self, two) -> None:
        stocks = [stock_get(ticker) for ticker in "ABCD"]
        found = concentration_get(stocks=stocks)
        assert found["level"] == "HIGH"
        assert [(row["symbol"], row["count"], row["weight"], row["stocks"]) for row in found["funds"]] == [
            ("US:L", 3, 95, ["US:A", "US:B", "US:C"]), ("US:R", 3, 90, ["US:A", "US:B", "US:D"]),
        ]  # fmt: skip
        found = concentration_get(stocks=[stocks[0], stocks[2]])
        assert (found["level"], [(row["symbol"], row["weight"]) for row in found["funds"]]) == ("LOW", [("US:L", 55)])
        assert concentration_get(stocks=stocks, region="KR")["funds"] == []

    def test_what_is_sold_short_is_not_held(self, db) -> None:
        composition(fund("US", "F"), JUNE, {"A": 70, "B": 50, "C": -20})
        found = concentration_get(stocks=[stock_get(ticker) for ticker in "ABC"])
        assert (found["level"], found["funds"][0]["count"], found["funds"][0]["stocks"]) == ("LOW", 2, ["US:A", "US:B"])

    def test_many_stocks_are_as_many_queries(self, two) -> None:
        counted = []
        for tickers in ("AB", "ABCD"):
            stocks = [stock_get(ticker) for ticker in tickers]
            with CaptureQueriesContext(connection) as queries:
                concentration_get(stocks=stocks)
            counted.append(len(queries))
        assert counted[0] == counted[1] <= 3


def inside(ticker: str, weight: float) -> object:
    return line(ticker, weight, kind=LineKind.ETF)


class TestLookThrough:
    @pytest.fixture
    def nested(self, db) -> ETF:
        """F > G > K > L, and F > H > F."""
        held = {ticker: fund("US", ticker) for ticker in "FGHKL"}
        for ticker in "ABC":
            stock("US", ticker)
        lines = {
            "F": [line("A", 50), inside("G", 30), inside("H", 10), line("U", 4), line("cash", 5)],  # 1 is missing
            "G": [line("B", 60), inside("K", 40)],
            "H": [inside("F", 50), line("C", 50)],
            "K": [line("A", 50), inside("L", 50)],
            "L": [line("B", 100)],
        }  # fmt: skip
        for ticker, rows in lines.items():
            composition(held[ticker], JUNE, rows, known=False)
        return held["F"]

    def test_by_hand(self, nested) -> None:
        found = look_through_get(positions=[(nested.instrument, 1000)])
        percent = {row["ticker"] or row["name"]: row["percent"] for row in found.rows}
        assert percent == pytest.approx(
            {
                "A": 50 + 30 * 0.4 * 0.5,  # itself, and through G > K
                "B": 30 * 0.6,
                "C": 10 * 0.5,
                "Cash": 5,
            }
        )
        # L would be the fourth fund; F is inside itself; U is nobody's; the weights of F add up to 99
        assert found.uncovered == pytest.approx({"depth_limit": 6, "cycle": 5, "unresolved": 4, "missing_weight": 1})
        assert (found.covered_percent, found.uncovered_percent) == (pytest.approx(84), pytest.approx(16))

    def test_beside_a_stock_and_a_fund_without_a_composition(self, nested) -> None:
        a, empty = stock_get("A").pk, fund("US", "EMPTY")
        positions = [(nested.instrument, 200), (Instrument.objects.get(pk=a), 100), (empty.instrument, 100)]
        found = look_through_get(positions=positions)
        [row] = [row for row in found.rows if row["ticker"] == "A"]
        assert row["percent"] == pytest.approx(25 + 56 / 2)
        assert row["through"] == pytest.approx({"direct": 25, "US:F": 28})
        assert found.uncovered["no_composition"] == 25
        assert found.covered_percent + found.uncovered_percent == pytest.approx(100)
        assert set(found.as_of_dates) == {"US:F", "US:G", "US:H", "US:K"}

    def test_exposures(self, db) -> None:
        stock("US", "A", sector="Tech"), stock("HK", "700", sector="Tech"), stock("US", "B")
        held = fund("US", "F")
        lines = [
            line("A", 40, country="United States"), line("700", 30, listing="HK"),
            line("B", 20, sector="Energy", country="Canada"), line("cash", 10, currency="EUR"),
        ]  # fmt: skip
        composition(held, JUNE, lines)
        by = exposures_get(fund=held).by
        assert {row["sector"]: row["percent"] for row in by["sector"]} == {"Tech": 70, "Energy": 20, "Cash": 10}
        assert {row["country"]: row["percent"] for row in by["country"]} == {
            "United States": 40, "Hong Kong": 30, "Canada": 20, "unknown": 10,
        }  # fmt: skip
        assert {row["currency"]: row["percent"] for row in by["currency"]} == {"USD": 60, "HKD": 30, "EUR": 10}

    def test_positions_that_cannot_be(self, nested) -> None:
        for amounts in ([], [0], [-5], [float("nan")], [5, -5]):
            with pytest.raises(EtfError, match="positions"):
                look_through_get(positions=[(nested.instrument, amount) for amount in amounts])


class TestTrading:
    def test_liquidity_by_hand(self, db) -> None:
        """A million: 600,000 of A at 20 % of 100,000 a day take 30 days, 400,000 of B at 20 % of a million take 2."""
        held = fund("KR", "F")
        composition(held, JUNE, {"A": 60, "B": 40})
        for ticker, value in (("A", 100_000), ("B", 1_000_000)):
            add_bars(stock_get(ticker), sessions(20), [100] * 20, trading_value=value)
        found = liquidity_get(fund=held, amount=1e6)
        # day 1: 20,000 + 200,000; five days: 100,000 + 400,000; twenty: 400,000 + 400,000
        assert found["tradable_percent"] == pytest.approx({"1.0": 22, "5.0": 50, "20.0": 80})
        # after 2 days 440,000 are done, then 20,000 a day
        assert found["days_to_percent"] == pytest.approx({"50": 5, "90": 25, "100": 30})
        assert [(row["ticker"], row["days"]) for row in found["slowest"]] == [("A", 30), ("B", 2)]
        assert (found["unknown_percent"], found["fund_days"]) == (0, None)

    def test_a_line_without_bars_is_unknown(self, db) -> None:
        held = fund("KR", "F")
        composition(held, JUNE, {"A": 60, "B": 40})
        add_bars(stock_get("A"), sessions(20), [100] * 20, trading_value=1e6)
        assert liquidity_get(fund=held, amount=1e6)["unknown_percent"] == 40

    def test_the_fund_s_own_trading_is_that_of_the_day_asked_for(self, db) -> None:
        held = fund("KR", "F", average_value_20d=5e6)
        composition(held, "2024-05-02", {"A": 100})
        for day in sessions(20, MAY):
            daily(held, day, trading_value=1e6)
        assert liquidity_get(fund=held, amount=1e6)["fund_days"] == 1  # of a fifth of five millions a day
        assert liquidity_get(fund=held, amount=1e6, as_of=JUNE)["fund_days"] == 5
        assert liquidity_get(fund=held, amount=1e6, as_of=dt.date(2024, 5, 30))["fund_days"] is None  # 19 days

    def test_costs_by_hand(self, db) -> None:
        held = [fund("US", "DEAR", expense_ratio=1), fund("US", "CHEAP", expense_ratio="0.1"), fund("US", "SECRET")]
        rows = costs_compare(funds=held, amount=1000, years=2)
        # 1000 x (1 - 0.99 x 0.99) = 19.9; 1000 x (1 - 0.999 x 0.999) = 1.999
        assert [(row["symbol"], row["first_year_cost"], row["total_cost"], row["above_cheapest"]) for row in rows] == [
            ("US:CHEAP", pytest.approx(1), pytest.approx(1.999), 0),
            ("US:DEAR", pytest.approx(10), pytest.approx(19.9), pytest.approx(17.901)), ("US:SECRET", None, None, None),
        ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestRelations:
    """Prices and scores are read beside the transaction of a test: these commit."""

    def test_correlation_is_that_of_the_weighted_returns(self) -> None:
        rng, days = np.random.default_rng(3), sessions(61)
        closes = pd.DataFrame(100 * np.exp(np.cumsum(rng.normal(0, 0.02, (61, 4)), axis=0)), days, list("ABCD"))
        closes.loc[days[30], "B"] = np.nan  # no bar: no return of that day, nor of the next
        for ticker in closes:
            known = closes[ticker].dropna()
            add_bars(stock("KR", ticker), list(known.index), known.to_numpy())
        weights = {"F": {"A": 50, "B": 30, "C": 20}, "G": {"C": 60, "D": 40}}
        held = [fund("KR", ticker) for ticker in weights]
        for one in held:
            composition(one, JUNE, weights[one.instrument.ticker])
        returns = (closes / closes.shift(1) - 1).iloc[1:]
        series = []
        for parts in weights.values():
            part = pd.Series(parts, dtype=float)
            there = returns[part.index].notna()
            series.append((returns[part.index] * part).sum(axis=1) / (there * part).sum(axis=1))
        found = correlation_get(funds=held, as_of=JUNE, sessions=60)
        assert (found["sessions"], found["common_sessions"]) == (60, [[60, 60], [60, 60]])
        assert found["correlation"][0][1] == pytest.approx(np.corrcoef(*series)[0, 1], abs=1e-12)
        assert found["correlation"][0][0] == 1
        # B is missing on 2 of 60 days
        assert found["funds"][0]["coverage_percent"] == pytest.approx((58 * 100 + 2 * 70) / 60)

    def test_tilts_by_hand(self) -> None:
        held = fund("KR", "F")
        composition(held, JUNE, {"A": 60, "B": 30, "C": 10})
        facts = {"category": "x", "unit": "x", "direction": 1, "lookback": 1}
        factors = [Factor.objects.get_or_create(name=name, defaults=facts)[0] for name in ("one", "two")]
        for day, sign in ((MAY, -1), (JUNE, 1)):
            FactorRun.objects.create(region="KR", date=day, state="DONE")
            for ticker, score in (("A", 1.0), ("B", -0.5)):
                of = stock_get(ticker)
                FactorScore.objects.create(date=day, instrument=of, factor=factors[0], value=9, score=sign * score)
        # (60 x 1 - 30 x 0.5) / 90 = 0.5; a tenth of the fund has no score
        [row] = tilts_get(fund=held, factor_names=["one"])
        assert (row["factor"], row["tilt"], row["coverage_percent"]) == ("one", 0.5, 90)
        [one, two] = tilts_get(fund=held, factor_names=["two", "one"], as_of=AFTER)
        assert (one["scores_of"], two["tilt"], two["coverage_percent"]) == ({"KR": JUNE}, None, 0)
        with pytest.raises(NotFound, match="no composition"):
            tilts_get(fund=held, as_of=MAY)

    def test_etf_preference_in_a_run(self) -> None:
        """T00: two large funds, 2e11 + 2.8e10 won: 1.2 + 2. T01: one of them, 2e9 won: 0.6 + 0.4. T02 weighs too
        little in one to be seen. The rest: 0."""
        random_market(12, bars=30)
        large_funds()
        run = factor_run_execute(run_id=factor_run_create(region="KR", date=JUNE, factor_names=["etf_preference"]).pk)
        rows = FactorScore.objects.filter(date=JUNE, factor__name="etf_preference")
        found = dict(rows.values_list("instrument__ticker", "value"))
        assert run.state == "DONE"
        assert found == pytest.approx({f"T{i:02}": {0: 3.2, 1: 1.0, 2: 0.6}.get(i, 0.0) for i in range(12)})


def worth(assets: float, *of: str, **facts: Any) -> ETF:
    """A fund whose assets were told in May."""
    held = fund(*of, **facts)
    daily(held, MAY, total_assets=assets)
    return held


def large_funds() -> None:
    stocks = {"T00": 10, "T01": "0.1", "T02": 0}
    cash = {"cash": "89.9"}
    composition(worth(2e12, "KR", "LARGE"), JUNE, stocks | cash)  # 2e11 of T00, 2e9 of T01
    american = worth(2e9, "US", "AMERICAN")  # 2.8e12 won, 2.8e10 of them in T00
    composition(american, JUNE, [line("T00", 1, listing="KR"), line("X", 99)])
    composition(worth(1e12, "KR", "SMALL"), JUNE, {"T00": 50, "T01": 50})  # not above 1e12
    for name, facts in {"INVERSE": {"is_inverse": True, "leverage_ratio": -1}, "DOUBLE": {"leverage_ratio": 2}}.items():
        composition(worth(9e12, "KR", name, **facts), JUNE, {"T00": 50, "T01": 50})
    gone = worth(9e12, "KR", "GONE")
    composition(gone, MAY, {"T00": 100})
    composition(gone, JUNE, {"T09999": 100})  # T00 was dropped


def test_etf_preference_by_hand(db, settings) -> None:
    settings.ETF_KRW_PER, settings.ETF_LARGE_KRW = {"KRW": 1.0, "USD": 1400.0}, {"*": 1e12}
    large_funds()
    stock("KR", "T03")
    asked = [stock_get(f"KR:T0{i}").pk for i in (1, 0, 3, 2)]
    found = preference_load("KR", JUNE, np.array(asked))
    # T02: its weight is 0.00 in one large fund: held, of too little to be seen
    assert found == pytest.approx([1.0, 3.2, 0.0, 0.6])
    assert preference_load("KR", MAY, np.array(asked[:2])) == pytest.approx([0, 2.6])  # GONE alone had T00: 0.6 + 2
    assert np.isnan(preference_load("KR", dt.date(2024, 5, 30), np.array(asked))).all()
    settings.ETF_LARGE_KRW = {"*": 1e12, "KR": 5e12}  # LARGE is none any more
    assert preference_load("KR", JUNE, np.array(asked[:2])) == pytest.approx([0, 2.6])


def test_assets_count_from_the_day_they_are_known(db, settings) -> None:
    settings.ETF_KRW_PER, settings.ETF_LARGE_KRW = {"KRW": 1.0, "USD": 1400.0}, {"*": 1e12}
    undated, later, valued, unit = (fund("KR", name, assets=9e12) for name in ("UNDATED", "LATER", "VALUED", "UNIT"))
    for one in (undated, later):
        composition(one, MAY, {"T00": 100})
    daily(later, JUNE, total_assets=9e12)
    lines = [line("T00", 60, market_value=3e12), line("cash", 40, 2, market_value=2e12)]
    composition(valued, JUNE, lines)  # no daily figure: what its lines are worth together
    composition(unit, JUNE, [line("T00", 60, market_value=3e12), line("cash", 40, 2)])  # the cash is not told
    ids = [one.pk for one in (undated, later, valued, unit)]
    assert assets_on(MAY, ids) == {}
    assert assets_on(JUNE, ids) == {later.pk: Decimal("9e12"), valued.pk: Decimal("5e12")}
    asked = np.array([stock_get("KR:T00").pk])
    assert preference_load("KR", MAY, asked) == pytest.approx([0])
    assert preference_load("KR", JUNE, asked) == pytest.approx([1.2 + 2])
    Snapshot.objects.filter(etf=valued).update(per_unit=True)
    assert assets_on(JUNE, ids) == {later.pk: Decimal("9e12")}
    Snapshot.objects.filter(etf=valued).update(per_unit=False, currency="USD")
    assert assets_on(JUNE, ids) == {later.pk: Decimal("9e12")}


def test_nothing_is_known_before_its_day(db) -> None:
    """Delete every row after a day: what is said of that day stays the same."""
    dice = np.random.default_rng(5)
    held = [fund("KR", f"F{i}", category=["INDEX", "THEME"][i % 2]) for i in range(4)]
    days = [day.date() for day in pd.bdate_range("2024-06-03", "2024-07-12")]
    for one in held:
        for day in dice.choice(days, 14, replace=False):
            parts = dict(zip(dice.permutation(list("ABCDEF"))[:4].tolist(), [40, 30, 20, 10], strict=True))
            wrong = {"A": 50} if dice.random() < 0.3 else parts
            composition(one, day, wrong)
        for day in days:
            daily(
                one, day, nav=100, total_assets=1e12 * dice.uniform(0.5, 3), net_flow=dice.normal(), trading_value=1e9
            )
    undated = fund("KR", "F9")  # never any daily figure
    for day in days[5::10]:
        composition(undated, day, [line("A", 60, market_value=2e12), line("B", 40, 2, market_value=1e12 + day.day)])
    held.append(undated)
    ETF.objects.update(total_assets=7e12)  # as if of the last day

    def said() -> list[object]:
        stocks = [stock_get(ticker) for ticker in "ABCDEF"]
        ids = np.array([one.pk for one in stocks])
        flows = flows_get(region="KR", end=JUNE)
        return [
            [holders_get(stock=one, as_of=JUNE) for one in stocks],
            [composition_get(fund=one, as_of=JUNE).lines for one in held],
            [weights_get(fund=one, stock=stocks[0], end=JUNE) for one in held],
            [changes_get(fund=one, end=JUNE).rows for one in held],
            heavy_get(threshold=20, as_of=JUNE), flows.funds, flows.categories, flows.signal,
            overlap_matrix(funds=held, as_of=JUNE), concentration_get(stocks=stocks, as_of=JUNE),
            look_through_get(positions=[(one.instrument, 1.0) for one in held], as_of=JUNE),
            [liquidity_get(fund=one, amount=1e9, as_of=JUNE) for one in held],
            preference_load("KR", JUNE, ids).tolist(),
        ]  # fmt: skip

    before = said()
    ETFHolding.objects.filter(as_of_date__gt=JUNE).delete()
    Snapshot.objects.filter(as_of_date__gt=JUNE).delete()
    ETFDailyStat.objects.filter(date__gt=JUNE).delete()
    PriceBar.objects.filter(date__gt=JUNE).delete()
    assert said() == before


class TestNames:
    def test_one_of_several_regions(self, db) -> None:
        kept, _ = fund("KR", "X"), fund("US", "X")
        with pytest.raises(Ambiguous, match="X is listed in several regions: use one of KR:X, US:X") as told:
            etf_get("X")
        assert told.value.choices == ["KR:X", "US:X"]
        assert etf_get("KR:X") == etf_get("X", "KR") == etf_get("kr:x") == kept

    @pytest.mark.parametrize("word", ["", "NONE", "US:NONE", "A", "X\0", "'; --"])
    def test_nobody_s(self, db, word) -> None:
        stock("US", "A")  # no fund
        with pytest.raises(NotFound, match=r"no ETF|nothing was loaded of it as an ETF"):
            etf_get(word)

    def test_a_stock(self, db) -> None:
        add_instrument("^I", asset_type="INDEX")
        stock("US", "BRK.B")
        assert stock_get("us:brk.b").ticker == "BRK.B"
        for word in ("^I", "KR:BRK.B"):
            with pytest.raises(NotFound, match="no instrument"):
                stock_get(word)
