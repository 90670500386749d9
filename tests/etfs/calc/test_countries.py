"""Names of countries: what sources write, and the one word for it (ISO 3166)."""

import pytest

from etfs.calc.countries import country_name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("US", "United States"), ("United States", "United States"), ("USA", "United States"), ("KR", "South Korea"),
        ("Korea, Republic of", "South Korea"), ("TW", "Taiwan"), (" Netherlands ", "Netherlands"), ("vn", "Vietnam"),
        ("Atlantis", "Atlantis"), ("", ""),
    ],
)  # fmt: skip
def test_one_word_for_a_country(word, name):
    assert country_name(word) == name
