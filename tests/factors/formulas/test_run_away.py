"""Formulas whose numbers run away, and conditions on numbers of any size."""

import numpy as np
import pytest

from factors.base import Reason
from factors.engine import cross_section
from factors.models import FactorScore
from factors.services import combine_run_create, combine_run_execute, factors_compute, strategy_save
from factors.services.formulas import formula_save
from tests.factors.formulas.helpers import formula, prices
from tests.factors.market_tables import SESSION, random_market


@pytest.mark.parametrize(
    ("text", "is_value"),
    [
        ("close * 0", True), ("close / close * 1e30", True), ("close / close * -1e30", True), ("close * 1e-300", True),
        ("close * 1e29", False), ("close * -1e60", False), ("close * 1e-305 / 1e5", False), ("exp(close)", False),
    ],
)  # fmt: skip
def test_what_no_figure_can_be_is_no_value(text, is_value):
    """Beyond 1e30, and between zero and the smallest number that has all its digits."""
    found = cross_section(prices(), formula(text))
    there = np.isfinite(found.value[:11])
    assert there.all() if is_value else not there.any()
    assert is_value or set(found.reason[:11]) == {Reason.NON_FINITE_SIGNAL}
    assert found.reason[11] == Reason.NOT_IN_UNIVERSE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("factor", ["1e12", "1e-60"])
def test_a_condition_on_very_large_and_very_small_values(factor):
    random_market(12, bars=60)
    formula_save(name="mine", formula=f"rank(close) * {factor}")
    factors_compute(regions=["KR"], date=SESSION, factor_names=["mine", "volatility_60d"])
    bound = sorted(FactorScore.objects.filter(factor__name="mine").values_list("value", flat=True))[3]
    conditions = [{"factor": "mine", "value": bound, "operator": ">="}]
    strategy_save(name="large", region="KR", factors=["mine"], universe={"conditions": conditions})
    run = combine_run_execute(run_id=combine_run_create(strategy="large", date=SESSION).pk)
    assert run.score_count == 9
