"""The report of a sweep against its variants."""

import pytest

from backtests.report import sweep_report, sweep_tables
from backtests.report.axes import axis_labels
from backtests.report.sweep_charts import cells
from tests.backtests.report import many
from tests.backtests.report.page import checked

HOSTILE = "</script><b>x</b>|\"'"
TALL = "All variants"


def small(values, objective="sharpe_ratio"):
    """A sweep over a and b with these objectives by (a, b), None for a failure."""
    axes = [{"field": "a", "values": [1, 2]}, {"field": "b", "values": ["x", "y"]}, {"field": "c", "values": [0.5, 1]}]
    variants = [
        {
            "number": number, "overrides": dict(zip("abc", place, strict=True)), "error": "" if value else "broke",
            "status": "COMPLETED" if value else "FAILED", "statistics": {objective: value} if value else {},
        }
        for number, (place, value) in enumerate(values.items(), 1)
    ]  # fmt: skip
    return {
        "id": None, "name": "", "objective": objective, "axes": axes, "variants": variants, "base": {},
        "deflated_sharpe": None,
    }  # fmt: skip


FOUND = {(1, "x", 0.5): 1.0, (1, "x", 1): 2.0, (1, "y", 1): 0.5, (2, "x", 0.5): -1.0, (2, "y", 0.5): None}


@pytest.fixture(scope="module")
def sweep():
    return many.sweep()


@pytest.fixture(scope="module")
def page(sweep):
    return checked(sweep_report(sweep))


@pytest.mark.parametrize(("how", "objective", "expected"), [
    ("best", "sharpe_ratio", [[2.0, -1.0], [0.5, None]]), ("mean", "sharpe_ratio", [[1.5, -1.0], [0.5, None]]),
    ("best", "volatility", [[1.0, -1.0], [0.5, None]]),
])  # fmt: skip
def test_cells_by_hand(how, objective, expected):
    found = small(FOUND, objective)
    done = [one for one in found["variants"] if one["statistics"]]
    assert cells(done, found["axes"][0], found["axes"][1], objective, how) == expected


def test_two_of_three_axes_are_chosen_and_the_best_or_mean_shown(page, sweep):
    figure = page.figures["chart-0"]
    pairs = ["max positions × stop loss", "max positions × cash buffer", "stop loss × cash buffer"]
    assert list(figure["states"]) == [f"{pair}|{how}" for pair in pairs for how in ("best", "mean")]
    assert figure["data"] == figure["states"][f"{pairs[0]}|best"]["data"]
    done = {tuple(one["overrides"].values()): one["statistics"].get("sharpe_ratio") for one in sweep["variants"]}
    best = figure["data"][0]
    assert (best["x"], best["y"]) == (["4", "8", "12", "16"], ["6", "12", "18"])
    for row, stop in enumerate((6.0, 12.0, 18.0)):
        for column, count in enumerate((4, 8, 12, 16)):
            both = [done[count, stop, cash] for cash in (0.0, 20.0) if done[count, stop, cash] is not None]
            assert best["z"][row][column] == pytest.approx(max(both), abs=1e-6)


def test_every_variant_is_in_the_table_and_the_best_has_a_star(page, sweep):
    done = [one for one in sweep["variants"] if one["status"] == "COMPLETED"]
    assert len(page.tables[TALL]["rows"]) == len(done) == 23
    ratios = [one["statistics"]["sharpe_ratio"] for one in done]
    assert [float(text.replace("−", "-")) for text in page.column(TALL, "Sharpe ratio")] == pytest.approx(
        ratios, abs=0.005
    )
    starred = [text for text in page.column(TALL, "variant") if "★" in text]
    assert starred == [f"{done[ratios.index(max(ratios))]['number']} ★"]
    assert f"best Sharpe ratio {max(ratios):.2f}" in page.words


def test_failures_have_a_table_of_their_own(page):
    assert page.tables["Failed variants"]["rows"] == [
        ["24", "max positions 16, stop loss 18, cash buffer 20", "no prices of KR before 2019-11-25"]
    ]
    assert "1 of 24 variants failed" in page.words


def test_luck_is_told(sweep):
    sure, unsure, unknown = (
        checked(sweep_report(sweep | {"deflated_sharpe": value})).words for value in (0.96, 0.5, None)
    )
    assert "deflated Sharpe ratio 0.960 better than the luck of 24 tries" in sure
    assert "can look as good by luck" not in sure
    assert "0.500 may be the luck of 24 tries" in unsure
    assert "can look as good by luck" in unsure
    assert "deflated Sharpe ratio – not known" in unknown


def test_return_against_drawdown(page, sweep):
    others, best = page.figures["chart-1"]["data"]
    points = [*zip(others["x"], others["y"], strict=True), *zip(best["x"], best["y"], strict=True)]
    done = [one["statistics"] for one in sweep["variants"] if one["statistics"]]
    assert sorted(points) == sorted((one["max_drawdown"], one["total_return"]) for one in done)
    assert (len(best["x"]), best["marker"]["symbol"]) == (1, "star")


