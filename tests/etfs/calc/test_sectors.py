"""Words for sectors."""

import pytest

from etfs.calc.sectors import sector_name


@pytest.mark.parametrize(
    ("word", "sector"),
    [
        ("Communication", "Communication Services"), (" communication services ", "Communication Services"),
        ("Technology", "Information Technology"), ("INFORMATION TECHNOLOGY", "Information Technology"),
        ("Consumer, Cyclical", "Consumer Discretionary"), ("Consumer Defensive", "Consumer Staples"),
        ("Healthcare", "Health Care"), ("Financial Services", "Financials"), ("Basic Materials", "Materials"),
        ("Consumer Goods", "Consumer Goods"), ("전기전자", "전기전자"), ("", ""), (" ", ""),
    ],
)  # fmt: skip
def test_one_word(word: str, sector: str) -> None:
    assert sector_name(word) == sector
