"""What the first page says of backtests."""

import pytest
from django.test import Client

from backtests.models import Status
from tests.backtests.stored import bare, made_up

pytestmark = pytest.mark.django_db


def test_the_last_ones(ann, bob):
    made_up(name="good", owner=ann.user, figures={"total_return": -3.21, "sharpe_ratio": 1.234})
    failed = bare(name="bad", owner=ann.user, status=Status.FAILED)
    page = ann.get("/").content.decode()
    for told in ("good", "−3.2%", "1.23", f"/backtests/{failed.pk}/", "Failed"):
        assert told in page
    assert page.index("bad") < page.index("good")
    assert "/backtests/" + str(failed.pk) not in bob.get("/").content.decode()
    assert str(failed) not in Client().get("/").content.decode()
