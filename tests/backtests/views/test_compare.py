"""Backtests side by side on a page."""

import pytest

from backtests.models import BacktestSession
from tests.backtests.stored import bare

pytestmark = pytest.mark.django_db


def test_two(finished, ann):
    answer = ann.get(f"/backtests/compare/?ids={finished.five}&ids={finished.three}")
    page = answer.content.decode()
    assert "max positions" in page
    assert "five" in page
    assert "three" in page
    value = next(part for one in answer.context["chapters"] for part in one.shown if part.get("title") == "Value")
    assert [trace["name"] for trace in value["data"]][:2] == ["five", "three"]
    last = BacktestSession.objects.get(pk=finished.five).statistics.final_value
    assert value["data"][0]["y"][-1] == pytest.approx(100 * last / 100_000_000)


@pytest.mark.parametrize("ids", ["", "?ids=", "?ids=x", "?ids=1", "?ids=99999999999", "?ids=1,999999", "?ids=-1,2"])
def test_what_cannot_be_is_told(finished, ann, ids):
    answer = ann.get(f"/backtests/compare/{ids}")
    assert answer.status_code == 200
    assert "Nothing to compare yet" in answer.content.decode()


def test_not_with_others(finished, ann, bob):
    own = bare(owner=ann.user)
    page = bob.get(f"/backtests/compare/?ids={finished.five},{own.pk}").content.decode()
    assert f"there is no backtest #{own.pk}" in page
