"""Two at once."""

import pytest
from django.contrib.auth.models import User

from portfolio.services.benchmarks import Wanted, benchmarks_set
from tests.portfolio.analysis.world import instrument, portfolio_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_benchmarks_put_twice_at_once_are_one_after_the_other():
    portfolio = portfolio_of(User.objects.create_user("owner"))
    both = [Wanted(instrument(f"US:IX{number}", "INDEX")) for number in range(2)]

    def put() -> list[str]:
        return [str(row.instrument) for row in benchmarks_set(portfolio=portfolio, benchmarks=both)]

    found = at_once(put, put)
    assert found == [["US:IX0", "US:IX1"]] * 2
    assert portfolio.benchmarks.filter(is_primary=True).count() == 1
