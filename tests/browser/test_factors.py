"""From the list of factors to one of them; a screen that becomes a strategy; a strategy that is combined and ranked."""

import re

from selenium.webdriver.common.keys import Keys


def count_of(visitor) -> str:
    return visitor.text("#screen-count output")


def test_from_the_list_to_a_factor_and_its_charts(visitor):
    visitor.open("/factors/")
    visitor.see("Scores of US as of")
    visitor.fits()
    visitor.fill("Name or formula", "momentum_6m")
    visitor.until(lambda _: [row[0] for row in visitor.rows()] == ["momentum_6m"], "the list is not narrowed")
    visitor.press("momentum_6m")
    visitor.see("Distribution of scores")
    visitor.see("Correlation with other factors")
    visitor.charts_drawn(5)  # two distributions, two histories, correlations
    visitor.fits()
    best = visitor.rows("#table-top table")[0][0]
    visitor.see(best, "#history")
    visitor.press("Why the others have no score")
    visitor.see("Everybody of the universe has one.", "#dialog")


def test_a_screen_with_two_conditions_becomes_a_strategy(visitor):
    visitor.log_in("analyst")
    visitor.open("/screener/")
    visitor.see("20", "#screen-count output")
    visitor.fill("Factor", "momentum_6m")
    visitor.fill("Value", "0")
    visitor.until(lambda _: count_of(visitor) not in ("", "20"), "the count does not follow")
    one = int(count_of(visitor))
    visitor.press("Add a condition")
    visitor.fill("Factor", "beta", "[aria-label='Condition 2']")
    visitor.fill("Value", "x", "[aria-label='Condition 2']")
    visitor.see("x is not a number.", "#wrong-1")
    visitor.fill("Value", "1", "[aria-label='Condition 2']")
    visitor.until(lambda _: visitor.text("#wrong-1") == "" and 0 < int(count_of(visitor)) < one, "two do not count")
    assert visitor.path.count("factor=") == 2
    assert len(visitor.rows("#table-screen table")) == int(count_of(visitor))
    visitor.fits()
    visitor.press("Save as strategy")
    visitor.fill("Name", f"screened on a {visitor.screen}")
    visitor.press("Save")
    visitor.see("is saved.")
    visitor.see("beta >= 1")


def test_the_screener_keeps_a_condition_that_is_left_by_tab(visitor):
    """The focus goes on to the button that removes the condition while the count is still asked for."""
    visitor.open("/screener/")
    visitor.fill("Factor", "momentum_6m")
    visitor.field("Value").send_keys("0.5", Keys.TAB, Keys.TAB)
    visitor.until(lambda _: "value=0.5" in visitor.path, "the value is not asked for")
    visitor.until(lambda _: count_of(visitor) not in ("", "20"), "the count does not follow")
    assert "factor=momentum_6m" in visitor.path
    assert len(visitor.rows("#table-screen table")) == int(count_of(visitor))


def test_a_strategy_is_made_combined_and_ranked(visitor):
    visitor.log_in("analyst")
    visitor.open("/strategies/")
    visitor.press("New strategy")
    visitor.fill("Factor", "momentum_6m", "[aria-label='Factor 1']")
    visitor.fill("Factor", "momentum_6m", "[aria-label='Factor 2']")
    visitor.see("momentum_6m is there twice")
    visitor.fill("Factor", "beta", "[aria-label='Factor 2']")
    visitor.until(lambda _: "there twice" not in visitor.text(), "the mistake stays")
    visitor.fill("Combiner", "risk adjusted")
    visitor.see("Sessions of factor returns that count.")
    visitor.fill("Combiner", "equal weight")
    visitor.see("The plain mean of the factors' scores.")
    visitor.fits()
    visitor.fill("Name", f"made on a {visitor.screen}")
    visitor.press("Save")
    visitor.see("No composite yet")
    visitor.press("Combine now")
    visitor.until(lambda _: len(visitor.rows("#table-ranking table")) == 20, "no ranking", 60)
    ranks = [row[0] for row in visitor.rows("#table-ranking table")]
    assert ranks == [str(rank) for rank in range(1, 21)]
    assert visitor.rows("#table-ranking table")[0][4] == "100.0"
    visitor.charts_drawn(1)
    visitor.fits()
    address = visitor.path
    visitor.press("Delete")
    visitor.see("Its composite scores and runs go with it.", "#dialog")
    visitor.press("Delete", "#dialog")
    visitor.see("is deleted.")
    assert re.fullmatch(r"/strategies/\d+/", address)
