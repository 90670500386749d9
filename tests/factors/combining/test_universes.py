"""Who takes part, and what sector and size explain."""

import numpy as np
import pytest

from factors.models import CombineRun, CompositeScore, FactorScore
from factors.services import StrategyError, combine_run_create, combine_run_execute, strategy_save
from factors.services.strategies import strategy_check
from tests.factors.combining.scored_market import add_scores, add_stocks
from tests.factors.market_tables import SESSION, sessions

pytestmark = pytest.mark.django_db(transaction=True)
NAN = np.nan
ROE = np.array([[3.0, 1, 2, 0, 5, -1, 4, NAN, 6]])


@pytest.fixture
def nine():
    """Nine stocks (bank, chip, wood in turn) with roe, beta 0 for all, and market_cap 1 to 9 (T07 has none)."""
    stocks, days = add_stocks(9), sessions(1)
    add_scores("roe", days, stocks, ROE)
    add_scores("beta", days, stocks, np.zeros((1, 9)))
    sizes = np.array([[1.0, 2, 3, 4, 5, 6, 7, NAN, 9]])
    add_scores("market_cap", days, stocks, -np.log(sizes), values=sizes)
    return stocks


def combine(**more: object) -> CombineRun:
    strategy_save(name="mine", region="KR", factors=["roe"], **more)
    return combine_run_execute(run_id=combine_run_create(strategy="mine").pk)


def tickers() -> list[str]:
    return list(CompositeScore.objects.order_by("rank").values_list("instrument__ticker", flat=True))


@pytest.mark.parametrize(
    ("universe", "expected"),
    [
        ({"sectors": ["bank"]}, ["T06", "T00", "T03"]),
        ({"exclude_sectors": ["bank", "wood"]}, ["T04", "T01"]),
        ({"tickers": ["T00", "T08", "T05"]}, ["T08", "T00", "T05"]),
        ({"sectors": ["wood"], "exclude_tickers": ["T08"]}, ["T02", "T05"]),
        ({"conditions": [{"factor": "market_cap", "value": 6}]}, ["T08", "T06", "T05"]),
        ({"conditions": [{"factor": "market_cap", "operator": "<", "value": 3}]}, ["T00", "T01"]),
        ({"conditions": [{"factor": "market_cap", "operator": "between", "value": [2, 4]}]}, ["T02", "T01", "T03"]),
        ({"conditions": [{"factor": "roe", "field": "score", "operator": ">", "value": 4},
                         {"factor": "market_cap", "operator": "<=", "value": 5}]}, ["T04"]),
        ({"conditions": [{"factor": "market_cap", "operator": ">=", "value": 0}]},
         ["T08", "T04", "T06", "T00", "T02", "T01", "T03", "T05"]),
    ],
)  # fmt: skip
def test_who_takes_part(nine, universe, expected):
    combine(universe=universe)
    assert tickers() == expected
    scores = CompositeScore.objects.order_by("rank").values_list("score", flat=True)
    assert (scores[0], list(scores)[-1]) == ((100.0, 0.0) if len(expected) > 1 else (50.0, 50.0))


def test_neutral_to_sector(nine):
    combine(neutralise=["sector"])
    # bank 3 0 4 less 7/3; chip 1 5 and wood 2 -1 6: chip has two names, so it is "other" by itself, mean 3; wood 7/3.
    raw = {"T00": 2 / 3, "T03": -7 / 3, "T06": 5 / 3, "T01": -2, "T04": 2, "T02": -1 / 3, "T05": -10 / 3, "T08": 11 / 3}
    low, high = -10 / 3, 11 / 3
    for row in CompositeScore.objects.select_related("instrument"):
        assert row.score == pytest.approx(100 * (raw[row.instrument.ticker] - low) / (high - low), abs=1e-4)


def test_neutral_to_size_is_the_residual_on_ln_m(nine):
    combine(neutralise=["size"])
    has = np.isfinite(ROE[0])
    x, y = np.log([1.0, 2, 3, 4, 5, 6, 7, 9]), ROE[0][has]
    residual = y - np.polyval(np.polyfit(x, y, 1), x)
    expected = 100 * (residual - residual.min()) / np.ptp(residual)
    found = CompositeScore.objects.order_by("instrument__ticker").values_list("score", flat=True)
    np.testing.assert_allclose(list(found), expected, atol=1e-4)


def test_without_m_size_cannot_be_taken_out(nine):
    FactorScore.objects.filter(factor__name="market_cap").delete()
    with pytest.raises(StrategyError, match=r"nobody could be scored .* no M \(market_cap\) to neutralise by"):
        combine(neutralise=["size"])


def test_a_universe_that_is_empty_on_every_session(nine):
    with pytest.raises(StrategyError, match="universe: nobody could be scored from 2024-06-28 to 2024-06-28"):
        combine(universe={"conditions": [{"factor": "market_cap", "value": 1e12}]})


def test_a_universe_that_its_lists_leave_empty(nine):
    with pytest.raises(StrategyError, match="universe: empty: its sectors and tickers leave no stock of KR"):
        combine(universe={"sectors": ["bank"], "tickers": ["T01"]})


@pytest.mark.parametrize(
    ("universe", "why"),
    [
        ([], "must be names with values"),
        ({"sector": ["bank"]}, "unknown part 'sector'; did you mean sectors?"),
        ({"sectors": "bank"}, "sectors must be a list of names"),
        ({"sectors": ["banks"]}, "no stock of KR has the sector 'banks'; did you mean bank?"),
        ({"exclude_tickers": ["X"]}, "exclude_tickers: no stock of KR has the ticker 'X'"),
        ({"sectors": ["zzzz"]}, "no stock of KR has the sector 'zzzz'; known are bank, chip, wood|"),
        ({"sectors": 0}, "sectors must be a list of names, not 0"),
        ({"exclude_tickers": {}}, "exclude_tickers must be a list of names, not {}"),
        ({"conditions": 0}, "conditions must be a list, not 0"),
        ({"conditions": {}}, "conditions must be a list, not {}"),
        ({"conditions": False}, "conditions must be a list, not False"),
        ({"conditions": {"factor": "roe"}}, "conditions must be a list"),
        ({"conditions": [{"factor": "roe"}]}, "a condition needs factor, field, operator, value"),
        ({"conditions": [{"factor": "reo", "value": 1}]}, "unknown factor 'reo'; did you mean roe"),
        ({"conditions": [{"factor": "roe", "value": 1, "op": ">"}]}, "a condition has no 'op'"),
        ({"conditions": [{"factor": "roe", "value": 1, "operator": "=>"}]}, "operator of a condition is one of >=, >,"),
        ({"conditions": [{"factor": "roe", "value": 1, "field": "rank"}]}, "one of value, score, percentile"),
        ({"conditions": [{"factor": "roe", "value": "1"}]}, "must be a number"),
        (
            {"conditions": [{"factor": "roe", "value": [2, 1], "operator": "between"}]},
            "between needs the value [low",
        ),
        ({"conditions": [{"factor": "roe", "value": 1, "operator": "between"}]}, "between needs the value [low"),
    ],
)
def test_filters_that_cannot_be(nine, universe, why):
    with pytest.raises(StrategyError, match=r"^universe: ") as told:
        combine(universe=universe)
    assert why in f"{told.value}|"


def test_parts_left_empty_are_none(nine):
    assert strategy_check(region="KR", factors=["roe"], options=None, neutralise=None).neutralise == []
    assert strategy_check(region="KR", factors=["roe"], universe={"sectors": None, "conditions": []}).universe == {}


def test_the_session_of_the_fixture_is_the_one_combined(nine):
    assert combine().end == SESSION
