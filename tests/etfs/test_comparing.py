"""How funds are compared: what is read for it, and how often."""

import datetime as dt
from unittest import mock

import pytest

from etfs.services import EtfError, overlap_pair, overlaps
from tests.etfs.builder import composition, fund

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
