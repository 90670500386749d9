"""Sweeps that nobody needs any more."""

import pytest

from backtests import services, tasks
from backtests.models import BacktestSession, BacktestSweep, BacktestVariant
from backtests.services.errors import BacktestBusy, BacktestError
from tests.backtests.sweeps.made import BASE, make_market, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_goes_with_its_variants_and_their_backtests():
    make_market()
    found, other = (services.sweep_create(config=BASE, axes={"max_positions": counts}) for counts in ([2, 3], [4]))
    for one in (found, other):
        services.sweep_work(sweep_id=one.pk)
    backtest = services.variant_create(sweep_id=found.pk, number=1)
    with pytest.raises(BacktestBusy, match=f"backtest #{backtest.pk} is PENDING: cancel it first"):
        services.sweep_delete(sweep_id=found.pk)
    assert BacktestVariant.objects.filter(sweep=found).count() == 2
    services.backtest_cancel(session_id=backtest.pk)
    services.sweep_delete(sweep_id=found.pk)
    assert list(BacktestSweep.objects.all()) == [other]
    assert (BacktestVariant.objects.count(), BacktestSession.objects.count()) == (1, 0)
    with pytest.raises(BacktestError, match=f"there is no sweep #{found.pk}"):
        services.sweep_delete(sweep_id=found.pk)


def test_a_sweep_whose_workers_stop_cannot_be_deleted_yet(waiting, hanging):
    with pytest.raises(BacktestBusy, match="is RUNNING: cancel it first"):
        services.sweep_delete(sweep_id=waiting.pk)
    services.sweep_cancel(sweep_id=waiting.pk)
    with pytest.raises(BacktestBusy, match="was cancelled a moment ago and still stops"):
        services.sweep_delete(sweep_id=waiting.pk)
    hanging.kill()
    hanging.wait()
    until(lambda: deleted(waiting.pk))
    assert tasks.work_sweep(waiting.pk) == 0  # a task that waited for it


def deleted(sweep_id: int) -> bool:
    try:
        services.sweep_delete(sweep_id=sweep_id)
    except BacktestBusy:  # the server has not noticed the end of the connection
        return False
    return not BacktestVariant.objects.exists()
