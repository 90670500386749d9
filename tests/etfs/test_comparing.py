"""How funds are compared: what is read for it, and how often."""

import datetime as dt
from unittest import mock

import numpy as np
import pytest

from etfs.services import EtfError, correlation_get, overlap_pair, overlaps, relations
from market.store.closes import Closes, closes_read
from tests.etfs.builder import composition, fund, stock
from tests.factors.market_tables import add_bars, sessions

JUNE = dt.date(2024, 6, 28)


def test_the_lines_of_a_pair_are_read_once(db, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = fund("US", "L"), fund("US", "R")
    composition(left, JUNE, {"A": 60, "B": 40})
    composition(right, JUNE, {"A": 70, "C": 30})
    read = mock.Mock(wraps=overlaps.latest_weights)
    monkeypatch.setattr(overlaps, "latest_weights", read)
    found = overlap_pair(left=left, right=right)
    assert (found["overlap_percent"], found["common"], len(found["names"])) == (60, 1, 1)
    assert read.call_count == 1
    with pytest.raises(EtfError, match="funds"):
        overlap_pair(left=left, right=left)


def priced(region: str, ticker: str, count: int, seed: int, without: int | None = None, **facts: str) -> None:
    """A random walk over the last ``count`` sessions, without a bar on one of them."""
    days = sessions(count, JUNE, region)
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, count)))
    there = [place for place in range(count) if place != without]
    add_bars(stock(region, ticker, **facts), [days[place] for place in there], closes[there])


@pytest.mark.django_db(transaction=True)
class TestCorrelation:
    """Prices are read beside the transaction of a test: these commit."""

    def test_closes_of_what_is_held_alone_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for seed, ticker in enumerate("ABCDE"):
            priced("KR", ticker, 41, seed)
        priced("US", "Z", 41, 9)
        left, right = fund("KR", "F"), fund("KR", "G")
        composition(left, JUNE, {"A": 60, "B": 40})
        composition(right, JUNE, {"B": 50, "C": 50})
        read: list[Closes] = []

        def spied(*asked) -> Closes:
            read.append(closes_read(*asked))
            return read[-1]

        monkeypatch.setattr(relations, "closes_read", spied)
        found = correlation_get(funds=[left, right], as_of=JUNE, sessions=40)
        assert found["common_sessions"] == [[40, 40], [40, 40]]
        assert [one.tickers.tolist() for one in read] == [["A", "B", "C"]]

    def test_preferred_shares_count(self) -> None:
        priced("KR", "A", 41, 1)
        priced("KR", "P", 41, 2, asset_type="PREFERRED")
        held = fund("KR", "F"), fund("KR", "G")
        for one in held:
            composition(one, JUNE, {"A": 60, "P": 40})
        found = correlation_get(funds=held, as_of=JUNE, sessions=40)
        assert [row["coverage_percent"] for row in found["funds"]] == [100, 100]

    def test_two_sessions_are_no_return_of_one(self) -> None:
        """No name of the funds has a bar on a session: no return on it, nor on the next, though others traded."""
        priced("KR", "A", 41, 1, without=20)
        priced("KR", "OTHER", 41, 2)
        held = fund("KR", "F"), fund("KR", "G")
        for one in held:
            composition(one, JUNE, {"A": 100})
        found = correlation_get(funds=held, as_of=JUNE, sessions=40)
        assert (found["sessions"], found["common_sessions"]) == (40, [[38, 38], [38, 38]])


@pytest.mark.django_db(transaction=True)
def test_closes_of_some() -> None:
    priced("KR", "A", 5, 1, without=2)
    priced("KR", "B", 5, 2)
    priced("US", "C", 5, 3)
    ids = [stock("KR", "A").pk, stock("US", "C").pk]
    found = closes_read("KR", dt.date(2024, 6, 1), JUNE, ids)
    assert (found.tickers.tolist(), found.close.shape) == (["A"], (5, 1))
    assert np.isnan(found.close[:, 0]).tolist() == [False, False, True, False, False]
    assert closes_read("KR", dt.date(2024, 6, 1), JUNE, []).close.shape == (0, 0)
    assert closes_read("KR", dt.date(2024, 6, 1), JUNE).tickers.tolist() == ["A", "B"]