def test_one_axis_is_a_line():
    found = many.sweep(("max_positions",), fails=0)
    page = checked(sweep_report(found))
    (trace,) = page.figures["chart-0"]["data"]
    ratios = [one["statistics"]["sharpe_ratio"] for one in found["variants"]]
    assert (trace["mode"], trace["x"]) == ("lines+markers", ["4", "8", "12", "16"])
    assert trace["y"] == pytest.approx(ratios, abs=1e-6)
    assert "Failed variants" not in page.tables


def test_two_axes_need_no_choice():
    page = checked(sweep_report(many.sweep(("max_positions", "stop_loss"), fails=2)))
    assert "states" not in page.figures["chart-0"]
    assert page.figures["chart-0"]["data"][0]["z"][2][3] is None  # the last one failed


def test_nothing_came_to_an_end():
    page = checked(sweep_report(small(dict.fromkeys(FOUND))))
    assert "there is nothing to draw" in page.words
    assert page.figures == {}
    assert len(page.tables["Failed variants"]["rows"]) == 5


def test_variants_that_wait_are_no_failures():
    waiting = small(FOUND)
    waiting["variants"][0] |= {"status": "PENDING", "statistics": {}}
    page = checked(sweep_report(waiting))
    assert "1 of 5 variants failed" in page.words
    assert "1 of 5 variants have not been carried out" in page.words
    assert page.column("Failed variants", "variant") == ["5"]
    assert len(page.tables[TALL]["rows"]) == 3


def test_of_very_many_variants_the_best_are_shown(monkeypatch):
    monkeypatch.setattr(sweep_tables, "MOST", 2)
    page = checked(sweep_report(small(FOUND)))
    assert page.column(TALL, "Sharpe ratio") == ["2.00", "1.00"]
    assert "The best 2 of 4 variants" in page.words
    page = checked(sweep_report(small(FOUND, "volatility")))
    assert page.column(TALL, "volatility") == ["−1.00\u00a0%", "0.50\u00a0%"]


def test_statistics_that_are_not_there():
    page = checked(sweep_report(small(FOUND)))
    assert len(page.figures) == 1
    assert page.tables[TALL]["head"] == ["variant", "a", "b", "c", "Sharpe ratio"]


def test_axes_are_told_in_words_with_their_paths_beside():
    base = {
        "buy_conditions": [
            {"factor": "pe_ratio", "field": "value", "operator": "<", "value": 15},
            {"factor": "roe", "field": "score", "operator": ">", "value": 1},
            {"factor": "pe_ratio", "field": "value", "operator": "<", "value": 20},
        ],
        "sell_conditions": [
            {"type": "STOP_LOSS", "value": 10},
            {"type": "FACTOR", "factor": "roe", "field": "value", "operator": "<", "value": 3},
        ],
    }  # fmt: skip
    told = {
        "buy_conditions.0.value": "value of pe_ratio < (buy_conditions.0.value)",
        "buy_conditions.2.value": "value of pe_ratio < (buy_conditions.2.value)",
        "sell_conditions.0.value": "STOP_LOSS value", "sell_conditions.1.value": "to sell: value of roe <",
        "buy_conditions.1.value": "value of buy condition 2", "buy_conditions.1.factor": "factor of buy condition 2",
        "max_positions": "max positions", "universe.sectors": "universe: sectors", "buy_conditions.7.value":
        "value of buy condition 8",
    }  # fmt: skip
    assert axis_labels(list(told), base) == told
    assert axis_labels(["buy_conditions.1.value"], base) == {"buy_conditions.1.value": "value of roe score >"}
    path = "sell_conditions.0.value"
    found = small({(1, "x", 0.5): 1.0, (2, "x", 0.5): 2.0}) | {"base": base}
    found["axes"] = [{"field": path, "values": [1, 2]}]
    for one in found["variants"]:
        one["overrides"] = {path: one["overrides"]["a"]}
    page = checked(sweep_report(found))
    assert page.tables[TALL]["head"][1] == "STOP_LOSS value"
    assert page.titles.count(path) == 2  # of the column and of what was varied
    assert path not in page.words
    assert page.figures["chart-0"]["layout"]["xaxis"]["title"]["text"] == "STOP_LOSS value"


def test_names_and_settings_are_text():
    found = small({(1, "x", 0.5): 1.0, (2, "x", 0.5): None})
    found["axes"][1] = {"field": HOSTILE, "values": [HOSTILE]}
    for one in found["variants"]:
        one["overrides"] |= {HOSTILE: HOSTILE}
        one["error"] = HOSTILE
    page = checked(sweep_report(found | {"name": HOSTILE, "base": {HOSTILE: HOSTILE}}))
    assert page.words.count(HOSTILE) >= 6
    assert f"a × {HOSTILE}|best" in page.figures["chart-0"]["states"]
