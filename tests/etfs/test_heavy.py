"""What weighs much in its fund: lines of one stock added first, money by assets as known on the day."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from etfs.models import ETF, HoldingLine, Snapshot
from etfs.services import heavy_get
from etfs.services.compositions_read import composition_get
from etfs.sources.base import Line, LineKind
from etfs.store.heavy import heavy_counts
from tests.etfs.builder import composition, daily, fund, line, stock

pytestmark = pytest.mark.django_db
MAY, JUNE = dt.date(2024, 5, 31), dt.date(2024, 6, 28)


def swap(ticker: str, weight: float, **facts: Any) -> Line:
    """A second line of a stock: told apart by its kind."""
    return line(ticker, weight, 2, kind=LineKind.UNKNOWN, **facts)


def heavy(threshold: float = 5, **asked: Any) -> list[tuple[str, Decimal, int]]:
    return [(row["line_ticker"], row["weight"], row["lines"]) for row in heavy_get(threshold=threshold, **asked)]


class TestAdded:
    def test_two_light_lines_of_one_stock_are_heavy(self) -> None:
        composition(fund("US", "F"), JUNE, [line("A", 3), swap("A", 3), line("B", 4), line("C", 90)])
        assert heavy() == [("C", 90, 1), ("A", 6, 2)]
        assert heavy(6) == [("C", 90, 1), ("A", 6, 2)]
        assert heavy(6.01) == [("C", 90, 1)]
        assert heavy_counts(5) == {"US": 2}
        assert heavy_counts(7) == {"US": 1}

    def test_a_short_line_lightens(self) -> None:
        composition(fund("US", "F"), JUNE, [line("A", 6), swap("A", -2), line("B", 96)])
        assert heavy() == [("B", 96, 1)]
        assert heavy(4) == [("B", 96, 1), ("A", 4, 2)]

    def test_lines_of_two_funds_are_not_added(self) -> None:
        composition(fund("US", "F"), JUNE, [line("A", 3), line("B", 97)])
        composition(fund("US", "G"), JUNE, [swap("A", 3), line("B", 97)])
        assert heavy() == [("B", 97, 1), ("B", 97, 1)]

    def test_what_is_no_instrument_stays_by_line(self) -> None:
        lines = [line("A", 4), swap("A", 4), line("B", 92)]
        composition(fund("US", "F"), JUNE, lines, known=False)
        assert heavy() == [("B", 92, 1)]

    def test_figures_of_the_row(self) -> None:
        of = fund("US", "F")
        daily(of, JUNE, total_assets=1000)
        composition(of, MAY, [line("A", 1), line("B", 99)])
        lines = [line("A", 2, shares=5, market_value=20), swap("A", 4), line("B", 94)]
        composition(of, JUNE, lines)
        row = heavy_get(threshold=5)[1]
        assert (row["weight"], row["weight_change"], row["exposure"]) == (6, 5, 60)
        assert (row["shares"], row["market_value"], row["kind"]) == (5, 20, "UNKNOWN"), "of the heaviest line"

    @pytest.mark.parametrize("threshold", [1, 2.5, 5, 20])
    def test_as_whole_compositions_added_up(self, threshold: float) -> None:
        """Funds at random, up to five lines of a stock, long and short, against sums of everything."""
        random, kinds = np.random.default_rng(7), [LineKind.STOCK, LineKind.ETF, LineKind.UNKNOWN]
        for number in range(12):
            lines = [
                line(f"S{i}", round(float(random.normal(1.5, 2)), 2), kind=kinds[int(random.integers(3))], **place)
                for i in random.integers(0, 15, 40) for place in ({}, {"listing": "US"})[: 1 + int(random.integers(2))]
            ]  # fmt: skip
            for one in range(15):
                stock("US", f"S{one}")
            composition(fund("US", f"F{number}", is_synthetic=True), JUNE, lines)
        Snapshot.objects.update(state="GOOD", is_served=True)
        wanted = []
        for of in ETF.objects.all():
            sums: dict[int, Decimal] = defaultdict(Decimal)
            for row in composition_get(fund=of).lines:
                sums[row["instrument_id"] or -row["line_id"]] += row["weight"]
            wanted += [(of.pk, weight) for weight in sums.values() if weight >= threshold]
        found = [(row["etf_id"], row["weight"]) for row in heavy_get(threshold=threshold)]
        assert sorted(found) == sorted(wanted)
        assert wanted
        assert heavy_counts(threshold) == {"US": len(wanted)}
        assert max(row["lines"] for row in heavy_get(threshold=1)) > 3


class TestAssets:
    """Of the day asked for: never those of a later day, never those of the fund's row, which are of no known day."""

    def exposure(self, on: dt.date) -> Decimal | None:
        [row] = heavy_get(threshold=60, as_of=on)
        return row["exposure"]

    def test_undated_assets_are_never_asked(self) -> None:
        composition(fund("US", "F", assets=1e9), MAY, {"A": 60, "B": 40})
        assert self.exposure(MAY) is None

    def test_the_composition_s_own_value(self) -> None:
        of = fund("US", "F", assets=1e9)
        for day, value in ((MAY, 50), (JUNE, 500)):
            lines = [line("A", 60, market_value=0.6 * value), line("B", 40, market_value=0.4 * value)]
            composition(of, day, lines)
        assert (self.exposure(MAY), self.exposure(JUNE)) == (30, 300)
        daily(of, MAY, total_assets=1000)
        assert (self.exposure(MAY), self.exposure(JUNE)) == (600, 600)

    @pytest.mark.parametrize("said", [{"per_unit": True}, {"currency": "EUR"}])
    def test_a_value_that_is_not_the_fund_s_in_its_currency(self, said: dict[str, Any]) -> None:
        of = fund("US", "F")
        composition(of, MAY, [line("A", 60, market_value=60), line("B", 40, market_value=40)])
        Snapshot.objects.update(**said)
        assert self.exposure(MAY) is None


def test_lines_count_by_what_they_are_now() -> None:
    composition(fund("US", "F"), JUNE, [line("A", 3), swap("A2", 3), line("B", 94)])
    assert heavy() == [("B", 94, 1)]
    HoldingLine.objects.filter(ticker="A2").update(instrument=stock("US", "A"))
    assert heavy() == [("B", 94, 1), ("A", 6, 2)]
    assert heavy(region="KR") == []
