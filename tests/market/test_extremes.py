"""Figures and dates that no market ever had: refused row by row, before the database does it for the whole file."""

from pathlib import Path

import pytest

from market.models import PriceBar, RejectedRow
from tests.market.files import load_actions, load_bars

GOOD = "A,2024-01-02,10,11,9,10,100\nA,2024-01-03,10,12,10,11,200\n"


@pytest.mark.django_db
@pytest.mark.parametrize("figure", ["1e308", "1e21", "1e-21", "1e-320"])
def test_a_price_out_of_range_costs_its_row_only(tmp_path: Path, figure: str) -> None:
    rows = "".join(f"B,2024-01-0{day},{price},{price},{price},{price},1\n" for day, price in ((2, figure), (3, "5")))
    run = load_bars(tmp_path, GOOD + rows)
    assert (run.state, run.rows_inserted, run.reasons) == ("PARTLY", 3, {"out_of_range": 1})
    assert RejectedRow.objects.get().column == "open"


@pytest.mark.django_db
def test_large_and_small_prices_load(tmp_path: Path) -> None:
    run = load_bars(tmp_path, "A,2024-01-02,1e15,1e15,1e15,1e15,1e12\nB,2024-01-02,1e-9,1e-9,1e-9,1e-9,1e12\n")
    assert (run.state, run.rows_inserted) == ("DONE", 2)


@pytest.mark.django_db
def test_a_date_before_1900_is_refused(tmp_path: Path) -> None:
    run = load_bars(tmp_path, GOOD + "A,0001-01-01,10,11,9,10,100\nA,1962-01-02,10,11,9,10,100\n")
    assert (run.state, run.rows_inserted, run.reasons) == ("PARTLY", 3, {"bad_date": 1})


@pytest.mark.django_db
@pytest.mark.parametrize("ratio", ["1e308", "1e-308", "1e7", "1e-7"])
def test_a_ratio_out_of_range_is_refused(tmp_path: Path, ratio: str) -> None:
    load_bars(tmp_path, GOOD)
    run = load_actions(tmp_path, f"A,2024-01-03,SPLIT,{ratio},\n")
    assert (run.state, run.reasons) == ("FAILED", {"out_of_range": 1})
    assert load_bars(tmp_path, "A,2023-12-29,10,11,9,10,100\n").state == "DONE"
    assert set(PriceBar.objects.values_list("adjustment_factor", flat=True)) == {1.0}
