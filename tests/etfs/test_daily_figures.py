"""Daily figures of funds as they arrive: day by day, late, twice, from several sources, around splits."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from etfs.models import ETF, ETFDailyStat
from etfs.services.funds import FundError
from etfs.services.stats import fund_as_known, splits_follow, stats_upsert
from etfs.sources.base import DayStat
from etfs.tasks import splits_follow_all
from market.models import CorporateAction
from market.regions import region_get
from tests.etfs.builder import fund

pytestmark = pytest.mark.django_db
KOREA = region_get("KR")
DAYS = [day.date() for day in pd.bdate_range("2024-06-03", periods=12)]


def stat(day: dt.date, ticker: str = "A", row_number: int = 0, **figures: float | str) -> DayStat:
    numbers = {name: Decimal(str(value)) for name, value in figures.items()}
    return DayStat(ticker, day, row_number=row_number, **numbers)


def told(*stats: DayStat, source: str = "csv") -> int:
    return stats_upsert(region=KOREA, source=source, stats=stats)


def flows(of: ETF) -> list[float | None]:
    return list(ETFDailyStat.objects.filter(etf=of).order_by("date").values_list("net_flow", flat=True))


def split(of: ETF, day: dt.date, ratio: float, kind: str = "SPLIT") -> CorporateAction:
    return CorporateAction.objects.create(instrument=of.instrument, ex_date=day, kind=kind, ratio=ratio)


class TestDayByDay:
    """What arrives a day at a time, or in any order, ends as what arrives at once."""

    def history(self, ticker: str) -> list[DayStat]:
        """Share counts missing on three days, assets on three, both on two of them (4, 8); a split in the middle. The
        flow of day 9, of which only the assets are known, would need the assets of day 7."""
        dice = np.random.default_rng(11)
        rows = []
        for place, day in enumerate(DAYS):
            split_yet = place >= 6
            nav, shares = (50.0 if split_yet else 100.0) + place, (2000 if split_yet else 1000) + dice.integers(0, 90)
            figures = {"nav": nav, "shares_outstanding": shares, "total_assets": nav * shares}
            if place in (3, 4, 9):
                del figures["shares_outstanding"]
            if place in (4, 7, 8):
                del figures["total_assets"]
            if place in (4, 8):
                figures = {"nav": nav}
            rows.append(stat(day, ticker, **figures))
        return rows

    @pytest.mark.parametrize("order", ["ascending", "descending", "shuffled", "halves"])
    def test_order_does_not_matter(self, order) -> None:
        at_once, in_parts = fund("KR", "A"), fund("KR", "B")
        for one in (at_once, in_parts):
            split(one, DAYS[6], 2.0)
        told(*self.history("A"))
        rows = self.history("B")
        parts = {
            "ascending": [[row] for row in rows], "descending": [[row] for row in rows[::-1]],
            "shuffled": [[rows[i]] for i in np.random.default_rng(3).permutation(len(rows))],
            "halves": [rows[:7], rows[7:]],
        }[order]  # fmt: skip
        for part in parts:
            told(*part)
        assert flows(in_parts) == flows(at_once)
        assert [flow is None for flow in flows(at_once)] == [place in (0, 4, 8, 9) for place in range(12)]

    def test_by_hand(self) -> None:
        of = fund("KR", "A")
        told(stat(DAYS[0], nav=100, shares_outstanding=1000))
        told(stat(DAYS[1], nav=101, shares_outstanding=1010))
        told(stat(DAYS[2], nav=102))  # neither shares nor assets: what happens today shows tomorrow
        told(stat(DAYS[3], nav=103, shares_outstanding=1005))
        assert flows(of) == [None, 1010.0, None, -515.0]
        told(stat(DAYS[2], shares_outstanding=1020))  # late
        assert flows(of) == [None, 1010.0, 1020.0, -1545.0]


class TestGaps:
    def test_money_of_a_long_gap_came_on_no_day(self) -> None:
        of = fund("KR", "A")
        late = dt.date(2024, 7, 4)  # 31 days after 3 June
        told(stat(DAYS[0], nav=100, shares_outstanding=1000), stat(late, nav=100, shares_outstanding=1010))
        assert flows(of) == [None, 1000.0]
        ETFDailyStat.objects.filter(date=late).delete()
        told(*(stat(late + dt.timedelta(i), nav=100, shares_outstanding=1010 + i) for i in (1, 2)))
        assert flows(of) == [None, None, 100.0]


class TestAsKnown:
    def test_figures_of_a_past_day(self) -> None:
        of = fund("KR", "A", assets=9e12)
        told(
            *(stat(day, nav=100, close=101, volume=10) for day in DAYS[:5]), stat(DAYS[5], nav=100, close=103),
            stat(DAYS[4], total_assets=5000), stat(DAYS[6], total_assets=7000, shares_outstanding=70),
        )  # fmt: skip
        of.refresh_from_db()
        assert (of.total_assets, of.premium_discount, of.figures_as_of) == (7000, pytest.approx(3), DAYS[6])
        then = fund_as_known(fund=of, as_of=DAYS[4])
        assert (then.total_assets, then.premium_discount, then.figures_as_of) == (5000, pytest.approx(1), DAYS[4])
        assert then.listed_shares is None
        before = fund_as_known(fund=of, as_of=DAYS[3])
        assert (before.total_assets, before.figures_as_of) == (None, DAYS[3])
        long_before = fund_as_known(fund=of, as_of=dt.date(2020, 1, 1))
        assert (long_before.premium_discount, long_before.figures_as_of) == (None, None)
        of.refresh_from_db()
        assert of.total_assets == 7000


class TestSplits:
    def test_known_late(self) -> None:
        of = fund("KR", "A")
        told(*(stat(day, nav=nav, shares_outstanding=units) for day, nav, units in zip(
            DAYS[:3], (100, 50, 50), (1000, 2000, 2010), strict=True
        )))  # fmt: skip
        assert flows(of) == [None, 50_000.0, 500.0]  # as if money had come
        split(of, DAYS[1], 2.0)
        assert splits_follow_all() == 1
        assert flows(of) == [None, 0.0, 500.0]

    def test_told_and_inferred_are_one(self) -> None:
        of = fund("KR", "A")
        split(of, DAYS[1], 2.0)
        split(of, DAYS[1], 1.99, "INFERRED")
        told(*(stat(day, nav=nav, shares_outstanding=units) for day, nav, units in zip(
            DAYS[:2], (100, 50), (1000, 2000), strict=True
        )))  # fmt: skip
        assert flows(of) == [None, 0.0]

    def test_inferred_alone_counts(self) -> None:
        of = fund("KR", "A")
        told(stat(DAYS[0], nav=100, shares_outstanding=1000), stat(DAYS[1], nav=50, shares_outstanding=2000))
        split(of, DAYS[1], 2.0, "INFERRED")
        assert (splits_follow(), flows(of)) == (1, [None, 0.0])

    def test_distributions_after_a_split_are_of_smaller_units(self) -> None:
        """The fund follows its index to the last digit, paying 1 % twice: before and after it splits 2:1."""
        of = fund("KR", "A")
        days = [day.date() for day in pd.bdate_range("2024-01-01", periods=24)]
        split(of, days[12], 2.0)
        index, nav, rows = 1000.0, 100.0, []
        for place, day in enumerate(days):
            growth = 1 + 0.01 * (-1) ** place if place else 1.0
            index, nav = index * growth, nav * growth
            if place == 12:
                nav /= 2
            paid = 0.01 * nav if place in (6, 18) else 0.0
            nav -= paid
            rows.append(stat(day, nav=nav, index_level=index, distribution=paid))
        told(*rows)
        of.refresh_from_db()
        assert of.tracking_error_20d == pytest.approx(0, abs=1e-9)


class TestSources:
    @pytest.fixture(autouse=True)
    def ranks(self, settings) -> None:
        settings.ETF_SOURCE_RANKS = ["krx_etf", "csv"]

    def held(self) -> tuple[Decimal | None, Decimal | None, str]:
        row = ETFDailyStat.objects.get()
        return row.nav, row.close, row.source

    def test_a_worse_one_fills_gaps_only(self) -> None:
        assert told(stat(DAYS[0], nav=100), source="krx_etf") == 1
        assert told(stat(DAYS[0], nav=99, close=101), source="other") == 1
        assert self.held() == (100, 101, "krx_etf")
        assert told(stat(DAYS[0], nav=99, close=98), source="csv") == 0
        assert self.held() == (100, 101, "krx_etf")

    def test_a_better_one_replaces(self) -> None:
        told(stat(DAYS[0], nav=99, close=101), source="other")
        assert told(stat(DAYS[0], nav=100), source="csv") == 1
        assert self.held() == (100, 101, "csv")
        assert told(stat(DAYS[0], nav="100.5"), source="csv") == 1  # its own correction
        assert self.held() == (Decimal("100.5"), 101, "csv")

    def test_unnamed_ones_are_equals(self) -> None:
        told(stat(DAYS[0], nav=99), source="other")
        told(stat(DAYS[0], nav=98), source="another")
        assert self.held() == (98, None, "another")


class TestTwiceInOneFile:
    def test_rows_complete_each_other(self) -> None:
        fund("KR", "A")
        told(stat(DAYS[0], row_number=2, nav=100), stat(DAYS[0], row_number=3, nav=100, close=101))
        row = ETFDailyStat.objects.get()
        assert (row.nav, row.close) == (100, 101)

    def test_contradictions_are_refused(self) -> None:
        fund("KR", "A")
        with pytest.raises(FundError, match="rows 2 and 5, nav: 100 and 101 for A on 2024-06-03"):
            told(stat(DAYS[0], row_number=2, nav=100), stat(DAYS[0], row_number=5, nav=101))
        assert not ETFDailyStat.objects.exists()


class TestPremium:
    def test_of_the_newest_day_with_both(self) -> None:
        of = fund("KR", "A")
        told(stat(DAYS[0], nav=100, close=101), stat(DAYS[1], nav=100), stat(DAYS[2], close=103))
        of.refresh_from_db()
        assert of.premium_discount == pytest.approx(1)

    def test_an_old_one_is_none(self) -> None:
        of = fund("KR", "A")
        told(stat(DAYS[0], nav=100, close=101), *(stat(day, nav=100) for day in DAYS[1:6]))
        of.refresh_from_db()
        assert of.premium_discount is None
