"""Figures and settings as text."""

import pytest

from backtests.report.meaning import GROUPS, HIGHER, LOWER, best_of, better, grouped, label, meanings, units
from backtests.report.text import counted, figure, in_unit, money, percent, price, words


@pytest.mark.parametrize(("text", "expected"), [
    (figure(1234567.891), "1,234,567.89"), (figure(-1234.5, 1), "−1,234.5"), (figure(0.004, 2, sign=True), "0.00"),
    (figure(-0.004), "0.00"), (figure(2.0, 1, sign=True), "+2.0"), (figure(None), "–"), (figure(float("nan")), "–"),
    (figure(float("inf")), "–"), (percent(12.345), "12.35\u00a0%"), (percent(None), "–"),
    (money(1234567.5, "KRW"), "1,234,568"), (money(1234.5, "USD"), "1,234.50"), (price(0.01234), "0.0123"),
    (price(72300.0), "72,300.00"), (in_unit(3.0, "count", "KRW"), "3"), (in_unit(3.25, "count", "KRW"), "3.2"),
    (in_unit(12.0, "%", "KRW"), "12.00\u00a0%"), (in_unit(12.0, "%", "KRW", bare=True), "12.00"),
    (in_unit(1500.0, "currency", "JPY"), "1,500"), (in_unit(0.98765, "probability", ""), "0.988"),
    (counted(1, "trade"), "1 trade"), (counted(1200, "trade"), "1,200 trades"),
    (words(None), "–"), (words([]), "–"), (words(True), "yes"), (words(0.0), "0"), (words(1e8), "100,000,000"),
    (words(-0.015), "−0.015"), (words(["a", 2]), "a, 2"),
    (words({"kind": "STOP_LOSS", "threshold": 12.0}), "kind STOP_LOSS, threshold 12"),
    (words([{"a": 1}, {"b_c": None}]), "a 1; –"),
])  # fmt: skip
def test_figures_and_settings(text, expected):
    assert text == expected


def test_labels():
    assert label("probabilistic_sharpe_ratio") == "probabilistic Sharpe ratio"
    assert label("var_99_1m_overlapping") == "VaR 99 % 1 month overlapping"


def test_every_name_that_is_placed_or_judged_exists():
    known = set(meanings())
    assert known == set(units())
    assert {name for members in GROUPS.values() for name in members} | HIGHER | LOWER <= known
    assert not HIGHER & LOWER


def test_what_no_group_knows_is_shown_last():
    assert grouped(["new_figure", "beta", "alpha"]) == {
        "Return": ["alpha"], "Risk": ["beta"], "Account and costs": ["new_figure"],
    }  # fmt: skip


@pytest.mark.parametrize(("name", "figures", "best"), [
    ("sharpe_ratio", [1.0, None, 2.0], 2.0), ("max_drawdown", [10.0, 20.0], 10.0), ("avg_loss", [-5.0, -9.0], -5.0),
    ("beta", [1.0, 2.0], None), ("sharpe_ratio", [1.0, None], None), ("sharpe_ratio", [None, None], None),
])  # fmt: skip
def test_the_better_one(name, figures, best):
    assert better(name, figures) == best


def test_an_objective_is_high_unless_low_is_better():
    assert (best_of("volatility", [3.0, 1.0]), best_of("sharpe_ratio", [3.0, 1.0]), best_of("own", [3.0, 1.0])) == (
        1,
        3,
        3,
    )
