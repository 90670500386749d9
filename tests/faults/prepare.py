"""A process of its own that fills a database: a small market and a few dozen jobs in the queue. Prints nothing."""

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django_q.models import Schedule  # noqa: E402
from knox.crypto import hash_token  # noqa: E402

from backtests import services as backtests  # noqa: E402
from factors import services as factors  # noqa: E402
from portfolio.models import Portfolio  # noqa: E402
from portfolio.services.queueing import valuation_enqueue  # noqa: E402
from quantsite.accounts.models import ApiToken  # noqa: E402
from tests.backtests.sweeps.made import AXES, BASE, make_market  # noqa: E402
from tests.factors.market_tables import sessions  # noqa: E402
from tests.faults.site import TOKEN  # noqa: E402
from tests.portfolio.values.books import worked_example  # noqa: E402


def prepare() -> None:
    call_command("migrate", verbosity=0)
    Schedule.objects.all().delete()  # nothing but what is queued here
    boss = User.objects.create_superuser("boss")
    ApiToken(user=boss, name="faults", digest=hash_token(TOKEN), token_key=TOKEN[:15]).save()
    make_market(count=300)
    for name in ("ann", "ben", "cid"):
        worked_example(User.objects.create_user(name))
    days = sessions(40)
    for place, number in enumerate((2, 3, 4, 5, 6, 7, 8, 9)):
        factors.factor_run_enqueue(region="KR", date=days[-1 - place])
        backtests.backtest_enqueue(config=BASE | {"max_positions": number, "name": f"b{number}"}, owner=boss)
    factors.backfill_enqueue(region="KR", start=days[0], end=days[25])
    sweep = backtests.sweep_create(config=BASE, axes=AXES, owner=boss)
    backtests.sweep_enqueue(sweep_id=sweep.pk, tasks=2)
    for portfolio in Portfolio.objects.all():
        valuation_enqueue(portfolio=portfolio)


if __name__ == "__main__":
    prepare()
