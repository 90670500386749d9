"""Two people who save a strategy of one name at the same moment."""

import pytest

from factors.models import Strategy
from factors.registry import all_factors
from factors.services import StrategyError, strategy_save
from factors.store import factors_sync
from tests.threads import at_once


@pytest.mark.django_db(transaction=True)
def test_a_name_is_given_once():
    factors_sync(all_factors())  # not by the threads

    def save():
        return strategy_save(name="mine", region="KR", factors=["roe", "beta"]).name

    came = at_once(*[save] * 4, refusals=(StrategyError,))
    assert sorted(came) == ["mine", *["name: there is a strategy 'mine' already"] * 3]
    assert Strategy.objects.get().members.count() == 2
