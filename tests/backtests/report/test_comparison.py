"""Several backtests side by side."""

import pytest

from backtests.report import comparison_report
from backtests.report.comparison import labels, rebased
from tests.backtests.report.page import checked
from tests.backtests.report.results import result, run

HOSTILE = '</script><script>alert("1")</script>'


@pytest.fixture(scope="module")
def results():
    short = {"sessions": 120, "instruments": 20}
    return [
        result(run(3, **short), number=7),
        result(run(3, **short, max_positions=5, mode="target", commission=0.0), number=8, name="Five", findings=[]),
        result(run(3, **short, fill="next_close", benchmark=False), number=9),
    ]


def test_values_start_at_100(results):
    page = checked(comparison_report(results))
    value = page.figure("Value and quality #7", "Five", "Value and quality #9", "KOSPI")["data"]
    assert [trace["y"][0] for trace in value] == [100.0] * 4
    last = results[1]["series"]["value"]
    assert value[1]["y"][-1] == pytest.approx(100 * last[-1] / last[0], abs=1e-6)
    assert value[1]["y"][-1] == pytest.approx(100 + results[1]["statistics"]["total_return"], abs=1e-5)
    assert len({trace["line"]["dash"] for trace in value}) == 4
    falls = page.figure("Value and quality #7", "Five", "Value and quality #9")["data"]
    assert [trace["y"] for trace in falls] == [one["series"]["drawdown"] for one in results]


def test_rebased_from_the_first_known_value():
    assert rebased([None, 50.0, None, 60.0]) == [None, 100.0, None, 120.0]
    assert rebased([None]) == [None]


def test_the_best_of_a_row_has_a_star(results):
    page = checked(comparison_report(results))
    names = ["Value and quality #7", "Five", "Value and quality #9"]
    checks = {"Reward for risk": ("Sharpe ratio", "sharpe_ratio", max), "Risk": ("max drawdown", "max_drawdown", min)}
    for group, (shown, name, best_of) in checks.items():
        table = page.tables[group]
        assert table["head"] == ["figure", *names, "unit"]
        row = next(row for row in table["rows"] if row[0] == shown)
        figures = [one["statistics"][name] for one in results]
        assert ["★" in text for text in row[1:4]] == [value == best_of(figures) for value in figures]
    beta = next(row for row in page.tables["Risk"]["rows"] if row[0] == "beta")
    assert "★" not in "".join(beta)
    assert beta[3] == "–"  # without a benchmark


def test_what_differs_and_only_that(results):
    table = checked(comparison_report(results)).tables["Settings that are not the same"]
    found = {row[0]: row[1:] for row in table["rows"]}
    assert found == {
        "mode": ["fill", "target", "fill"], "max positions": ["12", "5", "12"], "benchmark": ["KOSPI", "KOSPI", "–"],
        "fill": ["next_open", "next_open", "next_close"], "costs · commission": ["0.015", "0", "0.015"],
    }  # fmt: skip


def test_what_makes_figures_hard_to_compare_is_told(results):
    longer = result(run(3, 150, 20), name="Longer") | {"currency": "USD", "status": "FAILED"}
    page = checked(comparison_report([results[0], longer]))
    for text in (
        "The periods differ", "The currencies differ", "Not completed: Longer", "With serious findings",
    ):  # fmt: skip
        assert text in page.words
    costs = next(row for row in page.tables["Account and costs"]["rows"] if row[0] == "total costs")
    assert "★" not in "".join(costs)  # of two currencies
    assert costs[3] == "KRW/USD"


def test_one_alone_and_two_alike(results):
    page = checked(comparison_report(results[1:2]))
    assert "There is one session alone" in page.words
    assert "★" not in "".join(text for table in page.tables.values() for row in table["rows"] for text in row)
    assert "All settings are the same" in checked(comparison_report([results[1], results[1] | {"id": 10}])).words


def test_none_is_refused():
    with pytest.raises(ValueError, match="no result to compare"):
        comparison_report([])


def test_names_are_told_apart():
    same = [{"name": "A", "id": 3}, {"name": "B", "id": 4}, {"name": "A", "id": None}]
    assert labels(same) == ["A #3", "B", "A (3)"]


def test_names_are_text(results):
    page = checked(comparison_report([results[0] | {"name": HOSTILE}, results[1]]))
    assert HOSTILE in page.words
    assert page.figures["chart-0"]["data"][0]["name"] == HOSTILE
