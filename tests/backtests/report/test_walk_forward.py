"""The report of a walk-forward test against its windows."""

from itertools import pairwise

import pytest

from backtests.report import walk_forward_report
from backtests.report.walk_forward import kept
from tests.backtests.report import many
from tests.backtests.report.page import checked


@pytest.fixture(scope="module")
def walk():
    return many.walk()


@pytest.fixture(scope="module")
def page(walk):
    return checked(walk_forward_report(walk))


def test_the_tests_together_are_the_curve(page, walk):
    figure = page.figure("out of sample")
    assert figure["data"][0]["y"] == walk["series"]["value"]
    assert [one["x0"] for one in figure["layout"]["shapes"]] == [one["test_start"] for one in walk["windows"]]
    assert f"{walk['statistics']['total_return']:+.2f} %".replace("-", "−") in page.words


def test_in_sample_against_out_of_sample(page, walk):
    train, test = page.figure("in sample", "out of sample")["data"]
    assert train["y"] == [one["train"]["sharpe_ratio"] for one in walk["windows"]]
    assert test["y"] == [one["test"]["sharpe_ratio"] for one in walk["windows"]]
    assert train["marker"]["pattern"]["shape"] != test["marker"]["pattern"]["shape"]
    shown = page.column("In sample against out of sample", "Sharpe ratio, out")
    assert [float(text.replace("−", "-")) for text in shown] == pytest.approx(test["y"], abs=0.005)


def test_what_was_chosen_and_what_changed(page, walk):
    chosen = [one["chosen"]["max_positions"] for one in walk["windows"]]
    changed = [False, *(one != two for one, two in pairwise(chosen))]
    assert True in changed[1:]
    assert False in changed[1:]
    shown = page.column("Chosen settings", "max positions")
    assert shown == [f"{one} ◆" if new else str(one) for one, new in zip(chosen, changed, strict=True)]
    assert page.column("Chosen settings", "stop loss") == ["12"] * len(chosen)


@pytest.mark.parametrize(("pairs", "share"), [
    ([(2.0, 1.0), (1.0, 0.5)], 50.0), ([(2.0, 1.0), (None, 9.0), (2.0, None)], 50.0), ([(1.0, -0.5)], -50.0),
    ([(-1.0, 1.0)], None), ([], None), ([(3.0, 1.0), (-1.0, 2.0)], None), ([(2.0, 1.0), (-1.0, None)], None),
    ([(None, 1.0)], None),
])  # fmt: skip
def test_how_much_of_the_objective_is_kept(pairs, share):
    windows = [{"train": {"sharpe_ratio": train}, "test": {"sharpe_ratio": test}} for train, test in pairs]
    assert kept({"objective": "sharpe_ratio", "windows": windows}) == share


def test_a_benchmark_is_drawn_beside(walk):
    series = walk["series"] | {"benchmark": [1e8] * len(walk["series"]["dates"])}
    figures = walk["statistics"] | {"benchmark_return": 31.5, "excess_return": -2.25}
    told = {"statistics": figures, "benchmark": {"ticker": "KOSPI", "name": "KOSPI 200"}, "base": {"max_positions": 12}}
    page = checked(walk_forward_report(walk | {"series": series} | told))
    assert "max positions 12" in page.words
    assert "benchmark +31.50 % KOSPI 200 beyond the benchmark −2.25 pp" in page.words
    assert page.figure("out of sample", "KOSPI 200")["data"][1]["line"]["dash"] == "dash"


def test_no_window():
    page = checked(walk_forward_report({
        "name": "", "objective": "sharpe_ratio", "windows": [], "statistics": {},
        "series": {"dates": [], "value": [], "benchmark": None},
    }))  # fmt: skip
    assert "There is no window" in page.words
    assert "No test has a session" in page.words
    assert page.figures == {}


def test_names_and_settings_are_text(walk):
    hostile = "</script><img src=x onerror=alert(1)>"
    windows = [one | {"chosen": {hostile: hostile}} for one in walk["windows"]]
    page = checked(walk_forward_report(walk | {"name": hostile, "windows": windows}))
    assert page.column("Chosen settings", hostile) == [hostile] * len(windows)
